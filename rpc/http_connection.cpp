#include "rpc/http_connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "rpc/websocket_session.h"

namespace touchstone::rpc {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::size_t kOutKeptBytes = 1u << 20;  // larger buffers are given back after use
constexpr std::chrono::milliseconds kLinger{1000};

// "host:port" of this end, as a client writes it in a URL.
std::string address_text(const asio::ip::tcp::socket& socket) {
    error_code error;
    const auto end = socket.local_endpoint(error);
    if (error) return {};
    const std::string host = end.address().to_string();
    return (end.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(end.port());
}

HttpReply reply_for(const error_code& error) {
    if (error == http::error::body_limit)
        return http_error(413, "body_too_large", "The body is larger than the limit.");
    if (error == http::error::header_limit)
        return http_error(431, "header_too_large", "The header is larger than the limit.");
    return http_error(400, "http_malformed", "This is not HTTP/1.1.");
}

}  // namespace

HttpConnection::HttpConnection(tcp::socket socket, ServerStatePtr state, ListenerKind kind)
    : socket_(std::move(socket)), state_(std::move(state)), kind_(kind), timer_(socket_.get_executor()) {}

HttpConnection::~HttpConnection() {
    if (const std::size_t held = held_bytes_.exchange(0); held > 0) state_->note_held(-static_cast<std::int64_t>(held));
    if (entered_) state_->leave(this);
}

void HttpConnection::start() {
    entered_ = true;
    state_->enter(shared_from_this());
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->mailbox_ = std::make_shared<Mailbox<HttpConnection>>(self);
        error_code ignored;
        self->socket_.set_option(tcp::no_delay(true), ignored);
        self->enter_phase(Phase::kIdle);
        self->read();
    });
}

void HttpConnection::refuse() {
    entered_ = true;
    state_->enter(shared_from_this());
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->mailbox_ = std::make_shared<Mailbox<HttpConnection>>(self);
        self->fail(http_error(503, "too_many_connections", "This node serves as many connections as it may."));
    });
}

void HttpConnection::drain() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->last_ = true;
        if (!self->busy()) self->close();
    });
}

void HttpConnection::abort() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
}

// -- reading

bool HttpConnection::full() const {
    return pending_.size() >= state_->options.pipeline_max || out_.size() > state_->options.write_queue_bytes_max;
}

void HttpConnection::read() {
    if (reading_ || closed_ || (last_ && phase_ != Phase::kDiscard) || full()) return;
    reading_ = true;
    arm();
    socket_.async_read_some(
        buffer_.prepare(kReadBytes),
        [self = shared_from_this()](error_code error, std::size_t size) { self->on_read(error, size); });
}

void HttpConnection::on_read(const error_code& error, std::size_t size) {
    reading_ = false;
    if (closed_) return;
    if (error) {
        // A client that only closed its sending side still gets its answers.
        last_ = true;
        if (phase_ == Phase::kDiscard || !busy()) close();
        return;
    }
    if (phase_ == Phase::kDiscard) {
        read();
        return;
    }
    buffer_.commit(size);
    parse_buffered();
}

void HttpConnection::parse_buffered() {
    while (!closed_ && !last_ && !full() && buffer_.size() > 0 && parse_some()) continue;
    if (closed_) return;
    flush();
    account();
    read();
}

// True when a request was completed and there may be another in the buffer.
bool HttpConnection::parse_some() {
    if (!parser_) {
        parser_.emplace();
        parser_->eager(true);
        parser_->body_limit(state_->options.body_bytes_max);
        parser_->header_limit(static_cast<std::uint32_t>(state_->options.header_bytes_max));
        continued_ = false;
        enter_phase(Phase::kHeader);
    }
    error_code error;
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error && error != http::error::need_more) {
        fail(reply_for(error));
        return false;
    }
    if (parser_->is_done()) {
        HttpRequest request = parser_->release();
        parser_.reset();
        enter_phase(Phase::kIdle);
        on_request(std::move(request));
        return true;
    }
    if (parser_->is_header_done() && phase_ == Phase::kHeader) {
        enter_phase(Phase::kBody);
        const auto expect = parser_->get()[http::field::expect];
        if (!continued_ && boost::beast::iequals(expect, "100-continue") && pending_.empty()) {
            continued_ = true;
            out_.append("HTTP/1.1 100 Continue\r\n\r\n");
        }
        return buffer_.size() > 0;
    }
    return false;
}

void HttpConnection::enter_phase(Phase phase) {
    phase_ = phase;
    const ServerTimeouts& timeouts = state_->options.timeouts;
    const auto limit = phase == Phase::kIdle     ? timeouts.idle
                       : phase == Phase::kHeader ? timeouts.header
                       : phase == Phase::kBody   ? timeouts.body
                                                 : kLinger;
    read_deadline_ = Clock::now() + limit;
}

// -- requests

void HttpConnection::on_request(HttpRequest request) {
    state_->counters.requests.fetch_add(1, std::memory_order_relaxed);
    const KeepAlive keep_alive = request.keep_alive() ? KeepAlive::kYes : KeepAlive::kNo;
    if (kind_ == ListenerKind::kPublic && is_call(request)) return on_call(request, keep_alive);
    if (kind_ == ListenerKind::kPublic && is_websocket(request)) return upgrade(std::move(request));
    answer(route(*state_, kind_, request, [&] { return caller_of(request); }), keep_alive);
}

CallerPtr HttpConnection::caller_of(const HttpRequest& request) {
    const auto header = request[http::field::authorization];
    Credentials credentials;
    credentials.authorization = {header.data(), header.size()};
    if (!credentials.shown()) return anonymous();
    const std::string address = address_text(socket_);
    credentials.address = &address;
    return state_->authenticator.identify(credentials);
}

