#include "node/transaction_pool.h"

#include <algorithm>

#include "base/check.h"
#include "ledger/schema/parsed.h"

namespace touchstone::node {
namespace {

constexpr std::uint64_t kTransactionWork = 8;    // a signature, an organisation, a result: as much as some items
constexpr std::uint64_t kBytesPerWork = 128;     // an item's key is 32 bytes, and costs most by its record
// Applied in part, and the part is nothing.
bool is_in_vain(const ledger::TransactionOutcome& outcome) {
    return std::all_of(outcome.operations.begin(), outcome.operations.end(), [](const ledger::OperationOutcome& one) {
        return one.accepted == 0 && !one.refused.empty();
    });
}

constexpr std::uint64_t kRefusedPerStep = 50'000;  // work refused as a whole that costs a halving of the share
constexpr std::uint32_t kPenaltyMax = 3;
constexpr std::uint64_t kForgivenPerBlock = 64;  // the 64th part of it

}  // namespace

std::uint64_t work_of(const ledger::ParsedInfo& transaction) {
    return kTransactionWork + transaction.load + transaction.size_bytes / kBytesPerWork;
}

bool creates_units(const ledger::ParsedTransaction& transaction) {
    const auto& operations = transaction.operations();
    return std::any_of(operations.begin(), operations.end(),
                       [](const ledger::Operation& operation) { return ledger::creates_units(operation); });
}

std::uint32_t TransactionPool::Organisation::penalty() const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(refused / kRefusedPerStep, kPenaltyMax));
}

bool TransactionPool::has_room(std::size_t size_bytes, const Source& source) const {
    if (entries_.size() >= limits_.transactions || bytes_ + size_bytes > limits_.bytes) return false;
    if (!source) return true;
    const auto usage = by_peer_.find(*source);
    if (usage == by_peer_.end()) return true;
    return usage->second.transactions < limits_.transactions / 2 &&
           usage->second.bytes + size_bytes <= limits_.bytes / 2;
}

// One transaction always has its place: a share that a penalty made small still lets an organisation go on.
bool TransactionPool::has_share(const ledger::ParsedInfo& transaction) const {
    const auto found = organisations_.find(transaction.organisation);
    if (found == organisations_.end() || found->second.usage.transactions == 0) return true;
    const Usage& usage = found->second.usage;
    const std::uint32_t penalty = found->second.penalty();
    return usage.transactions < (limits_.transactions / 2) >> penalty &&
           usage.bytes + transaction.size_bytes <= (limits_.bytes / 2) >> penalty &&
           usage.items + transaction.load <= limits_.organisation_items >> penalty;
}

TransactionPool::Added TransactionPool::add(ledger::ParsedTransactionPtr transaction, Source source) {
    const ledger::ParsedInfo& facts = ledger::info(*transaction);
    if (by_id_.contains(facts.id)) return Added::kKnown;
    if (!has_room(facts.size_bytes, source) || !has_share(facts)) return Added::kFull;
    const std::uint64_t sequence = next_sequence_++;
    by_id_.emplace(facts.id, sequence);
    by_validity_.emplace(facts.valid_until, sequence);
    bytes_ += facts.size_bytes;
    if (source) {
        Usage& usage = by_peer_[*source];
        ++usage.transactions;
        usage.bytes += facts.size_bytes;
    }
    Organisation& organisation = organisations_[facts.organisation];
    if (organisation.waiting.empty()) organisation.served = std::max(organisation.served, started_);
    organisation.waiting.insert(sequence);
    ++organisation.usage.transactions;
    organisation.usage.bytes += facts.size_bytes;
    organisation.usage.items += facts.load;
    const bool creates = creates_units(*transaction);
    creating_ += creates ? 1 : 0;
    entries_.emplace(sequence, Entry{std::move(transaction), source, creates});
    return Added::kAdded;
}

ledger::ParsedTransactionPtr TransactionPool::find(const Hash256& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : entries_.at(found->second).transaction;
}

void TransactionPool::remove(const Hash256& id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    erase(found->second);
    forget_idle();
}

