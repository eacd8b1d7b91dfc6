// Custody that got stuck, and custody that the law takes.
//   Reclaim   the owner of items, against whoever holds them; in transit and packed goods too. At once, when the holder,
//             or the receiver of what is in transit, is suspended: who went bankrupt answers nobody any more. Else it is
//             a claim, which hinders nothing, and a regulator confirms. Naming whoever holds the goods at rest, or lost
//             them, takes a claim back. Of a container its maker, and only by a regulator's word: the container says
//             nothing of who owns what is in it, and to ask every item would cost as much as the items are many. An
//             owner of the content claims its items one by one
//   Reassign  a regulator: the claim takes effect
//   Seize     a regulator, from any state but an end by the owner's word: custody is the regulator's
// Whom a claim names gets custody where it is the claimant itself; to another the goods are on their way, from the
// claimant: nobody is given custody that he did not accept. A regulator's orders hold within its reach (holdings.h). What
// was in a container is taken out of it. What its holder says that he lost is within reach as if he had it: his word
// alone would else keep goods from their owner and from the law, and one more word would bring them back.
#include "ledger/rules/holdings.h"
#include "ledger/rules/loads.h"

namespace touchstone::ledger {
namespace {

bool is_suspended(Run& run, const std::string& id) {
    const OrganisationRecord* const organisation = id.empty() ? nullptr : run.overlay.organisation(id);
    return organisation != nullptr && organisation->suspended;
}

bool is_stuck(Run& run, const Holding& holding) {
    return is_suspended(run, holding.custodian) || is_suspended(run, holding.receiver);
}

Verdict check_regulator(const Run& run) {
    if (run.actor.has(Role::kRegulator)) return std::nullopt;
    return Rejection{Refusal::kNotAllowed, "needs the role regulator"};
}

// Whose word a claim is.
const std::string& claimant_of(const ItemRecord& item) { return item.owner; }
const std::string& claimant_of(const ContainerRecord& container) { return container.maker; }
// The owner's word is enough against who is suspended; a container's maker need not own what is in it.
bool may_take_at_once(Run& run, const ItemRecord&, const Holding& holding) { return is_stuck(run, holding); }
bool may_take_at_once(Run&, const ContainerRecord&, const Holding&) { return false; }

// Marks and recalls bind goods that go on to another than their owner. That they are held for him (claims.h) does not:
// where they go is his own word.
Refusal may_go_on(Run& run, const ItemRecord& item, const std::string& to) {
    if (to == item.owner) return Refusal::kNone;
    ItemRecord let_go = item;
    clear_flag(let_go, ItemFlag::kQuarantined, item.owner);
    return may_travel(run, let_go, *run.overlay.organisation(to));
}
Refusal may_go_on(Run&, const ContainerRecord&, const std::string&) { return Refusal::kNone; }

template <class Record>
Refusal may_claim(Run& run, const Record& record, const std::string& to) {
    const Holding holding = holding_of(run, record);
    if (holding.is_with(to)) return record.reclaimed_to.empty() ? Refusal::kHeldAlready : Refusal::kNone;
    if (may_take_at_once(run, record, holding)) return may_go_on(run, record, to);
    return record.reclaimed_to == to ? Refusal::kNothingChanges : Refusal::kNone;
}

template <class Record>
Refusal may_confirm(Run& run, const Record& record) {
    if (record.reclaimed_to.empty()) return Refusal::kNotReclaimed;
    if (!reaches(run, holding_of(run, record))) return Refusal::kOutOfReach;
    if (is_suspended(run, record.reclaimed_to)) return Refusal::kSuspendedOrganisation;
    return may_go_on(run, record, record.reclaimed_to);
}

// What is taken from its buyer comes back from a sale, and its next buyer may know it.
void note_return(ItemRecord& item) { ++item.returns; }
void note_return(ContainerRecord&) {}
// In other hands, what was lost is no matter of theirs.
void forget_loss(ItemRecord&) {}
void forget_loss(ContainerRecord& container) { container.was_lost = false; }

// Whatever state it is in: nothing of the old custody is left.
template <class Record>
void take(Extraction& extraction, const StateKey& key, Record& record, const std::string& by) {
    extraction.take_out(key, record);
    forget_loss(record);
    record.state = item_state(transition(lifecycle_of(&record), ItemOperation::kSeize).next);
    record.custodian = by;
    record.receiver.clear();
    record.reclaimed_to.clear();
    record.ended_at = {};
    record.ended_by.clear();
}

template <class Record>
void hand_over(Extraction& extraction, const StateKey& key, Record& record, const std::string& to) {
    const std::string claimant = claimant_of(record);
    const std::string receiver = to;  // which may be the record's own field
    take(extraction, key, record, claimant);
    if (receiver == claimant) return;
    record.state = item_state(transition(lifecycle_of(&record), ItemOperation::kShip).next);
    record.receiver = receiver;
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Reclaim& operation, OperationOutcome& outcome) {
    if (operation.to != run.actor.id)
        if (auto refused = check_other_party(run, operation.to, "to")) return refused;
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const Overloaded judge{
        [&](const ItemRecord& item) {
            return item.owner == run.actor.id ? may_claim(run, item, operation.to) : Refusal::kNotOwner;
        },
        [&](const ContainerRecord& container) {
            return container.maker == run.actor.id ? may_claim(run, container, operation.to) : Refusal::kNotMaker;
        }};
    if (auto refused = batch.judge_all(ItemOperation::kReclaim, judge)) return refused;
    EventLog claimed(run, EventKind::kReclaimed, operation.to, operation.reason);
    EventLog taken(run, EventKind::kReassigned, operation.to, operation.reason);
    Extraction extraction(run);
    batch.change_all(ItemOperation::kReclaim, [&](const StateKey& key, auto& record) {
        const Holding holding = holding_of(run, record);
        const bool withdrawn = holding.is_with(operation.to);
        if (!withdrawn && may_take_at_once(run, record, holding)) {
            hand_over(extraction, key, record, operation.to);
            return taken.append(key, record);
        }
        record.reclaimed_to = withdrawn ? std::string() : operation.to;
        claimed.append(key, record);
    });
    extraction.finish();
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Reassign& operation, OperationOutcome& outcome) {
    if (auto refused = check_regulator(run)) return refused;
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const auto judge = [&](const auto& record) { return may_confirm(run, record); };
    if (auto refused = batch.judge_all(ItemOperation::kReassign, judge)) return refused;
    EventLog log(run, EventKind::kReassigned, {}, operation.reason);
    Extraction extraction(run);
    batch.change_all(ItemOperation::kReassign, [&](const StateKey& key, auto& record) {
        log.set_other(record.reclaimed_to);
        hand_over(extraction, key, record, record.reclaimed_to);
        log.append(key, record);
    });
    extraction.finish();
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Seize& operation, OperationOutcome& outcome) {
    if (auto refused = check_regulator(run)) return refused;
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    std::vector<bool> sold;  // in the order of judging, which is that of changing
    const auto judge = [&](const auto& record) {
        sold.push_back(record.state == ItemState::kSold);
        const Holding holding = holding_of(run, record);
        if (holding.rests_with(run.actor.id)) return Refusal::kHeldAlready;
        return reaches(run, holding) ? Refusal::kNone : Refusal::kOutOfReach;
    };
    if (auto refused = batch.judge_all(ItemOperation::kSeize, judge)) return refused;
    EventLog log(run, EventKind::kSeized, {}, operation.reason);
    Extraction extraction(run);
    std::size_t at = 0;
    batch.change_all(ItemOperation::kSeize, [&](const StateKey& key, auto& record) {
        if (sold[at++]) note_return(record);
        extraction.take_out(key, record);
        log.set_other(record.custodian);
        take(extraction, key, record, run.actor.id);
        log.append(key, record);
    });
    extraction.finish();
    return std::nullopt;
}

}  // namespace touchstone::ledger
