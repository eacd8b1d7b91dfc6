#include "node/app/node.h"

#include <fmt/format.h>

#include <sys/statvfs.h>
#include <boost/asio/post.hpp>

#include "crypto/sha256.h"
#include "ledger/schema/parsed.h"
#include "rpc/epcis/mapping.h"

namespace touchstone::node {
namespace {

constexpr std::chrono::milliseconds kHousekeepingEvery{500};
constexpr std::chrono::milliseconds kShowEvery{50};
constexpr std::uint32_t kProtocolVersion = 1;
constexpr std::size_t kVoteSlots = 4096;
constexpr std::size_t kPreallocateBytes = 4u << 20;

Instant instant_of(std::chrono::steady_clock::time_point time) {
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count()};
}

WallTime wall_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return WallTime{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

// As the state was when the node stopped; false while it is empty.
Result<bool> is_validator_in(const storage::StateTree& state, const crypto::PublicKey& key) {
    if (state.mark().height.value == 0) return false;
    TRY_ASSIGN(const std::optional<Bytes> bytes, state.read()->get(ledger::validators_key()));
    if (!bytes) return false;
    TRY_ASSIGN(const ledger::ValidatorsRecord record, ledger::ValidatorsRecord::decode(*bytes));
    return record.find(key) != nullptr;
}

// For people who look into what ended a node: the first kinds of operations, each named once in a row.
std::string names_of_operations(const ledger::ParsedTransaction& transaction) {
    constexpr std::size_t kNamesMax = 6;
    std::string names;
    std::string_view last;
    std::size_t named = 0;
    for (const ledger::Operation& operation : transaction.operations()) {
        const std::string_view name = ledger::info(operation).name;
        if (std::exchange(last, name) == name) continue;
        if (++named > kNamesMax) return names + ", …";
        names.append(names.empty() ? "" : ", ").append(name);
    }
    return names;
}

}  // namespace

class Node::Core final : public ReplicaListener, public TransportEvents {
  public:
    explicit Core(Node& node) : node_(node) {}

    void on_connected(const crypto::PublicKey& peer) override {
        deliver([&](Replica& replica) { replica.on_connected(peer); });
    }
    void on_disconnected(const crypto::PublicKey& peer) override {
        deliver([&](Replica& replica) { replica.on_disconnected(peer); });
    }
    void on_frame(const crypto::PublicKey& peer, Bytes frame) override {
        deliver([&](Replica& replica) { replica.on_frame(peer, std::move(frame)); });
    }
    void on_final(const std::vector<ExecutedBlockPtr>& blocks, const ChainTip&) override { node_.on_final(blocks); }
    void on_admitted(const Hash256& id) override {
        node_.admitted_at_[id] = std::chrono::steady_clock::now();
        node_.waiters_.admitted(id);
    }
    void on_expired(const Hash256& id) override {
        node_.admitted_at_.erase(id);
        node_.waiters_.left_pool(id);
    }
    void on_fatal(const Error& error) override {
        node_.stopped_ = true;
        if (node_.options_.on_stopped) node_.options_.on_stopped(error);
    }
    void on_epoch(const std::shared_ptr<const EpochFacts>& epoch) override {
        const std::lock_guard lock(node_.shown_mutex_);
        node_.epoch_ = epoch;
    }
    void on_log(LogLevel level, const std::string& message) override { node_.log(level, message); }

