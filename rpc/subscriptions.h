// News of final blocks for subscribers, without gap or duplicate: each subscription counts the height it needs next and
// pulls blocks from the node, so that old and new blocks come the same way. Only the wake-up is pushed.
//
// Threads: BlockNews is shared and thread-safe. A text is made once per block and shared by all who are at the tip.
#pragma once

#include <memory>
#include <mutex>

#include "rpc/method.h"

namespace touchstone::rpc {

using SharedText = std::shared_ptr<const std::string>;

// The members of a block's news: "height":…,"hash":…,"time_ms":…,"transaction_count":…,"events":[…].
Result<std::string, RpcError> block_news(const NodeApi& node, Height height);

class BlockNews {
  public:
    explicit BlockNews(const NodeApi& node) : node_(node) {}
    // Errors: those of NodeApi::block.
    Result<SharedText, RpcError> get(Height height);

  private:
    const NodeApi& node_;
    std::mutex mutex_;
    Height newest_;
    SharedText newest_text_;
};

}  // namespace touchstone::rpc
