#include "node/verify_pool.h"

namespace touchstone::node {

CheckedTransaction check_transaction(ledger::SignedTransactionPtr transaction, const ledger::Parameters& parameters) {
    auto parsed = ledger::parse(transaction, parameters);
    if (!parsed.ok()) return parsed.error();
    if (const auto rejection = ledger::check_signature(**parsed)) {
        if (rejection->refusal != ledger::Refusal::kBadSignature) return *rejection;
        return ledger::Rejection{ledger::Refusal::kBadSignature, "signed by another key, or altered since"};
    }
    return *std::move(parsed);
}

}  // namespace touchstone::node
