#include "node/transaction_pool.h"

#include "base/check.h"

namespace touchstone::node {

bool TransactionPool::has_room(std::size_t size_bytes, const Source& source) const {
    if (entries_.size() >= limits_.transactions || bytes_ + size_bytes > limits_.bytes) return false;
    if (!source) return true;
    const auto usage = by_peer_.find(*source);
    if (usage == by_peer_.end()) return true;
    return usage->second.transactions < limits_.transactions / 2 &&
           usage->second.bytes + size_bytes <= limits_.bytes / 2;
}

TransactionPool::Added TransactionPool::add(ledger::ParsedTransactionPtr transaction, Source source) {
    const ledger::ParsedInfo& facts = ledger::info(*transaction);
    if (by_id_.contains(facts.id)) return Added::kKnown;
    if (!has_room(facts.size_bytes, source)) return Added::kFull;
    const std::uint64_t sequence = next_sequence_++;
    by_id_.emplace(facts.id, sequence);
    by_validity_.emplace(facts.valid_until, sequence);
    bytes_ += facts.size_bytes;
    if (source) {
        Usage& usage = by_peer_[*source];
        ++usage.transactions;
        usage.bytes += facts.size_bytes;
    }
    entries_.emplace(sequence, Entry{std::move(transaction), source});
    return Added::kAdded;
}

ledger::ParsedTransactionPtr TransactionPool::find(const Hash256& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : entries_.at(found->second).transaction;
}

void TransactionPool::remove(const Hash256& id) {
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) erase(found->second);
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
    return removed;
}

std::vector<ledger::ParsedTransactionPtr> TransactionPool::local() const {
    std::vector<ledger::ParsedTransactionPtr> found;
    for (const auto& [sequence, entry] : entries_)
        if (!entry.source) found.push_back(entry.transaction);
    return found;
}

}  // namespace touchstone::node