void HttpConnection::on_call(const HttpRequest& request, KeepAlive keep_alive) {
    const std::uint64_t number = next_slot_++;
    HttpReply reply;
    reply.body = std::move(scratch_);
    reply.body.clear();
    const Dispatcher::Client client{nullptr, [&] { return caller_of(request); }};
    const Handled handled =
        state_->dispatcher.handle(request.body(), client, reply.body, [mailbox = mailbox_, number](std::string body) {
            mailbox->with([&](const std::shared_ptr<HttpConnection>& self) {
                asio::post(self->socket_.get_executor(), [self, number, text = std::move(body)]() mutable {
                    self->complete(number, std::move(text));
                });
            });
        });
    if (handled == Handled::kLater) {
        if (keep_alive == KeepAlive::kNo) last_ = true;
        pending_.push_back({number, false, keep_alive, {}});
        return;
    }
    if (handled == Handled::kNothing) reply.status = 204, reply.content_type = {};
    answer(reply, keep_alive);
    scratch_ = std::move(reply.body);
    if (scratch_.capacity() > kOutKeptBytes) scratch_ = {};
}

void HttpConnection::answer(const HttpReply& reply, KeepAlive keep_alive) {
    if (keep_alive == KeepAlive::kNo) last_ = true;
    const KeepAlive told = last_ ? KeepAlive::kNo : KeepAlive::kYes;
    if (pending_.empty()) return append_reply(out_, reply, told, state_->options.cors);
    pending_.push_back({next_slot_++, true, told, {}});
    append_reply(pending_.back().body, reply, told, state_->options.cors);
}

// A request that can not be answered in kind: what follows it in the stream means nothing.
void HttpConnection::fail(const HttpReply& reply) {
    state_->counters.bad_requests.fetch_add(1, std::memory_order_relaxed);
    parser_.reset();
    answer(reply, KeepAlive::kNo);
    flush();
}

void HttpConnection::complete(std::uint64_t slot, std::string body) {
    if (closed_) return;
    for (Slot& waiting : pending_) {
        if (waiting.number != slot || waiting.ready) continue;
        HttpReply reply;
        reply.body = std::move(body);
        append_reply(waiting.body, reply, waiting.keep_alive, state_->options.cors);
        waiting.ready = true;
        break;
    }
    release_ready();
    if (phase_ == Phase::kIdle) enter_phase(Phase::kIdle);  // the wait was ours, not the client's idleness
    parse_buffered();
}

void HttpConnection::release_ready() {
    while (!pending_.empty() && pending_.front().ready) {
        out_.append(pending_.front().body);
        pending_.pop_front();
    }
}

// -- writing

void HttpConnection::flush() {
    if (writing_ || closed_) return;
    if (out_.empty()) {
        if (last_ && pending_.empty()) linger();
        return;
    }
    writing_ = true;
    std::swap(writing_bytes_, out_);
    out_.clear();
    write_deadline_ = Clock::now() + state_->options.timeouts.write;
    arm();
    asio::async_write(socket_, asio::buffer(writing_bytes_),
                      [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void HttpConnection::on_written(const error_code& error) {
    writing_ = false;
    write_deadline_ = Clock::time_point::max();
    if (closed_) return;
    if (error) return close();
    if (writing_bytes_.capacity() > kOutKeptBytes) writing_bytes_ = {};
    writing_bytes_.clear();
    parse_buffered();
}

void HttpConnection::upgrade(HttpRequest request) {
    if (busy() || buffer_.size() > 0)
        return answer(http_error(400, "websocket_pipelined", "Open a WebSocket on a connection of its own."),
                      KeepAlive::kNo);
    closed_ = true;  // the session takes the socket; this object ends
    timer_.cancel();
    mailbox_->close();
    CallerPtr caller = caller_of(request);
    std::make_shared<WebSocketSession>(std::move(socket_), state_, std::move(caller))->start(std::move(request));
}

// -- time

HttpConnection::Clock::time_point HttpConnection::deadline() const {
    const bool reads = phase_ != Phase::kIdle || !busy();
    return std::min(write_deadline_, reads && reading_ ? read_deadline_ : Clock::time_point::max());
}

void HttpConnection::arm() {
    const auto next = deadline();
    if (closed_ || next >= armed_) return;
    armed_ = next;
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->on_timer();
    });
}

void HttpConnection::on_timer() {
    armed_ = Clock::time_point::max();
    if (closed_) return;
    const auto now = Clock::now();
    if (now < deadline()) return arm();
    const bool slow_request = write_deadline_ > now && (phase_ == Phase::kHeader || phase_ == Phase::kBody);
    state_->counters.timeouts.fetch_add(1, std::memory_order_relaxed);
    if (!slow_request || last_) return close();
    fail(http_error(408, "request_timeout", "The request took too long to arrive."));
}

// Everything is written: say so, and let the client read it before the connection goes (unread bytes would make the
// kernel reset it, and the last reply would be lost).
void HttpConnection::linger() {
    if (phase_ == Phase::kDiscard) return;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    enter_phase(Phase::kDiscard);
    buffer_.consume(buffer_.size());
    if (reading_) {
        arm();
        return;
    }
    read();
}

void HttpConnection::account() {
    std::size_t now = out_.size() + writing_bytes_.size();
    for (const Slot& waiting : pending_) now += waiting.body.size();
    const std::size_t before = held_bytes_.exchange(now);
    if (now != before) state_->note_held(static_cast<std::int64_t>(now) - static_cast<std::int64_t>(before));
}

void HttpConnection::close() {
    if (closed_) return;
    closed_ = true;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    pending_.clear();
    if (mailbox_) mailbox_->close();
}

}  // namespace touchstone::rpc
