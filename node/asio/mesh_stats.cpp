#include "node/asio/mesh_stats.h"

namespace touchstone::node {
namespace {

constexpr std::size_t kReasonsMax = 64;  // reasons are metric labels, and drop() takes any text

void count(std::map<std::string, std::uint64_t>& closes, const std::string& reason) {
    const bool room = closes.size() < kReasonsMax || closes.contains(reason);
    ++closes[room ? reason : "other"];
}

}  // namespace

std::shared_ptr<PeerCounters> MeshCounters::peer(const crypto::PublicKey& key) {
    const std::scoped_lock lock(mutex_);
    return entries_[key].counters;
}

void MeshCounters::set_address(const crypto::PublicKey& key, const std::string& address) {
    const std::scoped_lock lock(mutex_);
    entries_[key].address = address;
}

void MeshCounters::count_close(const crypto::PublicKey* key, const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    count(closes_, reason);
    if (key) {
        if (const auto found = entries_.find(*key); found != entries_.end()) count(found->second.closes, reason);
    }
}

MeshStats MeshCounters::snapshot() const {
    const std::scoped_lock lock(mutex_);
    MeshStats stats;
    stats.closes = closes_;
    stats.accepted = accepted;
    stats.half_open = half_open;
    stats.frames_unsent = frames_unsent;
    for (const auto& [key, entry] : entries_) {
        const PeerCounters& from = *entry.counters;
        PeerStats& peer = stats.peers.emplace_back();
        peer.key = key;
        peer.connected = from.connected;
        peer.address = entry.address;
        peer.bytes_in = from.bytes_in;
        peer.bytes_out = from.bytes_out;
        peer.frames_in = from.frames_in;
        peer.frames_out = from.frames_out;
        peer.connects = from.connects;
        peer.queue_bytes = from.queue_bytes;
        peer.round_trip_us = from.round_trip_us;
        peer.closes = entry.closes;
    }
    return stats;
}

}  // namespace touchstone::node
