// The append-only log tree of RFC 9162 (Certificate Transparency v2), section 2.1: roots, inclusion, consistency.
//
// Leaf hash = SHA-256(0x00 ‖ data), node hash = SHA-256(0x01 ‖ left ‖ right), root of no leaves = SHA-256("").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/hash256.h"
#include "base/result.h"

namespace touchstone::crypto {

Hash256 log_leaf_hash(ByteView data);
Hash256 log_node_hash(const Hash256& left, const Hash256& right);

// The right edge of a log: what is needed to append and to know the root. O(log n) hashes; a value.
class LogFrontier {
  public:
    void append(const Hash256& leaf_hash);
    std::uint64_t size() const { return size_; }
    Hash256 root() const;
    // Roots of the perfect subtrees, largest first: with size(), all that a restart needs.
    const std::vector<Hash256>& peaks() const { return peaks_; }
    // Error: log_peaks_malformed.
    static Result<LogFrontier> from_peaks(std::uint64_t size, std::vector<Hash256> peaks);

  private:
    std::uint64_t size_ = 0;
    std::vector<Hash256> peaks_;
};

// Over all leaf hashes, in order. RFC 9162 2.1.1.
Hash256 log_root(std::span<const Hash256> leaf_hashes);
// RFC 9162 2.1.3.1. Precondition: index < leaf_hashes.size().
std::vector<Hash256> log_inclusion_proof(std::span<const Hash256> leaf_hashes, std::uint64_t index);
// RFC 9162 2.1.4.1; empty for an old size of 0. Precondition: old_size <= leaf_hashes.size().
std::vector<Hash256> log_consistency_proof(std::span<const Hash256> leaf_hashes, std::uint64_t old_size);

// RFC 9162 2.1.3.2.
bool verify_log_inclusion(const Hash256& leaf_hash, std::uint64_t index, std::uint64_t size,
                          std::span<const Hash256> proof, const Hash256& root);
// RFC 9162 2.1.4.2. False for an old size of 0: every log extends the empty one, and that proves nothing.
bool verify_log_consistency(std::uint64_t old_size, const Hash256& old_root, std::uint64_t size, const Hash256& root,
                            std::span<const Hash256> proof);

}  // namespace touchstone::crypto
