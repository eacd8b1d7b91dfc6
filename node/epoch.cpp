#include "node/epoch.h"

#include "base/check.h"

namespace touchstone::node {
namespace {

consensus::ValidatorSet set_of(const ledger::ValidatorsRecord& record) {
    std::vector<crypto::PublicKey> keys;
    for (const ledger::GenesisValidator& validator : record.validators) keys.push_back(validator.key);
    return consensus::ValidatorSet(std::move(keys), record.epoch);
}

}  // namespace

EpochFacts::EpochFacts(ledger::EpochRules rules)
    : record(std::move(rules.validators)),
      validators(set_of(record)),
      validators_hash(validators.hash()),
      parameters(rules.parameters) {}

EpochFacts::EpochFacts(const ledger::Genesis& genesis)
    : EpochFacts(ledger::EpochRules{{ledger::kGenesisEpoch, genesis.validators}, genesis.parameters}) {}

Hash256 validators_hash_after(const EpochFacts& epoch, const ledger::BlockEffects& effects) {
    if (!effects.rules || effects.rules->validators.epoch == epoch.epoch()) return epoch.validators_hash;
    return set_of(effects.rules->validators).hash();
}

EpochHistory::EpochHistory(const ledger::Genesis& genesis)
    : genesis_(genesis), epochs_{std::make_shared<const EpochFacts>(genesis)} {}

std::shared_ptr<const EpochFacts> EpochHistory::find(Epoch epoch) const {
    const std::lock_guard lock(mutex_);
    return epoch.value < epochs_.size() ? epochs_[epoch.value] : nullptr;
}

std::shared_ptr<const EpochFacts> EpochHistory::latest() const {
    const std::lock_guard lock(mutex_);
    return epochs_.back();
}

void EpochHistory::forget() {
    const std::lock_guard lock(mutex_);
    epochs_.resize(1, epochs_.front());
    epochs_.front() = std::make_shared<const EpochFacts>(genesis_);
}

void EpochHistory::learn(ledger::EpochRules rules) {
    auto facts = std::make_shared<const EpochFacts>(std::move(rules));
    const std::lock_guard lock(mutex_);
    const std::uint64_t place = facts->epoch().value;
    INVARIANT(place + 1 == epochs_.size() || place == epochs_.size());
    if (place == epochs_.size())
        epochs_.push_back(std::move(facts));
    else
        epochs_.back() = std::move(facts);
}

}  // namespace touchstone::node
