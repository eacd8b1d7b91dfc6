// Which transactions are recorded and still valid, and when to forget them.
//
// State records: TransactionRecord under transaction_key(id). Under expiry_key(h): the heads of chains of chunks; a
// chunk holds the ids that one block recorded with valid_until h, so that a block writes only its own ids however many
// transactions end at one height. The block of height h + 1 erases them, at most a bounded number: the rest moves to
// the next height's list. A record that outlives its validity is harmless (the transaction is expired), a block
// that must erase a million is not.
#pragma once

#include <map>
#include <vector>

#include "ledger/records/records.h"

namespace touchstone::ledger {

class Overlay;
struct BlockContext;

struct ExpiryRecord {
    std::vector<Hash256> chains;  // keys of chunks
    bool operator==(const ExpiryRecord&) const = default;

    Bytes encode() const;
    static Result<ExpiryRecord> decode(ByteView bytes);  // error: record_malformed
};

struct ExpiryChunk {
    Hash256 next;              // key of the next chunk of the chain; zero: the last
    std::vector<Hash256> ids;  // ascending, unique
    bool operator==(const ExpiryChunk&) const = default;

    Bytes encode() const;
    static Result<ExpiryChunk> decode(ByteView bytes);  // error: record_malformed
};


// Erases what expired before this block. Once per block, before its transactions.
void sweep_expired(Overlay& overlay, const BlockContext& context);
// Once per block, after its transactions: valid_until -> ids.
void record_expiries(Overlay& overlay, Height height, std::map<std::uint64_t, std::vector<Hash256>> ids);

}  // namespace touchstone::ledger
