// What parse() keeps of a transaction. Immutable once made; any thread.
#pragma once

#include "ledger/rules/execute.h"
#include "ledger/schema/operations.h"

namespace touchstone::ledger {

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

}  // namespace touchstone::ledger
