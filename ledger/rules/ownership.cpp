// Ownership is a field apart from custody, and has two sides like it.
//   TransferOwnership        the owner, to an organisation that does more than carry goods
//   AcceptOwnership, RejectOwnership   the organisation that it is offered to
//   CancelOwnershipTransfer  the owner
// A claim against the holder (Reclaim) is its owner's, and goes with the ownership.
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

bool only_carries(const OrganisationRecord& organisation) {
    return organisation.roles == 1u << static_cast<unsigned>(Role::kLogistics);
}

// The three answers to an offer differ in who gives them and in what becomes of the owner.
struct Answer {
    const Items& items;
    EventKind event;
    std::string detail;
};

template <class Judge, class Change>
Verdict answer_offer(Run& run, const Answer& answer, OperationOutcome& outcome, const Judge& judge,
                     const Change& change) {
    ItemBatch batch(run, answer.items, outcome);
    if (auto refused = batch.judge_all(ItemOperation::kAnswerOwnership, judge)) return refused;
    EventLog log(run, answer.event, {}, answer.detail);
    batch.change_all(ItemOperation::kAnswerOwnership, [&](const StateKey& key, ItemRecord& item) {
        log.set_other(change(item));
        item.offered_to.clear();
        if (answer.event == EventKind::kOwnershipAccepted) item.reclaimed_to.clear();
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace

template <>
Verdict apply(Run& run, const op::TransferOwnership& operation, OperationOutcome& outcome) {
    if (auto refused = check_other_party(run, operation.to, "to")) return refused;
    if (only_carries(*run.overlay.organisation(operation.to))) return Rejection{Refusal::kCarrierOwns, operation.to};
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (item.owner != run.actor.id) return Refusal::kNotOwner;
        return item.offered_to.empty() ? Refusal::kNone : Refusal::kOfferPending;
    };
    if (auto refused = batch.judge_all(ItemOperation::kTransferOwnership, judge)) return refused;
    EventLog log(run, EventKind::kOwnershipOffered, operation.to, {});
    batch.change_all(ItemOperation::kTransferOwnership, [&](const StateKey& key, ItemRecord& item) {
        item.offered_to = operation.to;
        log.append(key, item);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::AcceptOwnership& operation, OperationOutcome& outcome) {
    const auto judge = [&](const ItemRecord& item) {
        return item.offered_to == run.actor.id ? Refusal::kNone : Refusal::kNotOffered;
    };
    return answer_offer(run, {operation.items, EventKind::kOwnershipAccepted, {}}, outcome, judge,
                        [&](ItemRecord& item) { return std::exchange(item.owner, run.actor.id); });
}

template <>
Verdict apply(Run& run, const op::RejectOwnership& operation, OperationOutcome& outcome) {
    const auto judge = [&](const ItemRecord& item) {
        return item.offered_to == run.actor.id ? Refusal::kNone : Refusal::kNotOffered;
    };
    return answer_offer(run, {operation.items, EventKind::kOwnershipRejected, operation.reason}, outcome, judge,
                        [](ItemRecord& item) { return item.owner; });
}

template <>
Verdict apply(Run& run, const op::CancelOwnershipTransfer& operation, OperationOutcome& outcome) {
    const auto judge = [&](const ItemRecord& item) {
        if (item.owner != run.actor.id) return Refusal::kNotOwner;
        return item.offered_to.empty() ? Refusal::kNotOffered : Refusal::kNone;
    };
    return answer_offer(run, {operation.items, EventKind::kOwnershipOfferCancelled, {}}, outcome, judge,
                        [](ItemRecord& item) { return item.offered_to; });
}

}  // namespace touchstone::ledger
