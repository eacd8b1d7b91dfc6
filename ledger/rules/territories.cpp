// SetTerritories: the product's brand says in which countries its items may be sold; a later list replaces it. A sale
// that names another country is refused (custody.cpp): such goods are meant for another market, which says
// nothing against the goods themselves. The list has a date: what was sold before it was sold under an earlier one. The
// same list again is refused, and keeps its date.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

template <>
Verdict apply(Run& run, const op::SetTerritories& operation, OperationOutcome& outcome) {
    if (auto refused = check_brand(run, operation.gtin)) return refused;
    ProductSlot& slot = run.overlay.product(operation.gtin);
    // A later date would take from earlier sales the list that they were made under.
    if (slot.record->territories == operation.countries) return Rejection{Refusal::kNothingChanges, operation.gtin};
    ProductRecord& product = run.overlay.products.change(slot);
    product.territories = operation.countries;
    product.territories_since = run.block.time;
    const std::string detail =
        operation.countries.empty() ? "everywhere" : fmt::format("{}", fmt::join(operation.countries, " "));
    EventLog(run, EventKind::kTerritoriesSet, {}, detail).append(product_key(operation.gtin), product);
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
