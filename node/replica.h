// One node's part in the network: joins the consensus engine, the ledger, storage and the peers.
//
// An event goes in together with the time (set_time, then on_…), and pump() carries out what follows from it in three
// visible phases: construct (the engine decides, blocks are built and executed), sync (block bodies, then votes), send.
// The simulator runs this very class over a simulated transport, disk, clock and verify pool.
//
// Core thread only. Failure: a disk that does not take a vote or a body stops the replica (ReplicaListener::on_fatal);
// a peer's fault drops the peer; a block that the quorum agreed on and that executes differently here stops the
// replica, since then this node's state is wrong.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "base/limits.h"
#include "consensus/engine.h"
#include "node/block_sync.h"
#include "node/candidates.h"
#include "node/chain.h"
#include "node/disk_sync.h"
#include "node/journal_records.h"
#include "node/log_level.h"
#include "node/quarantine.h"
#include "node/transaction_pool.h"
#include "node/transport.h"
#include "node/verify_pool.h"
#include "storage/vote_journal.h"

namespace touchstone::node {

// What the replica tells its owner. Called on the core thread, within pump().
class ReplicaListener {
  public:
    virtual ~ReplicaListener() = default;
    // These blocks became final, oldest first; the tip is the last one.
    virtual void on_final(const std::vector<ExecutedBlockPtr>& blocks, const ChainTip& tip) = 0;
    virtual void on_admitted(const Hash256& id) = 0;
    // Left the pool without being in a block: its validity ended.
    virtual void on_expired(const Hash256& id) = 0;
    // The replica has stopped and must be opened again.
    virtual void on_fatal(const Error& error) = 0;
    // Who validates, who was voted in or which parameters hold is another than before. Called with the blocks'
    // on_final, before it, and once in start().
    virtual void on_epoch(const std::shared_ptr<const EpochFacts>& epoch) = 0;
    virtual void on_log(LogLevel level, const std::string& message) = 0;
};

struct SubmitResult {
    Hash256 id;
    std::optional<ledger::Rejection> rejection = std::nullopt;
    bool overloaded = false;
    bool already_known = false;
    bool quarantined = false;    // its execution ended this node once: an operator has to release it
    std::string read_only = {};  // why this node takes nothing at the moment; empty: it does
};

struct ReplicaStats {
    std::uint64_t blocks_built = 0;
    std::uint64_t blocks_verified = 0;
    std::uint64_t proposals_refused = 0;
    std::uint64_t blocks_synced = 0;
    std::uint64_t transactions_final = 0;
    std::uint64_t transactions_rejected = 0;
    std::uint64_t misbehaviour = 0;
    std::uint64_t votes_sent = 0;
    std::uint64_t syncs = 0;
    std::uint64_t nullified_views = 0;
};

class Replica : public TransportEvents {
  public:
    struct Config {
        ledger::Genesis genesis;
        // Votes while it is in the validator set; says that it is ready once it was voted in. nullopt: an observer.
        std::optional<crypto::SecretKey> validator_key;
        PoolLimits pool;
        Duration empty_block_delay =
            milliseconds(100);  // before a block without transactions, made to finalize another
        std::size_t sync_bytes_per_reply = limits::kSyncBytesPerReplyMax;  // of block bodies; one is always sent
    };
    struct Parts {
        Transport& transport;
        storage::BlockLog& blocks;
        storage::VoteJournal* votes;  // null for an observer
        storage::StateTree& state;
        VerifyPool& verify;
        DiskSync& sync;
        ReplicaListener& listener;
        Quarantine* quarantine = nullptr;  // null: nothing is held
    };
    // Errors: those of Chain::open, and of a journal that contradicts itself.
    static Result<std::unique_ptr<Replica>> open(Config config, Parts parts, const Chain::Progress& progress,
                                                 RecoveryReport* report);
    ~Replica() override;

    // Before every group of events. `now` never goes back.
    void set_time(Instant now, WallTime wall);
    void start();
    void on_connected(const crypto::PublicKey& peer) override;
    void on_disconnected(const crypto::PublicKey& peer) override;
    void on_frame(const crypto::PublicKey& peer, Bytes frame) override;
    void submit(ledger::SignedTransactionPtr transaction, std::function<void(SubmitResult)> done);
    // Reads go on, nothing is written: no votes, no blocks, no admission.
    void set_read_only(std::optional<std::string> reason);
    void pump();
    Instant next_deadline() const;
    // Syncs the block log when something in it is not on stable storage yet. To be called now and then: votes for small
    // blocks sync the journal alone.
    void sync_log();
    // All final blocks up to here are on stable storage: what LevelDB may be given.
    Height durable_height() const { return durable_height_; }

