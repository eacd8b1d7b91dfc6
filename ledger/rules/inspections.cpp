// Inspect: an auditor, a regulator or a platform records what it found, on each item and in whatever state it is. What a
// finding does follows from who found it:
//   nonconform             the flag nonconform
//   counterfeit_suspected  the flag counterfeit, of an auditor or a regulator; suspect, of a platform, which sees pictures
//                          and returns and no laboratory
//   conform                takes back what the same organisation found before, save the flag counterfeit of an auditor that
//                          is a platform too: it may stand for a report that it upheld (reports.cpp), and is a
//                          regulator's to clear
// The event of the inspection tells of the flag, which has none of its own. A finding is no order: it says what was on the
// table, and takes nothing back but the inspector's own, so that a regulator finds what it finds wherever the goods are.
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

std::string event_detail(const op::Inspect& operation) {
    if (operation.document.is_zero()) return std::string(name_of(operation.finding));
    return fmt::format("{}: document {}", name_of(operation.finding), operation.document.hex());
}

void take_back(const Run& run, ItemRecord& item) {
    clear_flag(item, ItemFlag::kNonconform, run.actor.id);
    if (run.actor.has(Role::kPlatform)) clear_flag(item, ItemFlag::kSuspect, run.actor.id);
    const bool may_stand_for_report = run.actor.has(Role::kPlatform) && !run.actor.has(Role::kRegulator);
    if (!may_stand_for_report) clear_flag(item, ItemFlag::kCounterfeit, run.actor.id);
}

void conclude(const Run& run, ItemRecord& item, Finding finding) {
    switch (finding) {
        case Finding::kConform:
            return take_back(run, item);
        case Finding::kNonconform:
            return put_flag(run, item, ItemFlag::kNonconform);
        case Finding::kCounterfeitSuspected:
            return put_flag(run, item, doubt_of(run.actor));
    }
}

}  // namespace

bool examines(const OrganisationRecord& organisation) {
    return organisation.has(Role::kAuditor) || organisation.has(Role::kRegulator);
}

ItemFlag doubt_of(const OrganisationRecord& organisation) {
    return examines(organisation) ? ItemFlag::kCounterfeit : ItemFlag::kSuspect;
}

template <>
Verdict apply(Run& run, const op::Inspect& operation, OperationOutcome& outcome) {
    if (!examines(run.actor) && !run.actor.has(Role::kPlatform))
        return Rejection{Refusal::kNotAllowed, "needs the role auditor, regulator or platform"};
    ItemBatch batch(run, operation.items, outcome);
    const auto anyone = [](const ItemRecord&) { return Refusal::kNone; };
    if (auto refused = batch.judge_all(ItemOperation::kInspect, anyone)) return refused;
    EventLog log(run, EventKind::kInspected, {}, event_detail(operation));
    batch.change_all(ItemOperation::kInspect, [&](const StateKey& key, ItemRecord& item) {
        conclude(run, item, operation.finding);
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace touchstone::ledger
