// Clients' transactions on their way into the pool: checked once, in the verify pool, then against the state.
#include "node/replica.h"

#include <algorithm>

namespace touchstone::node {
namespace {

// Checks under way are bounded by the pool's own bound: past it a client is told to come back.
constexpr std::size_t kCheckingMax = limits::kPoolTransactionsMax;
constexpr std::size_t kGossipFrameBytes = 2u << 20;

}  // namespace

void Replica::submit(ledger::SignedTransactionPtr transaction, std::function<void(SubmitResult)> done) {
    const Hash256 id = transaction->id();
    if (read_only_) {
        SubmitResult result{id};
        result.read_only = *read_only_;
        return done(result);
    }
    if (halted_ || checking_ + to_check_.size() >= kCheckingMax ||
        !pool_.has_room(transaction->size_bytes(), std::nullopt)) {
        SubmitResult result{id};
        result.overloaded = true;
        return done(result);
    }
    if (is_quarantined(id)) {
        SubmitResult result{id};
        result.quarantined = true;
        return done(result);
    }
    if (pool_.contains(id) || under_check_.contains(id)) {
        SubmitResult result{id};
        result.already_known = true;
        return done(result);
    }
    under_check_.insert(id);
    to_check_.push_back({std::move(transaction), std::nullopt, std::move(done)});
}

void Replica::handle(const crypto::PublicKey& peer, TransactionsMessage message) {
    if (read_only_) return;
    for (ledger::SignedTransactionPtr& transaction : message.transactions) {
        if (checking_ + to_check_.size() >= kCheckingMax) return;
        const Hash256 id = transaction->id();
        if (!pool_.has_room(transaction->size_bytes(), peer) || pool_.contains(id)) continue;
        if (is_quarantined(id)) continue;
        if (!under_check_.insert(id).second) continue;
        to_check_.push_back({std::move(transaction), peer, nullptr});
    }
}

void Replica::dispatch_checks() {
    if (to_check_.empty()) return;
    std::vector<ledger::SignedTransactionPtr> batch;
    for (const Pending& pending : to_check_) batch.push_back(pending.transaction);
    checking_ += batch.size();
    parts_.verify.check(std::move(batch), chain_->parameters(),
                        [this, alive = alive_, pending = std::move(to_check_),
                         epoch = validators().epoch()](std::vector<CheckedTransaction> verdicts) mutable {
                            if (!*alive) return;
                            if (epoch == validators().epoch())
                                return on_checked(std::move(pending), std::move(verdicts));
                            // Judged by parameters that may not hold any more.
                            checking_ -= pending.size();
                            std::move(pending.begin(), pending.end(), std::back_inserter(to_check_));
                        });
    to_check_.clear();
}

void Replica::on_checked(std::vector<Pending> batch, std::vector<CheckedTransaction> verdicts) {
    checking_ -= batch.size();
    for (const Pending& pending : batch) under_check_.erase(pending.transaction->id());
    refuse_hopeless(batch, verdicts);
    std::vector<SubmitResult> results;
    {
        const Chain::Admission may_enter(*chain_);
        for (std::size_t i = 0; i < batch.size(); ++i) results.push_back(admit(batch[i], verdicts[i], may_enter));
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (results[i].rejection) ++stats_.transactions_rejected;
        if (batch[i].done) batch[i].done(results[i]);
    }
}

// A block that is not final here yet, as far as this node knows of one.
bool Replica::block_may_create() const {
    if (verify_ || ahead_ || final_ || sync_.best_proven() > chain_->tip().height) return true;
    for (const ExecutedBlockPtr& block : chain_->executed())
        for (const auto& transaction : block->transactions)
            if (creates_units(*transaction)) return true;
    return false;
}

// What names many items of which some do not exist would be refused by every node, after a block's worth of work and a
// megabyte in every log. It is refused here instead, and not passed on. Not while anything is on its way that may bring
// them into being: whoever registers and ships without waiting, or by two nodes of which one is a block behind, is not
// to be told that there is nothing.
void Replica::refuse_hopeless(const std::vector<Pending>& batch, std::vector<CheckedTransaction>& verdicts) {
    const auto creates = [](const CheckedTransaction& one) { return one.ok() && creates_units(**one); };
    if (checking_ > 0 || !to_check_.empty() || std::any_of(verdicts.begin(), verdicts.end(), creates)) return;
    if (pool_.creating() > 0 || block_may_create()) return;
    const ChainTip& tip = chain_->tip();
    const ledger::BlockContext context{chain_->chain_id(), tip.height.next(), tip.time, chain_->parameters(),
                                       chain_->epoch()->epoch()};
    const auto view = parts_.state.view(nullptr);
    const ledger::ReadRecord read = [&](const Hash256& key) -> std::optional<Bytes> {
        auto record = view->get(key);
        return record.ok() ? *std::move(record) : std::nullopt;
    };
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!verdicts[i].ok() || ledger::info(**verdicts[i]).items < limits::kCostlyItems) continue;
        if (auto refused = ledger::refused_by_samples(**verdicts[i], context, read, limits::kTriedItems))
            verdicts[i] = *std::move(refused);
    }
}

