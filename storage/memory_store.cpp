// The in-memory twin of the LevelDB store. Iterators share the map; a write while one lives copies the map first, so
// that the iterator goes on seeing its moment.
#include <map>
#include <mutex>
#include <shared_mutex>

#include "base/check.h"
#include "storage/key_value.h"

namespace touchstone::storage {
namespace {

struct BytesLess {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const { return as_text(a) < as_text(b); }
};
using Map = std::map<Bytes, Bytes, BytesLess>;

struct MemoryBatch final : WriteBatch {
    void put(ByteView key, ByteView value) override { changes.emplace_back(to_bytes(key), to_bytes(value)); }
    void erase(ByteView key) override { changes.emplace_back(to_bytes(key), std::nullopt); }

    std::vector<std::pair<Bytes, std::optional<Bytes>>> changes;
};

struct Shared {
    std::shared_mutex mutex;
    std::shared_ptr<Map> map = std::make_shared<Map>();
};

class MemoryIterator final : public KeyValueIterator {
  public:
    explicit MemoryIterator(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {
        const std::shared_lock lock(shared_->mutex);
        map_ = shared_->map;
        at_ = map_->end();
    }
    ~MemoryIterator() override {
        // Under the lock: the writer decides by the count of users whether it may change the map in place.
        const std::shared_lock lock(shared_->mutex);
        map_.reset();
    }
    MemoryIterator(const MemoryIterator&) = delete;
    MemoryIterator& operator=(const MemoryIterator&) = delete;

    void seek(ByteView key) override { at_ = map_->lower_bound(key); }
    bool valid() const override { return at_ != map_->end(); }
    void next() override { ++at_; }
    ByteView key() const override { return at_->first; }
    ByteView value() const override { return at_->second; }
    Status status() const override { return Ok{}; }

  private:
    std::shared_ptr<Shared> shared_;
    std::shared_ptr<Map> map_;
    Map::const_iterator at_;
};

class MemoryStore final : public KeyValueStore {
  public:
    Result<std::optional<Bytes>> get(ByteView key) const override {
        const std::shared_lock lock(shared_->mutex);
        const auto found = shared_->map->find(key);
        if (found == shared_->map->end()) return std::optional<Bytes>();
        return std::optional<Bytes>(found->second);
    }

    std::unique_ptr<KeyValueIterator> iterate() const override { return std::make_unique<MemoryIterator>(shared_); }
    std::unique_ptr<WriteBatch> make_batch() const override { return std::make_unique<MemoryBatch>(); }

    Status write(WriteBatch& batch) override {
        auto* const ours = dynamic_cast<MemoryBatch*>(&batch);
        INVARIANT(ours != nullptr);
        const std::unique_lock lock(shared_->mutex);
        if (shared_->map.use_count() > 1) shared_->map = std::make_shared<Map>(*shared_->map);
        for (const auto& [key, value] : ours->changes) {
            if (value)
                shared_->map->insert_or_assign(key, *value);
            else
                shared_->map->erase(key);
        }
        return Ok{};
    }

    std::uint64_t size_bytes() const override { return 0; }

  private:
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace

std::unique_ptr<KeyValueStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace touchstone::storage
