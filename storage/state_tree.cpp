#include "storage/state_tree.h"

#include <algorithm>
#include <shared_mutex>
#include <utility>

#include "storage/state_prepare.h"
#include "storage/state_tree_impl.h"

namespace touchstone::storage {
namespace {

// Beside the bytes of keys and values: what a write and its index entries take in memory.
constexpr std::uint64_t kWriteOverheadBytes = 144;
constexpr std::uint64_t kSideOverheadBytes = 64;

std::uint64_t bytes_of(const StateDelta& delta) {
    std::uint64_t sum = sizeof delta;
    for (const StateWrite& write : delta.writes) sum += kWriteOverheadBytes + (write.record ? write.record->size() : 0);
    for (const SideWrite& write : delta.side)
        sum += kSideOverheadBytes + write.key.size() + (write.value ? write.value->size() : 0);
    return sum;
}

void sort_writes(std::vector<StateWrite>& writes) {
    std::sort(writes.begin(), writes.end(), [](const StateWrite& a, const StateWrite& b) { return a.key < b.key; });
    const auto twice = std::adjacent_find(writes.begin(), writes.end(),
                                          [](const StateWrite& a, const StateWrite& b) { return a.key == b.key; });
    INVARIANT(twice == writes.end());
}

void sort_side(std::vector<SideWrite>& side) {
    std::sort(side.begin(), side.end(),
              [](const SideWrite& a, const SideWrite& b) { return as_text(a.key) < as_text(b.key); });
    const auto twice = std::adjacent_find(side.begin(), side.end(),
                                          [](const SideWrite& a, const SideWrite& b) { return a.key == b.key; });
    INVARIANT(twice == side.end());
    for (const SideWrite& write : side) {
        INVARIANT(!write.key.empty());
        const std::uint8_t prefix = write.key[0];
        INVARIANT(prefix != kRecordPrefix && prefix != kTouchedPrefix && prefix != kMarkPrefix);
    }
}

// Rehashes the touched buckets of one delta.
class BucketHasher {
  public:
    BucketHasher(BucketReader reader, NodeCursors cursors, const TreeView* hint, std::uint32_t depth)
        : reader_(std::move(reader)), cursors_(std::move(cursors)), hint_(hint), depth_(depth) {}

    Status run(StateDelta& delta) {
        for (const StateWrite& write : delta.writes)
            delta.leaf_hashes.push_back(write.record ? crypto::state_leaf_hash(write.key, *write.record) : Hash256{});
        const std::uint32_t first = std::uint32_t{1} << depth_;
        std::vector<NodeChange> changes;
        cursors_.begin_level(first);
        for (std::size_t begin = 0, end = 0; begin < delta.writes.size(); begin = end) {
            const std::uint32_t bucket = bucket_of(delta.writes[begin].key, depth_);
            while (end < delta.writes.size() && bucket_of(delta.writes[end].key, depth_) == bucket) ++end;
            TRY(collect_old(bucket, cursors_.old_value(first + bucket), &delta.writes[begin].key));
            merge(delta, begin, end);
            changes.push_back({first + bucket, {crypto::state_root(merged_, depth_), merged_.size() == 1}});
            delta.touched.push_back(bucket);
        }
        delta.nodes = changed_nodes(cursors_, std::move(changes), depth_);
        return Ok{};
    }

  private:
    Status collect_old(std::uint32_t bucket, const NodeValue& old, const Hash256* sought) {
        old_.clear();
        // An empty bucket needs no read: this is what makes a fast registration.
        if (old.hash.is_zero()) return Ok{};
        if (const TreeView::Bucket* known = hint_ != nullptr ? hint_->known(bucket) : nullptr) {
            for (const auto& [key, record] : *known) old_.push_back({key, crypto::state_leaf_hash(key, record)});
            return Ok{};
        }
        TRY(reader_.visit(bucket, sought, [this](const BucketRecord& found) {
            old_.push_back({found.key, found.leaf_hash != nullptr ? *found.leaf_hash
                                                                  : crypto::state_leaf_hash(found.key, found.record)});
        }));
        // A bucket that is not empty by its hash, and empty in the store, would end in a wrong root without notice.
        if (old_.empty()) return Error{"state_corrupt", "the store has lost records that the state tree has hashed"};
        return Ok{};
    }

