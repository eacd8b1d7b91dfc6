// The real transport: one TLS 1.3 connection to every peer, found again whenever it is lost.
//
// Owns its sockets, timers and queues. Identity is the node key (tls_identity.h); who may connect is the caller's
// predicate, and a dialled peer must hold the very key it was listed with.
//
// Threads: `network` is run by exactly one thread, and all work of the mesh is done there. TransportEvents are called
// on `core`, in order, a batch for each read. Give the network context's own executor as core for one thread and no
// hand-over (lowest latency), or another context's to keep TLS off the core thread. send and drop: from the core
// thread. stats, set_peers: from any thread. `allowed` and `news` are called on the network thread.
//
// Life: construct, start(), … stop() on the core thread; no event comes after stop() returns. What stop() closes is
// closed on the network thread: let that run dry (or join it) before the callbacks given in the options, the mesh and
// the contexts go, in this order.
//
// Failure: the mesh never fails once started: connections close with a named reason (docs below), counted and told to
// `news`, and are dialled again with capped exponential backoff.
//
// Reasons: unknown_key wrong_key not_ed25519 no_certificate tls_version not_tls refused_by_peer tls_failed
// handshake_timeout half_open_limit resolve_failed connect_failed wrong_version wrong_chain wrong_parameters
// hello_malformed frame_oversize frame_empty frame_kind frame_out_of_place queue_overflow idle_timeout closed_by_peer
// io_error duplicate replaced penalised peers_limit own_key stopped, and whatever drop() is given.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "node/asio/frames.h"
#include "node/asio/mesh_stats.h"
#include "node/asio/peer_address.h"
#include "node/transport.h"

namespace touchstone::node {

// One line for the log: what befell a connection.
struct MeshNews {
    enum class Kind { kConnected, kClosed, kListening, kListenError };
    Kind kind = Kind::kClosed;
    const crypto::PublicKey* peer = nullptr;  // null: it never said; valid during the call
    std::string address;
    std::string reason;
};

struct MeshTimes {
    std::chrono::milliseconds handshake{5000};
    std::chrono::milliseconds dial_first{50};  // doubled for each failure …
    std::chrono::milliseconds dial_cap{2000};  // … up to this, less a random part of up to a half
    std::chrono::milliseconds tick{500};
    std::chrono::milliseconds ping_after{2000};  // of silence
    std::chrono::milliseconds dead_after{4500};
    std::chrono::milliseconds settle{2000};           // a second connection this soon is a simultaneous dial
    std::chrono::milliseconds penalty_first{10'000};  // doubled for each drop() …
    std::chrono::milliseconds penalty_cap{600'000};   // … up to this; forgotten after as long again
};

struct MeshBounds {
    std::size_t frame_bytes_max = limits::kFrameBytesMax;
    std::size_t queue_bytes_max = limits::kPeerQueueBytesMax;
    std::size_t peers_max = limits::kPeersMax;
    std::size_t half_open_max = 64;  // accepted and not yet through hello: past it the oldest goes
};

struct MeshOptions {
    HostPort listen;  // empty host: dial only; port 0: any free one
    std::vector<PeerAddress> peers;
    std::function<bool(const crypto::PublicKey&)> allowed;
    Hello hello;
    std::uint64_t seed = 0;  // of the backoff's jitter
    std::function<void(const MeshNews&)> news;
    MeshTimes times;
    MeshBounds bounds;
};

class MeshCore;

class Mesh final : public Transport {
  public:
    Mesh(boost::asio::io_context& network, boost::asio::any_io_executor core, TransportEvents& events,
         MeshOptions options);
    ~Mesh() override;
    Mesh(const Mesh&) = delete;
    Mesh& operator=(const Mesh&) = delete;

    // Listens and begins to dial. Once, before `network` runs or on its thread. Errors: tls_setup, listen_failed.
    [[nodiscard]] Status start(const crypto::SecretKey& key);
    void stop();
    std::uint16_t port() const;  // 0 when not listening

    // Precondition: the frame is not empty and within the bound of frames.
    void send(const crypto::PublicKey& peer, Frame frame) override;
    void drop(const crypto::PublicKey& peer, const std::string& why) override;

    // Replaces the list of those to dial, and closes connections that `allowed` refuses by now.
    void set_peers(std::vector<PeerAddress> peers);
    MeshStats stats() const;

  private:
    struct Outbox;

    boost::asio::io_context& network_;
    std::shared_ptr<MeshCore> core_;
    std::shared_ptr<Outbox> outbox_;
};

}  // namespace touchstone::node
