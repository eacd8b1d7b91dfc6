// Who waits for which transaction, and who listens to blocks.
//
// Thread safety: any thread. Callbacks run without the lock, on the thread that brought the news.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "node/chain.h"
#include "rpc/node_api.h"

namespace touchstone::node {

class Waiters {
  public:
    using Done = std::function<void(rpc::TransactionStatus)>;

    void admitted(const Hash256& id);
    void left_pool(const Hash256& id);
    bool is_pending(const Hash256& id) const;

    rpc::NodeApi::WaitId wait(const Hash256& id, Done done);
    void forget(rpc::NodeApi::WaitId wait);
    // Ends one wait with this status, if it is still there.
    void finish(rpc::NodeApi::WaitId wait, const rpc::TransactionStatus& status);

    rpc::NodeApi::SubscriptionId subscribe(std::function<void(rpc::SignedTipPtr)> on_block);
    void unsubscribe(rpc::NodeApi::SubscriptionId subscription);

    void on_final(const std::vector<ExecutedBlockPtr>& blocks, const std::vector<rpc::SignedTipPtr>& tips);

  private:
    struct Wait {
        Hash256 id;
        Done done;
    };
    mutable std::mutex mutex_;
    std::uint64_t next_id_ = 1;
    std::unordered_set<Hash256> pending_;
    std::unordered_map<Hash256, std::vector<rpc::NodeApi::WaitId>> waits_by_transaction_;
    std::unordered_map<rpc::NodeApi::WaitId, Wait> waits_;
    std::map<rpc::NodeApi::SubscriptionId, std::function<void(rpc::SignedTipPtr)>> subscriptions_;
};

}  // namespace touchstone::node
