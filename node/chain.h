// The chain as this node has it: the final tip, and the executed blocks above it that are not final yet.
//
// Owns what joins ledger, state and block log: builds blocks, executes proposals, commits what is final, and makes all
// of it again from the log after a crash. Knows nothing of peers and votes. Core thread only. Invariants: an executed
// block descends from the tip by executed blocks; somebody vouches for its clients' signatures; its header's roots are
// what execution gave; the tip's height is the state's; a body is in the log before the block counts as executed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "crypto/log_tree.h"
#include "node/block_store.h"
#include "node/epoch.h"
#include "node/transaction_pool.h"
#include "storage/state_tree.h"

namespace touchstone::node {

// Who answers for the signatures of a block's clients. Nothing is executed for which nobody does.
enum class Vouched {
    kChecked,  // this node verified them
    kQuorum,   // a verified finalization covers the block
};

struct ExecutedBlock {
    Hash256 hash;
    Vouched vouched = Vouched::kChecked;
    ledger::Header header;
    std::shared_ptr<const Bytes> encoded;
    std::vector<ledger::ParsedTransactionPtr> transactions;
    std::vector<ledger::TransactionOutcome> outcomes;
    storage::StateDeltaPtr delta;
    crypto::LogFrontier log;                  // of the block hashes from height 0 to this one
    std::optional<ledger::EpochRules> rules;  // when the block changed anything about them

    // The last block of its epoch: nothing is built on it before it is final, and then under the new rules.
    bool closes_epoch() const { return rules && rules->validators.epoch != header.epoch; }
};
using ExecutedBlockPtr = std::shared_ptr<const ExecutedBlock>;

struct ChainTip {
    Hash256 hash;
    Height height;
    View view;
    WallTime time;
    ledger::Header header;  // all zero at height 0
    Bytes certificate;      // finalization of this very block; empty at height 0, or when a later block's covers it
    crypto::LogFrontier log;
};

struct BuildOrder {
    View view;
    Hash256 parent;
    ValidatorIndex proposer;
    WallTime now;
    bool allow_empty;
};

struct RecoveryReport {
    std::optional<std::uint32_t> damaged_segment;  // told by the caller, from the opening of the log
    bool state_was_empty = false;
    std::uint64_t blocks_replayed = 0;
    std::string damage;        // what ended the replay early, if anything did
    std::vector<Height> lost;  // final blocks that the log has no more; repair() takes them from peers
};

class Chain {
  public:
    struct Parts {
        const ledger::Genesis& genesis;
        storage::StateTree& state;
        BlockStore& store;
    };
    using Progress = std::function<void(Height done)>;

    // Commits the genesis to an empty state; executes what the log has above the state's height.
    // Errors: wrong_genesis (the folder belongs to another chain), state_diverged, and those of storage.
    static Result<std::unique_ptr<Chain>> open(Parts parts, const Progress& progress, RecoveryReport* report);

    const Hash256& chain_id() const { return chain_id_; }
    const ChainTip& tip() const { return tip_; }
    // Of the block after the tip. Another object after each commit that changed something about it.
    const std::shared_ptr<const EpochFacts>& epoch() const { return epoch_; }
    const ledger::Parameters& parameters() const { return epoch_->parameters; }
    ExecutedBlockPtr find(const Hash256& hash) const;
    bool is_tip_or_executed(const Hash256& hash) const { return hash == tip_.hash || executed_.contains(hash); }
    // The executed blocks above the tip that lead to `hash`, oldest first; empty when `hash` is the tip or unknown.
    std::vector<ExecutedBlockPtr> path_to(const Hash256& hash) const;

    // May these transactions be in the next block, as the final state stands? One object for a batch: what it read of
    // the state (organisations above all) serves all of it. To be dropped before the next commit, which would wait for
    // it.
    class Admission {
      public:
        explicit Admission(const Chain& chain);
        std::optional<ledger::Rejection> operator()(const ledger::ParsedTransaction& transaction) const;

      private:
        const Chain& chain_;
        // Point reads: most keys asked for are those of transactions that were never seen, which LevelDB's filter
        // answers without a look at its tables.
        std::unique_ptr<storage::StateReadGuard> state_;
        mutable std::unordered_map<Hash256, Bytes> present_;
    };

