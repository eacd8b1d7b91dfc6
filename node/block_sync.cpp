#include "node/block_sync.h"

#include <algorithm>

namespace touchstone::node {

void BlockSync::on_status(const crypto::PublicKey& peer, Height height) {
    Peer& known = peers_[peer];
    known.height = std::max(known.height, height);
}

void BlockSync::on_disconnected(const crypto::PublicKey& peer) {
    peers_.erase(peer);
    if (under_way_ && under_way_->request.peer == peer) under_way_.reset();
}

bool BlockSync::on_range(const crypto::PublicKey& peer, Height from) {
    if (!under_way_ || under_way_->request.peer != peer || under_way_->request.from != from) return false;
    under_way_.reset();
    return true;
}

void BlockSync::on_nothing(Instant now, const crypto::PublicKey& peer) {
    const auto found = peers_.find(peer);
    if (found != peers_.end()) found->second.not_before = now + kPassOver;
}

std::optional<BlockSync::Request> BlockSync::next_request(Instant now, Height own) {
    if (under_way_ && under_way_->deadline > now) return std::nullopt;
    if (under_way_) {
        on_nothing(now, under_way_->request.peer);
        under_way_.reset();
    }
    const crypto::PublicKey* best = nullptr;
    Height best_height = own;
    for (const auto& [key, peer] : peers_) {
        if (peer.not_before > now || peer.height <= best_height) continue;
        best = &key;
        best_height = peer.height;
    }
    if (best == nullptr) return std::nullopt;
    under_way_ = UnderWay{{*best, own.next()}, now + kAnswerTime};
    return under_way_->request;
}

Instant BlockSync::next_deadline(Height own) const {
    if (under_way_) return under_way_->deadline;
    Instant deadline = Instant::never();
    for (const auto& [key, peer] : peers_)
        if (peer.height > own) deadline = std::min(deadline, peer.not_before);
    return deadline;
}

Height BlockSync::best_known() const {
    Height best;
    for (const auto& [key, peer] : peers_) best = std::max(best, peer.height);
    return best;
}

std::optional<Height> BlockSync::height_of(const crypto::PublicKey& peer) const {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return std::nullopt;
    return found->second.height;
}

}  // namespace touchstone::node
