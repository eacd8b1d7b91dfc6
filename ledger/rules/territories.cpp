// SetTerritories: the product's brand says in which countries its items may be sold; a later list replaces it. A sale
// that names another country is refused (custody.cpp): such goods are meant for another market, which says
// nothing against the goods themselves. The list has a date: what was sold before it was sold under an earlier one.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

template <>
Verdict apply(Run& run, const op::SetTerritories& operation, OperationOutcome& outcome) {
    if (auto refused = check_brand(run, operation.gtin)) return refused;
    ProductRecord& product = run.overlay.products.change(run.overlay.product(operation.gtin));
    product.territories = operation.countries;
    product.territories_since = run.block.time;
    const std::string detail =
        operation.countries.empty() ? "everywhere" : fmt::format("{}", fmt::join(operation.countries, " "));
    EventLog(run, EventKind::kTerritoriesSet, {}, detail).append(product_key(operation.gtin), product);
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
