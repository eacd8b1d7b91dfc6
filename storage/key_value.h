// An ordered map from byte strings to byte strings that survives restarts; over LevelDB and over memory.
//
// Thread safety: any thread may read at any time; one thread writes. An iterator sees one moment of the store.
// Failure: reads answer Error kv_corrupt / kv_io; a failed write leaves the store to be re-opened (the node stops).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace touchstone::storage {

class WriteBatch {
  public:
    virtual ~WriteBatch() = default;
    virtual void put(ByteView key, ByteView value) = 0;
    virtual void erase(ByteView key) = 0;
};

class KeyValueIterator {
  public:
    virtual ~KeyValueIterator() = default;
    // To the first key >= `key`.
    virtual void seek(ByteView key) = 0;
    virtual bool valid() const = 0;
    virtual void next() = 0;
    // Views hold until the next call on this iterator.
    virtual ByteView key() const = 0;
    virtual ByteView value() const = 0;
    // ok unless the iterator stopped because of a fault.
    virtual Status status() const = 0;
};

class KeyValueStore {
  public:
    virtual ~KeyValueStore() = default;
    virtual Result<std::optional<Bytes>> get(ByteView key) const = 0;
    virtual std::unique_ptr<KeyValueIterator> iterate() const = 0;
    virtual std::unique_ptr<WriteBatch> make_batch() const = 0;
    // Atomic: all of the batch or none of it, also across a crash. Synced: on stable storage when it returns.
    [[nodiscard]] virtual Status write(WriteBatch& batch) = 0;
    // Bytes on disk, approximately (0 in memory): for metrics.
    virtual std::uint64_t size_bytes() const = 0;
};

struct LevelDbOptions {
    std::size_t block_cache_bytes = 128u << 20;
    // Read by pread with POSIX_FADV_RANDOM instead of mmap: for stores larger than memory (LIMITS: 838 -> 8,653 ops/s
    // at 100 M keys), slower within memory.
    bool random_access_reads = false;
    // Unsynced writes: for a store whose content is re-made from the block log after a crash.
    bool sync_writes = true;
};

// Errors: kv_locked (another process has it), kv_corrupt, kv_io.
Result<std::unique_ptr<KeyValueStore>> open_leveldb(const std::string& folder, const LevelDbOptions& options);

// The in-memory twin, for tests and the simulator. Its content outlives nothing.
std::unique_ptr<KeyValueStore> make_memory_store();

}  // namespace touchstone::storage
