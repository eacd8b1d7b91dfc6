// What a replica does with its peers' messages.
#include "node/replica.h"

namespace touchstone::node {

void Replica::on_frame(const crypto::PublicKey& peer, Bytes frame) {
    if (halted_) return;
    auto message = decode(frame);
    if (!message.ok()) return misbehaved(peer, message.error().message);
    if (is_of_other_epoch(peer, *message, frame)) return;
    std::visit([&](auto& body) { handle(peer, std::move(body)); }, *message);
}

void Replica::misbehaved(const crypto::PublicKey& peer, const std::string& what) {
    ++stats_.misbehaviour;
    parts_.transport.drop(peer, what);
}

void Replica::handle(const crypto::PublicKey& peer, ProposalMessage message) {
    const auto from = index_of(peer);
    if (!from) return misbehaved(peer, "a proposal from a node that is no validator");
    // Of a later view than its own when it is the last block of an epoch, proposed again (SPEC.md, R21).
    if (message.vote.subject.digest != message.block.hash ||
        message.vote.subject.view < message.block.block.header.view)
        return misbehaved(peer, "a proposal whose vote is for another block");
    const View view = message.vote.subject.view;
    if (view <= chain_->tip().view) return;
    if (!chain_->is_tip_or_executed(message.block.hash)) start_check(candidates_.add(std::move(message.block)));
    engine_->on_proposal(now_, *from, message.vote);
}

void Replica::handle(const crypto::PublicKey& peer, const VoteMessage& message) {
    const auto from = index_of(peer);
    if (!from) return misbehaved(peer, "a vote from a node that is no validator");
    const Hash256& digest = message.vote.subject.digest;
    // A leader's vote whose body went ahead is a proposal.
    if (message.vote.subject.kind == consensus::VoteKind::kNotarize &&
        (candidates_.find(digest) != nullptr || chain_->is_tip_or_executed(digest)))
        engine_->on_proposal(now_, *from, message.vote);
    else
        engine_->on_vote(now_, *from, message.vote);
}

void Replica::handle(const crypto::PublicKey& peer, const CertificateMessage& message) {
    engine_->on_certificate(now_, index_of(peer), message.certificate);
}

void Replica::handle(const crypto::PublicKey& peer, const CertificateRequestMessage& message) {
    if (const auto from = index_of(peer)) engine_->on_request(now_, *from, message.views);
}

void Replica::handle(const crypto::PublicKey& peer, const BodyRequestMessage& message) {
    if (const ExecutedBlockPtr block = chain_->find(message.digest))
        return parts_.transport.send(peer, encode_body(*block->encoded));
    if (Candidate* const candidate = candidates_.find(message.digest))
        return parts_.transport.send(peer, encode_body(*candidate->block.encoded));
    std::optional<storage::LogPlace> place = store_.place_of(message.digest);
    if (!place) {
        const auto state = parts_.state.read();
        const auto height = state->side(block_hash_side_key(message.digest));
        if (!height.ok() || !*height) return;
        Reader reader(**height);
        const auto entry = chain_->entry_of(Height(reader.u64()));
        if (!entry.ok()) return;
        place = entry->body;
    }
    const auto body = store_.body(*place, message.digest);
    if (body.ok()) parts_.transport.send(peer, encode_body(*body));
}

void Replica::handle(const crypto::PublicKey& peer, BodyMessage message) {
    if (!candidates_.wants(message.block.hash)) return take_ahead(peer, std::move(message.block));
    if (message.block.block.header.height.value > chain_->tip().height.value + 1)
        sync_.on_claim(peer, message.block.block.header.height.prev(), BlockSync::Claim::kSaid);
    candidates_.add(std::move(message.block));
}

// The first body of a view from its leader, for the current view or the next: we may be a message behind.
void Replica::take_ahead(const crypto::PublicKey& peer, ReceivedBlock block) {
    const View view = block.block.header.view;
    if (view < engine_->view() || view > engine_->view().next() || view <= ahead_view_) return;
    if (index_of(peer) != validators().leader(view) || chain_->is_tip_or_executed(block.hash)) return;
    ahead_view_ = view;
    ahead_ = block.hash;
    start_check(candidates_.add(std::move(block)));
}

}  // namespace touchstone::node
