// Recalls are marks on a product or a lot: one operation whatever the number of items.
//   Recall      the product's brand or a regulator. A lot may be recalled before anything of it is registered,
//               and a recall may be limited to countries
//   LiftRecall  who recalled, or a regulator
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/records/index.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Verdict set_recall(Run& run, RecallMark& mark, const op::Recall& operation) {
    if (mark.active) return Rejection{Refusal::kRecallActive, fmt::format("by '{}'", mark.by)};
    mark = {true, run.actor.id, operation.reason, run.block.time, operation.countries};
    return std::nullopt;
}

Verdict clear_recall(Run& run, RecallMark& mark) {
    if (!mark.active) return Rejection{Refusal::kRecallAbsent, {}};
    if (mark.by != run.actor.id && !run.actor.has(Role::kRegulator))
        return Rejection{Refusal::kNotAllowed,
                         fmt::format("'{}' recalled it: needs that organisation or a regulator", mark.by)};
    mark = {};
    return std::nullopt;
}

std::string event_detail(const op::Recall& operation) {
    if (operation.countries.empty()) return operation.reason;
    return fmt::format("in {}: {}", fmt::join(operation.countries, " "), operation.reason);
}

LotRecord& lot_to_recall(Run& run, const op::Recall& operation) {
    LotSlot& slot = run.overlay.lot(operation.gtin, operation.lot);
    if (slot.record) return run.overlay.lots.change(slot);
    run.overlay.put_index(lot_index_key(operation.gtin, operation.lot));
    LotRecord lot;
    lot.gtin = operation.gtin;
    lot.lot = operation.lot;
    return run.overlay.lots.create(slot, std::move(lot));
}

}  // namespace

Verdict apply(Run& run, const op::Recall& operation, OperationOutcome& outcome) {
    ProductSlot& slot = run.overlay.product(operation.gtin);
    if (!slot.record) return Rejection{Refusal::kProductUnknown, operation.gtin};
    if (slot.record->brand != run.actor.id && !run.actor.has(Role::kRegulator))
        return Rejection{Refusal::kNotAllowed, fmt::format("needs '{}' or a regulator", slot.record->brand)};
    EventLog log(run, EventKind::kRecalled, {}, event_detail(operation));
    if (operation.lot.empty()) {
        ProductRecord& product = run.overlay.products.change(slot);
        if (auto refused = set_recall(run, product.recall, operation)) return refused;
        log.append(product_key(operation.gtin), product);
    } else {
        LotRecord& lot = lot_to_recall(run, operation);
        if (auto refused = set_recall(run, lot.recall, operation)) return refused;
        log.append(lot_key(operation.gtin, operation.lot), lot);
        ++run.overlay.products.change(slot).lots_recalled;
    }
    run.overlay.put_index(recall_index_key(operation.gtin, operation.lot));
    outcome.accepted = 1;
    return std::nullopt;
}

Verdict apply(Run& run, const op::LiftRecall& operation, OperationOutcome& outcome) {
    ProductSlot& slot = run.overlay.product(operation.gtin);
    if (!slot.record) return Rejection{Refusal::kProductUnknown, operation.gtin};
    EventLog log(run, EventKind::kRecallLifted, {}, operation.reason);
    if (operation.lot.empty()) {
        ProductRecord& product = run.overlay.products.change(slot);
        if (auto refused = clear_recall(run, product.recall)) return refused;
        log.append(product_key(operation.gtin), product);
    } else {
        LotSlot& lot_slot = run.overlay.lot(operation.gtin, operation.lot);
        if (!lot_slot.record) return Rejection{Refusal::kRecallAbsent, {}};
        LotRecord& lot = run.overlay.lots.change(lot_slot);
        if (auto refused = clear_recall(run, lot.recall)) return refused;
        log.append(lot_key(operation.gtin, operation.lot), lot);
        --run.overlay.products.change(slot).lots_recalled;
    }
    run.overlay.erase_index(recall_index_key(operation.gtin, operation.lot));
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
