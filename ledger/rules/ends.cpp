// The ends of items, and the ways back from them. What is at an end keeps its history and takes no more.
//   Decommission  the owner, whoever holds the item; a regulator, of what it holds. Who only carries or stores goods
//                 destroys nothing without their owner's word
//   Lose          the holder, or the sender of what is in transit; of items the owner too. Containers are lost with all
//                 that is in them
//   UndoEnd       who ended it, within limits::kEndUndoMs; what was lost may be found at any time, by its owner too, and
//                 a container by its maker too, whoever holds it: a holder that is suspended finds nothing. It is in
//                 the hands again that it was in, which of a shipment are its sender's. A claim of the owner stays
//                 (claims.h)
//   UndoEnd of items in a lost container   their owner, into its own hands: who lost the container has them no more. It is
//                 no Unpack, which names the container: its SSCC is no matter of the owner's, who may not know it
#include <fmt/format.h>

#include "ledger/rules/claims.h"
#include "ledger/rules/loads.h"

namespace touchstone::ledger {
namespace {

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

// The shipment and the offer end with the goods. The owner's claim does not: whoever holds them could wipe it out by an
// end that he undoes.
void end(const Run& run, ItemRecord& item) {
    item.receiver.clear();
    item.offered_to.clear();
    item.ended_at = run.block.time;
    item.ended_by = run.actor.id;
}
void end(const Run& run, ContainerRecord& container) {
    container.receiver.clear();
    container.ended_at = run.block.time;
    container.ended_by = run.actor.id;
}

// Of what is packed: what hinders that it is found by its own name.
template <class Record>
Refusal in_lost_container(Run& run, const Record& record, std::string_view owner) {
    if (outermost(run, record.container).state != ItemState::kLost) return Refusal::kNotEnded;
    return owner == run.actor.id ? Refusal::kNone : Refusal::kPacked;
}

Refusal may_undo(Run& run, const ItemRecord& item) {
    if (!item.container.is_zero()) return in_lost_container(run, item, item.owner);
    const bool lost = item.state == ItemState::kLost;
    if (item.ended_by != run.actor.id && !(lost && item.owner == run.actor.id)) return Refusal::kEndedByOther;
    return lost || run.block.time.ms - item.ended_at.ms <= limits::kEndUndoMs ? Refusal::kNone : Refusal::kTooLate;
}
// A container that is in another is found with that one: its maker need not own what is in it.
Refusal may_undo(Run& run, const ContainerRecord& container) {
    if (!container.container.is_zero()) return in_lost_container(run, container, {});
    const bool may = container.ended_by == run.actor.id || container.maker == run.actor.id;
    return may ? Refusal::kNone : Refusal::kEndedByOther;
}

bool is_lost(const auto& record) { return record.state == ItemState::kLost || record.state == ItemState::kPacked; }

// Out of a lost container into its owner's hands.
void take_out(const Run& run, Extraction& extraction, const StateKey& key, ItemRecord& item) {
    if (item.container.is_zero()) return;
    extraction.take_out(key, item);
    item.custodian = run.actor.id;
    note_arrival(run, item);
}
void take_out(const Run&, Extraction&, const StateKey&, ContainerRecord&) {}

}  // namespace

template <>
Verdict apply(Run& run, const op::Decommission& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const bool regulates = run.actor.has(Role::kRegulator);
    const auto judge = [&](const ItemRecord& item) {
        const bool may = item.owner == run.actor.id || (regulates && item.custodian == run.actor.id);
        return may ? Refusal::kNone : Refusal::kNotOwner;
    };
    const ItemOperation how = decommission_into(operation.into);
    if (auto refused = batch.judge_all(how, judge)) return refused;
    const std::string_view into = name_of(operation.into);
    EventLog log(run, EventKind::kDecommissioned, {},
                 operation.reason.empty() ? std::string(into) : fmt::format("{}: {}", into, operation.reason));
    batch.change_all(how, [&](const StateKey& key, ItemRecord& item) {
        end(run, item);
        log.append(key, item);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Lose& operation, OperationOutcome& outcome) {
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const Overloaded judge{[&](const ItemRecord& item) {
                               const bool may = item.custodian == run.actor.id || item.owner == run.actor.id;
                               return may ? Refusal::kNone : Refusal::kNotCustodian;
                           },
                           [&](const ContainerRecord& container) {
                               return container.custodian == run.actor.id ? Refusal::kNone : Refusal::kNotCustodian;
                           }};
    if (auto refused = batch.judge_all(ItemOperation::kLose, judge)) return refused;
    EventLog log(run, EventKind::kLost, {}, operation.reason);
    batch.change_all(ItemOperation::kLose, [&](const StateKey& key, auto& record) {
        log.set_other(record.receiver);
        end(run, record);
        log.append(key, record);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::UndoEnd& operation, OperationOutcome& outcome) {
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    // Found, or an end undone: noted in the order of judging, which is that of changing.
    std::vector<bool> lost;
    const auto judge = [&](const auto& record) {
        lost.push_back(is_lost(record));
        return may_undo(run, record);
    };
    if (auto refused = batch.judge_all(ItemOperation::kUndoEnd, judge)) return refused;
    EventLog undone(run, EventKind::kEndUndone, {}, operation.reason);
    EventLog found(run, EventKind::kFound, {}, operation.reason);
    FoundGoods found_goods(run);
    Extraction extraction(run);
    std::size_t at = 0;
    batch.change_all(ItemOperation::kUndoEnd, [&](const StateKey& key, auto& record) {
        record.ended_at = {};
        record.ended_by.clear();
        if (!lost[at++]) return undone.append(key, record);
        take_out(run, extraction, key, record);
        found.append(key, record);
        found_goods.hold(key, record);
    });
    extraction.finish();
    for (const StateKey& key : operation.containers.keys()) close_if_empty(run, key);
    return std::nullopt;
}

}  // namespace touchstone::ledger
