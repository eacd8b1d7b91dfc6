// Correct: an organisation declares an event wrong that it recorded itself. Nothing is removed or rewritten: the item
// gets one more event, which names the wrong one. What the wrong event changed is put right by ordinary operations.
//
// Rules see records and no events. The operation therefore carries the wrong event and all after it; they are believed
// when, from the given head on, they hash to the head in the item's record.
#include "ledger/rules/corrections.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Verdict check_chain(const op::Correct& operation, const ItemRecord& item) {
    if (operation.sequence >= item.event_count)
        return Rejection{Refusal::kCorrectionSequence,
                         fmt::format("there are {} events, from number 0 on", item.event_count)};
    const std::uint32_t rest = item.event_count - operation.sequence;
    if (rest > limits::kCorrectionEventsMax)
        return Rejection{Refusal::kCorrectionTooOld, fmt::format("{} events lie from it to the last one, at most {}",
                                                                 rest, limits::kCorrectionEventsMax)};
    if (operation.events.size() != rest)
        return Rejection{Refusal::kCorrectionChain,
                         fmt::format("{} events were sent, the item has {} from number {} on", operation.events.size(),
                                     rest, operation.sequence)};
    Hash256 head = operation.head_before;
    for (const Bytes& event : operation.events) head = next_event_head(head, operation.item.key(), event);
    if (head != item.event_head)
        return Rejection{Refusal::kCorrectionChain, "the events do not hash to the item's event_head"};
    return std::nullopt;
}

// Precondition: the chain holds, so that each of these is an event as the ledger wrote it.
Event event_of(const Bytes& bytes) {
    auto event = Event::decode(bytes);
    INVARIANT(event.ok());
    return *std::move(event);
}

Verdict check_correctable(const Run& run, const op::Correct& operation) {
    const Event wrong = event_of(operation.events.front());
    INVARIANT(wrong.sequence == operation.sequence);
    if (wrong.actor != run.actor.id)
        return Rejection{Refusal::kCorrectionNotYours, fmt::format("'{}' recorded it", wrong.actor)};
    if (wrong.kind == EventKind::kCorrected) return Rejection{Refusal::kCorrectionOfCorrection, {}};
    for (const Bytes& bytes : operation.events)
        if (const Event later = event_of(bytes); corrected_sequence(later) == operation.sequence)
            return Rejection{Refusal::kCorrectedAlready, fmt::format("by event {}", later.sequence)};
    return std::nullopt;
}

}  // namespace

std::string correction_detail(std::uint32_t sequence, std::string_view reason) {
    return reason.empty() ? fmt::format("{}", sequence) : fmt::format("{}: {}", sequence, reason);
}

std::optional<std::uint32_t> corrected_sequence(const Event& event) {
    if (event.kind != EventKind::kCorrected) return std::nullopt;
    std::uint32_t sequence = 0;
    const char* const begin = event.detail.data();
    const char* const end = begin + event.detail.size();
    const auto [at, error] = std::from_chars(begin, end, sequence);
    if (error != std::errc{} || (at != end && *at != ':')) return std::nullopt;
    return sequence;
}

template <>
Verdict apply(Run& run, const op::Correct& operation, OperationOutcome& outcome) {
    ItemSlot& slot = run.overlay.items.slot(operation.item.key());
    if (!slot.record) return Rejection{Refusal::kItemUnknown, operation.item.key().hex()};
    if (auto refused = check_chain(operation, *slot.record)) return refused;
    if (auto refused = check_correctable(run, operation)) return refused;
    EventLog(run, EventKind::kCorrected, {}, correction_detail(operation.sequence, operation.reason))
        .append(operation.item.key(), run.overlay.items.change(slot));
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
