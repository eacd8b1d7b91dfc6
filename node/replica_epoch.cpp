// From one epoch to the next, with its own validators and parameters.
//
// An epoch ends with the block that changes either (ExecutedBlock::closes_epoch). Nothing is built on it in its epoch;
// leaders propose it again until it is final (consensus/SPEC.md, R21). With that, every node has the same last block,
// and begins the next epoch on it: a new engine and a new gate, whose votes carry the new epoch, from the view after
// that block's own. Votes of the old one mean nothing any more, to nobody.
#include <fmt/format.h>

#include "base/overloaded.h"
#include "crypto/sha256.h"
#include "ledger/schema/build.h"
#include "node/replica.h"

namespace touchstone::node {
namespace {

crypto::SecretKey copy_of(const crypto::SecretKey& key) { return crypto::SecretKey::from_seed(key.seed()); }

// Of messages that mean something in one epoch only.
std::optional<Epoch> epoch_of(const Message& message) {
    using Answer = std::optional<Epoch>;
    return std::visit(Overloaded{
                          [](const ProposalMessage& proposal) -> Answer { return proposal.vote.subject.epoch; },
                          [](const VoteMessage& vote) -> Answer { return vote.vote.subject.epoch; },
                          [](const CertificateMessage& one) -> Answer { return one.certificate.subject.epoch; },
                          [](const BodyMessage& body) -> Answer { return body.block.block.header.epoch; },
                          [](const auto&) -> Answer { return std::nullopt; },
                      },
                      message);
}

}  // namespace

void Replica::make_gate() {
    gate_.reset();
    self_.reset();
    if (!config_.validator_key) return;
    self_ = index_of(config_.validator_key->public_key());
    if (self_)
        gate_ = std::make_unique<consensus::SignerGate>(chain_->chain_id(), *self_, copy_of(*config_.validator_key));
    if (gate_) gate_->set_paused(read_only_.has_value());
}

void Replica::make_engine() {
    const ledger::Parameters& parameters = chain_->parameters();
    const auto timeout = [](std::uint64_t ms) { return milliseconds(static_cast<std::int64_t>(ms)); };
    consensus::Anchor anchor{chain_->tip().view, chain_->tip().hash, std::nullopt};
    auto certificate = consensus::Certificate::decode(chain_->tip().certificate);
    // That of the epoch before, or of a block that was proposed again in a later view, is no anchor of this engine.
    if (certificate.ok() && certificate->subject.epoch == validators().epoch() &&
        certificate->subject.view == chain_->tip().view)
        anchor.finalization = *std::move(certificate);
    engine_ = std::make_unique<consensus::Engine>(
        consensus::EngineConfig{chain_->chain_id(), validators(), self_, timeout(parameters.leader_timeout_ms),
                                timeout(parameters.advance_timeout_ms), timeout(parameters.retry_ms)},
        gate_.get(), std::move(anchor));
}

void Replica::begin_epoch() {
    const bool validated = self_.has_value();
    make_gate();
    if (const Status restored = restore_gate(); !restored.ok()) return fatal(restored.error());
    make_engine();
    verify_.reset();
    build_.reset();
    final_.reset();
    ahead_.reset();
    vouched_.reset();
    ahead_view_ = chain_->tip().view;
    has_work_ = false;
    candidates_.drop_all();
    drop_unfit_transactions();
    log(LogLevel::kInfo, fmt::format("epoch {} begins after block {}: {} validators{}", validators().epoch().value,
                                     chain_->tip().height.value, validators().size(),
                                     validated == self_.has_value() ? ""
                                     : self_                        ? "; this node is one of them from now on"
                                             : "; this node is not one of them any more, and follows"));
    engine_->start(now_);
    hand_back_notarizations();
    // Whoever has just come does not know what waits; who was here before does.
    for (const crypto::PublicKey& peer : connected_)
        if (index_of(peer)) send_local_pool(peer);
    // The others begin this epoch as soon as they know.
    const Frame status = status_frame();
    for (const crypto::PublicKey& peer : connected_) parts_.transport.send(peer, status);
}

// What was admitted by other parameters must still be what a block may hold.
void Replica::drop_unfit_transactions() {
    std::vector<Hash256> unfit;
    pool_.visit([&](const ledger::ParsedTransactionPtr& transaction) {
        if (!ledger::parse(ledger::signed_of(*transaction), chain_->parameters()).ok())
            unfit.push_back(ledger::info(*transaction).id);
        return true;
    });
    for (const Hash256& id : unfit) {
        pool_.remove(id);
        parts_.listener.on_expired(id);
    }
}

// A peer that is an epoch ahead became so by one message that we have not got yet; one that is behind asks for the
// closing block when it hears how high the chain is.
bool Replica::is_of_other_epoch(const crypto::PublicKey& peer, const Message& message, const Bytes& frame) {
    const auto epoch = epoch_of(message);
    const Epoch ours = validators().epoch();
    if (!epoch || *epoch == ours) return false;
    if (*epoch == Epoch(ours.value + 1) && early_.size() < kEarlyMax && early_bytes_ + frame.size() <= kEarlyBytesMax) {
        early_.emplace_back(peer, frame);
        early_bytes_ += frame.size();
    }
    parts_.transport.send(peer, status_frame());
    return true;
}

bool Replica::take_early() {
    if (early_.empty()) return false;
    const auto first = decode(early_.front().second);
    if (!first.ok() || epoch_of(*first).value_or(Epoch(0)) > validators().epoch()) return false;
    early_bytes_ = 0;
    for (auto& [peer, frame] : std::exchange(early_, {}))
        if (connected_.contains(peer)) on_frame(peer, std::move(frame));
    return true;
}

const ledger::PendingValidator* Replica::waits_for_its_turn() const {
    if (!config_.validator_key || self_) return nullptr;
    return chain_->epoch()->record.find_pending(config_.validator_key->public_key());
}

// Voted in, and level with the best of the peers: an ordinary transaction, signed by the validator's own key.
void Replica::say_ready() {
    const ledger::PendingValidator* const pending = waits_for_its_turn();
    if (pending == nullptr || read_only_ || now_ < ready_at_) return;
    if (best_known_height().value > chain_->tip().height.value + kReadyLagMax) return;
    ready_at_ = now_ + kSayReadyEvery;
    // The block after the vote's writes the hash down; until there is one, the vote's is the tip.
    const Hash256 block = pending->block.is_zero() ? chain_->tip().hash : pending->block;
    const Bytes nonce =
        to_bytes(crypto::tagged_hash("touchstone/ready/1", {chain_->tip().hash.view()}).view().first(16));
    const ledger::PayloadHead head{chain_->chain_id(), pending->validator.organisation, pending->validator.key,
                                   chain_->tip().height.value + kReadyValidity, nonce};
    const std::vector<ledger::Operation> operations{ledger::op::ValidatorReady{block}};
    submit(std::make_shared<const ledger::SignedTransaction>(
               ledger::sign_payload(ledger::build_payload(head, operations), *config_.validator_key)),
           [](const SubmitResult&) {});
    log(LogLevel::kInfo,
        fmt::format("voted in at height {}: this node is synced, and says so on the chain", pending->voted_in.value));
}

}  // namespace touchstone::node
