// Applies transactions to the state: deterministic, no I/O but the reader it is given.
//
// admit() decides what may enter a pool (form, chain, organisation, key; the signature is checked by whoever calls,
// once, with crypto::verify over transaction_signing_bytes). Execution applies one block's transactions in order; a
// refused transaction stays in the block and changes nothing but its own TransactionRecord, so that its result is
// definite.
#pragma once

#include <functional>
#include <map>
#include <unordered_map>

#include "ledger/records/validator_records.h"
#include "ledger/schema/parsed.h"

namespace touchstone::ledger {

// Throws nothing. A storage fault is reported by the caller's own means (it aborts the block): nullopt means absent.
using ReadRecord = std::function<std::optional<Bytes>(const Hash256& key)>;

struct BlockContext {
    Hash256 chain_id;
    Height height;
    WallTime time;
    Parameters parameters;
    Epoch epoch{};
    Hash256 parent{};           // hash of the block before this one
    ValidatorIndex proposer{};  // in the set of this epoch
};

// Who validates, and by which parameters; both change at the end of an epoch only.
struct EpochRules {
    ValidatorsRecord validators;
    Parameters parameters;
    bool operator==(const EpochRules&) const = default;
};

struct ItemOutcome {
    std::uint32_t index;  // position in the operation's item_keys
    Refusal refusal;
    bool operator==(const ItemOutcome&) const = default;
};

struct RefusalCount {
    Refusal refusal;
    std::uint32_t items;
    bool operator==(const RefusalCount&) const = default;
};

// Neighbouring units of an operation, by their places in it: its items, then its containers.
struct UnitRun {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t end() const { return first + count; }
    bool operator==(const UnitRun&) const = default;
};

// Has a part in these units, ascending and apart; none: in the operation as a whole, or in something that it names beside
// its units.
struct ConcernedOrganisation {
    std::string organisation;
    std::vector<UnitRun> units = {};
    bool operator==(const ConcernedOrganisation&) const = default;
};

struct OperationOutcome {
    std::uint32_t accepted = 0;             // items (or 1 for operations without items)
    std::vector<ItemOutcome> refused;       // partial mode: every refused item; atomic: those that made it fail
    std::vector<RefusalCount> unnamed = {};  // atomic: the rest of them, counted by reason
    // Organisations that have a part in what it touched, ascending, whether it names them or not; of what was refused,
    // none.
    std::vector<ConcernedOrganisation> concerned = {};
    // nullptr: no part in it.
    const ConcernedOrganisation* concern_of(std::string_view organisation) const;

    // Of an operation that failed as a whole: keeps the first runs of neighbours (limits.h) and counts the others, so
    // that what a hopeless transaction leaves in every node's store is bounded.
    void name_the_first();
    std::uint64_t refused_count() const;
    bool operator==(const OperationOutcome&) const = default;
};

struct TransactionOutcome {
    Refusal refusal = Refusal::kNone;  // kNone: applied
    std::uint32_t operation = 0;       // which operation was refused
    std::string detail;                // names the field or item, for people
    std::vector<OperationOutcome> operations;

    bool operator==(const TransactionOutcome&) const = default;

    bool applied() const { return refusal == Refusal::kNone; }
    // Stored as a side entry ('r' ‖ transaction id -> height, index, outcome) so that tx_get can answer.
    Bytes encode() const;
    static Result<TransactionOutcome> decode(ByteView bytes);
};

struct BlockEffects {
    std::vector<std::pair<Hash256, std::optional<Bytes>>> records;  // sorted by key, unique; nullopt = erased
    std::vector<std::pair<Bytes, std::optional<Bytes>>> side;       // events ('e'), results ('r'), indexes ('i')
    std::vector<TransactionOutcome> outcomes;                       // one per transaction
    // As they are after this block, when it changed anything about them. With another epoch: this block is the last of
    // its own.
    std::optional<EpochRules> rules;
};

// The signature, with crypto::verify over transaction_signing_bytes. Pure; any thread. nullopt: it is good.
std::optional<Rejection> check_signature(const ParsedTransaction& transaction);

// Against a state: chain, validity at `height`, organisation and key. nullopt: may be admitted.
std::optional<Rejection> admit(const ParsedTransaction& transaction, const BlockContext& context,
                               const ReadRecord& read);

// All transactions of a block. Error only for a block that no honest proposer makes: repeated or expired transactions,
// wrong chain, keys that were not in force before the block, over the block's bounds (code names it). What an earlier
// transaction of the same block took the right from is refused like any other. Signatures are the caller's.
Result<BlockEffects> execute(const BlockContext& context, std::span<const ParsedTransactionPtr> transactions,
                             const ReadRecord& read);

// Whether the first operation that names items is refused for certain, because some of `count` samples of its items or
// containers do not exist: it is all or nothing, so it fails unless something brings them into being before. Cheap,
// however many it names. nullopt: it may go through.
std::optional<Rejection> refused_by_samples(const ParsedTransaction& transaction, const BlockContext& context,
                                            const ReadRecord& read, std::size_t count);

// Is told what this thread executes, so that a process that dies of a transaction can know it at its next start.
class ExecutionObserver {
  public:
    virtual ~ExecutionObserver() = default;
    // Before the operations of the block's transaction number `index` run.
    virtual void on_transaction(const BlockContext& context, std::uint32_t index,
                                const ParsedTransaction& transaction) = 0;
    // The block (of a trial: none) was executed, or given up as one that no honest proposer makes. Not when something
    // was thrown.
    virtual void on_executed(std::size_t transactions) = 0;
};

// While it lives, execute() on this thread tells the observer, which outlives it. They nest: the inner one is told.
class ExecutionWatch {
  public:
    explicit ExecutionWatch(ExecutionObserver& observer);
    ExecutionWatch(const ExecutionWatch&) = delete;
    ExecutionWatch& operator=(const ExecutionWatch&) = delete;
    ~ExecutionWatch();

  private:
    ExecutionObserver* before_;
};

// Side-entry prefixes: 'e' events, 'r' results, 'i' indexes (ledger/records/index.h).
Bytes result_side_key(const Hash256& transaction_id);
struct StoredResult {
    Height height;
    std::uint32_t index = 0;
    TransactionOutcome outcome;
    bool operator==(const StoredResult&) const = default;
    Bytes encode() const;
    static Result<StoredResult> decode(ByteView bytes);
};

}  // namespace touchstone::ledger
