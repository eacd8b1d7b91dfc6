// genesis.json: the text form of a genesis, for people to read and to hand on.
//
//   {"name", "time_ms", "parameters": {…}, "organisations": [{"id", "name", "roles": […], "gln", "country", "council",
//    "suspended", "keys": [{"key": hex, "purpose": "admin" | "operate"}]}], "validators": [{"organisation", "name",
//    "key"}]}
// Absent parameters have their defaults; a member that is not known is an error, since it would be believed and
// ignored.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "ledger/genesis.h"

namespace touchstone::tools {

// Error: bad_genesis, which names the member. Runs Genesis::check().
Result<ledger::Genesis> genesis_from_json(const std::string& text);
std::string genesis_to_json(const ledger::Genesis& genesis);

}  // namespace touchstone::tools
