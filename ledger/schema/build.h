// For clients: a payload from operations, and its signature. Nothing is checked here; the ledger judges what arrives.
//
// Pure functions; any thread. The nonce comes from the caller (8 to 32 random bytes), so that tests can repeat it.
#pragma once

#include <span>

#include "ledger/records/header.h"
#include "ledger/schema/operations.h"

namespace touchstone::ledger {

struct PayloadHead {
    Hash256 chain_id;
    std::string organisation;
    crypto::PublicKey key;
    std::uint64_t valid_until = 0;
    Bytes nonce;
};

Bytes build_payload(const PayloadHead& head, std::span<const Operation> operations);
// What a new key signs to be taken for the organisation's own (op::AddKey): "touchstone/key/1" ‖ chain id ‖ id.
Bytes key_possession_bytes(const Hash256& chain_id, std::string_view organisation);
SignedTransaction sign_payload(Bytes payload, const crypto::SecretKey& key);

}  // namespace touchstone::ledger
