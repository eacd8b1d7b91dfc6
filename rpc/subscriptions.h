// News of final blocks for subscribers, without gap or duplicate: each subscription counts the height it needs next and
// pulls blocks from the node, so that old and new blocks come the same way. Only the wake-up is pushed.
//
// Threads: BlockNews is shared and thread-safe. A text is made once per block and shared by all who are at the tip.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "rpc/method.h"

namespace touchstone::rpc {

using SharedText = std::shared_ptr<const std::string>;

// The members of a block's news: "height":…,"hash":…,"time_ms":…,"told":…,"events":[…],"transaction_count":….
// Who is told what: write_operation_events. Error: what check_access says of a caller that is no member any more.
Result<std::string, RpcError> block_news(const NodeApi& node, Height height, const Caller& caller);

class BlockNews {
  public:
    explicit BlockNews(const NodeApi& node) : node_(node) {}
    // Errors: those of block_news and of NodeApi::block.
    Result<SharedText, RpcError> get(Height height, const Caller& caller);

  private:
    const NodeApi& node_;
    std::mutex mutex_;
    Height newest_;
    std::map<std::string, SharedText> newest_texts_;  // by organisation; of all overseers: by the empty text
};

}  // namespace touchstone::rpc
