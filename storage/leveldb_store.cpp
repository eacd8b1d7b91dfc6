// KeyValueStore over LevelDB 1.23. Never GetSnapshot (a fix for split versions is missing from packaged builds; an
// iterator sees one moment all the same) and never RepairDB (it resurrects erased keys): a store that is corrupt is
// deleted and made again from the block log or from peers.
#include <fmt/format.h>
#include <leveldb/env.h>
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <filesystem>

#include "base/check.h"
#include "storage/key_value.h"
#include "storage/pread_env.h"

namespace touchstone::storage {
namespace {

constexpr int kBloomBitsPerKey = 10;
constexpr std::size_t kWriteBufferBytes = 64u << 20;
constexpr std::size_t kTableFileBytes = 32u << 20;  // 2 MB files overrun the cache of open tables

leveldb::Slice slice(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
ByteView view(const leveldb::Slice& slice) {
    return {reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size()};
}

Error kv_error(const leveldb::Status& status, const std::string& folder) {
    const std::string text = status.ToString();
    if (status.IsCorruption())
        return {"kv_corrupt", fmt::format("the store in {} is damaged ({}); delete the folder: it is made again from "
                                          "the block log or from peers",
                                          folder, text)};
    if (text.find("LOCK") != std::string::npos && text.find("lock") != std::string::npos)
        return {"kv_locked",
                fmt::format("another process uses the store in {} ({}); stop that process first", folder, text)};
    return {"kv_io", fmt::format("the store in {} can not be used: {}", folder, text)};
}

struct LevelBatch final : WriteBatch {
    void put(ByteView key, ByteView value) override { batch.Put(slice(key), slice(value)); }
    void erase(ByteView key) override { batch.Delete(slice(key)); }

    leveldb::WriteBatch batch;
};

class LevelIterator final : public KeyValueIterator {
  public:
    LevelIterator(std::unique_ptr<leveldb::Iterator> iterator, const std::string& folder)
        : iterator_(std::move(iterator)), folder_(folder) {}

    void seek(ByteView key) override { iterator_->Seek(slice(key)); }
    bool valid() const override { return iterator_->Valid(); }
    void next() override { iterator_->Next(); }
    ByteView key() const override { return view(iterator_->key()); }
    ByteView value() const override { return view(iterator_->value()); }
    Status status() const override {
        const leveldb::Status status = iterator_->status();
        if (!status.ok()) return kv_error(status, folder_);
        return Ok{};
    }

  private:
    std::unique_ptr<leveldb::Iterator> iterator_;
    const std::string& folder_;
};

class LevelDbStore final : public KeyValueStore {
  public:
    LevelDbStore(std::string folder, const LevelDbOptions& options)
        : folder_(std::move(folder)),
          filter_(leveldb::NewBloomFilterPolicy(kBloomBitsPerKey)),
          cache_(leveldb::NewLRUCache(options.block_cache_bytes)) {
        if (options.random_access_reads) env_ = make_pread_env();
        read_.verify_checksums = true;
        write_.sync = options.sync_writes;
    }

    Status start() {
        leveldb::Options options;
        options.create_if_missing = true;
        options.paranoid_checks = true;
        options.compression = leveldb::kNoCompression;
        options.write_buffer_size = kWriteBufferBytes;
        options.max_file_size = kTableFileBytes;
        options.filter_policy = filter_.get();
        options.block_cache = cache_.get();
        if (env_) options.env = env_.get();
        leveldb::DB* opened = nullptr;
        const leveldb::Status status = leveldb::DB::Open(options, folder_, &opened);
        if (!status.ok()) return kv_error(status, folder_);
        db_.reset(opened);
        return Ok{};
    }

    Result<std::optional<Bytes>> get(ByteView key) const override {
        std::string value;
        const leveldb::Status status = db_->Get(read_, slice(key), &value);
        if (status.IsNotFound()) return std::optional<Bytes>();
        if (!status.ok()) return kv_error(status, folder_);
        return std::optional<Bytes>(to_bytes(as_bytes(value)));
    }

    std::unique_ptr<KeyValueIterator> iterate() const override {
        return std::make_unique<LevelIterator>(std::unique_ptr<leveldb::Iterator>(db_->NewIterator(read_)), folder_);
    }

    std::unique_ptr<WriteBatch> make_batch() const override { return std::make_unique<LevelBatch>(); }

    Status write(WriteBatch& batch) override {
        auto* const ours = dynamic_cast<LevelBatch*>(&batch);
        INVARIANT(ours != nullptr);
        const leveldb::Status status = db_->Write(write_, &ours->batch);
        if (!status.ok()) return kv_error(status, folder_);
        return Ok{};
    }

    std::uint64_t size_bytes() const override {
        const std::string last(64, '\xff');
        const leveldb::Range everything{leveldb::Slice(), leveldb::Slice(last)};
        uint64_t size = 0;
        db_->GetApproximateSizes(&everything, 1, &size);
        return size;
    }

  private:
    // In this order: LevelDB uses the env, the filter and the cache until it is closed.
    std::string folder_;
    std::unique_ptr<leveldb::Env> env_;
    std::unique_ptr<const leveldb::FilterPolicy> filter_;
    std::unique_ptr<leveldb::Cache> cache_;
    leveldb::ReadOptions read_;
    leveldb::WriteOptions write_;
    std::unique_ptr<leveldb::DB> db_;
};

}  // namespace

Result<std::unique_ptr<KeyValueStore>> open_leveldb(const std::string& folder, const LevelDbOptions& options) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return Error{"kv_io", fmt::format("creating the folder {}: {}", folder, failed.message())};
    auto store = std::make_unique<LevelDbStore>(folder, options);
    TRY(store->start());
    return std::unique_ptr<KeyValueStore>(std::move(store));
}

}  // namespace touchstone::storage
