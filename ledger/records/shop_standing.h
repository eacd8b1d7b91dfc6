// What the entries of a shop's record amount to. The ledger, which lets a shop in, and the verdict on what it sells ask
// the same functions, and they look at nothing but the record: what is proven to a reader is all that the ledger knows.
//
//   S1  What a platform says against a shop (warned, suspended, closed) has weight when it had the shop for
//       limits::kShopHadMs before it said so. Else it binds that platform alone, and is told only while no other
//       platform has the shop: a pseudonym can be computed by whoever knows a number, and nobody keeps a shop out of
//       where he never had it.
//   S2  A closing that has weight keeps the shop out everywhere until it is attested: by a regulator, or by two
//       platforms. An organisation that closed the shop, or lets it sell, or is about to, does not count: it would speak
//       for itself. What was attested before such a closing is void (the record forgets it).
// Pure; any thread.
#pragma once

#include "ledger/records/seller_records.h"

namespace touchstone::ledger {

// S2. `newcomer`: a platform that is about to let the shop sell; empty: none.
bool is_attested(const SellerRecord& shop, std::string_view newcomer);
// The entry of another platform that keeps the shop out of this one; nullptr: none does.
const SellerEntry* closed_elsewhere(const SellerRecord& shop, std::string_view platform);

// What is to be said of it to whoever buys there.
struct ShopStanding {
    bool closed = false;
    bool reopened = false;  // closed somewhere, and back by S2
    bool suspended = false;
    bool warned = false;
    bool operator==(const ShopStanding&) const = default;
};
ShopStanding standing_of(const SellerRecord& shop);

}  // namespace touchstone::ledger
