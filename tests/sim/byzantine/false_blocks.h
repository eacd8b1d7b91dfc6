// Final blocks that nobody agreed on.
#pragma once

#include "node/chain.h"
#include "tests/sim/hostile.h"

namespace touchstone::sim {

// Blocks on the genesis with a client's transaction that the client never signed, all roots right.
class FalseBlocks {
  public:
    // `proposer` leads the first one's view, and the views are those that it leads.
    FalseBlocks(const ledger::Genesis& genesis, ledger::SignedTransactionPtr unsigned_one, std::size_t count,
                ValidatorIndex proposer);
    const std::vector<node::ExecutedBlockPtr>& blocks() const { return blocks_; }

  private:
    test::MemoryDisk disk_;
    std::unique_ptr<storage::KeyValueStore> store_ = storage::make_memory_store();
    std::vector<node::ExecutedBlockPtr> blocks_;
};

// Says that it is ahead, answers the request for blocks with false ones, and proposes them in its views. What stands in
// the place of the certificate is `Proof`'s word.
class SyncLiar : public Hostile {
  public:
    enum class Proof {
        kNone,           // no certificate at all
        kForged,         // a certificate of a quorum that signed nothing
        kOfTheTail,      // a forged one for a block further up, whose header is sent
        kOfAnotherBlock  // a true finalization of this chain, for another block
    };
    SyncLiar(Proof proof, std::size_t blocks, ledger::SignedTransactionPtr unsigned_one)
        : proof_(proof), count_(blocks), unsigned_(std::move(unsigned_one)) {}
    void on_start() override;
    bool passes_out(std::size_t to, const node::Message& message) override;
    bool passes_in(std::size_t from, const node::Message& message) override;
    const std::vector<node::ExecutedBlockPtr>& blocks() const { return false_->blocks(); }
    std::size_t answers() const { return answers_; }

  private:
    void boast(std::uint32_t times);
    void propose();
    Bytes certificate_for(const node::ExecutedBlock& block) const;

    Proof proof_;
    std::size_t count_;
    ledger::SignedTransactionPtr unsigned_;
    std::unique_ptr<FalseBlocks> false_;
    std::optional<consensus::Certificate> seen_;
    std::size_t answers_ = 0;
};

}  // namespace touchstone::sim