  private:
    template <class Event>
    void deliver(Event&& event) {
        if (!node_.replica_) return;
        node_.replica_->set_time(instant_of(std::chrono::steady_clock::now()), wall_now());
        event(*node_.replica_);
        node_.quarantine_->on_settled();
        node_.schedule_pump();
    }
    Node& node_;
};

Node::Node(NodeOptions options)
    : options_(std::move(options)),
      chain_id_(options_.genesis.chain_id()),
      started_at_(std::chrono::steady_clock::now()) {
    metrics_.collect([this](MetricsText& out) { render_metrics(out); });
}

Node::~Node() { stop(); }

void Node::log(LogLevel level, const std::string& message) const {
    if (options_.log) options_.log(level, message);
}

Result<std::unique_ptr<Node>> Node::open(NodeOptions options) {
    TRY(options.genesis.check());
    std::unique_ptr<Node> node(new Node(std::move(options)));
    TRY_ASSIGN(node->quarantine_,
               QuarantineFile::open(Home(node->options_.home), names_of_operations,
                                    [&](LogLevel level, const std::string& message) { node->log(level, message); }));
    TRY(node->open_storage());
    TRY(node->open_replica());
    return node;
}

Status Node::open_storage() {
    const auto folder = [&](const char* name) { return (options_.home / name).string(); };
    TRY_ASSIGN(blocks_disk_, storage::open_posix_disk(folder("blocks")));
    TRY_ASSIGN(votes_disk_, storage::open_posix_disk(folder("votes")));
    TRY_ASSIGN(state_disk_, storage::open_posix_disk(folder("state")));
    storage::LevelDbOptions level;
    level.block_cache_bytes = options_.cache_bytes;
    level.random_access_reads = options_.random_reads;
    level.sync_writes = false;  // what LevelDB loses, the block log makes again
    TRY_ASSIGN(store_, storage::open_leveldb(folder("state/leveldb"), level));
    TRY_ASSIGN(blocks_, storage::BlockLog::open(*blocks_disk_, {limits::kBlockLogSegmentBytes, kPreallocateBytes},
                                                &log_report_));
    if (log_report_.bytes_cut > 0)
        log(LogLevel::kWarn,
            fmt::format("block log: {} bytes of a torn or corrupt tail were cut off; what they held comes "
                        "again from the peers",
                        log_report_.bytes_cut));
    const bool votes_known = votes_disk_->exists("votes");
    if (!options_.observer) {
        TRY_ASSIGN(votes_, storage::VoteJournal::open(*votes_disk_, kVoteSlots));
    }
    const auto progress = [this, last = std::chrono::steady_clock::now()](std::uint64_t done,
                                                                          std::uint64_t all) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now - last < std::chrono::seconds(2)) return;
        last = now;
        log(LogLevel::kInfo, fmt::format("state tree: {} of {} rebuilt", done, all));
    };
    storage::StateTreeOptions tree;
    tree.bucket_depth = options_.bucket_depth;
    TRY_ASSIGN(state_, storage::StateTree::open(*store_, *state_disk_, tree, progress));
    TRY_ASSIGN(const bool validates, is_validator_in(*state_, options_.key.public_key()));
    if (!options_.observer && !votes_known && validates)
        return Error{
            "votes_missing",
            "the record of this validator's votes (the votes folder) is gone, and the chain is not new: voting "
            "without it could sign twice in one view. Put the folder back from this machine's disk, or run the "
            "node as an observer (node.observer = true) and have the council give it a new key"};
    return Ok{};
}

