// genesis.json: the text form of ledger::Genesis.
//
//   {"name": "…", "time": "2026-01-01T00:00:00.000Z",
//    "parameters": {"block_bytes_max": …, …},              any may be left out: the default
//    "organisations": [{"id": "…", "name": "…", "roles": ["brand"], "gln": "…", "country": "IT",
//                       "prefixes": ["950600"], "council": true,
//                       "keys": [{"key": "hex", "purpose": "admin"}]}],
//    "validators": [{"organisation": "…", "name": "…", "key": "hex"}]}
//
// Reading is strict: an unknown, missing or repeated key, or a value of another type, is an error that names its
// place, such as /organisations/2/roles/0. What is well-formed may still be unfit: Genesis::check() judges that.
// Addresses of nodes are not here: they may change, and the chain id may not. Thread safety: values only.
#pragma once

#include <string>

#include "base/time.h"
#include "ledger/rules/genesis.h"

namespace touchstone::node {

// from_json(to_json(g)) is g, to the last byte of its encoding.
std::string genesis_to_json(const ledger::Genesis& genesis);
// Error: genesis_malformed.
Result<ledger::Genesis> genesis_from_json(const std::string& text);

// "2026-01-01T00:00:00Z" or with milliseconds; nullopt for all else.
std::optional<WallTime> parse_time(std::string_view text);

}  // namespace touchstone::node