    const Chain& chain() const { return *chain_; }
    const TransactionPool& pool() const { return pool_; }
    const ReplicaStats& stats() const { return stats_; }
    const consensus::ValidatorSet& validators() const { return chain_->epoch()->validators; }
    View view() const;
    Height best_known_height() const;
    std::optional<Height> peer_height(const crypto::PublicKey& peer) const { return sync_.height_of(peer); }
    bool halted() const { return halted_; }
    // A block's body is here, in memory or in the log.
    bool has_body(const Hash256& hash) const;

  private:
    struct Pending {
        ledger::SignedTransactionPtr transaction;
        TransactionPool::Source source;
        std::function<void(SubmitResult)> done;  // null for peers'
    };
    enum class Ready { kYes, kWaiting, kBad };

    static constexpr Duration kPollEvery = seconds(2);
    static constexpr Duration kSayReadyEvery = seconds(5);
    static constexpr std::uint64_t kReadyValidity = 1000;  // heights
    static constexpr std::uint64_t kReadyLagMax = 16;      // behind the best peer: under load there is always something
    static constexpr std::size_t kEarlyMax = 256;
    static constexpr std::size_t kEarlyBytesMax = 32u << 20;
    // Larger ones cost more to write twice than the second sync that this saves.
    static constexpr std::size_t kJournaledBodyMax = 4096;
    // Final blocks that the block log may have unsynced: each is looked through by every read of the state.
    static constexpr std::uint64_t kUnsyncedBlocksMax = 32;
    // How far a leader's block may be behind our clock: more than clocks differ and a proposal is under way.
    static constexpr std::uint64_t kBlockAgeMaxMs = 10 * 60 * 1000;
    // Executed blocks above the tip, but for those that a quorum notarized.
    static constexpr std::size_t kExecutedMax = 128;

    Replica(Config config, Parts parts);

    // replica_epoch.cpp: from one epoch to the next
    void make_gate();
    void make_engine();
    void begin_epoch();
    void drop_unfit_transactions();
    // True: the message is of another epoch, and is dealt with.
    bool is_of_other_epoch(const crypto::PublicKey& peer, const Message& message, const Bytes& frame);
    bool take_early();
    // Voted in, and not a validator yet: what is missing is its own word.
    const ledger::PendingValidator* waits_for_its_turn() const;
    void say_ready();

    // replica_messages.cpp: what peers send
    void handle(const crypto::PublicKey& peer, ProposalMessage message);
    void handle(const crypto::PublicKey& peer, const VoteMessage& message);
    void handle(const crypto::PublicKey& peer, const CertificateMessage& message);
    void handle(const crypto::PublicKey& peer, const CertificateRequestMessage& message);
    void handle(const crypto::PublicKey& peer, TransactionsMessage message);
    void handle(const crypto::PublicKey& peer, const StatusMessage& message);
    void handle(const crypto::PublicKey& peer, const BlockRequestMessage& message);
    void handle(const crypto::PublicKey& peer, BlockRangeMessage message);
    void handle(const crypto::PublicKey& peer, const BodyRequestMessage& message);
    void handle(const crypto::PublicKey& peer, BodyMessage message);
    void take_ahead(const crypto::PublicKey& peer, ReceivedBlock block);
    void misbehaved(const crypto::PublicKey& peer, const std::string& what);

    // replica_sync.cpp: final blocks from peers, and for them
    std::optional<StoredFinalBlock> stored_block(Height height) const;
    std::optional<StoredTail> stored_tail(Height from) const;
    Chain::Top sync_top() const;
    void take_proof(const crypto::PublicKey& peer, const StatusMessage& message);
    Frame status_frame() const;
    void brought_nothing(const crypto::PublicKey& peer);
    [[nodiscard]] Status apply_range(BlockRangeMessage& range);
    [[nodiscard]] Status apply_segment(std::span<FinalBlock> segment, const RangeTail* tail);
    [[nodiscard]] Status execute_synced(ReceivedBlock& block);
    void progress_sync();
    void poll_heights();

    // replica_admission.cpp: clients' transactions on their way into the pool
    void dispatch_checks();
    void on_checked(std::vector<Pending> batch, std::vector<CheckedTransaction> verdicts);
    bool block_may_create() const;
    void refuse_hopeless(const std::vector<Pending>& batch, std::vector<CheckedTransaction>& verdicts);
    SubmitResult admit(const Pending& pending, const CheckedTransaction& verdict, const Chain::Admission& may_enter);
    void gossip();
    void gossip_again();
    Instant gossip_again_at() const;
    void send_local_pool(const crypto::PublicKey& peer);

