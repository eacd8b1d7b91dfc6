// The genesis: what the chain starts from, and what a light client trusts.
//
// chain id = SHA-256("touchstone/genesis/1" ‖ encode()). The genesis block hash (parent of height 1) is the chain id.
// The text form is genesis.json (node/app/genesis_json.h).
#pragma once

#include "ledger/records/parameters.h"
#include "ledger/records/records.h"
#include "ledger/records/validator_records.h"

namespace touchstone::ledger {

struct Genesis {
    std::string name;
    WallTime time;
    Parameters parameters;
    std::vector<OrganisationRecord> organisations;
    std::vector<GenesisValidator> validators;

    bool operator==(const Genesis&) const = default;

    Bytes encode() const;
    static Result<Genesis> decode(ByteView bytes);  // error: record_malformed; check() judges the content
    Hash256 chain_id() const;
    // Errors: genesis_invalid, with what is wrong: no validators, a key twice, an organisation twice, bad slug, …
    [[nodiscard]] Status check() const;
    // Sorted by key.
    std::vector<std::pair<Hash256, Bytes>> records() const;
    // Index entries ('i') that belong to them.
    std::vector<std::pair<Bytes, Bytes>> side() const;
};

}  // namespace touchstone::ledger
