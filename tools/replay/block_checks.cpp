#include "tools/replay/block_checks.h"

#include <algorithm>

namespace touchstone::tools {

BlockChecks::BlockChecks(const node::AuditTarget& target, BlockSource& source, unsigned threads)
    : target_(target), source_(source) {
    threads_.emplace_back([this] { read_all(); });
    for (unsigned i = 0; i < std::max(1u, threads); ++i) threads_.emplace_back([this] { check_all(); });
}

BlockChecks::~BlockChecks() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void BlockChecks::read_all() {
    for (Height height(1); height <= source_.last(); height = height.next()) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] {
                return stopping_ || order_.empty() || (order_.size() < kAheadMax && bytes_ < kAheadBytesMax);
            });
            if (stopping_) return;
        }
        auto raw = source_.read(height);
        auto slot = std::make_shared<Slot>();
        const bool failed = !raw.ok();
        if (failed) {
            slot->checked = raw.error();
        } else {
            slot->raw = *std::move(raw);
            slot->bytes = slot->raw.body.size();
        }
        {
            const std::lock_guard lock(mutex_);
            bytes_ += slot->bytes;
            order_.push_back(slot);
            if (!failed) unchecked_.push_back(std::move(slot));
        }
        changed_.notify_all();
        if (failed) return;
    }
}

void BlockChecks::check_all() {
    while (true) {
        SlotPtr slot;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stopping_ || !unchecked_.empty(); });
            if (stopping_) return;
            slot = std::move(unchecked_.front());
            unchecked_.pop_front();
        }
        node::CheckedBlock checked = node::check_block(target_, slot->raw);
        {
            const std::lock_guard lock(mutex_);
            slot->checked = std::move(checked);
            slot->raw = {};
        }
        changed_.notify_all();
    }
}

node::Audited<node::CheckedBlock> BlockChecks::next() {
    SlotPtr slot;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !order_.empty() && order_.front()->checked.has_value(); });
        slot = order_.front();
        // A fault stays where it is: nothing comes after it.
        if (!slot->checked->ok()) return slot->checked->error();
        order_.pop_front();
        bytes_ -= slot->bytes;
    }
    changed_.notify_all();
    return std::move(*slot->checked);
}

}  // namespace touchstone::tools
