#include "crypto/log_tree.h"
#include "ledger/records/header.h"

namespace touchstone::ledger {

Hash256 transaction_root(std::span<const SignedTransactionPtr> transactions) {
    std::vector<Hash256> leaves;
    leaves.reserve(transactions.size());
    for (const SignedTransactionPtr& transaction : transactions)
        leaves.push_back(crypto::log_leaf_hash(transaction->leaf()));
    return crypto::log_root(leaves);
}

}  // namespace touchstone::ledger
