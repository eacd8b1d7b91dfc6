#include "node/app/waiters.h"

#include <algorithm>

namespace touchstone::node {

void Waiters::admitted(const Hash256& id) {
    const std::lock_guard lock(mutex_);
    pending_.insert(id);
}

void Waiters::left_pool(const Hash256& id) {
    const std::lock_guard lock(mutex_);
    pending_.erase(id);
}

bool Waiters::is_pending(const Hash256& id) const {
    const std::lock_guard lock(mutex_);
    return pending_.contains(id);
}

rpc::NodeApi::WaitId Waiters::wait(const Hash256& id, Done done) {
    const std::lock_guard lock(mutex_);
    const rpc::NodeApi::WaitId wait = next_id_++;
    waits_by_transaction_[id].push_back(wait);
    waits_.emplace(wait, Wait{id, std::move(done)});
    return wait;
}

void Waiters::forget(rpc::NodeApi::WaitId wait) {
    const std::lock_guard lock(mutex_);
    const auto found = waits_.find(wait);
    if (found == waits_.end()) return;
    auto& waits = waits_by_transaction_[found->second.id];
    std::erase(waits, wait);
    if (waits.empty()) waits_by_transaction_.erase(found->second.id);
    waits_.erase(found);
}

void Waiters::finish(rpc::NodeApi::WaitId wait, const rpc::TransactionStatus& status) {
    Done done;
    {
        const std::lock_guard lock(mutex_);
        const auto found = waits_.find(wait);
        if (found == waits_.end()) return;
        done = found->second.done;
    }
    forget(wait);
    done(status);
}

rpc::NodeApi::SubscriptionId Waiters::subscribe(std::function<void(rpc::SignedTipPtr)> on_block) {
    const std::lock_guard lock(mutex_);
    subscriptions_.emplace(next_id_, std::move(on_block));
    return next_id_++;
}

void Waiters::unsubscribe(rpc::NodeApi::SubscriptionId subscription) {
    const std::lock_guard lock(mutex_);
    subscriptions_.erase(subscription);
}

void Waiters::on_final(const std::vector<ExecutedBlockPtr>& blocks, const std::vector<rpc::SignedTipPtr>& tips) {
    std::vector<std::pair<Done, rpc::TransactionStatus>> finished;
    std::vector<std::function<void(rpc::SignedTipPtr)>> listeners;
    {
        const std::lock_guard lock(mutex_);
        for (const ExecutedBlockPtr& block : blocks) {
            for (std::uint32_t i = 0; i < block->transactions.size(); ++i) {
                const Hash256& id = ledger::info(*block->transactions[i]).id;
                pending_.erase(id);
                const auto waits = waits_by_transaction_.find(id);
                if (waits == waits_by_transaction_.end()) continue;
                for (rpc::NodeApi::WaitId wait : waits->second) {
                    const auto found = waits_.find(wait);
                    finished.emplace_back(std::move(found->second.done),
                                          rpc::TransactionStatus{rpc::TransactionStatus::State::kFinal,
                                                                 block->header.height, i, block->outcomes[i]});
                    waits_.erase(found);
                }
                waits_by_transaction_.erase(waits);
            }
        }
        for (const auto& [id, listener] : subscriptions_) listeners.push_back(listener);
    }
    for (const auto& [done, status] : finished) done(status);
    for (const auto& tip : tips)
        for (const auto& listener : listeners) listener(tip);
}

}  // namespace touchstone::node
