#include "node/asio/connection.h"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "base/check.h"
#include "base/codec.h"

namespace touchstone::node {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kStageBytes = 64u << 10;          // gathered into one write
constexpr std::size_t kGatherBodyBytesMax = 16u << 10;  // larger bodies are written from where they lie
constexpr int kUnacknowledgedMs =
    5000;  // a pulled cable ends the connection although small writes still fit the kernel

void tune(Connection::tcp::socket& socket) {
    error_code ignored;
    socket.set_option(Connection::tcp::no_delay(true), ignored);
    socket.set_option(asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>(kUnacknowledgedMs), ignored);
}

std::uint64_t steady_us() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

Connection::Connection(std::shared_ptr<ConnectionOwner> owner, tcp::socket socket, TlsIdentity& identity, Side side,
                       const ConnectionLimits& limits)
    : owner_(std::move(owner)),
      stream_(std::move(socket), identity.context()),
      resolver_(stream_.get_executor()),
      deadline_(stream_.get_executor()),
      side_(side),
      limits_(limits),
      reader_(limits.frame_bytes_max) {
    check_.judge = [this](const crypto::PublicKey& key) {
        return state_ == State::kTls ? owner_->judge(*this, key) : std::string("closed");
    };
    TlsIdentity::attach(stream_.native_handle(), check_);
}

void Connection::dial(const HostPort& to, const Hello& hello) {
    hello_ = hello.encode();
    remote_ = to.text();
    deadline_.expires_after(limits_.handshake);
    deadline_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->close("handshake_timeout");
    });
    resolver_.async_resolve(to.host, std::to_string(to.port), tcp::resolver::numeric_service,
                            [self = shared_from_this()](error_code error, const tcp::resolver::results_type& found) {
                                if (self->state_ == State::kClosed) return;
                                if (error) return self->close("resolve_failed");
                                self->connect(found);
                            });
}

void Connection::connect(const tcp::resolver::results_type& found) {
    asio::async_connect(stream_.next_layer(), found,
                        [self = shared_from_this()](error_code error, const tcp::endpoint&) {
                            if (self->state_ == State::kClosed) return;
                            if (error) return self->close("connect_failed");
                            self->start_tls();
                        });
}

void Connection::accept(const Hello& hello) {
    hello_ = hello.encode();
    error_code error;
    const auto endpoint = stream_.next_layer().remote_endpoint(error);
    if (!error) remote_ = HostPort{endpoint.address().to_string(), endpoint.port()}.text();
    deadline_.expires_after(limits_.handshake);
    deadline_.async_wait([self = shared_from_this()](error_code failed) {
        if (!failed) self->close("handshake_timeout");
    });
    start_tls();
}

void Connection::start_tls() {
    state_ = State::kTls;
    tune(stream_.next_layer());
    const auto role = side_ == Side::kDialled ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
    stream_.async_handshake(role, [self = shared_from_this()](error_code error) {
        if (self->state_ == State::kClosed) return;
        if (!self->check_.refusal.empty()) return self->close(self->check_.refusal);
        if (error) return self->close(name_tls_failure(error));
        self->start_hello();
    });
}

void Connection::start_hello() {
    if (!check_.key) return close("tls_failed");
    state_ = State::kHello;
    enqueue(FrameKind::kHello, std::make_shared<const Bytes>(hello_));
    read();
}

void Connection::activate(std::shared_ptr<PeerCounters> counters) {
    INVARIANT(state_ == State::kWaiting);
    state_ = State::kActive;
    counters_ = std::move(counters);
    counters_->queue_bytes = queue_bytes_;
    active_since_ = last_sign_of_life_ = std::chrono::steady_clock::now();
    deadline_.cancel();
}

void Connection::read() {
    if (reading_ || paused_ || state_ == State::kClosed) return;
    reading_ = true;
    const auto space = reader_.space();
    stream_.async_read_some(asio::buffer(space.data(), space.size()),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                                self->reading_ = false;
                                if (self->state_ == State::kClosed) return;
                                if (error) return self->close_on(error);
                                self->on_read(size);
                                self->read();
                            });
}

void Connection::resume_reading() {
    paused_ = false;
    last_sign_of_life_ = std::chrono::steady_clock::now();  // it was we who did not listen
    read();
}

void Connection::on_read(std::size_t size) {
    last_sign_of_life_ = std::chrono::steady_clock::now();
    ping_outstanding_ = false;
    counters_->bytes_in.fetch_add(size, std::memory_order_relaxed);
    std::vector<WireFrame> frames;
    const std::string_view fault = reader_.filled(size, frames);
    std::vector<Bytes> data;
    for (WireFrame& frame : frames) {
        if (state_ == State::kActive && frame.kind == FrameKind::kData) {
            data.push_back(std::move(frame.body));
        } else if (!take_control(frame)) {
            return close("frame_out_of_place");
        }
        if (state_ == State::kClosed) return;
    }
    if (!data.empty()) {
        counters_->frames_in.fetch_add(data.size(), std::memory_order_relaxed);
        owner_->on_data(shared_from_this(), std::move(data));
    }
    if (!fault.empty()) close(std::string(fault));
}

