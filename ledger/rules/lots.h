// How many items there are of a product and of a lot, and of which makers: kept right by registering, amending and
// voiding. A lot stays known when nothing is left of it, by its makers with no items: goods may bear its number, and a
// recall must find it.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// One maker's share of a lot. An empty lot: of none, and nothing is kept.
struct LotShare {
    std::string gtin;
    std::string lot;
    std::string maker;
    auto operator<=>(const LotShare&) const = default;
};

// What the maker's items of the lot expire on; 0: nothing is known.
Day lot_expiry(Run& run, const LotShare& share);
// `expiry`: of these items; 0: none. It becomes the lot's where it has none.
void add_to_lot(Run& run, const LotShare& share, Day expiry, std::uint64_t items);
// Precondition: they are of it.
void take_from_lot(Run& run, const LotShare& share, std::uint64_t items);
// Precondition: the lot has the maker.
void set_lot_expiry(Run& run, const LotShare& share, Day expiry);

void add_to_product(Run& run, const std::string& gtin, std::uint64_t items);
void take_from_product(Run& run, const std::string& gtin, std::uint64_t items);

}  // namespace touchstone::ledger
