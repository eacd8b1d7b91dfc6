// One TCP connection to a peer: connect, TLS, hello, then frames both ways.
//
// States only go forward: opening → tls → hello → waiting → active → closed. close() may come at any time and is final;
// it calls on_closed before it returns, and no owner call is made after that.
// Thread safety: everything on the thread that runs the network io_context. Ownership: pending operations keep the
// object alive; the owner outlives it by being held through shared_ptr.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>

#include "node/asio/frames.h"
#include "node/asio/mesh_stats.h"
#include "node/asio/peer_address.h"
#include "node/asio/tls_identity.h"
#include "node/transport.h"

namespace touchstone::node {

class Connection;
using ConnectionPtr = std::shared_ptr<Connection>;
using SteadyTime = std::chrono::steady_clock::time_point;

class ConnectionOwner {
  public:
    virtual ~ConnectionOwner() = default;
    // Empty to accept the key, else the named reason to refuse it.
    virtual std::string judge(const Connection& connection, const crypto::PublicKey& key) = 0;
    virtual void on_hello(const ConnectionPtr& connection, const Hello& hello) = 0;
    virtual void on_activate(const ConnectionPtr& connection) = 0;
    virtual void on_data(const ConnectionPtr& connection, std::vector<Bytes> frames) = 0;
    virtual void on_closed(const ConnectionPtr& connection, const std::string& reason) = 0;
};

struct ConnectionLimits {
    std::chrono::milliseconds handshake{5000};  // from the first packet to the hello
    std::size_t frame_bytes_max = limits::kFrameBytesMax;
    std::size_t queue_bytes_max = limits::kPeerQueueBytesMax;
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    enum class State { kOpening, kTls, kHello, kWaiting, kActive, kClosed };
    enum class Side { kDialled, kAccepted };
    using tcp = boost::asio::ip::tcp;

    Connection(std::shared_ptr<ConnectionOwner> owner, tcp::socket socket, TlsIdentity& identity, Side side,
               const ConnectionLimits& limits);

    // One of the two, once. `hello` is sent as soon as TLS stands.
    void dial(const HostPort& to, const Hello& hello);
    void accept(const Hello& hello);

    // Activation (mesh_core.h). Precondition: waiting.
    void activate(std::shared_ptr<PeerCounters> counters);
    void send_activate() { enqueue(FrameKind::kActivate, nullptr); }
    // Precondition: active. Past the bound of the queue the connection closes with queue_overflow.
    void send(const Frame& frame) { enqueue(FrameKind::kData, frame); }
    // Sends a ping, or closes with idle_timeout: to be called now and then.
    void check_alive(SteadyTime now, std::chrono::milliseconds ping_after, std::chrono::milliseconds dead_after);
    void pause_reading() { paused_ = true; }
    void resume_reading();
    void close(std::string reason);

    State state() const { return state_; }
    Side side() const { return side_; }
    SteadyTime active_since() const { return active_since_; }
    const std::string& remote() const { return remote_; }
    // Precondition: hello reached.
    const crypto::PublicKey& peer() const { return *check_.key; }
    bool knows_peer() const { return check_.key.has_value(); }
    std::shared_ptr<PeerCounters> counters() const { return counters_; }

  private:
    struct Outgoing {
        FrameKind kind;
        Frame body;  // null: none
        std::size_t size() const { return kFrameHeadBytes + (body ? body->size() : 0); }
    };

    void connect(const tcp::resolver::results_type& found);
    void start_tls();
    void start_hello();
    void read();
    void on_read(std::size_t size);
    bool take_control(WireFrame& frame);
    void take_hello(ByteView body);
    void take_pong(ByteView body);
    void enqueue(FrameKind kind, Frame body);
    void pump();
    void stage_frames();
    void on_written(std::size_t size);
    void close_on(const boost::system::error_code& error);

    std::shared_ptr<ConnectionOwner> owner_;
    boost::asio::ssl::stream<tcp::socket> stream_;
    tcp::resolver resolver_;
    boost::asio::steady_timer deadline_;
    Side side_;
    ConnectionLimits limits_;
    State state_ = State::kOpening;
    PeerCheck check_;
    Bytes hello_;
    std::string remote_;

    FrameReader reader_;
    bool paused_ = false;
    bool reading_ = false;

    std::deque<Outgoing> queue_;
    std::size_t queue_bytes_ = 0;
    Bytes stage_;   // being written: heads and small bodies, gathered
    Frame direct_;  // body that follows stage_, written from where it lies
    bool writing_ = false;

    std::shared_ptr<PeerCounters> counters_ = std::make_shared<PeerCounters>();
    SteadyTime active_since_{}, last_sign_of_life_{};
    bool ping_outstanding_ = false;
};

}  // namespace touchstone::node
