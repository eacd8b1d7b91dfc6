// Checks clients' transactions (form and signature) away from the core thread. Real: node/app/threads. Simulated:
// tests/sim. A pure function from a batch to verdicts.
#pragma once

#include <functional>
#include <vector>

#include "ledger/rules/execute.h"

namespace touchstone::node {

using CheckedTransaction = Result<ledger::ParsedTransactionPtr, ledger::Rejection>;

class VerifyPool {
  public:
    virtual ~VerifyPool() = default;
    // `done` is called once, on the core thread, with a verdict per transaction in the same order.
    virtual void check(std::vector<ledger::SignedTransactionPtr> batch, const ledger::Parameters& parameters,
                       std::function<void(std::vector<CheckedTransaction>)> done) = 0;
};

// What a pool does with each: parse, then the one signature rule.
CheckedTransaction check_transaction(ledger::SignedTransactionPtr transaction, const ledger::Parameters& parameters);

}  // namespace touchstone::node
