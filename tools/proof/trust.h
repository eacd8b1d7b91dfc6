// What a light client believes without proof: one genesis.json, which it got from somebody it trusts.
//
// Everything else follows: the chain id is the digest of the genesis, the validators' keys stand in it, and each set of
// validators signs the block that names the next one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "consensus/types.h"
#include "ledger/rules/genesis.h"

namespace touchstone::tools {

struct TrustedSet {
    consensus::ValidatorSet validators;
    // By index; empty: what the validator of that key is called, no record that its predecessors signed has told.
    std::vector<std::string> names;
    // How people know a validator: by its name, or by the beginning of its key.
    std::string label(std::uint32_t index) const;
};

struct Trust {
    std::string chain_name;
    Hash256 chain_id;
    Hash256 genesis_root;            // of the state before the first block
    std::vector<TrustedSet> epochs;  // by number; the genesis' first, and those that follow_epoch() added
    Duration heartbeat{};            // of the chain when it is idle, as the genesis has it; 0: none
};

Trust trust_from(const ledger::Genesis& genesis);
// Errors: no_trust (no file named), file_unreadable, genesis_malformed, genesis_invalid (name what is wrong).
Result<Trust> load_trust(const std::string& path);

}  // namespace touchstone::tools