    // replica_durable.cpp: what is on disk before votes leave
    [[nodiscard]] Status restore_journal();
    [[nodiscard]] Status restore_bodies(const std::vector<Bytes>& bodies);
    [[nodiscard]] Status restore_gate();
    void hand_back_notarizations();
    bool is_void(ByteView vote_record) const;
    bool make_durable(const std::vector<consensus::Effect>& effects);
    // Answers whether the block log must be synced too.
    Result<bool> journal(const std::vector<consensus::Effect>& effects, bool& any_vote);
    Result<bool> journal_body_of(const consensus::Vote& vote);
    [[nodiscard]] Status sync_both();
    void log_is_durable();
    void send_bodies_ahead(const std::vector<consensus::Effect>& effects);

    // replica.cpp: the engine's effects
    bool progress();
    bool progress_verify();
    bool is_for(const consensus::Verify& verify);
    bool is_timely(const ExecutedBlock& block) const;
    void progress_ahead();
    bool progress_build();
    bool progress_final();
    // A fault of this node's disk or store, and not of whoever sent what was being written.
    static bool is_own_fault(const Error& error);
    static Error diverged(const std::string& why);
    void update_work();
    Instant heartbeat_at() const;
    bool heartbeat_is_due() const { return heartbeat_at() <= now_; }
    std::size_t transactions_in_flight() const;
    void carry_out(const consensus::Effect& effect);
    void send_to(std::optional<ValidatorIndex> to, const Frame& frame);
    void committed(const std::vector<ExecutedBlockPtr>& blocks);
    // Executes the block and what it stands on, as far as bodies and checks are there.
    Ready ensure_executed(const Hash256& hash, const consensus::Certificate* certificate);
    Candidate* find_candidate(const Hash256& hash);
    bool is_quarantined(const Candidate& candidate) const;
    bool is_quarantined(const Hash256& id) const { return parts_.quarantine && parts_.quarantine->holds(id); }
    Ready ensure_checked(Candidate& candidate, const consensus::Certificate* certificate);
    Ready execute(Candidate& candidate, const consensus::Certificate* certificate);
    void make_room(const Hash256& parent);
    void start_check(Candidate& candidate);
    void ask_for_missing();
    void fatal(const Error& error);
    void log(LogLevel level, const std::string& message) { parts_.listener.on_log(level, message); }
    std::optional<ValidatorIndex> index_of(const crypto::PublicKey& peer) const { return validators().index_of(peer); }

    Config config_;
    Parts parts_;
    std::optional<ValidatorIndex> self_;  // in the set of this epoch
    BlockStore store_;
    std::unique_ptr<Chain> chain_;
    std::unique_ptr<consensus::SignerGate> gate_;
    std::unique_ptr<consensus::Engine> engine_;
    TransactionPool pool_;
    Candidates candidates_;
    BlockSync sync_;
    std::optional<Hash256> vouched_;  // synced and executed, under a finalization whose block is still to come
    ReplicaStats stats_;

    Instant now_;
    WallTime wall_;
    Instant poll_at_;
    Height durable_height_;
    bool halted_ = false;
    JournalRecords recovered_;  // of the journal as it was found, without the bodies
    bool has_work_ = false;
    std::optional<std::string> read_only_;
    std::set<crypto::PublicKey> connected_;
    // Of the next epoch, from peers that are a message ahead of us.
    std::vector<std::pair<crypto::PublicKey, Bytes>> early_;
    std::size_t early_bytes_ = 0;
    Instant ready_at_;  // when to say again that this node is ready

    std::optional<consensus::Verify> verify_;
    // A body that its leader sent while it still syncs its vote: executed before the vote comes. One for each view.
    std::optional<Hash256> ahead_;
    View ahead_view_;
    std::optional<consensus::Build> build_;
    Instant build_empty_at_ = Instant::never();
    bool build_tried_ = false;  // with the pool as it is; tried again when something is added
    std::optional<consensus::Certificate> final_;

    std::vector<Pending> to_check_;
    std::unordered_set<Hash256> under_check_;  // sent to the verify pool, or about to be
    std::size_t checking_ = 0;
    std::vector<ledger::SignedTransactionPtr> to_gossip_;
    Instant final_at_;  // when a block became final here, or this node started
    Instant moved_at_;  // when something became final, work came, or its transactions were last gossiped again
    // Ends the callbacks of a verify pool that outlives this object.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace touchstone::node
