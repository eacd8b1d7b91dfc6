// Reads whole buckets of records: the store's content under layers of deltas that it has not taken yet. Inner to
// storage.
//
// Thread safety: one thread. One reader sees one moment if its layers hold every delta committed since: a flush that
// runs meanwhile only moves into the store what a layer says already.
#pragma once

#include "storage/key_value.h"
#include "storage/state_delta.h"

namespace touchstone::storage {

inline constexpr std::uint8_t kRecordPrefix = 's';
inline constexpr std::uint8_t kTouchedPrefix = 't';
inline constexpr std::uint8_t kMarkPrefix = 'm';

// s ‖ key
std::array<std::uint8_t, 33> record_key(const Hash256& key);
// The lowest key of a bucket.
Hash256 bucket_begin(std::uint32_t bucket, std::uint32_t depth);

struct BucketRecord {
    Hash256 key;
    ByteView record;
    const Hash256* leaf_hash;  // null when it must be computed
};

class BucketReader {
  public:
    BucketReader(const KeyValueStore& store, std::uint32_t depth, std::vector<StateDeltaPtr> newest_first);

    // Every record of the bucket, in key order. Views hold during the call. Cheapest in ascending order of buckets.
    // `sought`: the record that the caller came for, likely one that many blocks overwrite. LevelDB steps over each of
    // its older versions one by one as long as they are in memory, and thousands may be; so it is left with a seek.
    Status visit(std::uint32_t bucket, const Hash256* sought, const std::function<void(const BucketRecord&)>& take);

  private:
    struct Hit {
        const StateWrite* write;
        const Hash256* leaf_hash;
    };
    void collect_hits(std::uint32_t bucket);
    void seek_store(std::uint32_t bucket);
    void pass(const Hash256& key, bool sought);
    // The store's record under the iterator, if it lies in the bucket.
    std::optional<Hash256> stored_key(std::uint32_t bucket) const;

    const KeyValueStore& store_;
    std::uint32_t depth_;
    std::vector<StateDeltaPtr> layers_;
    std::vector<std::size_t> positions_;  // in each layer: the first write not below the last bucket visited
    std::optional<std::uint32_t> last_bucket_;
    std::unique_ptr<KeyValueIterator> iterator_;
    std::vector<Hit> hits_;
};

}  // namespace touchstone::storage
