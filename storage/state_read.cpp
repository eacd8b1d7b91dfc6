// Reading by any thread: point reads, proofs and scans at the height that the guard sees.
#include <algorithm>

#include "crypto/sha256.h"
#include "storage/state_tree_impl.h"

namespace touchstone::storage {
namespace {

struct ProofLeaf {
    crypto::StateLeaf leaf;
    Hash256 record_hash;
};

Hash256 root_of(std::span<const ProofLeaf> leaves, std::size_t depth) {
    std::vector<crypto::StateLeaf> plain;
    plain.reserve(leaves.size());
    for (const ProofLeaf& leaf : leaves) plain.push_back(leaf.leaf);
    return crypto::state_root(plain, depth);
}

// Walks from `depth` down to where `key` stands or would stand.
void prove_within(std::span<const ProofLeaf> leaves, std::size_t depth, const Hash256& key, crypto::StateProof& proof) {
    for (; leaves.size() > 1; ++depth) {
        const auto middle = std::partition_point(leaves.begin(), leaves.end(),
                                                 [&](const ProofLeaf& leaf) { return !leaf.leaf.key.bit(depth); });
        const auto left = static_cast<std::size_t>(middle - leaves.begin());
        const bool right = key.bit(depth);
        proof.siblings.push_back(root_of(right ? leaves.first(left) : leaves.subspan(left), depth + 1));
        leaves = right ? leaves.subspan(left) : leaves.first(left);
    }
    if (leaves.size() == 1 && leaves[0].leaf.key != key)
        proof.other = crypto::StateProof::OtherLeaf{leaves[0].leaf.key, leaves[0].record_hash};
}

// Side entries of the store and of the overlay, merged in key order; of equal keys the newest.
class SideCursor {
  public:
    SideCursor(const KeyValueStore& store, const Overlay& overlay, ByteView from) : stored_(store.iterate()) {
        stored_->seek(from);
        for (auto block = overlay.rbegin(); block != overlay.rend(); ++block)
            layers_.push_back({block->delta.get(), block->delta->side_lower_bound(from)});
    }

    // The lowest key not yet passed, or nullopt.
    std::optional<ByteView> key() const {
        std::optional<ByteView> lowest;
        if (stored_->valid()) lowest = stored_->key();
        for (const Layer& layer : layers_)
            if (layer.valid() && (!lowest || as_text(layer.write().key) < as_text(*lowest))) lowest = layer.write().key;
        return lowest;
    }
    // Precondition: `key` is key(). nullopt: erased.
    std::optional<ByteView> value(ByteView key) const {
        for (const Layer& layer : layers_) {
            if (!layer.valid() || !equal(layer.write().key, key)) continue;
            if (!layer.write().value) return std::nullopt;
            return ByteView(*layer.write().value);
        }
        return stored_->value();
    }
    void pass(ByteView key) {
        for (Layer& layer : layers_)
            if (layer.valid() && equal(layer.write().key, key)) ++layer.at;
        // Last: `key` may be the iterator's own view.
        if (stored_->valid() && equal(stored_->key(), key)) stored_->next();
    }
    Status status() const { return stored_->status(); }

  private:
    struct Layer {
        const StateDelta* delta;
        std::size_t at;
        bool valid() const { return at < delta->side.size(); }
        const SideWrite& write() const { return delta->side[at]; }
    };
    std::unique_ptr<KeyValueIterator> stored_;
    std::vector<Layer> layers_;
};

}  // namespace

class TreeReadGuard final : public StateReadGuard {
  public:
    explicit TreeReadGuard(const StateTreeImpl& tree) : tree_(tree) {
        tree_.gate_.lock_shared();
        overlay_ = tree_.overlay();
    }
    ~TreeReadGuard() override { tree_.gate_.unlock_shared(); }
    TreeReadGuard(const TreeReadGuard&) = delete;
    TreeReadGuard& operator=(const TreeReadGuard&) = delete;

    const StateMark& mark() const override { return tree_.mark_; }

    Result<std::optional<Bytes>> get(const Hash256& key) const override {
        const NodeTable& table = tree_.table_;
        if (table.hash(table.bucket_node(bucket_of(key, table.depth()))).is_zero()) return std::optional<Bytes>();
        for (auto block = overlay_->rbegin(); block != overlay_->rend(); ++block)
            if (const StateWrite* write = block->delta->find(key)) return write->record;
        return tree_.store_.get(record_key(key));
    }

    Result<crypto::StateProof> prove(const Hash256& key) const override {
        const NodeTable& table = tree_.table_;
        const std::uint32_t key_bucket = table.bucket_node(bucket_of(key, table.depth()));
        crypto::StateProof proof;
        std::uint32_t node = 1;
        std::uint32_t depth = 0;
        for (; depth < table.depth() && !table.single(node); ++depth) {
            if (table.hash(node).is_zero()) return proof;
            const std::uint32_t child = key_bucket >> (table.depth() - depth - 1);
            proof.siblings.push_back(table.hash(child ^ 1));
            node = child;
        }
        if (table.hash(node).is_zero()) return proof;
        // A lone leaf that has risen: it stands in whichever bucket below is not empty.
        for (std::uint32_t level = depth; level < table.depth(); ++level)
            node = table.hash(2 * node).is_zero() ? 2 * node + 1 : 2 * node;
        TRY_ASSIGN(const std::vector<ProofLeaf> leaves, read_bucket(node - table.bucket_count(), key));
        if (root_of(leaves, table.depth()) != table.hash(node))
            return Error{"state_corrupt", "records in the store do not have the hash that the state tree has for them"};
        prove_within(leaves, depth, key, proof);
        return proof;
    }

    Result<std::optional<Bytes>> side(ByteView key) const override {
        for (auto block = overlay_->rbegin(); block != overlay_->rend(); ++block)
            if (const SideWrite* write = block->delta->find_side(key)) return write->value;
        return tree_.store_.get(key);
    }

    Status side_scan(ByteView prefix, ByteView from,
                     const std::function<bool(ByteView key, ByteView value)>& visit) const override {
        const ByteView begin = as_text(from) < as_text(prefix) ? prefix : from;
        SideCursor cursor(tree_.store_, *overlay_, begin);
        while (const auto key = cursor.key()) {
            if (!as_text(*key).starts_with(as_text(prefix))) break;
            const auto value = cursor.value(*key);
            if (value && !visit(*key, *value)) return Ok{};
            cursor.pass(*key);
        }
        return cursor.status();
    }

  private:
    Result<std::vector<ProofLeaf>> read_bucket(std::uint32_t bucket, const Hash256& key) const {
        std::vector<StateDeltaPtr> layers;
        for (auto block = overlay_->rbegin(); block != overlay_->rend(); ++block) layers.push_back(block->delta);
        BucketReader reader(tree_.store_, tree_.table_.depth(), std::move(layers));
        std::vector<ProofLeaf> leaves;
        TRY(reader.visit(bucket, &key, [&](const BucketRecord& found) {
            leaves.push_back(
                {{found.key, crypto::state_leaf_hash(found.key, found.record)}, crypto::sha256(found.record)});
        }));
        return leaves;
    }

    const StateTreeImpl& tree_;
    OverlayPtr overlay_;
};

std::unique_ptr<StateReadGuard> StateTreeImpl::read() const { return std::make_unique<TreeReadGuard>(*this); }

}  // namespace touchstone::storage
