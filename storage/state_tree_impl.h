// The parts of StateTree that its sources share. Inner to storage.
//
// Who guards what: table_ and mark_ change under gate_ held exclusively, and only on the core thread, which therefore
// reads them freely; all others hold the gate shared. overlay_ is a pointer to a list that is never changed, swapped
// under overlay_mutex_. What the flusher alone uses says so.
#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "storage/bucket_reader.h"
#include "storage/read_gate.h"
#include "storage/state_checkpoint.h"
#include "storage/state_delta.h"

namespace touchstone::storage {

using RebuildProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

// m: what the store's records are the state after.
struct StoredMark {
    StateMark mark;
    std::uint32_t depth = 0;
};
Bytes encode_mark(const StoredMark& stored);
Result<StoredMark> decode_mark(ByteView bytes);
Bytes touched_key(Height height);

class StateTreeImpl;

// A view of the core thread. Keeps the buckets that it read, for prepare().
class TreeView final : public StateView {
  public:
    struct OwnedRecord {
        Hash256 key;
        Bytes record;
    };
    using Bucket = std::vector<OwnedRecord>;

    TreeView(const StateTreeImpl& tree, StateDeltaPtr parent);
    Result<std::optional<Bytes>> get(const Hash256& key) const override;

    // The bucket if get() has read it.
    const Bucket* known(std::uint32_t bucket) const;
    // Whether this view sees the state that a delta on `parent` would be prepared on.
    bool sees(const StateDeltaPtr& parent) const;

  private:
    Result<const Bucket*> load(std::uint32_t bucket, const Hash256& sought) const;

    const StateTreeImpl& tree_;
    StateDeltaPtr parent_;
    std::uint64_t commits_;
    std::vector<StateDeltaPtr> chain_;
    mutable BucketReader reader_;
    mutable std::unordered_map<std::uint32_t, Bucket> buckets_;
};

class StateTreeImpl final : public StateTree {
  public:
    StateTreeImpl(KeyValueStore& store, Disk& disk, const StateTreeOptions& options);

    Status start(const RebuildProgress& progress);

    StateMark mark() const override {
        const std::shared_lock lock(gate_);
        return mark_;
    }
    std::unique_ptr<StateView> view(StateDeltaPtr parent) const override;
    Result<StateDeltaPtr> prepare(StateDeltaPtr parent, std::vector<StateWrite> writes, std::vector<SideWrite> side,
                                  const StateView* hint) override;
    void commit(const StateDeltaPtr& delta, StateMark mark, std::vector<SideWrite> late) override;
    static StateDeltaPtr side_only(std::vector<SideWrite> side);
    using StateTree::flush;
    Result<bool> flush(Height up_to) override;
    std::unique_ptr<StateReadGuard> read() const override;
    StateTreeStats stats() const override;

  private:
    friend class TreeView;
    friend class TreeReadGuard;

    // -- state_tree.cpp
    // The deltas between the committed state and what follows `parent`, newest first.
    std::vector<StateDeltaPtr> chain_of(const StateDeltaPtr& parent) const;
    // The chain and below it what the store has not taken yet, newest first.
    std::vector<StateDeltaPtr> layers_of(const std::vector<StateDeltaPtr>& chain) const;
    NodeValue node_in(const std::vector<StateDeltaPtr>& chain, std::uint32_t node) const;
    OverlayPtr overlay() const;

    // -- state_tree_flush.cpp
    Status flush_group(const Overlay& group);
    // Null when the disk is too full for one. `label`: the committed height when the copying began.
    Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(Height& label);
    Status forget_touched_below(Height height);

    // -- state_tree_open.cpp
    Status rebuild_all(const RebuildProgress& progress);
    Status rebuild_touched(Height since, const RebuildProgress& progress);
    Status rebuild_bucket(BucketReader& reader, std::uint32_t bucket);
    Result<std::vector<std::uint32_t>> touched_since(Height since) const;
    Status adopt_depth();
    Status start_empty();
    bool root_matches() const { return table_.root().hash == mark_.root; }

    KeyValueStore& store_;
    Disk& disk_;
    const StateTreeOptions options_;

    mutable ReadGate gate_;
    NodeTable table_;
    StateMark mark_;

    // The core thread's.
    std::uint64_t commits_ = 0;
    StateDeltaPtr last_committed_;

    mutable std::mutex overlay_mutex_;
    OverlayPtr overlay_ = std::make_shared<Overlay>();

    // The flusher's.
    std::uint64_t touched_since_checkpoint_ = 0;

    std::atomic<std::uint64_t> unflushed_bytes_ = 0;
    std::atomic<std::uint64_t> flushed_height_ = 0;
    std::uint64_t rebuilt_at_open_ = 0;
};

}  // namespace touchstone::storage
