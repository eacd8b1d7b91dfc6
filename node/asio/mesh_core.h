// The inside of the mesh: which connections there are, and which one of a pair's is used.
//
// Rules
//   N1  Both sides dial. Upon a hello that fits, the side with the smaller key decides: it activates the first
//       connection that comes so far, and closes another of the same peer as `duplicate`. The other side waits to be
//       told. So exactly one connection is used, and never one on one side and another on the other.
//   N2  The deciding side, upon a further hello when its connection has been active for `settle`: the peer would not
//   dial
//       if it still had that connection, so the new one replaces it. The other side follows an activation always.
//   N3  Upon losing an active connection: dial at once (the first backoff). Upon a failed attempt: twice the backoff
//       before, up to the cap, less a random part. Upon an activation: no further attempt. Upon a hello that came from
//       the peer itself: it is up, so the backoff starts afresh.
//   N4  A peer that was dropped is neither dialled nor let in until its penalty is over.
//
// Thread safety: everything on the network thread, but counters().
#pragma once

#include <list>
#include <random>
#include <set>
#include <unordered_map>

#include "node/asio/connection.h"
#include "node/asio/mesh.h"
#include "node/asio/mesh_events.h"

namespace touchstone::node {

class MeshCore final : public ConnectionOwner, public std::enable_shared_from_this<MeshCore> {
  public:
    MeshCore(boost::asio::io_context& network, std::shared_ptr<MeshEvents> events, MeshOptions options);

    [[nodiscard]] Status start(const crypto::SecretKey& key);
    void stop();
    std::uint16_t port() const { return port_; }
    void send(const crypto::PublicKey& peer, const Frame& frame);
    void drop(const crypto::PublicKey& peer, const std::string& why);
    void set_peers(const std::vector<PeerAddress>& peers);
    MeshCounters& counters() { return counters_; }
    MeshEvents& events() { return *events_; }
    const MeshBounds& bounds() const { return options_.bounds; }

    std::string judge(const Connection& connection, const crypto::PublicKey& key) override;
    void on_hello(const ConnectionPtr& connection, const Hello& hello) override;
    void on_activate(const ConnectionPtr& connection) override;
    void on_data(const ConnectionPtr& connection, std::vector<Bytes> frames) override;
    void on_closed(const ConnectionPtr& connection, const std::string& reason) override;

  private:
    using tcp = boost::asio::ip::tcp;
    struct Active {
        ConnectionPtr connection;
        UndeliveredPtr undelivered;
    };
    struct Target {
        HostPort at;
        unsigned failures = 0;
        ConnectionPtr attempt;
        std::unique_ptr<boost::asio::steady_timer> timer;
    };
    struct Penalty {
        unsigned drops = 0;
        SteadyTime until;
    };

    Status listen();
    void accept();
    void accept_later();
    void take_accepted(tcp::socket socket);
    void limit_half_open();
    void tick();
    bool penalised(const crypto::PublicKey& key) const;
    void activate(const ConnectionPtr& connection);
    void close_others(const ConnectionPtr& connection);
    UndeliveredPtr make_undelivered(const ConnectionPtr& connection);
    void tell(const MeshNews& news) {
        if (options_.news) options_.news(news);
    }

    // mesh_dial.cpp
    void add_target(const PeerAddress& peer);
    void dial_later(const crypto::PublicKey& key);
    void dial(const crypto::PublicKey& key);
    std::chrono::milliseconds backoff(unsigned failures);
    void attempt_ended(const ConnectionPtr& connection, bool was_active);

    boost::asio::io_context& network_;
    std::shared_ptr<MeshEvents> events_;
    MeshOptions options_;
    MeshCounters counters_;
    std::optional<TlsIdentity> identity_;
    crypto::PublicKey own_key_;
    std::mt19937_64 random_;
    tcp::acceptor acceptor_;
    boost::asio::steady_timer accept_timer_;
    boost::asio::steady_timer tick_timer_;
    std::uint16_t port_ = 0;
    bool stopped_ = false;

    std::unordered_map<crypto::PublicKey, Active> active_;
    std::list<ConnectionPtr> half_open_;  // accepted, not yet through hello; oldest first
    std::set<ConnectionPtr> waiting_;     // through hello, not activated
    std::unordered_map<crypto::PublicKey, Target> targets_;
    std::unordered_map<crypto::PublicKey, Penalty> penalties_;
};

}  // namespace touchstone::node
