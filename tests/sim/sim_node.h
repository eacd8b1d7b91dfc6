// One simulated process: what survives its death (disks, the key-value store) and what does not (the replica).
#pragma once

#include "tests/sim/simulator.h"

namespace touchstone::sim {

// Thrown out of send() to kill a node between two frames of one batch, and out of a deadly transaction's execution.
struct Crash {};

// Dies of the simulator's deadly transactions, of each once: what was being executed outlives the process.
class SimQuarantine final : public node::Quarantine {
  public:
    explicit SimQuarantine(const Simulator& simulator) : simulator_(simulator) {}
    bool holds(const Hash256& id) const override { return held_.contains(id); }
    bool empty() const override { return held_.empty(); }
    void on_settled() override { executing_.reset(); }
    void on_executed(std::size_t) override { executing_.reset(); }
    void on_transaction(const ledger::BlockContext&, std::uint32_t, const ledger::ParsedTransaction& one) override {
        executing_ = ledger::info(one).id;
        if (!simulator_.is_deadly(*executing_)) return;
        if (held_.contains(*executing_)) executed_held_ = true;
        throw Crash{};
    }
    // A new process. True: the last one died of a transaction.
    bool restart() {
        if (!executing_) return false;
        held_.insert(*executing_);
        executing_.reset();
        return true;
    }
    bool dying() const { return executing_.has_value(); }
    bool executed_held() const { return executed_held_; }

  private:
    const Simulator& simulator_;
    std::set<Hash256> held_;
    std::optional<Hash256> executing_;
    bool executed_held_ = false;
};

class SimNode final : public node::Transport, public node::VerifyPool, public node::ReplicaListener {
  public:
    SimNode(Simulator& simulator, std::size_t index, std::optional<crypto::SecretKey> key);

    void start();
    // Loses what was not synced, unless the fault already did.
    void crash();
    bool alive() const { return replica_ != nullptr && !replica_->halted(); }
    node::Replica& replica() { return *replica_; }
    const node::Replica& replica() const { return *replica_; }

    // Runs what an event does to the replica, then pumps it; a crash inside ends the node.
    void deliver(const std::function<void(node::Replica&)>& event);
    void flush();
    // Dies at the n-th disk operation, or after the n-th frame, from now.
    void die_at_disk_operation(std::uint64_t operations);
    void die_after_frames(std::uint64_t frames) { frames_left_ = frames; }

    void send(const crypto::PublicKey& peer, node::Frame frame) override;
    void drop(const crypto::PublicKey& peer, const std::string& why) override;
    void check(std::vector<ledger::SignedTransactionPtr> batch, const ledger::Parameters& parameters,
               std::function<void(std::vector<node::CheckedTransaction>)> done) override;
    void on_final(const std::vector<node::ExecutedBlockPtr>& blocks, const node::ChainTip& tip) override;
    void on_admitted(const Hash256&) override {}
    void on_expired(const Hash256& id) override { expired_.insert(id); }
    void on_fatal(const Error& error) override { fault_ = error; }
    void on_epoch(const std::shared_ptr<const node::EpochFacts>&) override {}
    void on_log(node::LogLevel level, const std::string& message) override;

    const std::set<Hash256>& expired() const { return expired_; }
    void set_read_only(std::optional<std::string> reason);
    // Bytes of the block log and the vote journal.
    std::vector<Bytes> written() const;
    // One line for a report of what went wrong.
    std::string describe() const;
    std::uint64_t nullified() const { return nullified_; }
    std::uint64_t answers_in_part() const { return answers_in_part_; }

  private:
    void arm();
    WallTime wall() const;
    void check_answer(const node::BlockRangeMessage& range);

    Simulator& simulator_;
    std::size_t index_;
    std::optional<std::array<std::uint8_t, crypto::SecretKey::kSeedSize>> seed_;
    std::unique_ptr<test::MemoryDisk> disk_ = std::make_unique<test::MemoryDisk>();
    std::unique_ptr<storage::KeyValueStore> store_ = storage::make_memory_store();
    std::unique_ptr<storage::BlockLog> blocks_;
    std::unique_ptr<storage::VoteJournal> votes_;
    std::unique_ptr<storage::StateTree> state_;
    node::SerialSync sync_;
    SimQuarantine quarantine_{simulator_};
    std::unique_ptr<node::Replica> replica_;
    std::uint64_t life_ = 0;  // events of an earlier life are void
    std::optional<std::uint64_t> frames_left_;
    std::optional<Error> fault_;
    Instant armed_ = Instant::never();
    std::int64_t clock_skew_ms_ = 0;
    std::set<Hash256> expired_;
    std::uint64_t nullified_ = 0;
    std::size_t reply_bytes_ = 0;
    std::uint64_t answers_in_part_ = 0;
    bool started_before_ = false;
};

}  // namespace touchstone::sim
