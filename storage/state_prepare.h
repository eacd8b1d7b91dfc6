// The hashing of one block's writes into new nodes. Inner to storage.
#pragma once

#include "storage/state_delta.h"

namespace touchstone::storage {

// Old nodes under a chain of deltas, asked for level by level in ascending order.
class NodeCursors {
  public:
    NodeCursors(const NodeTable& table, const std::vector<StateDeltaPtr>& chain_newest_first);
    void begin_level(std::uint32_t first_node);
    NodeValue old_value(std::uint32_t node);

  private:
    const NodeTable& table_;
    std::vector<const std::vector<NodeChange>*> changes_;
    std::vector<std::size_t> positions_;
};

// Every changed node from the root to the buckets, sorted, given the changed buckets in ascending order.
std::vector<NodeChange> changed_nodes(NodeCursors& cursors, std::vector<NodeChange> buckets, std::uint32_t depth);

}  // namespace touchstone::storage
