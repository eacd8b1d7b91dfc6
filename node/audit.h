// The chain replayed from its genesis and checked in every part, by somebody who believes nothing but the genesis.
//
// check_block() is what can be checked of one block alone, on any thread: form, clients' signatures, the certificate's
// signatures. Auditor::add() is the rest, block after block, on one thread: the header against its parent, execution
// with the ledger's own rules, the state root. Auditor::finish(): the last block is certified, and the events of every
// item, product and lot hash to the heads in their records.
// Invariant: what add() took without a fault is what an honest node holds at that height. After a fault the auditor is
// of no more use.
#pragma once

#include <functional>
#include <set>

#include "crypto/log_tree.h"
#include "node/block_rules.h"
#include "node/verify_pool.h"

namespace touchstone::node {

// The first thing that does not hold.
struct AuditFault {
    enum class In {
        kChain,
        kAuditor
    };  // kAuditor: its own disk failed, or the source of blocks did; nothing is proven

    In in = In::kChain;
    std::string code;
    Height height;
    std::string subject;  // transaction id or record key, when it is about one
    std::string what;
    std::string expected;  // both may be empty
    std::string found;

    static AuditFault of(const Error& error, Height height, In in);
    // One sentence for people, with everything above.
    std::string text() const;
};
template <class Value>
using Audited = Result<Value, AuditFault>;

struct AuditCounts {
    std::uint64_t blocks = 0;
    std::uint64_t transactions = 0;
    std::uint64_t signatures = 0;    // of clients
    std::uint64_t certificates = 0;  // finalizations
    std::uint64_t validator_signatures = 0;
    std::uint64_t items = 0;
    std::uint64_t products = 0;
    std::uint64_t lots = 0;
    std::uint64_t events = 0;
};

// What blocks are checked against; outlives every check. The auditor, one at a time, adds epochs as it meets their
// closing blocks.
struct AuditTarget {
    explicit AuditTarget(const ledger::Genesis& from);

    ledger::Genesis genesis;
    Hash256 chain_id;
    mutable EpochHistory epochs;
};

struct RawBlock {
    Height height;  // where the source says that it stands
    Bytes body;
    Bytes certificate;  // empty: a later block's covers it
};

struct CheckedBlock {
    Height height;
    ledger::Block block;
    Hash256 hash;
    std::vector<ledger::ParsedTransactionPtr> transactions;
    std::optional<consensus::Certificate> certificate;
    // Its epoch was not known yet: check_again() is to be called once the block before is taken.
    bool waits_for_epoch = false;
    Bytes waiting_certificate;
    // The body can not be read; a transaction is malformed or not signed by its key; the certificate does not hold.
    // Told after the header's faults, which explain more.
    std::optional<AuditFault> body_fault;
    std::optional<AuditFault> transaction_fault;
    std::optional<AuditFault> certificate_fault;
};

// Any thread.
CheckedBlock check_block(const AuditTarget& target, const RawBlock& raw);
// The rest of it, against the epoch that the block names, or the latest one when that is not known.
void check_again(const AuditTarget& target, CheckedBlock& checked);

class Auditor {
  public:
    // A block that was executed, and what it did. Its state root is compared next, and a certificate may come with a
    // later block: nothing of it is proven before finish().
    struct Applied {
        const CheckedBlock& block;
        const ledger::BlockEffects& effects;
    };
    using Observer = std::function<Status(const Applied&)>;

    // `state` is empty, and the auditor's alone; it and `target` outlive the auditor. `observer` may be null; its error
    // ends the audit as one of the auditor's own.
    static Audited<std::unique_ptr<Auditor>> begin(const AuditTarget& target, storage::StateTree& state,
                                                   Observer observer);

    Audited<Ok> add(CheckedBlock block);
    Audited<Ok> finish();

    Height height() const { return parent_.height; }
    // A certificate covers everything up to height().
    bool certified() const { return !uncertified_; }
    const Hash256& block_hash() const { return parent_.hash; }
    const Hash256& state_root() const { return state_root_; }
    const AuditCounts& counts() const { return counts_; }

  private:
    Auditor(const AuditTarget& target, storage::StateTree& state, Observer observer);
    Audited<Ok> commit_genesis();
    Audited<Ok> check_succession(const CheckedBlock& block) const;
    Audited<Ok> apply(const CheckedBlock& block);
    void advance(const CheckedBlock& block);
    Audited<Ok> flush_when_large();

    const AuditTarget& target_;
    storage::StateTree& state_;
    Observer observer_;
    ParentFacts parent_;
    View parent_view_;
    Hash256 state_root_;
    crypto::LogFrontier log_;
    std::optional<Height> uncertified_;  // the lowest block that no certificate covers yet
    std::uint64_t unflushed_ = 0;        // blocks
    AuditCounts counts_;
};

// All event chains of a state, against the records' heads and counts; fills in items, products, lots and events.
Audited<Ok> check_event_chains(const storage::StateReadGuard& state, AuditCounts& counts);

}  // namespace touchstone::node
