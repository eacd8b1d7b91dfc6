#include "node/block_sync.h"

#include <algorithm>
#include <tuple>

namespace touchstone::node {

void BlockSync::on_claim(const crypto::PublicKey& peer, Height height, Claim claim) {
    Peer& known = peers_[peer];
    known.said = std::max(known.said, height);
    if (claim == Claim::kProven) known.proven = std::max(known.proven, height);
}

void BlockSync::on_disconnected(const crypto::PublicKey& peer) { peers_.erase(peer); }

bool BlockSync::on_range(Instant now, const crypto::PublicKey& peer, Height from, std::size_t blocks) {
    const auto found = peers_.find(peer);
    if (found == peers_.end() || !found->second.asked || found->second.asked->from != from) return false;
    const std::int64_t taken_us = std::max<std::int64_t>((now - found->second.asked->at).us, 1);
    found->second.blocks_per_second = blocks * 1'000'000 / static_cast<std::uint64_t>(taken_us);
    found->second.asked.reset();
    return true;
}

std::optional<Height> BlockSync::on_nothing(Instant now, const crypto::PublicKey& peer) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return std::nullopt;
    Peer& known = found->second;
    known.blocks_per_second = 0;
    known.not_before = now + kPassOver;
    if (known.said <= known.proven) return std::nullopt;
    known.not_before = now + kAnswerTime;
    return std::exchange(known.said, known.proven);
}

BlockSync::UnderWay BlockSync::under_way(Height own) const {
    UnderWay found;
    for (const auto& [key, peer] : peers_) {
        if (!peer.asked || peer.asked->from != own.next()) continue;
        ++found.count;
        found.last = std::max(found.last, peer.asked->at);
    }
    return found;
}

std::optional<BlockSync::Request> BlockSync::next_request(Instant now, Height own) {
    for (auto& [key, peer] : peers_) {
        if (!peer.asked || now < peer.asked->at + kAnswerTime) continue;
        peer.asked.reset();
        on_nothing(now, key);
    }
    const UnderWay asked = under_way(own);
    if (asked.count >= kUnderWayMax || (asked.count > 0 && now < asked.last + kHedge)) return std::nullopt;
    const auto worth = [&](const Peer& peer) { return std::tuple(peer.proven > own, peer.blocks_per_second); };
    std::pair<const crypto::PublicKey, Peer>* best = nullptr;
    for (auto& candidate : peers_) {
        const Peer& peer = candidate.second;
        if (peer.asked || peer.not_before > now || !peer.is_ahead_of(own)) continue;
        if (best == nullptr || worth(peer) > worth(best->second)) best = &candidate;
    }
    if (best == nullptr) return std::nullopt;
    best->second.asked = Asked{own.next(), now};
    return Request{best->first, own.next()};
}

Instant BlockSync::next_deadline(Instant now, Height own) const {
    Instant deadline = Instant::never();
    const UnderWay asked = under_way(own);
    const Instant may_ask = asked.count >= kUnderWayMax ? Instant::never()
                            : asked.count > 0           ? asked.last + kHedge
                                                        : now;
    for (const auto& [key, peer] : peers_) {
        if (peer.asked)
            deadline = std::min(deadline, peer.asked->at + kAnswerTime);
        else if (peer.is_ahead_of(own))
            deadline = std::min(deadline, std::max(may_ask, peer.not_before));
    }
    return deadline;
}

Height BlockSync::best_proven() const {
    Height best;
    for (const auto& [key, peer] : peers_) best = std::max(best, peer.proven);
    return best;
}

std::optional<Height> BlockSync::height_of(const crypto::PublicKey& peer) const {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return std::nullopt;
    return found->second.said;
}

}  // namespace touchstone::node
