// The upper levels of the state tree in memory: the hash of every node from the root down to the buckets, and one bit
// each that says "exactly one leaf". Inner to storage.
//
// Nodes are numbered as in a heap: the root is 1, the children of i are 2i and 2i + 1, bucket b is 2^depth + b.
// Thread safety: none; StateTree's gate guards it. Invariant between changes: every node is join() of its children.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "base/check.h"
#include "crypto/state_root.h"

namespace touchstone::storage {

struct NodeValue {
    Hash256 hash;         // zero: nothing below
    bool single = false;  // exactly one leaf below, and `hash` is that leaf
    bool operator==(const NodeValue&) const = default;
};

// A subtree of exactly one key is that key's leaf, at whatever depth: so a lone leaf rises.
inline NodeValue join(const NodeValue& left, const NodeValue& right) {
    if (left.hash.is_zero() && (right.single || right.hash.is_zero())) return right;
    if (right.hash.is_zero() && left.single) return left;
    return {crypto::state_inner_hash(left.hash, right.hash), false};
}

// The bucket of `key`: its first `depth` bits.
inline std::uint32_t bucket_of(const Hash256& key, std::uint32_t depth) {
    std::uint32_t head = 0;
    for (std::size_t i = 0; i < 4; ++i) head = (head << 8) | key.bytes[i];
    return head >> (32 - depth);
}

class NodeTable {
  public:
    static constexpr std::uint32_t kDepthMax = 30;

    explicit NodeTable(std::uint32_t depth) : depth_(depth) {
        INVARIANT(depth >= 1 && depth <= kDepthMax);
        const std::size_t count = std::size_t{2} << depth;
        // Zero pages that are not touched cost no memory: a young node's table is nearly empty.
        hashes_.reset(static_cast<Hash256*>(std::calloc(count, sizeof(Hash256))));
        INVARIANT(hashes_ != nullptr);
        singles_.assign((count + 63) / 64, 0);
    }

    std::uint32_t depth() const { return depth_; }
    std::uint32_t bucket_count() const { return std::uint32_t{1} << depth_; }
    std::uint32_t bucket_node(std::uint32_t bucket) const { return bucket_count() + bucket; }

    const Hash256& hash(std::uint32_t node) const { return hashes_[node]; }
    bool single(std::uint32_t node) const { return ((singles_[node / 64] >> (node % 64)) & 1) != 0; }
    NodeValue value(std::uint32_t node) const { return {hash(node), single(node)}; }
    NodeValue root() const { return value(1); }

    void set(std::uint32_t node, const NodeValue& value) {
        hashes_[node] = value.hash;
        const std::uint64_t bit = std::uint64_t{1} << (node % 64);
        if (value.single)
            singles_[node / 64] |= bit;
        else
            singles_[node / 64] &= ~bit;
    }

    // Everything above the buckets, from the buckets.
    void rebuild_above_buckets() {
        for (std::uint32_t node = bucket_count() - 1; node >= 1; --node)
            set(node, join(value(2 * node), value(2 * node + 1)));
    }

    void clear() { *this = NodeTable(depth_); }

  private:
    struct Free {
        void operator()(Hash256* hashes) const { std::free(hashes); }
    };
    std::uint32_t depth_;
    std::unique_ptr<Hash256[], Free> hashes_;
    std::vector<std::uint64_t> singles_;
};

}  // namespace touchstone::storage
