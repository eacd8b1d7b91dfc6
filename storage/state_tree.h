// The state: a map from 32-byte keys to records whose root every block header carries, plus side entries (events,
// indexes, block places) that are stored with it but are not under the root.
//
// Stored as sorted records, not as tree nodes. In a KeyValueStore:
//   s ‖ key (32)      -> record
//   anything else     -> side entries; their first byte is one of the callers' prefixes, never 's', 'm' or 't'
//   t ‖ height (u64)  -> the buckets that the flush up to this height touched (u32 each), until the next checkpoint
//   m                 -> {height, block hash, state root, bucket depth, caller's note}
// A bucket holds all keys that share their first d bits. In memory: the 2^(d+1) hashes from the root down to the
// buckets, and one bit each that says "exactly one leaf". d is local and never consensus. A checkpoint file holds the
// bucket hashes at one flushed height, so that a start re-reads only the buckets touched since: sequential bytes
// instead of one more LevelDB key per record.
//
// Life of a block: prepare() computes a StateDelta on top of its parent (another delta, or the committed state) without
// changing anything; commit() makes the oldest one the state, in memory only; flush() writes what is committed to the
// store, on a thread of its own. Until then it is read from the overlay in memory. Durability is the block log's:
// what was not flushed is executed again after a crash.
//
// Threads: prepare(), commit() and view(): the core thread. flush(): one flusher thread. mark() and read(): any; a
// ReadGuard sees one height, holds off commit() while it lives, and must be short. A waiting commit() keeps new guards
// out, so readers can not starve it.
// Invariants: root() is crypto::state_root() over all records; recomputed and compared on open(), a mismatch is an
// error (state_root_mismatch), never served.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/hash256.h"
#include "base/strong.h"
#include "crypto/state_root.h"
#include "storage/disk.h"
#include "storage/key_value.h"

namespace touchstone::storage {

struct StateWrite {
    Hash256 key;
    std::optional<Bytes> record;  // nullopt: erased
};

struct SideWrite {
    Bytes key;
    std::optional<Bytes> value;  // nullopt: erased
};

// What one block changes. Immutable once made.
class StateDelta;
using StateDeltaPtr = std::shared_ptr<const StateDelta>;

const Hash256& delta_root(const StateDelta& delta);

// What the committed state is the state after.
struct StateMark {
    Height height;
    Hash256 block_hash;
    Hash256 root;
    Bytes note;  // the caller's: where to go on reading the block log
};

// Read access at one point; get() is a point read.
class StateView {
  public:
    virtual ~StateView() = default;
    virtual Result<std::optional<Bytes>> get(const Hash256& key) const = 0;
};

class StateReadGuard : public StateView {
  public:
    // Of the state the guard sees.
    virtual const StateMark& mark() const = 0;
    // Inclusion or absence under mark().root.
    virtual Result<crypto::StateProof> prove(const Hash256& key) const = 0;
    virtual Result<std::optional<Bytes>> side(ByteView key) const = 0;
    // Side entries with `from` <= key and the given prefix, in order, until `visit` answers false.
    [[nodiscard]] virtual Status side_scan(ByteView prefix, ByteView from,
                                           const std::function<bool(ByteView key, ByteView value)>& visit) const = 0;
};

struct StateTreeOptions {
    std::uint32_t bucket_depth = 20;        // d: 2^(d+1) * 32 bytes of memory
    std::uint64_t checkpoint_every = 500'000;  // touched buckets between two checkpoints
};

struct StateTreeStats {
    std::uint64_t unflushed_bytes = 0;
    std::uint64_t unflushed_blocks = 0;
    Height flushed_height;
    std::uint64_t buckets_rebuilt_at_open = 0;
};

class StateTree {
  public:
    // `progress` is told (done, all) buckets while a long rebuild goes on; may be null.
    // Errors: state_root_mismatch, state_corrupt, and those of the store.
    static Result<std::unique_ptr<StateTree>> open(KeyValueStore& store, Disk& disk, const StateTreeOptions& options,
                                                   std::function<void(std::uint64_t, std::uint64_t)> progress);
    virtual ~StateTree() = default;

    // The committed state's. height 0 with the empty root before the genesis records are committed.
    virtual StateMark mark() const = 0;
    // State after `parent`, or the committed state when null.
    virtual std::unique_ptr<StateView> view(StateDeltaPtr parent) const = 0;
    // Writes in any order, no key twice. `hint`: a view() of the same parent whose reads already fetched buckets, or null.
    virtual Result<StateDeltaPtr> prepare(StateDeltaPtr parent, std::vector<StateWrite> writes,
                                          std::vector<SideWrite> side, const StateView* hint) = 0;
    // Precondition: the delta's parent is null or was the last one committed. mark.root must equal the delta's root.
    // `late`: side entries that are known only now (where the block stands in the log); no key of the delta's own.
    virtual void commit(const StateDeltaPtr& delta, StateMark mark, std::vector<SideWrite> late) = 0;
    // Writes what is committed up to this height to the store; false when there was nothing. The caller names the height
    // whose blocks are durable in its log: a store ahead of the log could not be explained after a crash. Errors stop the
    // node.
    virtual Result<bool> flush(Height up_to) = 0;
    Result<bool> flush() { return flush(Height(UINT64_MAX)); }
    virtual std::unique_ptr<StateReadGuard> read() const = 0;
    virtual StateTreeStats stats() const = 0;
};

}  // namespace touchstone::storage
