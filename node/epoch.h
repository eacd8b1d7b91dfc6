// The rules that hold from one closing block to the next: who validates, and by which parameters.
// Values; any thread.
#pragma once

#include <memory>
#include <mutex>

#include "consensus/types.h"
#include "ledger/rules/execute.h"
#include "ledger/rules/genesis.h"

namespace touchstone::node {

struct EpochFacts {
    ledger::ValidatorsRecord record;  // names, and who was voted in
    consensus::ValidatorSet validators;
    Hash256 validators_hash;  // of that set
    ledger::Parameters parameters;

    explicit EpochFacts(ledger::EpochRules rules);
    // Precondition: genesis.check() is ok.
    explicit EpochFacts(const ledger::Genesis& genesis);
    Epoch epoch() const { return record.epoch; }
};

// The hash that the header of a block with these effects must carry: of the set that signs the block after it.
Hash256 validators_hash_after(const EpochFacts& epoch, const ledger::BlockEffects& effects);

// The epochs of a chain, as far as somebody has followed it. Any thread; what is found never changes.
class EpochHistory {
  public:
    explicit EpochHistory(const ledger::Genesis& genesis);
    // null: not known yet.
    std::shared_ptr<const EpochFacts> find(Epoch epoch) const;
    std::shared_ptr<const EpochFacts> latest() const;
    // Of the epoch that is known last, renewed, or of the one after it.
    void learn(ledger::EpochRules rules);
    // Back to the first epoch alone.
    void forget();

  private:
    ledger::Genesis genesis_;
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<const EpochFacts>> epochs_;
};

}  // namespace touchstone::node
