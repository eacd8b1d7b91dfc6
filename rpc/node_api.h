// What the RPC layer needs of a node: reads at one height, submission, and news. Implemented by node/app, and by tests.
//
// Threads: every method may be called from any RPC thread. A ReadView holds the node's state still while it lives
// (storage/state_tree.h): take it, read one answer's worth, drop it; never keep one across an asynchronous wait.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "crypto/state_root.h"
#include "ledger/rules/execute.h"
#include "ledger/records/header.h"
#include "ledger/records/records.h"
#include "rpc/vault_api.h"

namespace touchstone::epcis {
class Repository;
}

namespace touchstone::rpc {

// The newest block whose header has a finalization certificate of its own, i.e. the state that ReadView shows.
struct SignedTip {
    ledger::Header header;
    Bytes header_bytes;  // canonical
    Hash256 block_hash;
    Bytes certificate;  // consensus::Certificate::encode; empty at height 0
    // The same in base64, made once per block and not once per answer.
    std::string header_base64;
    std::string certificate_base64;
};
using SignedTipPtr = std::shared_ptr<const SignedTip>;

class ReadView {
  public:
    virtual ~ReadView() = default;
    virtual const SignedTip& tip() const = 0;
    virtual Result<std::optional<Bytes>> record(const Hash256& key) const = 0;
    virtual Result<crypto::StateProof> prove(const Hash256& key) const = 0;
    virtual Result<std::optional<Bytes>> side(ByteView key) const = 0;
    // Side entries that start with `prefix`, from `from` on, in order, until `visit` answers false.
    [[nodiscard]] virtual Status side_scan(ByteView prefix, ByteView from,
                                           const std::function<bool(ByteView key, ByteView value)>& visit) const = 0;
};

struct StoredBlock {
    ledger::Block block;
    Hash256 hash;
    Bytes certificate;  // of this block, or empty: then the next certified height's covers it
};
using StoredBlockPtr = std::shared_ptr<const StoredBlock>;

struct TransactionStatus {
    enum class State { kUnknown, kPending, kFinal };
    State state = State::kUnknown;
    Height height;  // final only
    std::uint32_t index = 0;
    ledger::TransactionOutcome outcome;  // final only
};

struct SubmitOutcome {
    Hash256 id;
    std::optional<ledger::Rejection> rejection;  // refused at admission (or pool_full: see overloaded)
    bool overloaded = false;                     // the pool is full: try again later
    bool already_known = false;                  // pending or final already
    bool quarantined = false;                    // executing it ended this node once: an operator must release it
    std::string read_only;                       // why the node takes nothing at the moment; empty: it does
};

struct PeerStatus {
    std::string name;
    std::string address;
    bool validator = false;
    bool connected = false;
    Height height;
};

struct NodeStatus {
    std::string version;
    std::string chain_name;
    Hash256 chain_id;
    bool validator = false;
    Epoch epoch{};
    std::string name;
    Height height;
    View view;
    Hash256 block_hash;
    Hash256 state_root;
    WallTime block_time;
    std::size_t pool_transactions = 0;
    std::size_t pool_bytes = 0;
    bool synced = false;     // within a block or two of the best peer
    bool read_only = false;  // disk full or another fault that stops writing
    std::string fault;       // what and what to do about it
    std::uint64_t uptime_s = 0;
    std::uint64_t items = 0;  // registered on the chain
    std::vector<PeerStatus> peers;
};

// The organisation whose node this is, by its settings.
struct OwnOrganisation {
    std::string id;
    const crypto::SecretKey* key = nullptr;  // to sign what is captured here; null: not given to the node
};

class NodeApi {
  public:
    virtual ~NodeApi() = default;

    // nullptr: the settings name none. Both live as long as the node.
    virtual const OwnOrganisation* organisation() const { return nullptr; }
    virtual VaultApi* vault() const { return nullptr; }

    virtual std::unique_ptr<ReadView> read() const = 0;
    virtual NodeStatus status() const = 0;
    // As status() says it, and cheap: every verdict asks.
    virtual bool synced() const { return status().synced; }
    virtual ledger::Parameters parameters() const = 0;

    // Errors: not_found, pruned.
    virtual Result<StoredBlockPtr> block(Height height) const = 0;
    virtual Result<Height> height_of(const Hash256& block_hash) const = 0;

    // `done` is called once, on any thread, when the transaction was admitted (its signature checked) or rejected.
    virtual void submit(Bytes envelope, std::function<void(SubmitOutcome)> done) = 0;
    virtual TransactionStatus transaction(const Hash256& id) const = 0;
    // `done` is called once, on any thread, when the transaction is final; never if it expires unseen (callers have a
    // time limit of their own and call forget).
    using WaitId = std::uint64_t;
    virtual WaitId when_final(const Hash256& id, std::function<void(TransactionStatus)> done) = 0;
    virtual void forget(WaitId wait) = 0;

    // `on_block` is called for every block that becomes final, in order, on the node's thread: hand over and return.
    using SubscriptionId = std::uint64_t;
    virtual SubscriptionId subscribe(std::function<void(SignedTipPtr)> on_block) = 0;
    virtual void unsubscribe(SubscriptionId subscription) = 0;

    // The EPCIS repository of the organisation whose node this is; nullptr: the node keeps none. As long as the node.
    virtual epcis::Repository* epcis() { return nullptr; }

    // Prometheus text of the node's own metrics, prefix touchstone_.
    virtual std::string metrics() const = 0;
    virtual bool ready(std::string* why_not) const = 0;
};

}  // namespace touchstone::rpc
