#include "node/asio/mesh_core.h"

#include <algorithm>

#include "base/check.h"

namespace touchstone::node {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kAcceptRetry{100};  // out of file descriptors

}  // namespace

MeshCore::MeshCore(boost::asio::io_context& network, std::shared_ptr<MeshEvents> events, MeshOptions options)
    : network_(network),
      events_(std::move(events)),
      options_(std::move(options)),
      random_(options_.seed),
      acceptor_(network),
      accept_timer_(network),
      tick_timer_(network) {
    INVARIANT(options_.allowed);
}

Status MeshCore::start(const crypto::SecretKey& key) {
    TRY_ASSIGN(identity_, TlsIdentity::create(key));
    own_key_ = key.public_key();
    if (!options_.listen.host.empty()) TRY(listen());
    const auto peers = options_.peers;
    for (const PeerAddress& peer : peers) add_target(peer);
    tick();
    return Ok{};
}

Status MeshCore::listen() {
    const auto failed = [&](const error_code& error) {
        return Error{"listen_failed", options_.listen.text() + ": " + error.message()};
    };
    error_code error;
    tcp::resolver resolver(network_);
    const auto found = resolver.resolve(options_.listen.host, std::to_string(options_.listen.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error || found.empty()) return failed(error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    if (acceptor_.open(endpoint.protocol(), error)) return failed(error);
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (acceptor_.bind(endpoint, error)) return failed(error);
    if (acceptor_.listen(boost::asio::socket_base::max_listen_connections, error)) return failed(error);
    port_ = acceptor_.local_endpoint(error).port();
    tell({MeshNews::Kind::kListening, nullptr, HostPort{endpoint.address().to_string(), port_}.text(), ""});
    accept();
    return Ok{};
}

void MeshCore::accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
        if (self->stopped_) return;
        if (error) {
            self->tell({MeshNews::Kind::kListenError, nullptr, "", error.message()});
            return self->accept_later();
        }
        self->take_accepted(std::move(socket));
        self->accept();
    });
}

void MeshCore::accept_later() {
    accept_timer_.expires_after(kAcceptRetry);
    accept_timer_.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->stopped_) self->accept();
    });
}

void MeshCore::take_accepted(tcp::socket socket) {
    ++counters_.accepted;
    auto connection = std::make_shared<Connection>(
        shared_from_this(), std::move(socket), *identity_, Connection::Side::kAccepted,
        ConnectionLimits{options_.times.handshake, options_.bounds.frame_bytes_max, options_.bounds.queue_bytes_max});
    half_open_.push_back(connection);
    limit_half_open();
    counters_.half_open = half_open_.size();
    connection->accept(options_.hello);
}

// The oldest goes, not the newest: who means it is through in milliseconds, and a flood can not lock the door.
void MeshCore::limit_half_open() {
    while (half_open_.size() > options_.bounds.half_open_max) {
        const ConnectionPtr oldest = half_open_.front();
        oldest->close("half_open_limit");
    }
}

std::string MeshCore::judge(const Connection& connection, const crypto::PublicKey& key) {
    if (stopped_) return "stopped";
    if (key == own_key_) return "own_key";
    if (connection.side() == Connection::Side::kDialled) {
        const auto target = std::find_if(targets_.begin(), targets_.end(),
                                         [&](const auto& entry) { return entry.second.attempt.get() == &connection; });
        if (target == targets_.end() || target->first != key) return "wrong_key";
    }
    if (!options_.allowed(key)) return "unknown_key";
    return penalised(key) ? "penalised" : "";
}

bool MeshCore::penalised(const crypto::PublicKey& key) const {
    const auto found = penalties_.find(key);
    return found != penalties_.end() && steady_clock::now() < found->second.until;
}

void MeshCore::on_hello(const ConnectionPtr& connection, const Hello& hello) {
    half_open_.remove(connection);
    counters_.half_open = half_open_.size();
    waiting_.insert(connection);
    const crypto::PublicKey peer = connection->peer();
    if (const auto difference = options_.hello.difference(hello); !difference.empty())
        return connection->close(std::string(difference));
    if (penalised(peer)) return connection->close("penalised");
    if (active_.size() >= options_.bounds.peers_max && !active_.contains(peer)) return connection->close("peers_limit");
    if (const auto target = targets_.find(peer);
        target != targets_.end() && connection->side() == Connection::Side::kAccepted)
        target->second.failures = 0;
    if (peer < own_key_) return;  // N1: the other side decides

    const auto existing = active_.find(peer);
    if (existing != active_.end()) {
        if (steady_clock::now() - existing->second.connection->active_since() < options_.times.settle)
            return connection->close("duplicate");
        const ConnectionPtr old = existing->second.connection;
        old->close("replaced");  // N2
    }
    connection->send_activate();
    if (connection->state() == Connection::State::kWaiting) activate(connection);
}

void MeshCore::on_activate(const ConnectionPtr& connection) {
    if (!(connection->peer() < own_key_)) return connection->close("frame_out_of_place");
    if (const auto existing = active_.find(connection->peer()); existing != active_.end()) {
        const ConnectionPtr old = existing->second.connection;
        old->close("replaced");
    }
    activate(connection);
}

