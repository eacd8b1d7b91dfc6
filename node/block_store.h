// Block bodies and finalizations in the block log, and where each height stands.
//
// Records in the log: kind 1, a body (ledger::Block::encode), written before this node votes for it or as it becomes
// final; kind 2, a finalization: u64 height ‖ block hash ‖ u64 view ‖ place of the body (u32, u32) ‖ certificate as a
// string, empty when a later block's covers it. Side entries of the state: 'h' ‖ u64 height -> block hash ‖ place of
// the body ‖ place of the finalization; 'H' ‖ block hash -> u64 height. The core thread writes; any thread may read
// what a side entry names.
#pragma once

#include <optional>
#include <unordered_map>

#include "consensus/types.h"
#include "ledger/records/header.h"
#include "storage/block_log.h"
#include "storage/state_tree.h"

namespace touchstone::node {

struct FinalRecord {
    Height height;
    Hash256 hash;
    View view;
    storage::LogPlace body;
    Bytes certificate;  // consensus::Certificate::encode, or empty

    Bytes encode() const;
    static Result<FinalRecord> decode(ByteView bytes);  // error: log_corrupt
};

struct HeightEntry {
    Hash256 hash;
    storage::LogPlace body;
    storage::LogPlace finalization;

    Bytes encode() const;
    static Result<HeightEntry> decode(ByteView bytes);  // error: state_corrupt
};

Bytes height_side_key(Height height);
Bytes block_hash_side_key(const Hash256& hash);

class BlockStore {
  public:
    static constexpr std::uint8_t kBodyRecord = 1;
    static constexpr std::uint8_t kFinalRecord = 2;

    explicit BlockStore(storage::BlockLog& log) : log_(log) {}

    // Answers the place it was written to, or where it already stands. `unsynced` until sync().
    Result<storage::LogPlace> append_body(const Hash256& hash, ByteView block);
    Result<storage::LogPlace> append_final(const FinalRecord& record);
    // A sync only when something was appended since the last one.
    [[nodiscard]] Status sync();
    bool unsynced() const { return unsynced_; }

    // The body of this very block. Error: log_corrupt, also when a log that lost its tail has another record there by
    // now.
    Result<Bytes> body(storage::LogPlace place, const Hash256& hash) const;
    Result<FinalRecord> finalization(storage::LogPlace place) const;
    storage::BlockLog& log() { return log_; }
    const storage::BlockLog& log() const { return log_; }

    // Bodies written and not final yet; forgotten as they become final or are abandoned.
    std::optional<storage::LogPlace> place_of(const Hash256& hash) const;
    void remember(const Hash256& hash, storage::LogPlace place) { places_[hash] = place; }
    void forget(const Hash256& hash) { places_.erase(hash); }

  private:
    storage::BlockLog& log_;
    bool unsynced_ = false;
    std::unordered_map<Hash256, storage::LogPlace> places_;
};

}  // namespace touchstone::node
