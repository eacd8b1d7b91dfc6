#include "storage/state_delta.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace touchstone::storage {

const Hash256& delta_root(const StateDelta& delta) { return delta.root; }

std::size_t WriteIndex::mix(const Hash256& key) {
    std::uint64_t words[4];
    std::memcpy(words, key.bytes.data(), sizeof words);
    std::uint64_t mixed = words[0];
    for (std::size_t i = 1; i < 4; ++i) mixed = (mixed ^ (mixed >> 29)) * 0x9e3779b97f4a7c15ULL + words[i];
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

void WriteIndex::build(const std::vector<StateWrite>& writes) {
    slots_.assign(std::bit_ceil(writes.size() * 2 + 1), 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        std::size_t slot = mix(writes[i].key) & mask;
        while (slots_[slot] != 0) slot = (slot + 1) & mask;
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

const StateWrite* WriteIndex::find(const std::vector<StateWrite>& writes, const Hash256& key) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = mix(key) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const StateWrite& write = writes[slots_[slot] - 1];
        if (write.key == key) return &write;
    }
    return nullptr;
}

std::size_t StateDelta::side_lower_bound(ByteView key) const {
    const auto found = std::partition_point(side.begin(), side.end(),
                                            [&](const SideWrite& write) { return as_text(write.key) < as_text(key); });
    return static_cast<std::size_t>(found - side.begin());
}

const SideWrite* StateDelta::find_side(ByteView key) const {
    const std::size_t at = side_lower_bound(key);
    return at < side.size() && equal(side[at].key, key) ? &side[at] : nullptr;
}

const NodeValue* StateDelta::find_node(std::uint32_t node) const {
    const auto found =
        std::partition_point(nodes.begin(), nodes.end(), [&](const NodeChange& change) { return change.node < node; });
    return found != nodes.end() && found->node == node ? &found->value : nullptr;
}

}  // namespace touchstone::storage
