// The node's state and blocks as the RPC layer reads them: at one height, from any thread.
//
// The tip that publish() gives is the newest block with a finalization certificate of its own. A reader gets the state
// of exactly that block: while a commit is under way it waits for the tip to be published (microseconds).
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "node/block_store.h"
#include "rpc/node_api.h"
#include "storage/state_tree.h"

namespace touchstone::node {

class LedgerReader {
  public:
    LedgerReader(const storage::StateTree& state, const BlockStore& blocks) : state_(state), blocks_(blocks) {}

    void publish(rpc::SignedTipPtr tip) {
        const std::lock_guard lock(mutex_);
        tip_ = std::move(tip);
    }
    rpc::SignedTipPtr tip() const {
        const std::lock_guard lock(mutex_);
        return tip_;
    }

    std::unique_ptr<rpc::ReadView> read() const;
    Result<rpc::StoredBlockPtr> block(Height height) const;
    Result<Height> height_of(const Hash256& block_hash) const;
    // Final, with its outcome; nullopt when it is not.
    std::optional<rpc::TransactionStatus> final_status(const Hash256& id) const;

  private:
    static constexpr std::size_t kRecentBlocks = 4;  // of at most limits::kBlockBytesMax each

    Result<rpc::StoredBlock> read_block(Height height) const;

    const storage::StateTree& state_;
    const BlockStore& blocks_;
    mutable std::mutex mutex_;
    rpc::SignedTipPtr tip_;
    // The blocks read last. Whoever asks for the transactions of a block asks for one after the other.
    mutable std::mutex recent_mutex_;
    mutable std::deque<std::pair<Height, rpc::StoredBlockPtr>> recent_;
};

rpc::SignedTipPtr make_signed_tip(const ledger::Header& header, const Hash256& hash, ByteView certificate);

}  // namespace touchstone::node
