#include "tools/client/operations.h"

#include <algorithm>

#include "ledger/schema/build.h"

namespace touchstone::tools {

Envelope make_transaction(const TransactionContext& context, const crypto::SecretKey& key,
                          std::span<const ledger::Operation> operations) {
    Bytes nonce(Hash256::kSize);
    crypto::random_bytes(nonce);
    const ledger::PayloadHead head{context.chain_id, context.organisation, key.public_key(), context.valid_until,
                                   std::move(nonce)};
    const ledger::SignedTransaction transaction = ledger::sign_payload(ledger::build_payload(head, operations), key);
    return {transaction.to_envelope(), transaction.id()};
}

ledger::Refusal refusal_named(std::string_view code) {
    const auto all = ledger::refusals();
    const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.code == code; });
    return at == all.end() ? ledger::Refusal::kNone : at->refusal;
}

}  // namespace touchstone::tools
