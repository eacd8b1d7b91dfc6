// A transaction as the ledger works with it: parsed once, at admission, and kept. Immutable once made; any thread.
#pragma once

#include <memory>

#include "ledger/records/header.h"
#include "ledger/records/parameters.h"
#include "ledger/schema/operations.h"

namespace touchstone::ledger {

struct ParsedInfo {
    Hash256 id;
    Hash256 chain_id;
    std::string organisation;
    crypto::PublicKey key;
    std::uint64_t valid_until;
    std::size_t size_bytes;
    std::size_t items;  // items and containers named by all operations
    std::size_t load;   // what it counts in a block's bound: its items, or limits::kItemsPerOperation for each operation
    Hash256 salt;       // of what this transaction writes (records.h): only who sees the payload knows it
};

class ParsedTransaction {
  public:
    ParsedTransaction(ParsedInfo known, SignedTransactionPtr carried, std::vector<Operation> parsed)
        : info_(std::move(known)), signed_(std::move(carried)), operations_(std::move(parsed)) {}

    const ParsedInfo& info() const { return info_; }
    const SignedTransactionPtr& carried() const { return signed_; }
    const std::vector<Operation>& operations() const { return operations_; }

  private:
    ParsedInfo info_;
    SignedTransactionPtr signed_;
    std::vector<Operation> operations_;
};
using ParsedTransactionPtr = std::shared_ptr<const ParsedTransaction>;

inline const ParsedInfo& info(const ParsedTransaction& transaction) { return transaction.info(); }
inline const SignedTransactionPtr& signed_of(const ParsedTransaction& transaction) { return transaction.carried(); }

// Form only: Protobuf, sizes, field syntax. Pure; any thread.
Result<ParsedTransactionPtr, Rejection> parse(SignedTransactionPtr transaction, const Parameters& parameters);

}  // namespace touchstone::ledger
