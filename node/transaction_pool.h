// Transactions that were admitted (form, organisation, key and signature checked) and wait for a block.
//
// Core thread only. Bounded by count and bytes (limits.h). No peer may fill more than half of it, and no organisation
// more than its share of the count, the bytes and the item keys, so that one that floods can not keep the others'
// transactions out.
//
// Blocks are filled in turns between organisations: whose transactions cost this chain the least work so far is next
// (start-time fair queueing: what deficit round robin does, without rounds). Within an organisation they go in order of
// arrival. Work is counted when a block is final, whoever proposed it; work that was refused as a whole makes the rest
// of that organisation's dearer for some blocks, and its share of the pool smaller. All of this is this node's own
// account: it decides what is proposed, never what is valid.
#pragma once

#include <map>
#include <optional>
#include <queue>
#include <set>
#include <unordered_map>

#include "base/limits.h"
#include "crypto/ed25519.h"
#include "ledger/rules/execute.h"

namespace touchstone::node {

struct PoolLimits {
    std::size_t transactions = limits::kPoolTransactionsMax;
    std::size_t bytes = limits::kPoolBytesMax;
    std::size_t organisation_items = limits::kPoolOrganisationItemsMax;
};

// What the execution of a transaction costs, in items: those that it names, its bytes, and something for itself.
std::uint64_t work_of(const ledger::ParsedInfo& transaction);
// Whether it brings items or containers into being that others may name.
bool creates_units(const ledger::ParsedTransaction& transaction);

class TransactionPool {
  public:
    // nullopt: submitted to this node by a client.
    using Source = std::optional<crypto::PublicKey>;
    enum class Added { kAdded, kKnown, kFull };

    explicit TransactionPool(PoolLimits pool_limits) : limits_(pool_limits) {}

    // kFull: the pool, the peer's part of it or the organisation's share.
    Added add(ledger::ParsedTransactionPtr transaction, Source source);
    ledger::ParsedTransactionPtr find(const Hash256& id) const;
    bool contains(const Hash256& id) const { return by_id_.contains(id); }
    // True when there is room for one more of this size from this source.
    bool has_room(std::size_t size_bytes, const Source& source) const;
    void remove(const Hash256& id);
    // It is in a final block: it leaves, if it was here, and its work is counted.
    void settle(const ledger::ParsedInfo& transaction, const ledger::TransactionOutcome& outcome);
    // A block more is final: what was refused before it counts for less.
    void next_block();
    // Removes and answers what may be in no block from `height` on.
    std::vector<Hash256> remove_expired(Height height);

    // In the order in which blocks take them, until `visit` answers false.
    template <class Visit>
    void visit(Visit&& visit) const {
        Order order(*this);
        while (const ledger::ParsedTransactionPtr* const next = order.next())
            if (!visit(*next)) return;
    }
    // Those that clients submitted here: re-sent to a peer that connects.
    std::vector<ledger::ParsedTransactionPtr> local() const;
    // How many of them create units.
    std::size_t creating() const { return creating_; }

    std::size_t size() const { return entries_.size(); }
    std::size_t size_bytes() const { return bytes_; }

  private:
    struct Entry {
        ledger::ParsedTransactionPtr transaction;
        Source source;
        bool creates = false;
    };
    struct Usage {
        std::size_t transactions = 0;
        std::size_t bytes = 0;
        std::size_t items = 0;
    };
    struct Organisation {
        Usage usage;
        std::set<std::uint64_t> waiting;  // sequences
        std::uint64_t served = 0;         // where its next transaction starts, in work
        std::uint64_t refused = 0;        // work refused as a whole lately

        // Each step halves its share and doubles what its work counts.
        std::uint32_t penalty() const;
    };
    // One organisation's place in the order of one block.
    struct Turn {
        std::uint64_t start;
        std::uint64_t work;  // of its next transaction
        std::set<std::uint64_t>::const_iterator next;
        const Organisation* organisation;
        std::uint64_t given = 0;  // work of this block
        // Of those that start together the smallest first: it delays the others the least.
        bool operator>(const Turn& other) const {
            return std::tie(start, work, *next) > std::tie(other.start, other.work, *other.next);
        }
    };
    class Order {
      public:
        explicit Order(const TransactionPool& pool);
        const ledger::ParsedTransactionPtr* next();

      private:
        bool is_too_much(const Turn& turn) const;

        const TransactionPool& pool_;
        std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
        std::vector<Turn> later_;  // had their part of a block in which others wait
        bool others_wait_ = false;
        bool any_given_ = false;
    };

    bool has_share(const ledger::ParsedInfo& transaction) const;
    void erase(std::uint64_t sequence);
    void forget_idle();

    PoolLimits limits_;
    std::uint64_t next_sequence_ = 0;
    std::size_t bytes_ = 0;
    std::size_t creating_ = 0;
    std::map<std::uint64_t, Entry> entries_;
    std::unordered_map<Hash256, std::uint64_t> by_id_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> by_validity_;  // (valid_until, sequence)
    std::map<crypto::PublicKey, Usage> by_peer_;
    std::map<std::string, Organisation> organisations_;
    std::uint64_t started_ = 0;  // where what was settled last had started: nobody's next starts below
};

}  // namespace touchstone::node
