// A node for the RPC's tests: the real ledger over the real state tree, one block at a time, without consensus.
//
// Transactions wait in the pool until seal() makes a block of them. Certificates are opaque bytes here: the RPC carries
// them and never reads them.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "crypto/sha256.h"
#include "ledger/schema/build.h"
#include "ledger/rules/execute.h"
#include "ledger/rules/genesis.h"
#include "rpc/auth_token.h"
#include "rpc/node_api.h"
#include "storage/state_tree.h"
#include "tests/support/memory_disk.h"

namespace touchstone::test {

inline const std::string kGtin = "09506000134352";
// The first block's time, and what the clock of authentication shows in tests.
inline constexpr WallTime kTestNow{20'000ull * 86'400'000};

// The key of an organisation of the test's genesis.
crypto::SecretKey key_of(std::string_view name);

class TestNode : public rpc::NodeApi {
  public:
    TestNode();
    // Another cast: each organisation's key is key_of() its id.
    explicit TestNode(ledger::Genesis genesis);

    // -- the test's side
    ledger::SignedTransaction sign(const std::string& organisation, const std::vector<ledger::Operation>& operations);
    std::string envelope(const std::string& organisation, const std::vector<ledger::Operation>& operations);
    // One block of everything that waits (an empty one if nothing does).
    void seal();
    // The next block is so much later.
    void wait(std::uint64_t ms) { waited_ms_ += ms; }
    // Signs, takes in and seals; the outcome must be an applied one.
    void must(const std::string& organisation, const std::vector<ledger::Operation>& operations);
    // Product kGtin with lot L1 and the serials S0 … S(count-1), registered by "brand".
    void stock(std::size_t count);
    void stock_more(std::size_t count);  // in lot L2, serials T0 …
    ledger::ItemName item(std::size_t number) const { return named("S" + std::to_string(number)); }
    ledger::ItemName named(std::string_view serial) const {
        return {kGtin, ledger::serial_commitment(kGtin, serial)};
    }
    Hash256 state_root() const { return tree_->mark().root; }
    void fill_pool() { pool_full_ = true; }
    // A token for any node that holds a minute, and the header that carries it.
    rpc::AuthToken token(const std::string& organisation) const;
    std::string authorization(const std::string& organisation) const;
    std::optional<rpc::OwnOrganisation> own;
    rpc::VaultApi* own_vault = nullptr;
    std::size_t waits() const;

    // -- NodeApi
    const rpc::OwnOrganisation* organisation() const override { return own ? &*own : nullptr; }
    rpc::VaultApi* vault() const override { return own_vault; }
    std::unique_ptr<rpc::ReadView> read() const override;
    rpc::NodeStatus status() const override;
    ledger::Parameters parameters() const override { return genesis_.parameters; }
    Result<rpc::StoredBlockPtr> block(Height height) const override;
    Result<Height> height_of(const Hash256& block_hash) const override;
    void submit(Bytes envelope, std::function<void(rpc::SubmitOutcome)> done) override;
    rpc::TransactionStatus transaction(const Hash256& id) const override;
    WaitId when_final(const Hash256& id, std::function<void(rpc::TransactionStatus)> done) override;
    void forget(WaitId wait) override;
    SubscriptionId subscribe(std::function<void(rpc::SignedTipPtr)> on_block) override;
    void unsubscribe(SubscriptionId subscription) override;
    std::string metrics() const override { return "touchstone_test 1\n"; }
    bool ready(std::string* why_not) const override;
    std::function<void(Height)> when_read;  // called by each block() of a block that there is
    bool is_ready = true;
    bool is_synced = true;
    const ledger::Genesis& genesis() const { return genesis_; }

  private:
    struct Waiter {
        Hash256 id;
        std::function<void(rpc::TransactionStatus)> done;
    };
    rpc::SubmitOutcome take(const Bytes& envelope);
    void commit(const ledger::Block& block, ledger::BlockEffects effects);
    void set_tip(const ledger::Header& header);
    std::vector<std::function<void()>> news_of(const ledger::Block& block);
    ledger::ReadRecord reader() const;
    ledger::BlockContext context() const;

    ledger::Genesis genesis_;
    MemoryDisk disk_;
    std::unique_ptr<storage::KeyValueStore> store_;
    std::unique_ptr<storage::StateTree> tree_;
    mutable std::mutex mutex_;
    rpc::SignedTipPtr tip_;
    std::vector<rpc::StoredBlock> blocks_;  // [0] has height 1
    std::map<Hash256, rpc::TransactionStatus> transactions_;
    std::vector<ledger::ParsedTransactionPtr> pool_;
    std::map<WaitId, Waiter> waiters_;
    std::map<SubscriptionId, std::function<void(rpc::SignedTipPtr)>> subscribers_;
    std::uint64_t next_id_ = 1;
    std::uint64_t nonce_ = 0;
    std::uint64_t waited_ms_ = 0;
    bool pool_full_ = false;
};

}  // namespace touchstone::test
