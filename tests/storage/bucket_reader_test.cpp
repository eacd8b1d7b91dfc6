// How the reader moves through the store: a record that every block overwrites has thousands of versions in LevelDB's
// memory, and stepping over it visits each.
#include "storage/bucket_reader.h"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace touchstone::storage;

namespace {

// The keys that were left by next().
class SpyIterator final : public KeyValueIterator {
  public:
    SpyIterator(std::unique_ptr<KeyValueIterator> inner, std::vector<Bytes>& stepped)
        : inner_(std::move(inner)), stepped_(stepped) {}
    void seek(ByteView key) override { inner_->seek(key); }
    bool valid() const override { return inner_->valid(); }
    void next() override {
        stepped_.push_back(to_bytes(inner_->key()));
        inner_->next();
    }
    ByteView key() const override { return inner_->key(); }
    ByteView value() const override { return inner_->value(); }
    Status status() const override { return inner_->status(); }

  private:
    std::unique_ptr<KeyValueIterator> inner_;
    std::vector<Bytes>& stepped_;
};

class SpyStore final : public KeyValueStore {
  public:
    Result<std::optional<Bytes>> get(ByteView key) const override { return inner_->get(key); }
    std::unique_ptr<KeyValueIterator> iterate() const override {
        return std::make_unique<SpyIterator>(inner_->iterate(), stepped);
    }
    std::unique_ptr<WriteBatch> make_batch() const override { return inner_->make_batch(); }
    Status write(WriteBatch& batch) override { return inner_->write(batch); }
    std::uint64_t size_bytes() const override { return inner_->size_bytes(); }

    mutable std::vector<Bytes> stepped;

  private:
    std::unique_ptr<KeyValueStore> inner_ = make_memory_store();
};

Hash256 key_of(std::uint8_t first, std::uint8_t last) {
    Hash256 key;
    key.bytes.front() = first;
    key.bytes.back() = last;
    return key;
}

Bytes stored(const Hash256& key) { return to_bytes(record_key(key)); }

}  // namespace

TEST_CASE("the record that a visit is for is left by a seek, and no neighbour is missed", "[state]") {
    SpyStore store;
    const std::vector<Hash256> keys{key_of(7, 0), key_of(7, 1), key_of(7, 2), key_of(8, 0)};
    const auto batch = store.make_batch();
    for (const Hash256& key : keys) batch->put(stored(key), as_bytes("record"));
    REQUIRE(store.write(*batch).ok());

    for (std::size_t sought = 0; sought < 3; ++sought) {
        BucketReader reader(store, 8, {});
        std::vector<Hash256> found;
        store.stepped.clear();
        REQUIRE(reader.visit(7, &keys[sought], [&](const BucketRecord& record) { found.push_back(record.key); }).ok());
        REQUIRE(found == std::vector<Hash256>(keys.begin(), keys.begin() + 3));
        std::vector<Bytes> others;
        for (std::size_t i = 0; i < 3; ++i)
            if (i != sought) others.push_back(stored(keys[i]));
        REQUIRE(store.stepped == others);
    }
}
