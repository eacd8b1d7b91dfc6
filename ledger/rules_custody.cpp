// Custody has two sides: a shipped item stays with its sender until the receiver accepts it.
//   Ship            the custodian, to another organisation. What is recalled may go only to its brand or its maker;
//   what
//                   is stolen or quarantined may not move
//   CancelShipment  the sender
//   Receive, RejectShipment   the receiver that the shipment names. Flags and recalls do not hinder: the goods are
//   there Sell            the custodian with the role retailer, brand or platform; not what is recalled, stolen or
//   quarantined Return          the organisation that sold the item, whose custody it comes back to
#include "ledger/countries.h"
#include "ledger/rules.h"

namespace touchstone::ledger {
namespace {

bool may_move(const ItemRecord& item) { return !item.has(ItemFlag::kStolen) && !item.has(ItemFlag::kQuarantined); }

bool may_sell(const OrganisationRecord& actor) {
    return actor.has(Role::kRetailer) || actor.has(Role::kBrand) || actor.has(Role::kPlatform);
}

bool goes_back(Run& run, const ItemRecord& item, const std::string& to) {
    return to == item.maker || to == product_of(run, item).brand;
}

// Operations whose one condition beside the state is who holds, or is to hold, the item.
Refusal custodian_only(const Run& run, const ItemRecord& item) {
    return item.custodian == run.actor.id ? Refusal::kNone : Refusal::kNotCustodian;
}
Refusal receiver_only(const Run& run, const ItemRecord& item) {
    return item.receiver == run.actor.id ? Refusal::kNone : Refusal::kNotReceiver;
}

}  // namespace

Verdict apply(Run& run, const op::Ship& operation, OperationOutcome& outcome) {
    if (auto refused = check_other_party(run, operation.to, "to")) return refused;
    const std::string& there = run.overlay.organisation(operation.to)->country;
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (item.custodian != run.actor.id) return Refusal::kNotCustodian;
        if (!may_move(item)) return Refusal::kFlagged;
        if (is_recalled(run, item, there) && !goes_back(run, item, operation.to)) return Refusal::kRecalled;
        return Refusal::kNone;
    };
    if (auto refused = batch.judge_all(ItemOperation::kShip, judge)) return refused;
    EventLog log(run, EventKind::kShipped, operation.to, operation.document);
    batch.change_all(ItemOperation::kShip, [&](const Hash256& key, ItemRecord& item) {
        item.receiver = operation.to;
        log.append(key, item);
    });
    return std::nullopt;
}

Verdict apply(Run& run, const op::CancelShipment& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) { return custodian_only(run, item); };
    if (auto refused = batch.judge_all(ItemOperation::kCancelShipment, judge)) return refused;
    EventLog log(run, EventKind::kShipmentCancelled, {}, {});
    batch.change_all(ItemOperation::kCancelShipment, [&](const Hash256& key, ItemRecord& item) {
        log.set_other(item.receiver);
        item.receiver.clear();
        log.append(key, item);
    });
    return std::nullopt;
}

Verdict apply(Run& run, const op::Receive& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) { return receiver_only(run, item); };
    if (auto refused = batch.judge_all(ItemOperation::kReceive, judge)) return refused;
    EventLog log(run, EventKind::kReceived, {}, {});
    batch.change_all(ItemOperation::kReceive, [&](const Hash256& key, ItemRecord& item) {
        log.set_other(item.custodian);
        item.custodian = run.actor.id;
        item.receiver.clear();
        log.append(key, item);
    });
    return std::nullopt;
}

Verdict apply(Run& run, const op::RejectShipment& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) { return receiver_only(run, item); };
    if (auto refused = batch.judge_all(ItemOperation::kRejectShipment, judge)) return refused;
    EventLog log(run, EventKind::kShipmentRejected, {}, operation.reason);
    batch.change_all(ItemOperation::kRejectShipment, [&](const Hash256& key, ItemRecord& item) {
        log.set_other(item.custodian);
        item.receiver.clear();
        log.append(key, item);
    });
    return std::nullopt;
}

Verdict apply(Run& run, const op::Sell& operation, OperationOutcome& outcome) {
    if (!may_sell(run.actor)) return Rejection{Refusal::kNotAllowed, "needs the role retailer, brand or platform"};
    if (!operation.seller.is_zero())
        if (auto refused = check_seller_may_sell(run, operation.seller)) return refused;
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (item.custodian != run.actor.id) return Refusal::kNotCustodian;
        if (!may_move(item)) return Refusal::kFlagged;
        if (!covers(product_of(run, item).territories, operation.country)) return Refusal::kOutsideTerritory;
        return is_recalled(run, item, operation.country) ? Refusal::kRecalled : Refusal::kNone;
    };
    if (auto refused = batch.judge_all(ItemOperation::kSell, judge)) return refused;
    EventLog log(run, EventKind::kSold, operation.seller.is_zero() ? std::string() : operation.seller.hex(),
                 operation.country);
    batch.change_all(ItemOperation::kSell, [&](const Hash256& key, ItemRecord& item) { log.append(key, item); });
    return std::nullopt;
}

Verdict apply(Run& run, const op::Return& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) { return custodian_only(run, item); };
    if (auto refused = batch.judge_all(ItemOperation::kReturn, judge)) return refused;
    EventLog log(run, EventKind::kReturned, {}, operation.reason);
    batch.change_all(ItemOperation::kReturn, [&](const Hash256& key, ItemRecord& item) { log.append(key, item); });
    return std::nullopt;
}

}  // namespace touchstone::ledger
