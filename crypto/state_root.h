// The arithmetic of the state tree: a canonical compact sparse Merkle tree over 256-bit keys.
//
//   leaf(key, record) = SHA-256(0x00 ‖ key ‖ SHA-256(record))
//   inner(l, r)       = SHA-256(0x01 ‖ l ‖ r)
//   empty             = 32 zero bytes
//   a subtree that holds exactly one key is that key's leaf, at whatever depth
//
// So the root is a pure function of the set of records. state_root() below is its definition, and the oracle of the
// tests of storage/state_tree.h, which computes the same incrementally.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/hash256.h"
#include "base/result.h"

namespace touchstone::crypto {

struct StateLeaf {
    Hash256 key;
    Hash256 hash;  // state_leaf_hash(key, record)
};

Hash256 state_leaf_hash(const Hash256& key, ByteView record);
Hash256 state_inner_hash(const Hash256& left, const Hash256& right);

// Root of the subtree at `depth` that holds `leaves`. Precondition: sorted by key, unique, and all keys agree on their
// first `depth` bits.
Hash256 state_root(std::span<const StateLeaf> leaves, std::size_t depth = 0);

// Proof that a key has a record, or that it has none, under a root.
//
// siblings[i] is the hash of the subtree beside the path at depth i + 1, from the root downwards; the proof ends at the
// depth siblings.size(). There stands either nothing (absence), the key's own leaf (inclusion: the verifier computes it
// from the record), or another key's leaf (absence: `other` names it, and it must share the first siblings.size()
// bits).
struct StateProof {
    struct OtherLeaf {
        Hash256 key;
        Hash256 record_hash;
        bool operator==(const OtherLeaf&) const = default;
    };
    std::vector<Hash256> siblings;
    std::optional<OtherLeaf> other;
    bool operator==(const StateProof&) const = default;

    // Layout: u16 count of siblings; a bitmap of ceil(count / 8) bytes, most significant bit first, 1 = sibling is not
    // empty; the non-empty siblings, 32 bytes each; u8 0 or 1; if 1: other.key, other.record_hash.
    Bytes encode() const;
    static Result<StateProof> decode(ByteView bytes);  // error: proof_malformed
};

// `record` is nullopt to check absence.
bool verify_state_proof(const Hash256& root, const Hash256& key, const std::optional<ByteView>& record,
                        const StateProof& proof);

}  // namespace touchstone::crypto
