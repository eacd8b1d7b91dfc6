// What one block changes in the state tree, sorted for merging and indexed for look-up. Inner to storage.
//
// Thread safety: `writes`, `side`, `touched`, `root` never change once the delta is made, and any thread reads them.
// `parent` and `nodes` belong to the core thread, which lets go of both when the delta is committed: the tree's own
// table says the same from then on, and a chain of parents would keep every block since the start in memory.
#pragma once

#include "storage/node_table.h"
#include "storage/state_tree.h"

namespace touchstone::storage {

struct NodeChange {
    std::uint32_t node = 0;
    NodeValue value;
};

// Positions in a sorted list of writes, by key: one probe instead of a binary search for each unflushed block.
class WriteIndex {
  public:
    void build(const std::vector<StateWrite>& writes);
    const StateWrite* find(const std::vector<StateWrite>& writes, const Hash256& key) const;

  private:
    static std::size_t mix(const Hash256& key);
    std::vector<std::uint32_t> slots_;  // position + 1; 0 is free
};

class StateDelta {
  public:
    const StateWrite* find(const Hash256& key) const { return index.find(writes, key); }
    const SideWrite* find_side(ByteView key) const;
    // First position in `side` whose key is not below `key`.
    std::size_t side_lower_bound(ByteView key) const;
    const NodeValue* find_node(std::uint32_t node) const;

    Hash256 root;
    std::vector<StateWrite> writes;      // sorted by key
    std::vector<Hash256> leaf_hashes;    // of writes, in their order; zero where erased
    std::vector<SideWrite> side;         // sorted by key
    std::vector<std::uint32_t> touched;  // buckets, sorted
    WriteIndex index;
    std::uint64_t bytes = 0;         // of memory, about
    std::uint64_t base_commits = 0;  // commits of the tree when this was prepared on the committed state

    mutable StateDeltaPtr parent;           // null: prepared on the committed state
    mutable std::vector<NodeChange> nodes;  // sorted by node
    mutable bool committed = false;
};

// A committed delta that the store has not taken yet.
struct UnflushedBlock {
    StateDeltaPtr delta;
    StateMark mark;
};
// Oldest first. Never changed in place: whoever holds one sees one moment.
using Overlay = std::vector<UnflushedBlock>;
using OverlayPtr = std::shared_ptr<const Overlay>;

}  // namespace touchstone::storage
