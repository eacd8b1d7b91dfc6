// Blocks read ahead and checked one by one on all cores, and given out in their order.
//
// Owns its threads: one reads the source, the others check signatures; all end with the object. next() is for one
// thread. Bounded: what is read ahead is at most kAheadMax blocks and about kAheadBytesMax bytes.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tools/replay/block_source.h"

namespace touchstone::tools {

class BlockChecks {
  public:
    // `target` and `source` outlive it; nobody else asks the source meanwhile. `threads` at least 1.
    BlockChecks(const node::AuditTarget& target, BlockSource& source, unsigned threads);
    ~BlockChecks();
    BlockChecks(const BlockChecks&) = delete;
    BlockChecks& operator=(const BlockChecks&) = delete;

    // The next height's block, from height 1 on. Precondition: it is not above source.last().
    node::Audited<node::CheckedBlock> next();

  private:
    static constexpr std::size_t kAheadMax = 64;
    static constexpr std::size_t kAheadBytesMax = 16u << 20;  // a checked block takes about three times its bytes

    struct Slot {
        node::RawBlock raw;
        std::size_t bytes = 0;
        std::optional<node::Audited<node::CheckedBlock>> checked;
    };
    using SlotPtr = std::shared_ptr<Slot>;

    void read_all();
    void check_all();

    const node::AuditTarget& target_;
    BlockSource& source_;
    std::mutex mutex_;  // guards what follows, and `checked` of every slot
    std::condition_variable changed_;
    std::deque<SlotPtr> order_;  // read, not given out yet
    std::deque<SlotPtr> unchecked_;
    std::size_t bytes_ = 0;  // of order_
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace touchstone::tools
