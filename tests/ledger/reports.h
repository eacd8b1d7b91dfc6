// Shorthand of the tests about reports and corrections.
#pragma once

#include "tests/ledger/world.h"

namespace touchstone::ledger::test {

inline op::Report report_about(ReportSubject subject, ReportKind kind = ReportKind::kCounterfeit) {
    op::Report made;
    made.subject = std::move(subject);
    made.kind = kind;
    made.text = "the seal is missing";
    return made;
}
inline op::Report report_on(const ItemName& item) {
    return report_about({ReportSubjectKind::kItem, item.commitment, item.gtin, {}, {}, {}});
}

// Must be applied; answers the report's id.
inline Hash256 file(World& world, const std::string& actor, const op::Report& report) {
    const auto transaction = world.transaction(actor, {report});
    const auto effects = world.execute_block({transaction});
    INFO(info(effects.outcomes.at(0).refusal).code << ": " << effects.outcomes.at(0).detail);
    REQUIRE(effects.outcomes.at(0).applied());
    return report_id(info(*transaction).id, 0);
}

// As a client builds it from the item's history.
inline op::Correct correction(const World& world, const ItemName& item, std::uint32_t sequence) {
    op::Correct made;
    made.item = item;
    made.sequence = sequence;
    made.reason = "typed wrong";
    for (const Event& event : world.events(item)) {
        if (event.sequence < sequence)
            made.head_before = next_event_head(made.head_before, item, event.encode());
        else
            made.events.push_back(event.encode());
    }
    return made;
}

template <class Record>
void require_chain(const World& world, const StateKey& subject) {
    const auto record = world.get<Record>(subject);
    REQUIRE(record);
    Hash256 head;
    const auto events = world.events(subject);
    for (const Event& event : events) head = next_event_head(head, subject, event.encode());
    REQUIRE(events.size() == record->event_count);
    REQUIRE(head == record->event_head);
}

}  // namespace touchstone::ledger::test
