// Who is dialled, and when again: rules N3 and N4 of mesh_core.h.
#include <algorithm>

#include "node/asio/mesh_core.h"

namespace touchstone::node {

using boost::system::error_code;
using std::chrono::milliseconds;

void MeshCore::add_target(const PeerAddress& peer) {
    if (peer.key == own_key_) return;
    Target& target = targets_[peer.key];
    target.at = peer.at;
    if (!target.timer) target.timer = std::make_unique<boost::asio::steady_timer>(network_);
    counters_.peer(peer.key);
    counters_.set_address(peer.key, peer.at.text());
    dial(peer.key);
}

void MeshCore::set_peers(const std::vector<PeerAddress>& peers) {
    if (stopped_) return;
    const auto listed = [&](const crypto::PublicKey& key) {
        return std::any_of(peers.begin(), peers.end(), [&](const PeerAddress& peer) { return peer.key == key; });
    };
    std::vector<ConnectionPtr> to_close;
    for (auto& [key, target] : targets_) {
        if (!listed(key) && target.attempt) to_close.push_back(target.attempt);
    }
    for (const auto& [key, active] : active_) {
        if (!options_.allowed(key)) to_close.push_back(active.connection);
    }
    std::erase_if(targets_, [&](const auto& entry) { return !listed(entry.first); });
    for (const ConnectionPtr& connection : to_close) connection->close("unknown_key");
    for (const PeerAddress& peer : peers) add_target(peer);
}

milliseconds MeshCore::backoff(unsigned failures) {
    const std::int64_t first = options_.times.dial_first.count();
    const std::int64_t whole = std::min(options_.times.dial_cap.count(), first << std::min(failures, 16u));
    return milliseconds(whole - static_cast<std::int64_t>(random_() % (static_cast<std::uint64_t>(whole) / 2 + 1)));
}

void MeshCore::dial_later(const crypto::PublicKey& key) {
    const auto found = targets_.find(key);
    if (stopped_ || found == targets_.end()) return;
    SteadyTime when = std::chrono::steady_clock::now() + backoff(found->second.failures);
    if (const auto penalty = penalties_.find(key); penalty != penalties_.end())
        when = std::max(when, penalty->second.until);
    found->second.timer->expires_at(when);
    found->second.timer->async_wait([self = shared_from_this(), key](error_code error) {
        if (!error) self->dial(key);
    });
}

void MeshCore::dial(const crypto::PublicKey& key) {
    const auto found = targets_.find(key);
    if (stopped_ || found == targets_.end() || found->second.attempt || active_.contains(key)) return;
    if (penalised(key)) return dial_later(key);
    Target& target = found->second;
    target.attempt = std::make_shared<Connection>(
        shared_from_this(), tcp::socket(network_), *identity_, Connection::Side::kDialled,
        ConnectionLimits{options_.times.handshake, options_.bounds.frame_bytes_max, options_.bounds.queue_bytes_max});
    const ConnectionPtr attempt = target.attempt;
    attempt->dial(target.at, options_.hello);
}

// A dialled or an active connection is gone.
void MeshCore::attempt_ended(const ConnectionPtr& connection, bool was_active) {
    for (auto& [key, target] : targets_) {
        const bool ours = target.attempt == connection;
        const bool of_peer = was_active && connection->peer() == key;
        if (!ours && !of_peer) continue;
        if (ours) target.attempt.reset();
        if (was_active) {
            target.failures = 0;
        } else {
            ++target.failures;
        }
        if (!target.attempt && !active_.contains(key)) dial_later(key);
        return;
    }
}

}  // namespace touchstone::node
