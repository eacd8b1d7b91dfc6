#include "tests/sim/checker.h"

#include <fmt/format.h>

namespace touchstone::sim {
namespace {

// Ten minutes before a vote, and the worst of the weather after it.
constexpr std::uint64_t kAgeMaxMs = 15 * 60 * 1000;

}  // namespace

void Checker::violation(std::string what) { violations_.push_back(std::move(what)); }

void Checker::on_send(std::size_t node, const node::Message& message) {
    if (const auto* vote = std::get_if<node::VoteMessage>(&message)) on_vote(node, vote->vote);
    if (const auto* proposal = std::get_if<node::ProposalMessage>(&message)) on_vote(node, proposal->vote);
}

// No honest equivocation: one vote per view and kind, and never a nullify together with a finalize.
void Checker::on_vote(std::size_t node, const consensus::Vote& vote) {
    const consensus::Subject& about = vote.subject;
    const auto [slot, fresh] = votes_.emplace(Slot{node, about.epoch, about.view, about.kind}, vote);
    if (!fresh && !(slot->second == vote))
        violation(fmt::format("node {} signed two votes of kind {} in view {} of epoch {}", node,
                              static_cast<int>(about.kind), about.view.value, about.epoch.value));
    using consensus::VoteKind;
    if (votes_.contains({node, about.epoch, about.view, VoteKind::kNullify}) &&
        votes_.contains({node, about.epoch, about.view, VoteKind::kFinalize}))
        violation(fmt::format("node {} signed a nullify and a finalize in view {} of epoch {}", node, about.view.value,
                              about.epoch.value));
}

void Checker::on_final(std::size_t node, const std::vector<node::ExecutedBlockPtr>& blocks, const node::ChainTip& tip,
                       WallTime true_time) {
    for (const node::ExecutedBlockPtr& block : blocks) {
        const Height height = block->header.height;
        // A node that was restarted may learn again what it had not flushed; it never skips.
        if (height.value > heights_[node].value + 1)
            violation(fmt::format("node {} went from height {} to {}", node, heights_[node].value, height.value));
        heights_[node] = height;
        const auto [known, fresh] =
            finals_.emplace(height, Final{block->hash, block->header.parent, block->header.state_root});
        if (known->second.hash != block->hash)
            violation(fmt::format("two blocks are final at height {} (node {})", height.value, node));
        if (!fresh) continue;
        if (block->header.time.ms + kAgeMaxMs < true_time.ms)
            violation(fmt::format("block {} became final {} ms after the time in it", height.value,
                                  true_time.ms - block->header.time.ms));
        const auto below = finals_.find(height.prev());
        if (below != finals_.end() && below->second.hash != block->header.parent)
            violation(fmt::format("the final block at height {} does not link to the one below", height.value));
        for (const auto& transaction : block->transactions) {
            const Hash256 id = ledger::info(*transaction).id;
            if (!final_transactions_.emplace(id, height).second)
                violation(fmt::format("transaction {} is in two final blocks", id.hex()));
        }
    }
    if (tip.height != heights_[node]) violation(fmt::format("node {}: the tip is not its last final block", node));
}

// Durable before send: what left the node is in the journal that the next start reads, and the bodies it voted for are
// in its log.
void Checker::on_restart(std::size_t node, const std::vector<Bytes>& journal, const node::Chain& chain,
                         const std::function<bool(const Hash256&)>& has_body) {
    heights_[node] = chain.tip().height;
    std::set<Bytes> records(journal.begin(), journal.end());
    // Of the epochs after the chain's too: it may have lost the closing block's commit.
    const auto first =
        votes_.lower_bound({node, chain.epoch()->epoch(), chain.tip().view.next(), consensus::VoteKind::kNotarize});
    for (auto entry = first; entry != votes_.end() && std::get<0>(entry->first) == node; ++entry) {
        const consensus::Vote& vote = entry->second;
        if (!records.contains(consensus::SignerGate::journal_record(vote)))
            violation(fmt::format("node {} forgot its vote of kind {} in view {}", node,
                                  static_cast<int>(vote.subject.kind), vote.subject.view.value));
        if (vote.subject.kind == consensus::VoteKind::kNotarize && !has_body(vote.subject.digest))
            violation(fmt::format("node {} lost the body it voted for in view {}", node, vote.subject.view.value));
    }
}

}  // namespace touchstone::sim
