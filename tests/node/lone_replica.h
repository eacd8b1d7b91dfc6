// One validator that is its own quorum: the real replica over memory and a clock that the test steps.
#pragma once

#include <catch2/catch.hpp>

#include "ledger/schema/build.h"
#include "node/replica.h"
#include "tests/ledger/world.h"
#include "tests/support/memory_disk.h"

namespace touchstone::node::test {

namespace lt = ledger::test;
namespace op = ledger::op;

// What outlives the process.
struct LoneDisk {
    touchstone::test::MemoryDisk disk;
    std::unique_ptr<storage::KeyValueStore> store = storage::make_memory_store();
};

class LoneReplica final : public Transport, public VerifyPool, public ReplicaListener {
  public:
    explicit LoneReplica(LoneDisk& disk, Quarantine* quarantine = nullptr) {
        genesis = lt::small_genesis();
        storage::BlockLog::OpenReport log_report;
        auto blocks = storage::BlockLog::open(disk.disk, {16u << 20, 0}, &log_report);
        auto votes = storage::VoteJournal::open(disk.disk, 256);
        auto state = storage::StateTree::open(*disk.store, disk.disk, {4, 1'000'000}, nullptr);
        REQUIRE((blocks.ok() && votes.ok() && state.ok()));
        blocks_ = *std::move(blocks);
        votes_ = *std::move(votes);
        state_ = *std::move(state);
        Replica::Config config{genesis, lt::key_of("validator 1"), {}};
        RecoveryReport report;
        std::optional<ledger::ExecutionWatch> watch;
        if (quarantine != nullptr) watch.emplace(*quarantine);
        auto opened = Replica::open(
            std::move(config), {*this, *blocks_, votes_.get(), *state_, *this, sync_, *this, quarantine}, nullptr,
            &report);
        REQUIRE(opened.ok());
        replica = *std::move(opened);
        tick(0);
        replica->start();
    }

    void tick(std::int64_t ms) {
        now_ = now_ + milliseconds(ms);
        replica->set_time(now_, WallTime{genesis.time.ms + static_cast<std::uint64_t>(now_.us / 1000) + 1'000'000});
    }
    // Until nothing more happens by itself; `blocks` at most.
    void run(std::uint64_t blocks = UINT64_MAX) {
        const std::uint64_t until = blocks == UINT64_MAX ? blocks : height() + blocks;
        for (int idle = 0; idle < 20 && height() < until; ++idle) {
            const std::uint64_t before = height();
            tick(20);
            replica->pump();
            deliver();
            if (height() != before) idle = 0;
        }
    }
    std::uint64_t height() const { return replica->chain().tip().height.value; }

    ledger::SignedTransactionPtr sign(const std::string& actor, const std::vector<ledger::Operation>& operations) {
        const Bytes nonce = std::move(Writer{}.u64(++nonces_)).take();
        const ledger::PayloadHead head{genesis.chain_id(), actor, lt::key_of(actor).public_key(), 1000, nonce};
        return std::make_shared<ledger::SignedTransaction>(
            ledger::sign_payload(ledger::build_payload(head, operations), lt::key_of(actor)));
    }
    // Its id; what the node said to it stands in `answers`.
    Hash256 submit(const std::string& actor, const std::vector<ledger::Operation>& operations) {
        const auto transaction = sign(actor, operations);
        replica->submit(transaction, [this](const SubmitResult& result) { answers.push_back(result); });
        return transaction->id();
    }
    // Admitted or not, in no block yet.
    void take_in() {
        replica->pump();
        deliver();
    }
    std::uint64_t log_bytes() const {
        std::uint64_t bytes = 0;
        for (const auto& block : final) bytes += block->encoded->size();
        return bytes;
    }

    void send(const crypto::PublicKey&, Frame) override {}
    void drop(const crypto::PublicKey&, const std::string&) override {}
    void check(std::vector<ledger::SignedTransactionPtr> batch, const ledger::Parameters& parameters,
               std::function<void(std::vector<CheckedTransaction>)> done) override {
        std::vector<CheckedTransaction> verdicts;
        for (const auto& transaction : batch) verdicts.push_back(check_transaction(transaction, parameters));
        checked_.push_back([done = std::move(done), verdicts = std::move(verdicts)]() mutable { done(verdicts); });
    }
    void on_final(const std::vector<ExecutedBlockPtr>& blocks, const ChainTip&) override {
        for (const auto& block : blocks) {
            final.push_back(block);
            for (std::size_t i = 0; i < block->transactions.size(); ++i)
                outcomes[ledger::info(*block->transactions[i]).id] = {block->header.height, 0, block->outcomes[i]};
        }
    }
    void on_admitted(const Hash256&) override {}
    void on_expired(const Hash256&) override {}
    void on_fatal(const Error& error) override { FAIL(error.code << ": " << error.message); }
    void on_epoch(const std::shared_ptr<const EpochFacts>&) override {}
    void on_log(LogLevel, const std::string&) override {}

    ledger::Genesis genesis;
    std::unique_ptr<Replica> replica;
    std::vector<SubmitResult> answers;
    std::vector<ExecutedBlockPtr> final;
    std::map<Hash256, ledger::StoredResult> outcomes;

  private:
    void deliver() {
        for (auto& done : std::exchange(checked_, {})) done();
        replica->pump();
    }

    std::unique_ptr<storage::BlockLog> blocks_;
    std::unique_ptr<storage::VoteJournal> votes_;
    std::unique_ptr<storage::StateTree> state_;
    SerialSync sync_;
    std::vector<std::function<void()>> checked_;
    Instant now_;
    std::uint64_t nonces_ = 0;
};

}  // namespace touchstone::node::test