Status Node::open_replica() {
    verify_ =
        std::make_unique<ThreadVerifyPool>(io_.get_executor(), options_.verify_threads, [this] { schedule_pump(); });
    core_ = std::make_unique<Core>(*this);
    mesh_ = std::make_unique<Mesh>(io_, io_.get_executor(), *core_, mesh_options());
    Replica::Config config{options_.genesis, std::nullopt, {}};
    if (!options_.observer) config.validator_key = crypto::SecretKey::from_seed(options_.key.seed());
    RecoveryReport report;
    report.damaged_segment = log_report_.damaged_segment;
    const auto progress = [this, last = std::chrono::steady_clock::now()](Height height) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now - last < std::chrono::seconds(2)) return;
        last = now;
        log(LogLevel::kInfo, fmt::format("executing the block log: at height {}", height.value));
    };
    const ledger::ExecutionWatch watch(*quarantine_);
    TRY_ASSIGN(replica_, Replica::open(std::move(config),
                                       {*mesh_, *blocks_, votes_.get(), *state_, *verify_, sync_, *core_,
                                        quarantine_.get()},
                                       progress, &report));
    if (!report.damage.empty())
        log(LogLevel::kWarn, "block log: " + report.damage + "; the blocks above come from the peers");
    if (!report.lost.empty())
        log(LogLevel::kWarn,
            fmt::format("block log: corrupt or missing records: {} blocks between {} and {} are lost; they are fetched "
                        "from the peers",
                        report.lost.size(), report.lost.back().value, report.lost.front().value));
    if (report.state_was_empty && report.blocks_replayed > 0)
        log(LogLevel::kWarn, "the state folder was empty: the state was made again from the block log");
    if (report.blocks_replayed > 0)
        log(LogLevel::kInfo, fmt::format("{} blocks of the log were executed again", report.blocks_replayed));
    epoch_ = replica_->chain().epoch();
    block_reader_ = std::make_unique<BlockStore>(*blocks_);
    reader_ = std::make_unique<LedgerReader>(*state_, *block_reader_);
    const ChainTip& tip = replica_->chain().tip();
    reader_->publish(make_signed_tip(tip.header, tip.hash, tip.certificate));
    log(LogLevel::kInfo, fmt::format("chain {} at height {}, state root {}", options_.genesis.name, tip.height.value,
                                     state_->mark().root.hex()));
    return Ok{};
}

MeshOptions Node::mesh_options() {
    MeshOptions mesh;
    mesh.listen = options_.p2p_listen;
    mesh.peers = options_.peers;
    mesh.allowed = [this](const crypto::PublicKey& key) { return may_connect(key); };
    mesh.hello = Hello{kProtocolVersion, chain_id_, crypto::sha256(options_.genesis.parameters.encode())};
    mesh.seed = (std::uint64_t{crypto::random_below(UINT32_MAX)} << 32) | crypto::random_below(UINT32_MAX);
    mesh.news = [this](const MeshNews& news) {
        const std::string peer = news.peer ? news.peer->hex().substr(0, 8) : std::string("?");
        switch (news.kind) {
            case MeshNews::Kind::kConnected:
                return log(LogLevel::kInfo, fmt::format("peer {} connected ({})", peer, news.address));
            case MeshNews::Kind::kClosed: {
                // The first time that a reason is met is news; the same again at every attempt is not.
                const bool first = last_reason_[news.address] != news.reason;
                if (last_reason_.size() > limits::kPeersMax) last_reason_.clear();
                last_reason_[news.address] = news.reason;
                return log(first ? LogLevel::kInfo : LogLevel::kDebug,
                           fmt::format("peer {} closed: {} ({})", peer, news.reason, news.address));
            }
            case MeshNews::Kind::kListening:
                return log(LogLevel::kInfo, fmt::format("listening for peers on {}", news.address));
            case MeshNews::Kind::kListenError:
                return log(LogLevel::kError, fmt::format("peer listener: {} ({})", news.reason, news.address));
        }
    };
    return mesh;
}

// Before the chain is followed this far, the validators of later epochs are strangers: whoever is new dials those that
// its genesis and its configuration name.
bool Node::may_connect(const crypto::PublicKey& key) const {
    const auto known = epoch();
    const auto& genesis = options_.genesis.validators;
    const auto listed = [&](const PeerAddress& peer) { return peer.key == key; };
    if (known->record.find(key) != nullptr || known->record.find_pending(key) != nullptr) return true;
    if (known->epoch() == ledger::kGenesisEpoch &&
        std::any_of(genesis.begin(), genesis.end(), [&](const auto& one) { return one.key == key; }))
        return true;
    return std::any_of(options_.peers.begin(), options_.peers.end(), listed) ||
           std::find(options_.allow.begin(), options_.allow.end(), key) != options_.allow.end();
}

