// Whether a recall is about an item: what the rules, the verdict and every client ask. Pure functions; any thread.
//
// What is not recorded may be anything. An item without a lot may be of any lot, and one without a day of manufacture of
// any day, so a recall by lot or by days is about it too: else whoever leaves out what a recall goes by would evade it.
#pragma once

#include <algorithm>

#include "ledger/identifiers/countries.h"
#include "ledger/records/records.h"

namespace touchstone::ledger {

// All that a recall goes by, but for the lot.
inline bool is_of_maker_and_day(const RecallScope& scope, const ItemRecord& item) {
    if (!scope.maker.empty() && scope.maker != item.maker) return false;
    if (item.made_on == 0) return true;
    return item.made_on >= scope.made_from && (scope.made_until == 0 || item.made_on <= scope.made_until);
}

inline bool is_within(const RecallScope& scope, const ItemRecord& item) {
    const bool is_of_lot = scope.lot.empty() || item.lot.empty() || scope.lot == item.lot;
    return is_of_lot && is_of_maker_and_day(scope, item);
}

// In a country; empty: anywhere.
inline bool holds_for(const RecallMark& recall, const ItemRecord& item, std::string_view country) {
    return is_within(recall.scope, item) && covers(recall.countries, country);
}

// By its product's recalls or one by one. Of many items of a product: ledger/rules/recall_index.h.
inline bool is_recalled(const ItemRecord& item, const ProductRecord& product, std::string_view country) {
    return item.has(ItemFlag::kRecalled) ||
           std::any_of(product.recalls.begin(), product.recalls.end(),
                       [&](const RecallMark& recall) { return holds_for(recall, item, country); });
}

}  // namespace touchstone::ledger