bool Connection::take_control(WireFrame& frame) {
    switch (frame.kind) {
        case FrameKind::kHello:
            if (state_ != State::kHello) return false;
            take_hello(frame.body);
            return true;
        case FrameKind::kActivate:
            if (state_ != State::kWaiting) return false;
            owner_->on_activate(shared_from_this());
            return true;
        case FrameKind::kPing:
            if (state_ != State::kActive) return false;
            enqueue(FrameKind::kPong, std::make_shared<const Bytes>(std::move(frame.body)));
            return true;
        case FrameKind::kPong:
            if (state_ != State::kActive) return false;
            take_pong(frame.body);
            return true;
        case FrameKind::kData:
            return false;
    }
    return false;
}

void Connection::take_hello(ByteView body) {
    const auto hello = Hello::decode(body);
    if (!hello) return close(hello.error().code);
    state_ = State::kWaiting;
    owner_->on_hello(shared_from_this(), *hello);
}

void Connection::take_pong(ByteView body) {
    const std::uint64_t sent = Reader(body).u64();
    const std::uint64_t now = steady_us();
    if (sent <= now) counters_->round_trip_us = now - sent;
}

void Connection::enqueue(FrameKind kind, Frame body) {
    if (state_ == State::kClosed) return;
    Outgoing outgoing{kind, std::move(body)};
    if (queue_bytes_ + outgoing.size() > limits_.queue_bytes_max) return close("queue_overflow");
    queue_bytes_ += outgoing.size();
    counters_->queue_bytes.store(queue_bytes_, std::memory_order_relaxed);
    // Pings and pongs overtake data that waits, so that a long queue does not look like a dead peer.
    const bool urgent = (kind == FrameKind::kPing || kind == FrameKind::kPong) && !queue_.empty() &&
                        queue_.front().kind == FrameKind::kData;
    if (urgent) {
        queue_.push_front(std::move(outgoing));
    } else {
        queue_.push_back(std::move(outgoing));
    }
    pump();
}

void Connection::stage_frames() {
    stage_.clear();
    while (!queue_.empty() && stage_.size() < kStageBytes && !direct_) {
        Outgoing& next = queue_.front();
        append_frame_head(stage_, next.kind, next.body ? next.body->size() : 0);
        if (next.kind == FrameKind::kData) counters_->frames_out.fetch_add(1, std::memory_order_relaxed);
        if (next.body && next.body->size() > kGatherBodyBytesMax) {
            direct_ = std::move(next.body);
        } else if (next.body) {
            append(stage_, *next.body);
        }
        queue_.pop_front();
    }
}

void Connection::pump() {
    if (writing_ || state_ == State::kClosed) return;
    if (queue_.empty() && !direct_) return;
    writing_ = true;
    ByteView chunk;
    Frame keep;
    if (direct_) {
        keep = std::move(direct_);
        direct_.reset();
        chunk = *keep;
    } else {
        stage_frames();
        chunk = stage_;
    }
    asio::async_write(stream_, asio::buffer(chunk.data(), chunk.size()),
                      [self = shared_from_this(), keep](error_code error, std::size_t size) {
                          self->writing_ = false;
                          if (self->state_ == State::kClosed) return;
                          if (error) return self->close_on(error);
                          self->on_written(size);
                      });
}

void Connection::on_written(std::size_t size) {
    INVARIANT(size <= queue_bytes_);
    queue_bytes_ -= size;
    counters_->queue_bytes.store(queue_bytes_, std::memory_order_relaxed);
    counters_->bytes_out.fetch_add(size, std::memory_order_relaxed);
    // A backlog that moves shows that the peer reads; without one the bytes may just lie in the kernel.
    if (queue_bytes_ > 0) last_sign_of_life_ = std::chrono::steady_clock::now();
    pump();
}

void Connection::check_alive(SteadyTime now, std::chrono::milliseconds ping_after,
                             std::chrono::milliseconds dead_after) {
    if (state_ != State::kActive || paused_) return;
    const auto silence = now - last_sign_of_life_;
    if (silence >= dead_after) return close("idle_timeout");
    if (silence < ping_after || ping_outstanding_) return;
    ping_outstanding_ = true;
    Writer token;
    token.u64(steady_us());
    enqueue(FrameKind::kPing, std::make_shared<const Bytes>(std::move(token).take()));
}

void Connection::close_on(const error_code& error) {
    const bool ended = error == asio::error::eof || error == asio::error::connection_reset ||
                       error == asio::error::broken_pipe || error == asio::ssl::error::stream_truncated;
    if (ended) return close("closed_by_peer");
    if (error == asio::error::timed_out) return close("idle_timeout");
    // In TLS 1.3 a client learns only when it reads that the server refused its certificate.
    if (error.category() == asio::error::get_ssl_category()) return close(name_tls_failure(error));
    close("io_error");
}

void Connection::close(std::string reason) {
    if (state_ == State::kClosed) return;
    state_ = State::kClosed;
    deadline_.cancel();
    resolver_.cancel();
    error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.next_layer().close(ignored);
    queue_.clear();
    queue_bytes_ = 0;
    counters_->queue_bytes = 0;
    owner_->on_closed(shared_from_this(), reason);
}

}  // namespace touchstone::node