SubmitResult Replica::admit(const Pending& pending, const CheckedTransaction& verdict,
                            const Chain::Admission& may_enter) {
    SubmitResult result{pending.transaction->id()};
    if (!verdict.ok()) {
        result.rejection = verdict.error();
        return result;
    }
    result.rejection = may_enter(**verdict);
    if (result.rejection) {
        // Sent again after it became final: answered with the first one's result, not refused.
        result.already_known = result.rejection->refusal == ledger::Refusal::kDuplicateTransaction;
        if (result.already_known) result.rejection.reset();
        return result;
    }
    switch (pool_.add(*verdict, pending.source)) {
        case TransactionPool::Added::kKnown:
            result.already_known = true;
            return result;
        case TransactionPool::Added::kFull:
            result.overloaded = true;
            return result;
        case TransactionPool::Added::kAdded:
            break;
    }
    build_tried_ = false;
    if (!pending.source) to_gossip_.push_back(pending.transaction);
    parts_.listener.on_admitted(result.id);
    return result;
}

void Replica::gossip() {
    while (!to_gossip_.empty()) {
        TransactionsMessage message;
        std::size_t bytes = 0;
        std::size_t count = 0;
        while (count < to_gossip_.size() && (count == 0 || bytes < kGossipFrameBytes))
            bytes += to_gossip_[count++]->size_bytes();
        message.transactions.assign(to_gossip_.begin(), to_gossip_.begin() + static_cast<std::ptrdiff_t>(count));
        to_gossip_.erase(to_gossip_.begin(), to_gossip_.begin() + static_cast<std::ptrdiff_t>(count));
        send_to(std::nullopt, encode(message));
    }
}

// SPEC.md R7. A peer whose share of the pool was full, or whose connection broke, has dropped what was sent once; on a
// quiet network nobody else then knows that there is work. The oldest go first, and no more than one frame's worth.
void Replica::gossip_again() {
    if (now_ < gossip_again_at()) return;
    moved_at_ = now_;
    TransactionsMessage message;
    std::size_t bytes = 0;
    for (const auto& transaction : pool_.local()) {
        if (bytes >= kGossipFrameBytes) break;
        message.transactions.push_back(ledger::signed_of(*transaction));
        bytes += message.transactions.back()->size_bytes();
    }
    if (!message.transactions.empty()) send_to(std::nullopt, encode(message));
}

Instant Replica::gossip_again_at() const {
    if (!has_work_) return Instant::never();
    return moved_at_ + milliseconds(static_cast<std::int64_t>(chain_->parameters().retry_ms));
}

// A peer that was away when they were submitted does not have them.
void Replica::send_local_pool(const crypto::PublicKey& peer) {
    TransactionsMessage message;
    std::size_t bytes = 0;
    const auto flush = [&] {
        if (!message.transactions.empty()) parts_.transport.send(peer, encode(message));
        message.transactions.clear();
        bytes = 0;
    };
    for (const auto& transaction : pool_.local()) {
        message.transactions.push_back(ledger::signed_of(*transaction));
        bytes += message.transactions.back()->size_bytes();
        if (bytes >= kGossipFrameBytes) flush();
    }
    flush();
}

}  // namespace touchstone::node
