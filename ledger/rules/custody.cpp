// Custody has two sides: what is shipped stays with its sender until the receiver accepts it. Items and containers are
// treated alike; a container takes everything in it along, which is why it costs one record whatever it holds, and why
// flags and recalls of what is inside do not stop it: they were judged when it was packed, and every look-up shows
// them.
//   Ship            the custodian, to another organisation. What is recalled or quarantined may go only to its brand,
//                   its maker, its owner, an auditor or a regulator; what is stolen, to a regulator
//   CancelShipment  the sender
//   Receive, RejectShipment   the receiver that the shipment names. Flags and recalls do not hinder: the goods are
//                   there
//   Sell            the custodian with the role retailer, brand or platform; not what is recalled, stolen or
//                   quarantined. The country is the seller's own where none is named. From then on the item is the
//                   consumer's: nobody transfers or ends it
//   Return          the organisation that sold the item, its brand, or a return point of the product: into the hands of
//                   whoever takes it back. Whose it was before the sale, it is again
#include "ledger/identifiers/countries.h"
#include "ledger/rules/containers.h"
#include "ledger/rules/loads.h"

namespace touchstone::ledger {
namespace {

bool may_sell(const OrganisationRecord& actor) {
    return actor.has(Role::kRetailer) || actor.has(Role::kBrand) || actor.has(Role::kPlatform);
}

bool may_take_back(Run& run, const ItemRecord& item) {
    const ProductRecord& product = product_of(run, item);
    const auto& points = product.return_points;
    return item.ended_by == run.actor.id || product.brand == run.actor.id ||
           std::find(points.begin(), points.end(), run.actor.id) != points.end();
}

// Operations whose one condition beside the state is who holds, or is to hold, the item or container.
template <class Record>
Refusal custodian_only(const Run& run, const Record& record) {
    return record.custodian == run.actor.id ? Refusal::kNone : Refusal::kNotCustodian;
}
template <class Record>
Refusal receiver_only(const Run& run, const Record& record) {
    return record.receiver == run.actor.id ? Refusal::kNone : Refusal::kNotReceiver;
}

// The end of a shipment without a new custodian.
void end_shipment(UnitBatch& batch, ItemOperation operation, EventLog& log, const auto& other_of) {
    batch.change_all(operation, [&](const StateKey& key, auto& record) {
        log.set_other(other_of(record));
        record.receiver.clear();
        // Back in the hands that a claim wants it in.
        if (record.reclaimed_to == record.custodian) record.reclaimed_to.clear();
        log.append(key, record);
    });
}

// What arrives, or stays, with nothing in it.
void close_emptied(Run& run, const Containers& containers) {
    for (const StateKey& key : containers.keys()) close_if_empty(run, key);
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Ship& operation, OperationOutcome& outcome) {
    if (auto refused = check_other_party(run, operation.to, "to")) return refused;
    const OrganisationRecord& to = *run.overlay.organisation(operation.to);
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const Overloaded judge{[&](const ItemRecord& item) {
                               if (item.custodian != run.actor.id) return Refusal::kNotCustodian;
                               return may_travel(run, item, to);
                           },
                           [&](const ContainerRecord& container) { return custodian_only(run, container); }};
    if (auto refused = batch.judge_all(ItemOperation::kShip, judge)) return refused;
    EventLog log(run, EventKind::kShipped, operation.to, operation.document);
    batch.change_all(ItemOperation::kShip, [&](const StateKey& key, auto& record) {
        record.receiver = operation.to;
        log.append(key, record);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::CancelShipment& operation, OperationOutcome& outcome) {
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const auto judge = [&](const auto& record) { return custodian_only(run, record); };
    if (auto refused = batch.judge_all(ItemOperation::kCancelShipment, judge)) return refused;
    EventLog log(run, EventKind::kShipmentCancelled, {}, {});
    end_shipment(batch, ItemOperation::kCancelShipment, log, [](const auto& record) { return record.receiver; });
    close_emptied(run, operation.containers);
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Receive& operation, OperationOutcome& outcome) {
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const auto judge = [&](const auto& record) { return receiver_only(run, record); };
    if (auto refused = batch.judge_all(ItemOperation::kReceive, judge)) return refused;
    EventLog log(run, EventKind::kReceived, {}, {});
    if (operation.counted) {
        std::string told;
        if (auto refused = take_count(run, operation, outcome, told)) return refused;
        log.set_detail(std::move(told));
    }
    batch.change_all(ItemOperation::kReceive, [&](const StateKey& key, auto& record) {
        log.set_other(record.custodian);
        record.custodian = run.actor.id;
        record.receiver.clear();
        note_arrival(run, record);
        log.append(key, record);
    });
    close_emptied(run, operation.containers);
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::RejectShipment& operation, OperationOutcome& outcome) {
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const auto judge = [&](const auto& record) { return receiver_only(run, record); };
    if (auto refused = batch.judge_all(ItemOperation::kRejectShipment, judge)) return refused;
    EventLog log(run, EventKind::kShipmentRejected, {}, operation.reason);
    end_shipment(batch, ItemOperation::kRejectShipment, log, [](const auto& record) { return record.custodian; });
    close_emptied(run, operation.containers);
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Sell& operation, OperationOutcome& outcome) {
    if (!may_sell(run.actor)) return Rejection{Refusal::kNotAllowed, "needs the role retailer, brand or platform"};
    const std::string& country = operation.country.empty() ? run.actor.country : operation.country;
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (item.custodian != run.actor.id) return Refusal::kNotCustodian;
        if (!may_move(item) || item.has(ItemFlag::kCounterfeit)) return Refusal::kFlagged;
        if (!covers(product_of(run, item).territories, country)) return Refusal::kOutsideTerritory;
        return is_recalled(run, item, country) ? Refusal::kRecalled : Refusal::kNone;
    };
    if (auto refused = batch.judge_all(ItemOperation::kSell, judge)) return refused;
    if (auto refused = check_seller_may_sell(run, operation.seller)) return refused;
    EventLog log(run, EventKind::kSold, operation.seller.is_zero() ? std::string() : operation.seller.hex(),
                 country);
    batch.change_all(ItemOperation::kSell, [&](const StateKey& key, ItemRecord& item) {
        item.ended_at = run.block.time;
        item.ended_by = run.actor.id;
        item.shop = operation.seller;
        item.offered_to.clear();
        log.append(key, item);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Return& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        return may_take_back(run, item) ? Refusal::kNone : Refusal::kNotReturnPoint;
    };
    if (auto refused = batch.judge_all(ItemOperation::kReturn, judge)) return refused;
    EventLog log(run, EventKind::kReturned, {}, operation.reason);
    batch.change_all(ItemOperation::kReturn, [&](const StateKey& key, ItemRecord& item) {
        log.set_other(item.custodian == run.actor.id ? std::string() : item.custodian);
        item.custodian = run.actor.id;
        ++item.returns;
        item.ended_at = {};
        item.ended_by.clear();
        note_arrival(run, item);
        log.append(key, item);
    });
    return std::nullopt;
}

// A sale that was recorded by mistake: by who recorded it, and soon.
template <>
Verdict apply(Run& run, const op::CancelSale& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (item.ended_by != run.actor.id) return Refusal::kNotCustodian;
        return run.block.time.ms - item.ended_at.ms <= limits::kSaleUndoMs ? Refusal::kNone : Refusal::kTooLate;
    };
    if (auto refused = batch.judge_all(ItemOperation::kCancelSale, judge)) return refused;
    EventLog log(run, EventKind::kSaleCancelled, {}, operation.reason);
    batch.change_all(ItemOperation::kCancelSale, [&](const StateKey& key, ItemRecord& item) {
        item.shop = {};
        item.ended_at = {};
        item.ended_by.clear();
        ++item.cancelled_sales;
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace touchstone::ledger
