#include "tests/sim/sim_node.h"

#include <fmt/format.h>

#include "node/journal_records.h"

namespace touchstone::sim {

SimNode::SimNode(Simulator& simulator, std::size_t index, std::optional<crypto::SecretKey> key)
    : simulator_(simulator), index_(index) {
    if (key) seed_ = key->seed();
    clock_skew_ms_ = static_cast<std::int64_t>(simulator.random(2000)) - 1000;
}

void SimNode::start() {
    ++life_;
    fault_.reset();
    frames_left_.reset();
    armed_ = Instant::never();
    quarantine_.restart();
    storage::BlockLog::OpenReport report;
    auto blocks = storage::BlockLog::open(*disk_, {1u << 20, 0}, &report);
    auto votes = storage::VoteJournal::open(*disk_, 256);
    auto state = storage::StateTree::open(*store_, *disk_, {4, 64}, nullptr);
    for (const Error* error : {blocks.ok() ? nullptr : &blocks.error(), votes.ok() ? nullptr : &votes.error(),
                               state.ok() ? nullptr : &state.error()}) {
        if (error == nullptr) continue;
        simulator_.checker().violation(fmt::format("node {} does not start: {}", index_, error->message));
        return;
    }
    blocks_ = *std::move(blocks);
    votes_ = *std::move(votes);
    state_ = *std::move(state);
    node::Replica::Config config{simulator_.genesis(), std::nullopt, {}};
    // Some nodes answer in small parts, so that one finalization rarely fits into one answer.
    if (simulator_.random(2) == 0) config.sync_bytes_per_reply = 1 + simulator_.random(3000);
    reply_bytes_ = config.sync_bytes_per_reply;
    if (seed_) config.validator_key = crypto::SecretKey::from_seed(*seed_);
    node::RecoveryReport recovered;
    const ledger::ExecutionWatch watch(quarantine_);
    auto replica = node::Replica::open(
        std::move(config),
        {*this, *blocks_, seed_ ? votes_.get() : nullptr, *state_, *this, sync_, *this, &quarantine_}, nullptr,
        &recovered);
    if (!replica.ok()) {
        simulator_.checker().violation(fmt::format("node {} does not start: {}", index_, replica.error().message));
        return;
    }
    replica_ = *std::move(replica);
    if (started_before_)
        simulator_.checker().on_restart(index_, node::sort_journal(votes_->recovered()).votes, replica_->chain(),
                                        [&](const Hash256& hash) { return replica_->has_body(hash); });
    started_before_ = true;
    deliver([](node::Replica& started) { started.start(); });
}

void SimNode::crash() {
    if (replica_) nullified_ += replica_->stats().nullified_views;
    replica_.reset();
    state_.reset();
    votes_.reset();
    blocks_.reset();
    ++life_;
    disk_->heal();
    disk_->crash(simulator_.random(UINT64_MAX));
}

void SimNode::die_at_disk_operation(std::uint64_t operations) { disk_->fail_after(operations, "disk_error"); }

void SimNode::deliver(const std::function<void(node::Replica&)>& event) {
    if (!alive()) return;
    const ledger::ExecutionWatch watch(quarantine_);
    try {
        replica_->set_time(simulator_.now(), wall());
        event(*replica_);
        replica_->pump();
    } catch (const Crash&) {
        const bool of_transaction = quarantine_.dying();
        if (quarantine_.executed_held())
            simulator_.checker().violation(fmt::format("node {} executed again what it had died of", index_));
        crash();
        if (of_transaction) simulator_.died(index_);
        return;
    }
    quarantine_.on_settled();
    if (fault_ && fault_->code == "state_diverged")
        simulator_.checker().violation(fmt::format("node {}: {}", index_, fault_->message));
    if (alive()) arm();
}

WallTime SimNode::wall() const {
    const Weather& weather = simulator_.weather();
    std::int64_t ms = static_cast<std::int64_t>(simulator_.true_time().ms) + clock_skew_ms_;
    if (weather.stopped_clock && index_ == 1) ms -= simulator_.now().us / 1000;
    if (simulator_.now().us < weather.bad_until.us / 2) ms += weather.clocks_ahead.us / 1000;
    return WallTime{static_cast<std::uint64_t>(ms)};
}

void SimNode::set_read_only(std::optional<std::string> reason) {
    deliver([&](node::Replica& replica) { replica.set_read_only(std::move(reason)); });
}

std::vector<Bytes> SimNode::written() const {
    std::vector<Bytes> files;
    for (const std::string& name : disk_->list())
        if (name.starts_with("blocks") || name.starts_with("votes")) files.push_back(disk_->content(name));
    return files;
}

// One timer at a time: the earliest deadline that the replica named.
void SimNode::arm() {
    const Instant deadline = replica_->next_deadline();
    if (deadline == Instant::never() || (armed_ != Instant::never() && armed_ <= deadline && armed_ > simulator_.now()))
        return;
    armed_ = std::max(deadline, simulator_.now());
    const auto wait = armed_ - simulator_.now();
    simulator_.schedule(wait, [this, life = life_] {
        if (life == life_) deliver([](node::Replica&) {});
    });
}

std::string SimNode::describe() const {
    if (!replica_) return fmt::format("node {}: dead", index_);
    const auto& tip = replica_->chain().tip();
    return fmt::format(
        "node {}{}: height {}, final view {}, view {}, {} in the pool, {} executed above the tip, lost from {}{}",
        index_, seed_ ? "" : " (observer)", tip.height.value, tip.view.value, replica_->view().value,
        replica_->pool().size(), replica_->chain().executed().size(),
        replica_->chain().lowest_lost().value_or(Height(0)).value,
        replica_->halted() ? ", halted: " + fault_.value_or(Error{}).message : "");
}

void SimNode::flush() {
    if (!alive()) return;
    if (simulator_.random(2) == 0) deliver([](node::Replica& replica) { replica.sync_log(); });
    if (!alive()) return;
    const auto flushed = state_->flush(replica_->durable_height());
    if (flushed.ok()) return;
    // What a real node does when its store fails: it ends.
    if (flushed.error().code == "disk_error") return crash();
    simulator_.checker().violation("flush: " + flushed.error().message);
}

void SimNode::send(const crypto::PublicKey& peer, node::Frame frame) {
    const auto message = node::decode(*frame);
    if (!message.ok()) {
        simulator_.checker().violation("a replica sent what it can not read: " + message.error().message);
        return;
    }
    simulator_.checker().on_send(index_, *message);
    if (const auto* range = std::get_if<node::BlockRangeMessage>(&*message)) check_answer(*range);
    simulator_.send_honestly(index_, peer, std::move(frame), *message);
    if (frames_left_ && (*frames_left_)-- == 0) throw Crash{};
}

// N27: answers keep their bound, whatever the distance from one certificate to the next; one block is always sent.
void SimNode::check_answer(const node::BlockRangeMessage& range) {
    std::size_t bytes = 0;
    for (const node::FinalBlock& block : range.blocks) bytes += block.block.encoded->size();
    if (range.blocks.size() > 1 && bytes > reply_bytes_)
        simulator_.checker().violation(fmt::format("node {} answers with {} bytes of blocks, and {} is the bound", index_,
                                                   bytes, reply_bytes_));
    if (range.tail) ++answers_in_part_;
}

void SimNode::drop(const crypto::PublicKey& peer, const std::string& why) { simulator_.accuse(index_, peer, why); }

void SimNode::check(std::vector<ledger::SignedTransactionPtr> batch, const ledger::Parameters& parameters,
                    std::function<void(std::vector<node::CheckedTransaction>)> done) {
    std::vector<node::CheckedTransaction> verdicts;
    for (const auto& transaction : batch) verdicts.push_back(node::check_transaction(transaction, parameters));
    auto shared = std::make_shared<std::vector<node::CheckedTransaction>>(std::move(verdicts));
    simulator_.schedule(microseconds(static_cast<std::int64_t>(simulator_.random(500))),
                        [this, life = life_, shared, done = std::move(done)] {
                            if (life == life_) deliver([&](node::Replica&) { done(std::move(*shared)); });
                        });
}

void SimNode::on_final(const std::vector<node::ExecutedBlockPtr>& blocks, const node::ChainTip& tip) {
    simulator_.checker().on_final(index_, blocks, tip, simulator_.true_time());
}

void SimNode::on_log(node::LogLevel level, const std::string& message) {
    static const bool loud = std::getenv("TOUCHSTONE_SIM_LOG") != nullptr;
    if (loud)
        fmt::print(stderr, "{:>10} us node {} [{}] {}\n", simulator_.now().us, index_, static_cast<int>(level),
                   message);
}

}  // namespace touchstone::sim
