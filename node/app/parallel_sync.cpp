#include "node/app/parallel_sync.h"

namespace touchstone::node {

ParallelSync::ParallelSync() : thread_([this] { run(); }) {}

ParallelSync::~ParallelSync() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

Status ParallelSync::sync(BlockStore& blocks, storage::VoteJournal& votes) {
    if (!blocks.unsynced()) return votes.sync();
    {
        const std::lock_guard lock(mutex_);
        asked_ = &blocks;
        done_.reset();
    }
    changed_.notify_all();
    const Status votes_synced = votes.sync();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_.has_value(); });
    TRY(*done_);
    return votes_synced;
}

void ParallelSync::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || asked_ != nullptr; });
        if (stopping_) return;
        BlockStore* const blocks = std::exchange(asked_, nullptr);
        lock.unlock();
        Status synced = blocks->sync();
        lock.lock();
        done_ = std::move(synced);
        changed_.notify_all();
    }
}

}  // namespace touchstone::node