Status Node::start() {
    TRY(mesh_->start(options_.key));
    boost::asio::post(io_, [this] {
        replica_->set_time(instant_of(std::chrono::steady_clock::now()), wall_now());
        replica_->start();
        housekeeping();
        schedule_pump();
    });
    core_thread_ = std::thread([this] {
        QuarantineFile::prepare_thread();
        const ledger::ExecutionWatch watch(*quarantine_);
        io_.run();
    });
    flusher_thread_ = std::thread([this] { run_flusher(); });
    return Ok{};
}

void Node::stop() {
    if (core_thread_.joinable()) {
        boost::asio::post(io_, [this] {
            mesh_->stop();
            timer_.cancel();
            housekeeping_timer_.cancel();
            work_.reset();
            stopped_ = true;
            // What still waits on sockets has nothing more to say.
            boost::asio::post(io_, [this] { io_.stop(); });
        });
        core_thread_.join();
    }
    {
        const std::lock_guard lock(flush_mutex_);
        stopping_ = true;
    }
    flush_wake_.notify_all();
    if (flusher_thread_.joinable()) flusher_thread_.join();
    verify_.reset();
}

void Node::schedule_pump() {
    if (pump_posted_) return;
    pump_posted_ = true;
    boost::asio::post(io_, [this] { pump(); });
}

void Node::pump() {
    pump_posted_ = false;
    if (stopped_) return;
    replica_->set_time(instant_of(std::chrono::steady_clock::now()), wall_now());
    take_submissions();
    replica_->pump();
    arm_timer();
    if (std::chrono::steady_clock::now() - shown_at_ >= kShowEvery) show();
}

void Node::arm_timer() {
    // A timer that rings too early costs one empty pump; setting it anew for every event costs a system call each.
    const Instant deadline = replica_->next_deadline();
    if (deadline == Instant::never() || armed_for_ <= deadline) return;
    armed_for_ = deadline;
    timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(deadline.us)));
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        armed_for_ = Instant::never();
        schedule_pump();
    });
}

void Node::housekeeping() {
    check_disk();
    replica_->sync_log();
    wake_flusher();
    show();
    housekeeping_timer_.expires_after(kHousekeepingEvery);
    housekeeping_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !stopped_) housekeeping();
    });
}

// Stops writing while there is still room, so that neither the log nor LevelDB meets a full disk in the middle of a
// commit; goes on by itself when there is room again.
void Node::check_disk() {
    struct statvfs facts {};
    if (statvfs(options_.home.c_str(), &facts) != 0) return;
    const std::uint64_t free_bytes = std::uint64_t{facts.f_bavail} * facts.f_frsize;
    const bool read_only = !shown_.fault.empty();
    const std::uint64_t wanted = read_only ? options_.disk_reserve_bytes * 5 / 4 : options_.disk_reserve_bytes;
    std::optional<std::string> reason;
    if (free_bytes < wanted)
        reason = fmt::format(
            "disk nearly full: {} MB free in {}, {} MB are kept in reserve; free some space, the node then "
            "goes on by itself",
            free_bytes >> 20, options_.home.string(), options_.disk_reserve_bytes >> 20);
    if (reason.has_value() == read_only) return;
    replica_->set_read_only(reason);
    {
        const std::lock_guard lock(shown_mutex_);
        shown_.fault = reason.value_or("");
    }
    schedule_pump();
}

void Node::show() {
    shown_at_ = std::chrono::steady_clock::now();
    const std::lock_guard lock(shown_mutex_);
    shown_.view = replica_->view();
    shown_.pool_transactions = replica_->pool().size();
    shown_.pool_bytes = replica_->pool().size_bytes();
    shown_.best_known = replica_->best_known_height();
    shown_.stats = replica_->stats();
    for (const PeerStats& peer : mesh_->stats().peers)
        if (const auto height = replica_->peer_height(peer.key)) shown_.peer_heights[peer.key] = *height;
}

