// Transactions that were admitted (form, organisation, key and signature checked) and wait for a block.
//
// Core thread only. Bounded by count and bytes (limits.h), and no peer may fill more than half of it, so that one
// flooding member can not keep the others' transactions out. In order of arrival.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/limits.h"
#include "crypto/ed25519.h"
#include "ledger/rules/execute.h"

namespace touchstone::node {

struct PoolLimits {
    std::size_t transactions = limits::kPoolTransactionsMax;
    std::size_t bytes = limits::kPoolBytesMax;
};

class TransactionPool {
  public:
    // nullopt: submitted to this node by a client.
    using Source = std::optional<crypto::PublicKey>;
    enum class Added { kAdded, kKnown, kFull };

    explicit TransactionPool(PoolLimits pool_limits) : limits_(pool_limits) {}

    Added add(ledger::ParsedTransactionPtr transaction, Source source);
    ledger::ParsedTransactionPtr find(const Hash256& id) const;
    bool contains(const Hash256& id) const { return by_id_.contains(id); }
    // True when there is room for one more of this size from this source.
    bool has_room(std::size_t size_bytes, const Source& source) const;
    void remove(const Hash256& id);
    // Removes and answers what may be in no block from `height` on.
    std::vector<Hash256> remove_expired(Height height);

    // In order of arrival, until `visit` answers false.
    template <class Visit>
    void visit(Visit&& visit) const {
        for (const auto& [sequence, entry] : entries_)
            if (!visit(entry.transaction)) return;
    }
    // Those that clients submitted here: re-sent to a peer that connects.
    std::vector<ledger::ParsedTransactionPtr> local() const;

    std::size_t size() const { return entries_.size(); }
    std::size_t size_bytes() const { return bytes_; }

  private:
    struct Entry {
        ledger::ParsedTransactionPtr transaction;
        Source source;
    };
    struct Usage {
        std::size_t transactions = 0;
        std::size_t bytes = 0;
    };
    void erase(std::uint64_t sequence);

    PoolLimits limits_;
    std::uint64_t next_sequence_ = 0;
    std::size_t bytes_ = 0;
    std::map<std::uint64_t, Entry> entries_;
    std::unordered_map<Hash256, std::uint64_t> by_id_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> by_validity_;  // (valid_until, sequence)
    std::map<crypto::PublicKey, Usage> by_peer_;
};

}  // namespace touchstone::node
