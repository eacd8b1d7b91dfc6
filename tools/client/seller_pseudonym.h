// The pseudonym of a shop: a hardened digest of the country of its business registration and of the number.
//
// The salt is public and the same for all, so that one shop has one pseudonym on every platform; the ledger
// has the country, and the number stays with the platform. Whoever knows a shop can compute its pseudonym and look it
// up. Whoever knows a pseudonym alone must try out registration numbers, at half a second and 256 MiB each: that is a
// burden, not a barrier, where a register has few numbers. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/hash256.h"
#include "base/result.h"

namespace touchstone::tools {

// What is hashed: "FR:732829320". Letters in capitals; spaces, dots, hyphens and slashes of the number are left out.
// Errors: bad_country, bad_registration.
Result<std::string> seller_name(std::string_view country, std::string_view registration);
// Errors: those, and hash_memory.
Result<Hash256> seller_pseudonym(std::string_view country, std::string_view registration);

}  // namespace touchstone::tools
