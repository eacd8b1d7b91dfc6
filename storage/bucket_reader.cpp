#include "storage/bucket_reader.h"

#include <algorithm>

namespace touchstone::storage {
namespace {

// First position at or after `from` whose key is not below `key`; cheap when it is near `from`.
std::size_t gallop(const std::vector<StateWrite>& writes, std::size_t from, const Hash256& key) {
    std::size_t step = 1;
    std::size_t low = from;
    while (low + step <= writes.size() && writes[low + step - 1].key < key) {
        low += step;
        step *= 2;
    }
    const auto begin = writes.begin() + static_cast<std::ptrdiff_t>(low);
    const auto end = writes.begin() + static_cast<std::ptrdiff_t>(std::min(low + step, writes.size()));
    const auto found = std::partition_point(begin, end, [&](const StateWrite& write) { return write.key < key; });
    return static_cast<std::size_t>(found - writes.begin());
}

}  // namespace

std::array<std::uint8_t, 33> record_key(const Hash256& key) {
    std::array<std::uint8_t, 33> bytes;
    bytes[0] = kRecordPrefix;
    std::copy(key.bytes.begin(), key.bytes.end(), bytes.begin() + 1);
    return bytes;
}

Hash256 bucket_begin(std::uint32_t bucket, std::uint32_t depth) {
    const std::uint32_t head = bucket << (32 - depth);
    Hash256 key;
    for (std::size_t i = 0; i < 4; ++i) key.bytes[i] = static_cast<std::uint8_t>(head >> (24 - 8 * i));
    return key;
}

BucketReader::BucketReader(const KeyValueStore& store, std::uint32_t depth, std::vector<StateDeltaPtr> newest_first)
    : store_(store), depth_(depth), layers_(std::move(newest_first)), positions_(layers_.size(), 0) {}

void BucketReader::collect_hits(std::uint32_t bucket) {
    hits_.clear();
    const Hash256 begin = bucket_begin(bucket, depth_);
    if (last_bucket_ && bucket < *last_bucket_) std::fill(positions_.begin(), positions_.end(), 0);
    std::size_t layers_hit = 0;
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        const std::vector<StateWrite>& writes = layers_[layer]->writes;
        std::size_t& at = positions_[layer];
        at = gallop(writes, at, begin);
        const std::size_t before = hits_.size();
        for (std::size_t i = at; i < writes.size() && bucket_of(writes[i].key, depth_) == bucket; ++i)
            hits_.push_back({&writes[i], &layers_[layer]->leaf_hashes[i]});
        if (hits_.size() > before) ++layers_hit;
    }
    if (layers_hit < 2) return;
    // Stable: of equal keys the newest layer's stands first and is kept.
    std::stable_sort(hits_.begin(), hits_.end(),
                     [](const Hit& a, const Hit& b) { return a.write->key < b.write->key; });
    const auto end = std::unique(hits_.begin(), hits_.end(),
                                 [](const Hit& a, const Hit& b) { return a.write->key == b.write->key; });
    hits_.erase(end, hits_.end());
}

void BucketReader::seek_store(std::uint32_t bucket) {
    const auto begin = record_key(bucket_begin(bucket, depth_));
    if (!iterator_) {
        iterator_ = store_.iterate();
    } else if (last_bucket_ && *last_bucket_ < bucket &&
               (!iterator_->valid() || as_text(iterator_->key()) >= as_text(begin))) {
        // The iterator stands on the first record after the last bucket: nothing lies between it and this bucket.
        return;
    }
    iterator_->seek(begin);
}

std::optional<Hash256> BucketReader::stored_key(std::uint32_t bucket) const {
    if (!iterator_->valid()) return std::nullopt;
    const ByteView bytes = iterator_->key();
    if (bytes.size() != 33 || bytes[0] != kRecordPrefix) return std::nullopt;
    const auto key = Hash256::from_view(bytes.subspan(1));
    return bucket_of(*key, depth_) == bucket ? key : std::nullopt;
}

void BucketReader::pass(const Hash256& key, bool sought) {
    if (!sought) return iterator_->next();
    Bytes after = to_bytes(record_key(key));
    after.push_back(0);  // the lowest key above it
    iterator_->seek(after);
}

Status BucketReader::visit(std::uint32_t bucket, const Hash256* sought,
                           const std::function<void(const BucketRecord&)>& take) {
    collect_hits(bucket);
    seek_store(bucket);
    last_bucket_ = bucket;
    const auto take_hit = [&](const Hit& hit) {
        if (hit.write->record) take({hit.write->key, *hit.write->record, hit.leaf_hash});
    };
    auto hit = hits_.begin();
    while (const auto key = stored_key(bucket)) {
        while (hit != hits_.end() && hit->write->key < *key) take_hit(*hit++);
        const bool covered = hit != hits_.end() && hit->write->key == *key;
        if (!covered) take({*key, iterator_->value(), nullptr});
        pass(*key, sought != nullptr && *key == *sought);
    }
    TRY(iterator_->status());
    while (hit != hits_.end()) take_hit(*hit++);
    return Ok{};
}

}  // namespace touchstone::storage
