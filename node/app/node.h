// A running node: the replica over the real clock, disk, network and threads, and its face towards the RPC layer.
//
// Threads: one core thread runs the replica and the mesh; verify threads check clients' signatures; one flusher thread
// writes LevelDB; RPC threads read immutable state. Every thread is started in start() and joined in stop().
// Failure: open() answers what is wrong and what to do; once running, a fault that the node can not go on with is told
// through NodeOptions::on_stopped, and the process ends.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <filesystem>
#include <thread>

#include "node/app/ledger_reader.h"
#include "node/app/metrics.h"
#include "node/app/parallel_sync.h"
#include "node/app/quarantine_file.h"
#include "node/app/thread_verify_pool.h"
#include "node/app/waiters.h"
#include "node/asio/mesh.h"
#include "node/replica.h"

namespace touchstone::node {

struct NodeOptions {
    std::filesystem::path home;
    ledger::Genesis genesis;
    std::string name;
    crypto::SecretKey key;  // identity of the mesh; a validator's votes too
    bool observer = false;
    HostPort p2p_listen = {};
    std::vector<PeerAddress> peers = {};
    std::vector<crypto::PublicKey> allow = {};  // besides the validators and those voted in: observers
    std::size_t cache_bytes = 128u << 20;
    std::uint32_t bucket_depth = 20;
    bool random_reads = false;
    unsigned verify_threads = 2;
    std::uint64_t disk_reserve_bytes = 512u << 20;          // with less than this free the node becomes read-only
    std::optional<rpc::OwnOrganisation> organisation = {};  // its key, if any, outlives the node
    rpc::VaultApi* vault = nullptr;                         // outlives the node
    std::function<void(LogLevel, const std::string&)> log = {};
    std::function<void(const Error&)> on_stopped = {};  // on the core thread
};

class Node final : public rpc::NodeApi {
  public:
    // Opens the folders, recovers, and leaves everything ready. Long recoveries are told through options.log.
    static Result<std::unique_ptr<Node>> open(NodeOptions options);
    ~Node() override;

    // Errors: those of the mesh.
    [[nodiscard]] Status start();
    void stop();

    const rpc::OwnOrganisation* organisation() const override {
        return options_.organisation ? &*options_.organisation : nullptr;
    }
    rpc::VaultApi* vault() const override { return options_.vault; }
    epcis::Repository* epcis() override { return epcis_; }
    // Before requests are served; it outlives the server.
    void serve_epcis(epcis::Repository* repository) { epcis_ = repository; }
    std::unique_ptr<rpc::ReadView> read() const override { return reader_->read(); }
    rpc::NodeStatus status() const override;
    bool synced() const override;
    ledger::Parameters parameters() const override { return epoch()->parameters; }
    Result<rpc::StoredBlockPtr> block(Height height) const override { return reader_->block(height); }
    Result<Height> height_of(const Hash256& block_hash) const override { return reader_->height_of(block_hash); }
    void submit(Bytes envelope, std::function<void(rpc::SubmitOutcome)> done) override;
    rpc::TransactionStatus transaction(const Hash256& id) const override;
    WaitId when_final(const Hash256& id, std::function<void(rpc::TransactionStatus)> done) override;
    void forget(WaitId wait) override { waiters_.forget(wait); }
    SubscriptionId subscribe(std::function<void(rpc::SignedTipPtr)> on_block) override;
    void unsubscribe(SubscriptionId subscription) override { waiters_.unsubscribe(subscription); }
    std::string metrics() const override { return metrics_.render(); }
    bool ready(std::string* why_not) const override;

  private:
    // The replica's surroundings: its listener and the mesh's.
    class Core;
    // What the core thread shows to others, renewed as it changes.
    struct Shown {
        View view;
        std::size_t pool_transactions = 0;
        std::size_t pool_bytes = 0;
        Height best_known;
        ReplicaStats stats;
        std::map<crypto::PublicKey, Height> peer_heights;
        std::string fault;
    };
    std::shared_ptr<const EpochFacts> epoch() const {
        const std::lock_guard lock(shown_mutex_);
        return epoch_;
    }
    bool may_connect(const crypto::PublicKey& key) const;
    struct Submission {
        ledger::SignedTransactionPtr transaction;
        std::function<void(SubmitResult)> done;
    };

    explicit Node(NodeOptions options);
    [[nodiscard]] Status open_storage();
    [[nodiscard]] Status open_replica();
    MeshOptions mesh_options();
    void pump();
    void schedule_pump();
    void arm_timer();
    void housekeeping();
    void check_disk();
    void take_submissions();
    void show();
    std::uint64_t items_registered() const;
    void render_metrics(MetricsText& out) const;
    void observe_finality(const std::vector<ExecutedBlockPtr>& blocks);
    void wake_flusher();
    void run_flusher();
    void on_final(const std::vector<ExecutedBlockPtr>& blocks);
    void log(LogLevel level, const std::string& message) const;

    NodeOptions options_;
    Hash256 chain_id_;
    epcis::Repository* epcis_ = nullptr;
    std::chrono::steady_clock::time_point started_at_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    boost::asio::steady_timer timer_{io_};
    boost::asio::steady_timer housekeeping_timer_{io_};

    std::unique_ptr<storage::Disk> blocks_disk_, votes_disk_, state_disk_;
    std::unique_ptr<storage::KeyValueStore> store_;
    std::unique_ptr<storage::BlockLog> blocks_;
    storage::BlockLog::OpenReport log_report_;
    std::unique_ptr<storage::VoteJournal> votes_;
    std::unique_ptr<storage::StateTree> state_;
    std::unique_ptr<BlockStore> block_reader_;
    std::unique_ptr<LedgerReader> reader_;
    std::unique_ptr<QuarantineFile> quarantine_;
    std::unique_ptr<ThreadVerifyPool> verify_;
    ParallelSync sync_;
    std::unique_ptr<Core> core_;
    std::unique_ptr<Mesh> mesh_;
    std::unique_ptr<Replica> replica_;
    Waiters waiters_;
    Metrics metrics_;
    Histogram& finality_ = metrics_.histogram(
        "finality_seconds", "From a transaction's admission at this node until it is final here.", latency_bounds());
    // Of the transactions in the pool. Core thread.
    std::unordered_map<Hash256, std::chrono::steady_clock::time_point> admitted_at_;

    std::map<std::string, std::string> last_reason_;  // by address
    bool pump_posted_ = false;
    Instant armed_for_ = Instant::never();
    std::mutex submissions_mutex_;
    std::vector<Submission> submissions_;

    mutable std::mutex shown_mutex_;
    Shown shown_;
    std::shared_ptr<const EpochFacts> epoch_;  // guarded by shown_mutex_; never null once open
    std::chrono::steady_clock::time_point shown_at_;

    // What synced() found, and until when it holds (steady clock, ns).
    mutable std::atomic<bool> synced_{false};
    mutable std::atomic<std::int64_t> synced_until_ns_{0};
    mutable std::mutex items_mutex_;
    mutable bool items_counted_ = false;
    mutable Height items_height_;
    mutable std::uint64_t items_ = 0;

    std::mutex flush_mutex_;
    std::condition_variable flush_wake_;
    bool flush_wanted_ = false;
    std::atomic<std::uint64_t> flush_up_to_{0};
    bool stopping_ = false;
    std::atomic<bool> stopped_{false};
    std::thread core_thread_;
    std::thread flusher_thread_;
};

}  // namespace touchstone::node
