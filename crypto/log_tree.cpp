#include "crypto/log_tree.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "crypto/sha256.h"

namespace touchstone::crypto {
namespace {

constexpr std::uint8_t kLeafTag = 0x00;
constexpr std::uint8_t kNodeTag = 0x01;

// RFC 9162 2.1.1: the largest power of two smaller than `size`. Precondition: size > 1.
std::size_t split_of(std::size_t size) { return std::bit_floor(size - 1); }

void consistency_path(std::span<const Hash256> leaves, std::uint64_t old_size, std::vector<Hash256>& path) {
    // The rest of the old tree is one whole subtree: its root is where the verifier starts.
    if (old_size == leaves.size()) {
        path.push_back(log_root(leaves));
        return;
    }
    const std::size_t split = split_of(leaves.size());
    if (old_size <= split) {
        consistency_path(leaves.first(split), old_size, path);
        path.push_back(log_root(leaves.subspan(split)));
    } else {
        consistency_path(leaves.subspan(split), old_size - split, path);
        path.push_back(log_root(leaves.first(split)));
    }
}

}  // namespace

Hash256 log_leaf_hash(ByteView data) { return sha256({ByteView(&kLeafTag, 1), data}); }

Hash256 log_node_hash(const Hash256& left, const Hash256& right) {
    return sha256({ByteView(&kNodeTag, 1), left.bytes, right.bytes});
}

void LogFrontier::append(const Hash256& leaf_hash) {
    Hash256 node = leaf_hash;
    // Like a carry in binary addition: each trailing one bit of the size is a peak of the same height to merge with.
    for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
        node = log_node_hash(peaks_.back(), node);
        peaks_.pop_back();
    }
    peaks_.push_back(node);
    ++size_;
    INVARIANT(peaks_.size() == static_cast<std::size_t>(std::popcount(size_)));
}

Hash256 LogFrontier::root() const {
    if (peaks_.empty()) return sha256(ByteView{});
    Hash256 node = peaks_.back();
    for (std::size_t i = peaks_.size() - 1; i-- > 0;) node = log_node_hash(peaks_[i], node);
    return node;
}

Result<LogFrontier> LogFrontier::from_peaks(std::uint64_t size, std::vector<Hash256> peaks) {
    if (peaks.size() != static_cast<std::size_t>(std::popcount(size)))
        return Error{"log_peaks_malformed", "the number of peaks is not the number of one bits in the log's size"};
    LogFrontier frontier;
    frontier.size_ = size;
    frontier.peaks_ = std::move(peaks);
    return frontier;
}

Hash256 log_root(std::span<const Hash256> leaf_hashes) {
    if (leaf_hashes.empty()) return sha256(ByteView{});
    if (leaf_hashes.size() == 1) return leaf_hashes.front();
    const std::size_t split = split_of(leaf_hashes.size());
    return log_node_hash(log_root(leaf_hashes.first(split)), log_root(leaf_hashes.subspan(split)));
}

std::vector<Hash256> log_inclusion_proof(std::span<const Hash256> leaf_hashes, std::uint64_t index) {
    INVARIANT(index < leaf_hashes.size());
    std::vector<Hash256> proof;
    // From the root downwards; the proof lists siblings from the leaf upwards.
    while (leaf_hashes.size() > 1) {
        const std::size_t split = split_of(leaf_hashes.size());
        if (index < split) {
            proof.push_back(log_root(leaf_hashes.subspan(split)));
            leaf_hashes = leaf_hashes.first(split);
        } else {
            proof.push_back(log_root(leaf_hashes.first(split)));
            leaf_hashes = leaf_hashes.subspan(split);
            index -= split;
        }
    }
    std::reverse(proof.begin(), proof.end());
    return proof;
}

std::vector<Hash256> log_consistency_proof(std::span<const Hash256> leaf_hashes, std::uint64_t old_size) {
    INVARIANT(old_size <= leaf_hashes.size());
    if (old_size == 0 || old_size == leaf_hashes.size()) return {};
    std::vector<Hash256> proof;
    consistency_path(leaf_hashes, old_size, proof);
    // For a power of two that subtree is the whole old tree, whose root the verifier holds.
    if (std::has_single_bit(old_size)) proof.erase(proof.begin());
    return proof;
}

bool verify_log_inclusion(const Hash256& leaf_hash, std::uint64_t index, std::uint64_t size,
                          std::span<const Hash256> proof, const Hash256& root) {
    if (index >= size) return false;
    std::uint64_t node_index = index;
    std::uint64_t last_index = size - 1;
    Hash256 node = leaf_hash;
    for (const Hash256& sibling : proof) {
        if (last_index == 0) return false;
        if ((node_index & 1) != 0 || node_index == last_index) {
            node = log_node_hash(sibling, node);
            // On the right edge the levels at which the node has no sibling are skipped.
            while ((node_index & 1) == 0 && node_index != 0) {
                node_index >>= 1;
                last_index >>= 1;
            }
        } else {
            node = log_node_hash(node, sibling);
        }
        node_index >>= 1;
        last_index >>= 1;
    }
    return last_index == 0 && node == root;
}

bool verify_log_consistency(std::uint64_t old_size, const Hash256& old_root, std::uint64_t size, const Hash256& root,
                            std::span<const Hash256> proof) {
    // Every log extends the empty one: a proof of that says nothing, and is refused lest it be taken for evidence.
    if (old_size == 0 || old_size > size) return false;
    if (old_size == size) return proof.empty() && old_root == root;
    const bool starts_from_old_root = std::has_single_bit(old_size);
    if (!starts_from_old_root && proof.empty()) return false;
    Hash256 old_node = starts_from_old_root ? old_root : proof.front();
    Hash256 new_node = old_node;
    std::uint64_t old_index = old_size - 1;
    std::uint64_t last_index = size - 1;
    while ((old_index & 1) != 0) {
        old_index >>= 1;
        last_index >>= 1;
    }
    for (const Hash256& sibling : proof.subspan(starts_from_old_root ? 0 : 1)) {
        if (last_index == 0) return false;
        if ((old_index & 1) != 0 || old_index == last_index) {
            old_node = log_node_hash(sibling, old_node);
            new_node = log_node_hash(sibling, new_node);
            while ((old_index & 1) == 0 && old_index != 0) {
                old_index >>= 1;
                last_index >>= 1;
            }
        } else {
            new_node = log_node_hash(new_node, sibling);
        }
        old_index >>= 1;
        last_index >>= 1;
    }
    return last_index == 0 && old_node == old_root && new_node == root;
}

}  // namespace touchstone::crypto
