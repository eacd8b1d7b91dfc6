// Making the tree in memory from the store: by a checkpoint and what was touched since, or by reading every record.
#include <fmt/format.h>

#include <algorithm>

#include "base/codec.h"
#include "storage/state_checkpoint.h"
#include "storage/state_tree_impl.h"

namespace touchstone::storage {
namespace {

constexpr std::uint8_t kMarkVersion = 1;
constexpr std::uint8_t kMarkKey[] = {kMarkPrefix};
constexpr std::uint64_t kProgressEvery = 4096;  // buckets

Error corrupt(std::string_view what) {
    return {"state_corrupt",
            fmt::format("the state store is damaged: {}. Stop the node and delete the state folder: it "
                        "is made again from the block log or from peers",
                        what)};
}

void tell(const RebuildProgress& progress, std::uint64_t done, std::uint64_t all) {
    if (progress && (done % kProgressEvery == 0 || done == all)) progress(done, all);
}

}  // namespace

// Layout: u8 version ‖ u64 height ‖ block hash ‖ root ‖ u32 bucket depth ‖ string note.
Bytes encode_mark(const StoredMark& stored) {
    Writer writer;
    writer.u8(kMarkVersion).u64(stored.mark.height.value).hash(stored.mark.block_hash).hash(stored.mark.root);
    writer.u32(stored.depth).string(stored.mark.note);
    return std::move(writer).take();
}

Result<StoredMark> decode_mark(ByteView bytes) {
    Reader reader(bytes);
    StoredMark stored;
    const std::uint8_t version = reader.u8();
    stored.mark.height = Height(reader.u64());
    stored.mark.block_hash = reader.hash();
    stored.mark.root = reader.hash();
    stored.depth = reader.u32();
    stored.mark.note = to_bytes(reader.bytes());
    if (!reader.finished() || version != kMarkVersion) return corrupt("its mark can not be read");
    return stored;
}

Result<std::unique_ptr<StateTree>> StateTree::open(KeyValueStore& store, Disk& disk, const StateTreeOptions& options,
                                                   std::function<void(std::uint64_t, std::uint64_t)> progress) {
    auto tree = std::make_unique<StateTreeImpl>(store, disk, options);
    TRY(tree->start(progress));
    return std::unique_ptr<StateTree>(std::move(tree));
}

Status StateTreeImpl::start(const RebuildProgress& progress) {
    TRY(CheckpointWriter::discard(disk_));
    TRY_ASSIGN(const auto stored_bytes, store_.get(kMarkKey));
    if (!stored_bytes) return start_empty();
    TRY_ASSIGN(const StoredMark stored, decode_mark(*stored_bytes));
    mark_ = stored.mark;
    flushed_height_ = mark_.height.value;
    if (stored.depth != table_.depth()) TRY(adopt_depth());

    TRY_ASSIGN(const std::optional<Height> label, load_checkpoint(disk_, table_));
    // A checkpoint from beyond the store belongs to another life of it.
    if (label && *label <= mark_.height) {
        TRY(rebuild_touched(*label, progress));
        if (root_matches()) return Ok{};
    }
    TRY(rebuild_all(progress));
    if (root_matches()) return Ok{};
    return Error{"state_root_mismatch",
                 fmt::format("the records in the state store have the root {}, and the block at height {} has {}. Stop "
                             "the node and delete the state folder: it is made again from the block log or from peers",
                             table_.root().hash.hex(), mark_.height.value, mark_.root.hex())};
}

Status StateTreeImpl::start_empty() {
    // A checkpoint that outlived its store would be believed as soon as the new store reaches its height.
    TRY(remove_checkpoint(disk_));
    const auto iterator = store_.iterate();
    iterator->seek(record_key(Hash256{}));
    TRY(iterator->status());
    if (iterator->valid() && iterator->key()[0] == kRecordPrefix) return corrupt("it has records and no mark");
    return Ok{};
}

// The store's lists of touched buckets are by another depth: they mean nothing now. The checkpoint goes first, so that
// it is never met without them.
Status StateTreeImpl::adopt_depth() {
    TRY(remove_checkpoint(disk_));
    const auto batch = store_.make_batch();
    const auto iterator = store_.iterate();
    for (iterator->seek(touched_key(Height(0))); iterator->valid(); iterator->next()) {
        if (iterator->key()[0] != kTouchedPrefix) break;
        batch->erase(iterator->key());
    }
    TRY(iterator->status());
    batch->put(kMarkKey, encode_mark({mark_, table_.depth()}));
    return store_.write(*batch);
}

Result<std::vector<std::uint32_t>> StateTreeImpl::touched_since(Height since) const {
    std::vector<std::uint32_t> touched;
    const auto iterator = store_.iterate();
    for (iterator->seek(touched_key(since)); iterator->valid(); iterator->next()) {
        if (iterator->key()[0] != kTouchedPrefix) break;
        Reader reader(iterator->value());
        while (reader.remaining() > 0) touched.push_back(reader.u32());
        if (!reader.finished() || (!touched.empty() && touched.back() >= table_.bucket_count()))
            return corrupt("a list of touched buckets can not be read");
    }
    TRY(iterator->status());
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    return touched;
}

Status StateTreeImpl::rebuild_touched(Height since, const RebuildProgress& progress) {
    TRY_ASSIGN(const std::vector<std::uint32_t> touched, touched_since(since));
    BucketReader reader(store_, table_.depth(), {});
    for (std::size_t i = 0; i < touched.size(); ++i) {
        TRY(rebuild_bucket(reader, touched[i]));
        tell(progress, i + 1, touched.size());
    }
    rebuilt_at_open_ = touched.size();
    touched_since_checkpoint_ = touched.size();
    table_.rebuild_above_buckets();
    return Ok{};
}

Status StateTreeImpl::rebuild_bucket(BucketReader& reader, std::uint32_t bucket) {
    std::vector<crypto::StateLeaf> leaves;
    TRY(reader.visit(bucket, nullptr, [&](const BucketRecord& found) {
        leaves.push_back({found.key, crypto::state_leaf_hash(found.key, found.record)});
    }));
    table_.set(table_.bucket_node(bucket), {crypto::state_root(leaves, table_.depth()), leaves.size() == 1});
    return Ok{};
}

Status StateTreeImpl::rebuild_all(const RebuildProgress& progress) {
    table_.clear();
    rebuilt_at_open_ = 0;
    std::vector<crypto::StateLeaf> leaves;
    const auto close_bucket = [&] {
        if (leaves.empty()) return;
        const std::uint32_t bucket = bucket_of(leaves.front().key, table_.depth());
        table_.set(table_.bucket_node(bucket), {crypto::state_root(leaves, table_.depth()), leaves.size() == 1});
        ++rebuilt_at_open_;
        tell(progress, bucket, table_.bucket_count());
        leaves.clear();
    };
    const auto iterator = store_.iterate();
    for (iterator->seek(record_key(Hash256{})); iterator->valid(); iterator->next()) {
        const ByteView stored = iterator->key();
        if (stored[0] != kRecordPrefix) break;
        const auto key = Hash256::from_view(stored.subspan(1));
        if (!key) return corrupt("a record's key is not of 32 bytes");
        if (!leaves.empty() && bucket_of(leaves.front().key, table_.depth()) != bucket_of(*key, table_.depth()))
            close_bucket();
        leaves.push_back({*key, crypto::state_leaf_hash(*key, iterator->value())});
    }
    TRY(iterator->status());
    close_bucket();
    tell(progress, table_.bucket_count(), table_.bucket_count());
    touched_since_checkpoint_ = rebuilt_at_open_;
    table_.rebuild_above_buckets();
    return Ok{};
}

}  // namespace touchstone::storage
