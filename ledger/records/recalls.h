// Whether a recall is about an item: what the rules, the verdict and every client ask. Pure functions; any thread.
#pragma once

#include <algorithm>

#include "ledger/identifiers/countries.h"
#include "ledger/records/records.h"

namespace touchstone::ledger {

inline bool is_within(const RecallScope& scope, const ItemRecord& item) {
    if (!scope.lot.empty() && scope.lot != item.lot) return false;
    if (!scope.maker.empty() && scope.maker != item.maker) return false;
    // An item of which no day of manufacture is recorded may be of any day.
    if (item.made_on == 0) return true;
    return item.made_on >= scope.made_from && (scope.made_until == 0 || item.made_on <= scope.made_until);
}

// In a country; empty: anywhere.
inline bool holds_for(const RecallMark& recall, const ItemRecord& item, std::string_view country) {
    return is_within(recall.scope, item) && covers(recall.countries, country);
}

// By its product's recalls or one by one.
inline bool is_recalled(const ItemRecord& item, const ProductRecord& product, std::string_view country) {
    return item.has(ItemFlag::kRecalled) ||
           std::any_of(product.recalls.begin(), product.recalls.end(),
                       [&](const RecallMark& recall) { return holds_for(recall, item, country); });
}

}  // namespace touchstone::ledger
