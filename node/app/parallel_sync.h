// The syncs of block log and vote journal side by side: the log's on a thread of its own, the journal's on the
// caller's. A vote waits for the slower of the two instead of their sum.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "node/disk_sync.h"

namespace touchstone::node {

class ParallelSync final : public DiskSync {
  public:
    ParallelSync();
    ~ParallelSync() override;
    ParallelSync(const ParallelSync&) = delete;
    ParallelSync& operator=(const ParallelSync&) = delete;

    [[nodiscard]] Status sync(BlockStore& blocks, storage::VoteJournal& votes) override;

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    BlockStore* asked_ = nullptr;
    std::optional<Status> done_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace touchstone::node
