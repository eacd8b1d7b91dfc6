// Syncs the block log and the vote journal before votes leave. Two files, two syncs: a real node runs them side by side
// (node/app/parallel_sync.h), the simulator one after the other.
//
// Core thread only; returns when both are on stable storage. Failure: the first error met.
#pragma once

#include "node/block_store.h"
#include "storage/vote_journal.h"

namespace touchstone::node {

class DiskSync {
  public:
    virtual ~DiskSync() = default;
    [[nodiscard]] virtual Status sync(BlockStore& blocks, storage::VoteJournal& votes) = 0;
};

class SerialSync final : public DiskSync {
  public:
    [[nodiscard]] Status sync(BlockStore& blocks, storage::VoteJournal& votes) override {
        TRY(blocks.sync());
        return votes.sync();
    }
};

}  // namespace touchstone::node