void Node::on_final(const std::vector<ExecutedBlockPtr>& blocks) {
    std::vector<rpc::SignedTipPtr> tips;
    for (const ExecutedBlockPtr& block : blocks) {
        const bool last = block == blocks.back();
        tips.push_back(make_signed_tip(block->header, block->hash,
                                       last ? ByteView(replica_->chain().tip().certificate) : ByteView{}));
    }
    reader_->publish(tips.back());
    observe_finality(blocks);
    waiters_.on_final(blocks, tips);
    wake_flusher();
}

void Node::observe_finality(const std::vector<ExecutedBlockPtr>& blocks) {
    const auto now = std::chrono::steady_clock::now();
    for (const ExecutedBlockPtr& block : blocks) {
        for (const auto& transaction : block->transactions) {
            const auto admitted = admitted_at_.find(ledger::info(*transaction).id);
            if (admitted == admitted_at_.end()) continue;
            finality_.observe(std::chrono::duration<double>(now - admitted->second).count());
            admitted_at_.erase(admitted);
        }
    }
}

void Node::wake_flusher() {
    if (replica_->durable_height().value == flush_up_to_) return;
    flush_up_to_ = replica_->durable_height().value;
    {
        const std::lock_guard lock(flush_mutex_);
        flush_wanted_ = true;
    }
    flush_wake_.notify_one();
}

void Node::run_flusher() {
    while (true) {
        {
            std::unique_lock lock(flush_mutex_);
            flush_wake_.wait(lock, [&] { return flush_wanted_ || stopping_; });
            if (stopping_ && !flush_wanted_) return;
            flush_wanted_ = false;
        }
        const auto flushed = state_->flush(Height(flush_up_to_.load()));
        if (flushed.ok()) continue;
        const Error error = flushed.error();
        log(LogLevel::kError, fmt::format("state store: {} ({})", error.message, error.code));
        if (options_.on_stopped) boost::asio::post(io_, [this, error] { options_.on_stopped(error); });
        return;
    }
}

void Node::submit(Bytes envelope, std::function<void(rpc::SubmitOutcome)> done) {
    auto transaction = ledger::SignedTransaction::from_envelope(envelope);
    if (!transaction.ok()) {
        rpc::SubmitOutcome outcome;
        outcome.rejection = ledger::Rejection{ledger::Refusal::kMalformed, transaction.error().message};
        return done(outcome);
    }
    Submission submission{std::make_shared<const ledger::SignedTransaction>(*std::move(transaction)),
                          [done = std::move(done)](SubmitResult result) {
                              done({result.id, std::move(result.rejection), result.overloaded, result.already_known,
                                    result.quarantined, std::move(result.read_only)});
                          }};
    bool first = false;
    {
        const std::lock_guard lock(submissions_mutex_);
        first = submissions_.empty();
        submissions_.push_back(std::move(submission));
    }
    if (first) boost::asio::post(io_, [this] { schedule_pump(); });
}

void Node::take_submissions() {
    std::vector<Submission> taken;
    {
        const std::lock_guard lock(submissions_mutex_);
        taken.swap(submissions_);
    }
    for (Submission& submission : taken)
        replica_->submit(std::move(submission.transaction), std::move(submission.done));
}

rpc::TransactionStatus Node::transaction(const Hash256& id) const {
    if (auto status = reader_->final_status(id)) return *std::move(status);
    rpc::TransactionStatus status;
    if (waiters_.is_pending(id)) status.state = rpc::TransactionStatus::State::kPending;
    return status;
}

rpc::NodeApi::WaitId Node::when_final(const Hash256& id, std::function<void(rpc::TransactionStatus)> done) {
    const WaitId wait = waiters_.wait(id, std::move(done));
    // It may have become final before anybody waited.
    if (const auto status = reader_->final_status(id)) waiters_.finish(wait, *status);
    return wait;
}

rpc::NodeApi::SubscriptionId Node::subscribe(std::function<void(rpc::SignedTipPtr)> on_block) {
    return waiters_.subscribe(std::move(on_block));
}

}  // namespace touchstone::node