    // A block's transactions, in order; their signatures are the caller's. nullopt: one is malformed.
    std::optional<std::vector<ledger::ParsedTransactionPtr>> parse(const ledger::Block& block) const;
    // Takes what fits from the pool, executes it and writes the body.
    struct Built {
        ExecutedBlockPtr block;         // nullptr: nothing to put into a block
        std::vector<Hash256> rejected;  // in the pool, and not admissible any more
    };
    Result<Built> build(const BuildOrder& order, const TransactionPool& pool);
    // Checks every field of the header against its parent, executes, compares the roots, writes the body. The
    // transactions are the block's, parsed, in order. Errors: proposal_* for what is wrong with the block;
    // parent_missing; those of storage.
    Result<ExecutedBlockPtr> execute(const ledger::Block& block, std::vector<ledger::ParsedTransactionPtr> transactions,
                                     std::shared_ptr<const Bytes> encoded, Vouched vouched);

    // Makes the executed block final, with every ancestor above the tip; answers them, oldest first. `certificate` is
    // for the last. What conflicts with them is dropped.
    Result<std::vector<ExecutedBlockPtr>> commit(const Hash256& hash, ByteView certificate);

    // The lowest final block whose body or finalization the log has lost; nullopt: none.
    std::optional<Height> lowest_lost() const;
    // Writes a lost block to the log again. Errors: repair_mismatch when it is not the block that was final here, with
    // these transactions; repair_certificate when the certificate is not for it, or is missing where no later one
    // covers the block; those of storage.
    [[nodiscard]] Status repair(const ledger::Block& block, ByteView encoded, ByteView certificate);
    // Where a final block stands. Error: not_found.
    Result<HeightEntry> entry_of(Height height) const;

    // All executed blocks above the tip, in no order; few.
    std::vector<ExecutedBlockPtr> executed() const;
    std::size_t executed_count() const { return executed_.size(); }
    // Forgets all executed blocks but those that lead from the tip to one of these; answers which. Their bodies stay in
    // the log.
    std::vector<Hash256> keep_only_paths_to(const std::vector<Hash256>& hashes);
    struct Top {
        Hash256 hash;
        Height height;
    };

  private:
    explicit Chain(Parts parts);
    [[nodiscard]] Status load_tip();
    [[nodiscard]] Status commit_genesis();
    [[nodiscard]] Status replay(const Progress& progress, RecoveryReport* report);
    // Heights that the log does not answer for: from the tip down to the first that it does, and all that stand in a
    // segment in which damage was seen.
    [[nodiscard]] Status find_lost(RecoveryReport* report);
    [[nodiscard]] Status check_repair(const HeightEntry& entry, const ledger::Block& block, ByteView certificate) const;
    // The validators of this epoch or an earlier one. Error: not_found; those of storage.
    Result<consensus::ValidatorSet> validators_of(Epoch epoch) const;
    // Drops executed blocks that can not become final any more.
    void drop_abandoned();
    std::vector<storage::SideWrite> take_repaired();
    bool readable(const HeightEntry& entry) const;
    [[nodiscard]] Status replay_final(const FinalRecord& record);
    [[nodiscard]] Status check_header(const ledger::Block& block) const;
    Result<ExecutedBlockPtr> finish(ExecutedBlock executed, ledger::BlockEffects effects,
                                    const storage::StateView& read_through);
    Result<storage::LogPlace> commit_one(const ExecutedBlock& executed, ByteView certificate);
    [[nodiscard]] Status load_epoch();
    ledger::BlockContext context(Height height, WallTime time) const;
    ledger::ReadRecord reader(const storage::StateView& view);
    storage::StateDeltaPtr delta_of(const Hash256& hash) const;
    const crypto::LogFrontier& log_of(const Hash256& hash) const;
    struct Selection {
        std::vector<ledger::ParsedTransactionPtr> chosen;
        std::vector<Hash256> rejected;
    };
    Selection select(const Hash256& parent, const TransactionPool& pool, const ledger::BlockContext& context,
                     const ledger::ReadRecord& read) const;

    Parts parts_;
    Hash256 chain_id_;
    std::shared_ptr<const EpochFacts> epoch_;
    ChainTip tip_;
    std::unordered_map<Hash256, ExecutedBlockPtr> executed_;
    std::set<Height> lost_;
    // Places of repaired blocks, until the next commit takes them into the state.
    std::map<Height, HeightEntry> repaired_;
    // A fault of the store met while the ledger was reading; looked at after every execution.
    mutable std::optional<Error> read_fault_;
};

}  // namespace touchstone::node
