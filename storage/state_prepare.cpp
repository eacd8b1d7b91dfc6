#include "storage/state_prepare.h"

#include <algorithm>

namespace touchstone::storage {

NodeCursors::NodeCursors(const NodeTable& table, const std::vector<StateDeltaPtr>& chain_newest_first)
    : table_(table), positions_(chain_newest_first.size(), 0) {
    for (const StateDeltaPtr& delta : chain_newest_first) changes_.push_back(&delta->nodes);
}

void NodeCursors::begin_level(std::uint32_t first_node) {
    for (std::size_t layer = 0; layer < changes_.size(); ++layer) {
        const auto found = std::partition_point(changes_[layer]->begin(), changes_[layer]->end(),
                                                [&](const NodeChange& change) { return change.node < first_node; });
        positions_[layer] = static_cast<std::size_t>(found - changes_[layer]->begin());
    }
}

NodeValue NodeCursors::old_value(std::uint32_t node) {
    for (std::size_t layer = 0; layer < changes_.size(); ++layer) {
        const std::vector<NodeChange>& changes = *changes_[layer];
        std::size_t& at = positions_[layer];
        while (at < changes.size() && changes[at].node < node) ++at;
        if (at < changes.size() && changes[at].node == node) return changes[at].value;
    }
    return table_.value(node);
}

std::vector<NodeChange> changed_nodes(NodeCursors& cursors, std::vector<NodeChange> buckets, std::uint32_t depth) {
    std::vector<std::vector<NodeChange>> levels(depth + 1);
    std::size_t count = buckets.size();
    levels[depth] = std::move(buckets);
    for (std::uint32_t level = depth; level-- > 0;) {
        const std::vector<NodeChange>& below = levels[level + 1];
        std::vector<NodeChange>& here = levels[level];
        cursors.begin_level(std::uint32_t{2} << level);
        for (std::size_t i = 0; i < below.size();) {
            const std::uint32_t parent = below[i].node / 2;
            const bool has_left = below[i].node == 2 * parent;
            const NodeValue left = has_left ? below[i++].value : cursors.old_value(2 * parent);
            const bool has_right = i < below.size() && below[i].node == 2 * parent + 1;
            const NodeValue right = has_right ? below[i++].value : cursors.old_value(2 * parent + 1);
            here.push_back({parent, join(left, right)});
        }
        count += here.size();
    }
    std::vector<NodeChange> all;
    all.reserve(count);
    for (const std::vector<NodeChange>& level : levels) all.insert(all.end(), level.begin(), level.end());
    return all;
}

}  // namespace touchstone::storage
