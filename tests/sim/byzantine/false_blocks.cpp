#include "tests/sim/byzantine/false_blocks.h"

#include "base/check.h"

namespace touchstone::sim {

FalseBlocks::FalseBlocks(const ledger::Genesis& genesis, ledger::SignedTransactionPtr unsigned_one, std::size_t count,
                         ValidatorIndex proposer) {
    auto log = storage::BlockLog::open(disk_, {1u << 20, 0}, nullptr);
    auto state = storage::StateTree::open(*store_, disk_, {4, 64}, nullptr);
    INVARIANT(log.ok() && state.ok());
    node::BlockStore blocks(**log);
    node::RecoveryReport report;
    auto chain = node::Chain::open({genesis, **state, blocks}, nullptr, &report);
    INVARIANT(chain.ok());
    node::TransactionPool pool({});
    auto parsed = ledger::parse(std::move(unsigned_one), genesis.parameters);
    INVARIANT(parsed.ok());
    pool.add(*std::move(parsed), std::nullopt);
    Hash256 parent = (*chain)->tip().hash;
    for (std::size_t i = 0; i < count; ++i) {
        const View view(proposer.value + i * genesis.validators.size());
        auto built = (*chain)->build({view, parent, proposer, genesis.time, true}, pool);
        INVARIANT(built.ok() && built->block);
        blocks_.push_back(built->block);
        parent = built->block->hash;
    }
}

void SyncLiar::on_start() {
    false_ = std::make_unique<FalseBlocks>(simulator().genesis(), unsigned_, count_,
                                           ValidatorIndex(static_cast<std::uint32_t>(index())));
    simulator().schedule(microseconds(1), [this] { boast(0); });
}

void SyncLiar::boast(std::uint32_t times) {
    to_others([&](std::size_t node) { send(node, node::encode(node::StatusMessage{Height(count_ + 5), View(9)})); });
    if (answers_ > 0) propose();
    if (times < 60) simulator().schedule(milliseconds(50), [this, times] { boast(times + 1); });
}

void SyncLiar::propose() {
    const node::ExecutedBlock& first = *blocks().front();
    const consensus::Vote vote =
        sign({first.header.epoch, consensus::VoteKind::kNotarize, first.header.view, View(0), first.hash});
    to_others([&](std::size_t node) { send(node, node::encode_proposal(*first.encoded, vote)); });
}

bool SyncLiar::passes_out(std::size_t, const node::Message& message) {
    return !std::holds_alternative<node::BlockRangeMessage>(message) &&
           !std::holds_alternative<node::StatusMessage>(message);
}

bool SyncLiar::passes_in(std::size_t from, const node::Message& message) {
    if (const auto* other = std::get_if<node::CertificateMessage>(&message))
        if (other->certificate.subject.kind == consensus::VoteKind::kFinalize) seen_ = other->certificate;
    const auto* const request = std::get_if<node::BlockRequestMessage>(&message);
    if (request == nullptr) return true;
    if (request->from != Height(1)) return false;
    ++answers_;
    node::StoredRange range{request->from, {}, Height(count_ + 5), std::nullopt};
    for (const node::ExecutedBlockPtr& block : blocks()) range.blocks.push_back({*block->encoded, {}});
    switch (proof_) {
        case Proof::kNone:
            break;
        case Proof::kForged:
        case Proof::kOfAnotherBlock:
            range.blocks.back().certificate = certificate_for(*blocks().back());
            break;
        case Proof::kOfTheTail:
            range.blocks.pop_back();
            range.tail = node::StoredTail{{blocks().back()->header.encode()}, certificate_for(*blocks().back())};
            break;
    }
    send(from, node::encode(range));
    return false;
}

Bytes SyncLiar::certificate_for(const node::ExecutedBlock& block) const {
    const auto validators = static_cast<std::uint32_t>(simulator().size());
    if (proof_ == Proof::kOfAnotherBlock && seen_) return seen_->encode(validators);
    consensus::Certificate forged;
    forged.subject = {block.header.epoch, consensus::VoteKind::kFinalize, block.header.view, View(0), block.hash};
    for (std::uint32_t signer = 0; signer < 3; ++signer) {
        forged.signers.emplace_back(signer);
        forged.signatures.push_back(sign(forged.subject).signature);
    }
    return forged.encode(validators);
}

}  // namespace touchstone::sim
