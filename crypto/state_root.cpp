#include "crypto/state_root.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "crypto/sha256.h"

namespace touchstone::crypto {
namespace {

constexpr std::uint8_t kLeafTag = 0x00;
constexpr std::uint8_t kInnerTag = 0x01;
constexpr std::size_t kDepthMax = 256;

Hash256 leaf_hash_of(const Hash256& key, const Hash256& record_hash) {
    return sha256({ByteView(&kLeafTag, 1), key.bytes, record_hash.bytes});
}

bool share_bits(const Hash256& a, const Hash256& b, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        if (a.bit(i) != b.bit(i)) return false;
    return true;
}

}  // namespace

Hash256 state_leaf_hash(const Hash256& key, ByteView record) { return leaf_hash_of(key, sha256(record)); }

Hash256 state_inner_hash(const Hash256& left, const Hash256& right) {
    return sha256({ByteView(&kInnerTag, 1), left.bytes, right.bytes});
}

Hash256 state_root(std::span<const StateLeaf> leaves, std::size_t depth) {
    if (leaves.empty()) return {};
    if (leaves.size() == 1) return leaves.front().hash;
    // Keys that agree on all bits are one key twice.
    INVARIANT(depth < kDepthMax);
    const auto middle =
        std::partition_point(leaves.begin(), leaves.end(), [&](const StateLeaf& leaf) { return !leaf.key.bit(depth); });
    const auto left = static_cast<std::size_t>(middle - leaves.begin());
    return state_inner_hash(state_root(leaves.first(left), depth + 1), state_root(leaves.subspan(left), depth + 1));
}

Bytes StateProof::encode() const {
    INVARIANT(siblings.size() <= kDepthMax);
    Writer writer;
    writer.u16(static_cast<std::uint16_t>(siblings.size()));
    Bytes bitmap((siblings.size() + 7) / 8, 0);
    for (std::size_t i = 0; i < siblings.size(); ++i)
        if (!siblings[i].is_zero()) bitmap[i / 8] |= static_cast<std::uint8_t>(0x80 >> (i % 8));
    writer.raw(bitmap);
    for (const Hash256& sibling : siblings)
        if (!sibling.is_zero()) writer.hash(sibling);
    writer.u8(other ? 1 : 0);
    if (other) writer.hash(other->key).hash(other->record_hash);
    return std::move(writer).take();
}

Result<StateProof> StateProof::decode(ByteView bytes) {
    const Error malformed{"proof_malformed", "the state proof is not in its canonical encoding"};
    Reader reader(bytes);
    const std::size_t count = reader.u16();
    if (count > kDepthMax) return malformed;
    const ByteView bitmap = reader.raw((count + 7) / 8);
    if (!reader.ok()) return malformed;
    StateProof proof;
    for (std::size_t i = 0; i < bitmap.size() * 8; ++i) {
        const bool present = (bitmap[i / 8] & (0x80 >> (i % 8))) != 0;
        if (i >= count) {
            if (present) return malformed;
            continue;
        }
        proof.siblings.push_back(present ? reader.hash() : Hash256{});
        if (present && proof.siblings.back().is_zero()) return malformed;
    }
    const std::uint8_t has_other = reader.u8();
    if (has_other > 1) return malformed;
    if (has_other == 1) {
        OtherLeaf leaf;
        leaf.key = reader.hash();
        leaf.record_hash = reader.hash();
        proof.other = leaf;
    }
    if (!reader.finished()) return malformed;
    return proof;
}

bool verify_state_proof(const Hash256& root, const Hash256& key, const std::optional<ByteView>& record,
                        const StateProof& proof) {
    if (proof.siblings.size() > kDepthMax) return false;
    Hash256 node;
    if (record) {
        if (proof.other) return false;
        node = leaf_hash_of(key, sha256(*record));
    } else if (proof.other) {
        if (proof.other->key == key || !share_bits(proof.other->key, key, proof.siblings.size())) return false;
        node = leaf_hash_of(proof.other->key, proof.other->record_hash);
    }
    for (std::size_t depth = proof.siblings.size(); depth-- > 0;) {
        const Hash256& sibling = proof.siblings[depth];
        node = key.bit(depth) ? state_inner_hash(sibling, node) : state_inner_hash(node, sibling);
    }
    return node == root;
}

}  // namespace touchstone::crypto