    void merge(const StateDelta& delta, std::size_t begin, std::size_t end) {
        merged_.clear();
        auto old = old_.begin();
        for (std::size_t i = begin; i < end; ++i) {
            const Hash256& key = delta.writes[i].key;
            while (old != old_.end() && old->key < key) merged_.push_back(*old++);
            if (old != old_.end() && old->key == key) ++old;
            if (delta.writes[i].record) merged_.push_back({key, delta.leaf_hashes[i]});
        }
        merged_.insert(merged_.end(), old, old_.end());
    }

    BucketReader reader_;
    NodeCursors cursors_;
    const TreeView* hint_;
    std::uint32_t depth_;
    std::vector<crypto::StateLeaf> old_;
    std::vector<crypto::StateLeaf> merged_;
};

}  // namespace

StateDeltaPtr StateTreeImpl::side_only(std::vector<SideWrite> side) {
    auto delta = std::make_shared<StateDelta>();
    delta->side = std::move(side);
    sort_side(delta->side);
    delta->index.build(delta->writes);
    delta->bytes = bytes_of(*delta);
    delta->committed = true;
    return delta;
}

StateTreeImpl::StateTreeImpl(KeyValueStore& store, Disk& disk, const StateTreeOptions& options)
    : store_(store), disk_(disk), options_(options), table_(options.bucket_depth) {}

OverlayPtr StateTreeImpl::overlay() const {
    const std::lock_guard lock(overlay_mutex_);
    return overlay_;
}

std::vector<StateDeltaPtr> StateTreeImpl::chain_of(const StateDeltaPtr& parent) const {
    std::vector<StateDeltaPtr> chain;
    StateDeltaPtr at = parent;
    for (; at && !at->committed; at = at->parent) chain.push_back(at);
    // The chain must stand on the state as it is now; on a fork that lost it would mix two states.
    if (at)
        INVARIANT(at == last_committed_);
    else if (!chain.empty())
        INVARIANT(chain.back()->base_commits == commits_);
    return chain;
}

std::vector<StateDeltaPtr> StateTreeImpl::layers_of(const std::vector<StateDeltaPtr>& chain) const {
    std::vector<StateDeltaPtr> layers = chain;
    const OverlayPtr unflushed = overlay();
    for (auto block = unflushed->rbegin(); block != unflushed->rend(); ++block) layers.push_back(block->delta);
    return layers;
}

NodeValue StateTreeImpl::node_in(const std::vector<StateDeltaPtr>& chain, std::uint32_t node) const {
    for (const StateDeltaPtr& delta : chain)
        if (const NodeValue* changed = delta->find_node(node)) return *changed;
    return table_.value(node);
}

std::unique_ptr<StateView> StateTreeImpl::view(StateDeltaPtr parent) const {
    return std::make_unique<TreeView>(*this, std::move(parent));
}

Result<StateDeltaPtr> StateTreeImpl::prepare(StateDeltaPtr parent, std::vector<StateWrite> writes,
                                             std::vector<SideWrite> side, const StateView* hint) {
    auto delta = std::make_shared<StateDelta>();
    delta->writes = std::move(writes);
    delta->side = std::move(side);
    sort_writes(delta->writes);
    sort_side(delta->side);
    delta->leaf_hashes.reserve(delta->writes.size());
    delta->base_commits = commits_;

    const auto chain = chain_of(parent);
    const auto* known = dynamic_cast<const TreeView*>(hint);
    if (known != nullptr && !known->sees(parent)) known = nullptr;
    BucketHasher hasher(BucketReader(store_, table_.depth(), layers_of(chain)), NodeCursors(table_, chain), known,
                        table_.depth());
    TRY(hasher.run(*delta));
    delta->root = delta->nodes.empty() ? node_in(chain, 1).hash : delta->nodes.front().value.hash;
    delta->index.build(delta->writes);
    delta->bytes = bytes_of(*delta);
    if (!chain.empty()) delta->parent = std::move(parent);
    return StateDeltaPtr(std::move(delta));
}

void StateTreeImpl::commit(const StateDeltaPtr& delta, StateMark mark, std::vector<SideWrite> late) {
    INVARIANT(delta && !delta->committed);
    INVARIANT(delta->parent ? delta->parent == last_committed_ : delta->base_commits == commits_);
    INVARIANT(mark.root == delta->root);
    auto next = std::make_shared<Overlay>();
    const StateDeltaPtr late_delta = late.empty() ? nullptr : side_only(std::move(late));
    {
        const std::lock_guard exclusive(gate_);
        for (const NodeChange& change : delta->nodes) table_.set(change.node, change.value);
        const StateMark before = std::exchange(mark_, std::move(mark));
        // Within the gate: a reader must not meet the new hashes with the old overlay.
        const std::lock_guard lock(overlay_mutex_);
        next->reserve(overlay_->size() + 2);
        *next = *overlay_;
        // Late entries go first and under the mark before: a flush that ends between the two leaves entries of a block
        // that is executed again, never a block without its entries.
        if (late_delta) next->push_back({late_delta, before});
        next->push_back({delta, mark_});
        overlay_ = std::move(next);
    }
    unflushed_bytes_ += delta->bytes + (late_delta ? late_delta->bytes : 0);
    ++commits_;
    delta->committed = true;
    delta->parent.reset();
    delta->nodes = {};
    last_committed_ = delta;
}

StateTreeStats StateTreeImpl::stats() const {
    StateTreeStats stats;
    stats.unflushed_bytes = unflushed_bytes_;
    stats.unflushed_blocks = overlay()->size();
    stats.flushed_height = Height(flushed_height_);
    stats.buckets_rebuilt_at_open = rebuilt_at_open_;
    return stats;
}

// -- TreeView

TreeView::TreeView(const StateTreeImpl& tree, StateDeltaPtr parent)
    : tree_(tree),
      parent_(std::move(parent)),
      commits_(tree.commits_),
      chain_(tree.chain_of(parent_)),
      reader_(tree.store_, tree.table_.depth(), tree.layers_of(chain_)) {}

bool TreeView::sees(const StateDeltaPtr& parent) const {
    return parent == parent_ && (parent || commits_ == tree_.commits_);
}

const TreeView::Bucket* TreeView::known(std::uint32_t bucket) const {
    const auto found = buckets_.find(bucket);
    return found == buckets_.end() ? nullptr : &found->second;
}

Result<const TreeView::Bucket*> TreeView::load(std::uint32_t bucket, const Hash256& sought) const {
    if (const Bucket* loaded = known(bucket)) return loaded;
    Bucket records;
    TRY(reader_.visit(bucket, &sought, [&](const BucketRecord& found) {
        records.push_back({found.key, to_bytes(found.record)});
    }));
    return static_cast<const Bucket*>(&buckets_.emplace(bucket, std::move(records)).first->second);
}

Result<std::optional<Bytes>> TreeView::get(const Hash256& key) const {
    const std::uint32_t bucket = bucket_of(key, tree_.table_.depth());
    if (tree_.node_in(chain_, tree_.table_.bucket_node(bucket)).hash.is_zero()) return std::optional<Bytes>();
    TRY_ASSIGN(const Bucket* const records, load(bucket, key));
    const auto found = std::lower_bound(records->begin(), records->end(), key,
                                        [](const OwnedRecord& record, const Hash256& k) { return record.key < k; });
    if (found == records->end() || found->key != key) return std::optional<Bytes>();
    return std::optional<Bytes>(found->record);
}

}  // namespace touchstone::storage
