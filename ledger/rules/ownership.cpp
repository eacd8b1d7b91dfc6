// Ownership is a field apart from custody, and has two sides like it.
//   TransferOwnership        the owner, to an organisation that does more than carry goods
//   AcceptOwnership, RejectOwnership   the organisation that it is offered to
//   CancelOwnershipTransfer  the owner
// Decommission ends an item: its holder or its brand. What was decommissioned keeps its history and takes no more.
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

bool only_carries(const OrganisationRecord& organisation) {
    return organisation.roles == 1u << static_cast<unsigned>(Role::kLogistics);
}

ItemOperation decommission_into(ItemState state) {
    switch (state) {
        case ItemState::kExported:
            return ItemOperation::kExport;
        case ItemState::kSampled:
            return ItemOperation::kSample;
        default:
            return ItemOperation::kDestroy;
    }
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

template <>
Verdict apply(Run& run, const op::Decommission& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        const bool may = item.custodian == run.actor.id || product_of(run, item).brand == run.actor.id;
        return may ? Refusal::kNone : Refusal::kNotCustodian;
    };
    const ItemOperation how = decommission_into(operation.into);
    if (auto refused = batch.judge_all(how, judge)) return refused;
    const std::string_view into = name_of(operation.into);
    EventLog log(run, EventKind::kDecommissioned, {},
                 operation.reason.empty() ? std::string(into) : fmt::format("{}: {}", into, operation.reason));
    batch.change_all(how, [&](const StateKey& key, ItemRecord& item) {
        item.offered_to.clear();
        item.ended_at = run.block.time;
        item.ended_by = run.actor.id;
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace touchstone::ledger
