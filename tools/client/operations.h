// The bytes of transactions made of the ledger's operations (ledger/schema/transaction.proto).
//
// The nonce is random: records of little entropy are salted with it, so that nobody who can guess a payload may guess
// its nonce too. Two calls with the same operations are therefore two transactions. Whoever sends again after a lost
// connection sends the same Envelope; whoever starts anew learns from the refusals what is done (ledger::is_done).
#pragma once

#include <span>
#include <string>

#include "base/hash256.h"
#include "crypto/ed25519.h"
#include "ledger/schema/operations.h"

namespace touchstone::tools {

struct Envelope {
    Bytes bytes;  // what tx_submit takes
    Hash256 id;
};

struct TransactionContext {
    Hash256 chain_id;
    std::string organisation;
    std::uint64_t valid_until = 0;
};

// Any thread.
Envelope make_transaction(const TransactionContext& context, const crypto::SecretKey& key,
                          std::span<const ledger::Operation> operations);

// Of a refusal's code as nodes answer it; kNone: it is not known here.
ledger::Refusal refusal_named(std::string_view code);

}  // namespace touchstone::tools
