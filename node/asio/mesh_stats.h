// What the mesh counts: for metrics and status pages.
//
// Thread safety: all functions may be called from any thread; the counters of one peer are atomics without locks.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "crypto/ed25519.h"

namespace touchstone::node {

// A snapshot.
struct PeerStats {
    crypto::PublicKey key;
    bool connected = false;
    std::string address;
    std::uint64_t bytes_in = 0, bytes_out = 0;
    std::uint64_t frames_in = 0, frames_out = 0;
    std::uint64_t connects = 0;
    std::uint64_t queue_bytes = 0;
    std::uint64_t round_trip_us = 0;              // of the last ping; 0: none yet
    std::map<std::string, std::uint64_t> closes;  // by reason
};

struct MeshStats {
    std::vector<PeerStats> peers;                 // by key
    std::map<std::string, std::uint64_t> closes;  // by reason, of peers that never said who they are too
    std::uint64_t accepted = 0;
    std::uint64_t half_open = 0;
    std::uint64_t frames_unsent = 0;  // for peers that were not connected
};

struct PeerCounters {
    std::atomic<bool> connected{false};
    std::atomic<std::uint64_t> bytes_in{0}, bytes_out{0}, frames_in{0}, frames_out{0};
    std::atomic<std::uint64_t> connects{0}, queue_bytes{0}, round_trip_us{0};
};

class MeshCounters {
  public:
    std::atomic<std::uint64_t> accepted{0}, half_open{0}, frames_unsent{0};

    std::shared_ptr<PeerCounters> peer(const crypto::PublicKey& key);
    void set_address(const crypto::PublicKey& key, const std::string& address);
    // `key` is null for a peer that never said who it is.
    void count_close(const crypto::PublicKey* key, const std::string& reason);
    MeshStats snapshot() const;

  private:
    struct Entry {
        std::shared_ptr<PeerCounters> counters = std::make_shared<PeerCounters>();
        std::string address;
        std::map<std::string, std::uint64_t> closes;
    };
    mutable std::mutex mutex_;
    std::map<crypto::PublicKey, Entry> entries_;
    std::map<std::string, std::uint64_t> closes_;
};

}  // namespace touchstone::node