void TransactionPool::settle(const ledger::ParsedInfo& transaction, const ledger::TransactionOutcome& outcome) {
    // The entry may own what the caller named.
    const std::string name = transaction.organisation;
    const std::uint64_t work = work_of(transaction);
    const auto found = by_id_.find(transaction.id);
    if (found != by_id_.end()) erase(found->second);
    Organisation& organisation = organisations_[name];
    const std::uint64_t start = std::max(organisation.served, started_);
    organisation.served = start + (work << organisation.penalty());
    started_ = start;
    // What registers none of fifty thousand is as much in vain as what is refused.
    if (!outcome.applied() || is_in_vain(outcome)) organisation.refused += work;
    forget_idle();
}

void TransactionPool::next_block() {
    for (auto& [name, organisation] : organisations_) {
        if (organisation.refused == 0) continue;
        // At least one, or the last few would be held against it for ever.
        organisation.refused -= std::max<std::uint64_t>(1, organisation.refused / kForgivenPerBlock);
    }
    forget_idle();
}

// With nothing waiting there is nothing to be fair about: the account begins anew, but for what was refused.
void TransactionPool::forget_idle() {
    if (!entries_.empty()) return;
    std::erase_if(organisations_, [](const auto& one) { return one.second.refused == 0; });
    for (auto& [name, organisation] : organisations_) organisation.served = 0;
    started_ = 0;
}

void TransactionPool::erase(std::uint64_t sequence) {
    const auto entry = entries_.find(sequence);
    INVARIANT(entry != entries_.end());
    const ledger::ParsedInfo& facts = ledger::info(*entry->second.transaction);
    by_validity_.erase({facts.valid_until, sequence});
    bytes_ -= facts.size_bytes;
    if (entry->second.source) {
        const auto usage = by_peer_.find(*entry->second.source);
        usage->second.bytes -= facts.size_bytes;
        if (--usage->second.transactions == 0) by_peer_.erase(usage);
    }
    Organisation& organisation = organisations_.at(facts.organisation);
    organisation.waiting.erase(sequence);
    --organisation.usage.transactions;
    organisation.usage.bytes -= facts.size_bytes;
    organisation.usage.items -= facts.load;
    creating_ -= entry->second.creates ? 1 : 0;
    by_id_.erase(facts.id);
    entries_.erase(entry);
}

std::vector<Hash256> TransactionPool::remove_expired(Height height) {
    std::vector<Hash256> removed;
    while (!by_validity_.empty() && by_validity_.begin()->first < height.value) {
        const std::uint64_t sequence = by_validity_.begin()->second;
        removed.push_back(ledger::info(*entries_.at(sequence).transaction).id);
        erase(sequence);
    }
    forget_idle();
    return removed;
}

std::vector<ledger::ParsedTransactionPtr> TransactionPool::local() const {
    std::vector<ledger::ParsedTransactionPtr> found;
    for (const auto& [sequence, entry] : entries_)
        if (!entry.source) found.push_back(entry.transaction);
    return found;
}

TransactionPool::Order::Order(const TransactionPool& pool) : pool_(pool) {
    for (const auto& [name, organisation] : pool.organisations_) {
        if (organisation.waiting.empty()) continue;
        const auto first = organisation.waiting.begin();
        turns_.push({organisation.served, work_of(ledger::info(*pool.entries_.at(*first).transaction)), first,
                     &organisation});
    }
    others_wait_ = turns_.size() > 1;
}

// Waits until the others had theirs: what would fill a block by itself, unless it is the turn that the block begins
// with, and what is beyond an organisation's part of a block.
bool TransactionPool::Order::is_too_much(const Turn& turn) const {
    if (!others_wait_ || !any_given_) return false;
    return turn.given + turn.work > limits::kBlockWorkOfOrganisation >> turn.organisation->penalty();
}

const ledger::ParsedTransactionPtr* TransactionPool::Order::next() {
    for (;;) {
        if (turns_.empty()) {
            if (later_.empty()) return nullptr;
            others_wait_ = false;
            for (const Turn& turn : std::exchange(later_, {})) turns_.push(turn);
        }
        Turn turn = turns_.top();
        turns_.pop();
        if (is_too_much(turn)) {
            later_.push_back(turn);
            continue;
        }
        any_given_ = true;
        const Entry& entry = pool_.entries_.at(*turn.next);
        turn.given += turn.work;
        turn.start += turn.work << turn.organisation->penalty();
        if (++turn.next != turn.organisation->waiting.end()) {
            turn.work = work_of(ledger::info(*pool_.entries_.at(*turn.next).transaction));
            turns_.push(turn);
        }
        return &entry.transaction;
    }
}

}  // namespace touchstone::node
