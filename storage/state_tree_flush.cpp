// Committed deltas into the store, and checkpoints. The flusher's thread.
#include <algorithm>
#include <shared_mutex>

#include "base/codec.h"
#include "storage/state_checkpoint.h"
#include "storage/state_tree_impl.h"

namespace touchstone::storage {
namespace {

// One batch is copied whole into LevelDB's log and write buffer: larger ones only take memory.
constexpr std::uint64_t kGroupBytesMax = 32u << 20;

bool precedes(const StateWrite* a, const StateWrite* b) { return a->key < b->key; }
bool precedes(const SideWrite* a, const SideWrite* b) { return as_text(a->key) < as_text(b->key); }

// All writes of the group in key order, of equal keys the newest alone.
template <class Write>
std::vector<const Write*> newest(const Overlay& group, std::vector<Write> StateDelta::*list) {
    std::vector<const Write*> writes;
    for (auto block = group.rbegin(); block != group.rend(); ++block)
        for (const Write& write : (*block->delta).*list) writes.push_back(&write);
    if (group.size() == 1) return writes;
    std::stable_sort(writes.begin(), writes.end(), [](const Write* a, const Write* b) { return precedes(a, b); });
    writes.erase(
        std::unique(writes.begin(), writes.end(), [](const Write* a, const Write* b) { return a->key == b->key; }),
        writes.end());
    return writes;
}

std::vector<std::uint32_t> touched_by(const Overlay& group) {
    std::vector<std::uint32_t> touched;
    for (const UnflushedBlock& block : group)
        touched.insert(touched.end(), block.delta->touched.begin(), block.delta->touched.end());
    return touched;
}

}  // namespace

Bytes touched_key(Height height) {
    Writer writer;
    writer.u8(kTouchedPrefix).u64(height.value);
    return std::move(writer).take();
}

Result<bool> StateTreeImpl::flush(Height up_to) {
    std::unique_ptr<CheckpointWriter> checkpoint;
    Height label;
    if (touched_since_checkpoint_ > 0 && touched_since_checkpoint_ >= options_.checkpoint_every &&
        mark().height <= up_to) {
        TRY_ASSIGN(checkpoint, begin_checkpoint(label));
    }
    // Taken after the copying: when all of it is in the store, every value that was copied is.
    const OverlayPtr unflushed = overlay();
    Overlay group;
    std::uint64_t group_bytes = 0;
    bool any = false;
    bool all = true;
    for (const UnflushedBlock& block : *unflushed) {
        all = block.mark.height <= up_to;
        if (!all) break;
        any = true;
        group.push_back(block);
        group_bytes += block.delta->bytes;
        if (group_bytes < kGroupBytesMax) continue;
        TRY(flush_group(group));
        group.clear();
        group_bytes = 0;
    }
    if (!group.empty()) TRY(flush_group(group));
    if (checkpoint && all) {
        TRY(checkpoint->publish());
        TRY(forget_touched_below(label));
    } else if (checkpoint) {
        // Blocks came in meanwhile that may not be flushed yet, and the copy holds their hashes: another time.
        checkpoint.reset();
        TRY(CheckpointWriter::discard(disk_));
        touched_since_checkpoint_ = options_.checkpoint_every;
    }
    return any;
}

Status StateTreeImpl::flush_group(const Overlay& group) {
    const StateMark& mark = group.back().mark;
    const auto batch = store_.make_batch();
    for (const StateWrite* write : newest(group, &StateDelta::writes)) {
        if (write->record)
            batch->put(record_key(write->key), *write->record);
        else
            batch->erase(record_key(write->key));
    }
    for (const SideWrite* write : newest(group, &StateDelta::side)) {
        if (write->value)
            batch->put(write->key, *write->value);
        else
            batch->erase(write->key);
    }
    std::vector<std::uint32_t> touched = touched_by(group);
    touched_since_checkpoint_ += touched.size();
    TRY_ASSIGN(const auto listed, store_.get(touched_key(mark.height)));
    Bytes list = listed.value_or(Bytes{});
    Writer writer;
    writer.reserve(touched.size() * 4);
    for (const std::uint32_t bucket : touched) writer.u32(bucket);
    append(list, writer.bytes());
    batch->put(touched_key(mark.height), list);
    const std::uint8_t mark_key[] = {kMarkPrefix};
    batch->put(mark_key, encode_mark({mark, table_.depth()}));
    TRY(store_.write(*batch));

    std::uint64_t bytes = 0;
    for (const UnflushedBlock& block : group) bytes += block.delta->bytes;
    flushed_height_ = mark.height.value;
    const std::lock_guard lock(overlay_mutex_);
    overlay_ =
        std::make_shared<Overlay>(overlay_->begin() + static_cast<std::ptrdiff_t>(group.size()), overlay_->end());
    unflushed_bytes_ -= bytes;
    return Ok{};
}

Result<std::unique_ptr<CheckpointWriter>> StateTreeImpl::begin_checkpoint(Height& label) {
    {
        const std::shared_lock shared(gate_);
        label = mark_.height;
    }
    touched_since_checkpoint_ = 0;
    auto copied = CheckpointWriter::copy(disk_, table_, gate_, label);
    if (copied.ok() || copied.error().code != "disk_full") return copied;
    // A checkpoint only makes the next start quicker: a full disk is for those to report who need it.
    TRY(CheckpointWriter::discard(disk_));
    return std::unique_ptr<CheckpointWriter>();
}

Status StateTreeImpl::forget_touched_below(Height height) {
    const auto batch = store_.make_batch();
    const auto iterator = store_.iterate();
    const Bytes end = touched_key(height);
    for (iterator->seek(touched_key(Height(0))); iterator->valid(); iterator->next()) {
        if (as_text(iterator->key()) >= as_text(end)) break;
        batch->erase(iterator->key());
    }
    TRY(iterator->status());
    return store_.write(*batch);
}

}  // namespace touchstone::storage