void MeshCore::activate(const ConnectionPtr& connection) {
    const crypto::PublicKey peer = connection->peer();
    waiting_.erase(connection);
    const auto counters = counters_.peer(peer);
    connection->activate(counters);
    active_[peer] = {connection, make_undelivered(connection)};
    counters->connected = true;
    ++counters->connects;
    counters_.set_address(peer, connection->remote());
    if (const auto target = targets_.find(peer); target != targets_.end()) {
        target->second.failures = 0;
        target->second.timer->cancel();
    }
    close_others(connection);
    tell({MeshNews::Kind::kConnected, &peer, connection->remote(), ""});
    events_->push_connected(peer);
    events_->flush_soon();
}

// What else is on its way to the same peer is of no use any more.
void MeshCore::close_others(const ConnectionPtr& connection) {
    const crypto::PublicKey peer = connection->peer();
    std::vector<ConnectionPtr> others;
    for (const ConnectionPtr& other : waiting_) {
        if (other->peer() == peer) others.push_back(other);
    }
    if (const auto target = targets_.find(peer); target != targets_.end()) {
        if (target->second.attempt && target->second.attempt != connection) others.push_back(target->second.attempt);
    }
    for (const ConnectionPtr& other : others) other->close("duplicate");
}

UndeliveredPtr MeshCore::make_undelivered(const ConnectionPtr& connection) {
    auto undelivered = std::make_shared<Undelivered>();
    undelivered->on_drained = [this_network = &network_, weak = std::weak_ptr(connection),
                               account = std::weak_ptr(undelivered)] {
        boost::asio::post(*this_network, [weak, account] {
            const auto drained = account.lock();
            const auto paused = weak.lock();
            if (drained && paused && drained->paused.exchange(false)) paused->resume_reading();
        });
    };
    return undelivered;
}

void MeshCore::on_data(const ConnectionPtr& connection, std::vector<Bytes> frames) {
    const auto found = active_.find(connection->peer());
    INVARIANT(found != active_.end() && found->second.connection == connection);
    const UndeliveredPtr account = found->second.undelivered;
    events_->push_frames(connection->peer(), std::move(frames), account);
    events_->flush_now();
    if (account->bytes <= kUndeliveredHighBytes || connection->state() != Connection::State::kActive) return;
    connection->pause_reading();
    account->paused = true;
    // The core may have taken everything before it could see the mark.
    if (account->bytes <= kUndeliveredLowBytes && account->paused.exchange(false)) connection->resume_reading();
}

void MeshCore::on_closed(const ConnectionPtr& connection, const std::string& reason) {
    half_open_.remove(connection);
    counters_.half_open = half_open_.size();
    waiting_.erase(connection);
    bool was_active = false;
    const crypto::PublicKey* peer = connection->knows_peer() ? &connection->peer() : nullptr;
    if (peer) {
        const auto found = active_.find(*peer);
        was_active = found != active_.end() && found->second.connection == connection;
        if (was_active) {
            active_.erase(found);
            counters_.peer(*peer)->connected = false;
            events_->push_disconnected(*peer);
            events_->flush_soon();
        }
    }
    counters_.count_close(peer, reason);
    if (!stopped_) tell({MeshNews::Kind::kClosed, peer, connection->remote(), reason});
    attempt_ended(connection, was_active);
}

void MeshCore::send(const crypto::PublicKey& peer, const Frame& frame) {
    const auto found = active_.find(peer);
    if (found == active_.end()) {
        ++counters_.frames_unsent;
        return;
    }
    const ConnectionPtr connection = found->second.connection;
    connection->send(frame);
}

void MeshCore::drop(const crypto::PublicKey& peer, const std::string& why) {
    if (stopped_) return;
    const auto now = steady_clock::now();
    Penalty& penalty = penalties_[peer];
    if (now > penalty.until + options_.times.penalty_cap) penalty.drops = 0;
    const std::int64_t first = options_.times.penalty_first.count();
    const std::int64_t length = std::min(options_.times.penalty_cap.count(), first << std::min(penalty.drops, 20u));
    ++penalty.drops;
    penalty.until = now + milliseconds(length);
    std::vector<ConnectionPtr> others;
    for (const ConnectionPtr& waiting : waiting_) {
        if (waiting->peer() == peer) others.push_back(waiting);
    }
    for (const ConnectionPtr& other : others) other->close("penalised");
    if (const auto found = active_.find(peer); found != active_.end()) {
        const ConnectionPtr connection = found->second.connection;
        connection->close(why);
    } else {
        counters_.count_close(&peer, why);
    }
}

void MeshCore::tick() {
    tick_timer_.expires_after(options_.times.tick);
    tick_timer_.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->stopped_) return;
        const auto now = steady_clock::now();
        std::vector<ConnectionPtr> all;
        for (const auto& [key, active] : self->active_) all.push_back(active.connection);
        for (const ConnectionPtr& connection : all)
            connection->check_alive(now, self->options_.times.ping_after, self->options_.times.dead_after);
        self->tick();
    });
}

void MeshCore::stop() {
    if (stopped_) return;
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    accept_timer_.cancel();
    tick_timer_.cancel();
    std::vector<ConnectionPtr> all(half_open_.begin(), half_open_.end());
    all.insert(all.end(), waiting_.begin(), waiting_.end());
    for (const auto& [key, active] : active_) all.push_back(active.connection);
    for (auto& [key, target] : targets_) {
        target.timer->cancel();
        if (target.attempt) all.push_back(target.attempt);
    }
    for (const ConnectionPtr& connection : all) connection->close("stopped");
}

}  // namespace touchstone::node
