#include "rpc/websocket_session.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>

namespace touchstone::rpc {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

WebSocketSession::WebSocketSession(asio::ip::tcp::socket socket, ServerStatePtr state, CallerPtr caller)
    : stream_(std::move(socket)),
      state_(std::move(state)),
      opener_(std::move(caller)),
      write_timer_(stream_.get_executor()) {}

WebSocketSession::~WebSocketSession() { state_->leave(this); }

void WebSocketSession::start(HttpRequest request) {
    state_->enter(shared_from_this());
    mailbox_ = std::make_shared<Mailbox<WebSocketSession>>(shared_from_this());
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = state_->options.timeouts.header;
    timeouts.idle_timeout = state_->options.timeouts.idle;
    timeouts.keep_alive_pings = true;
    stream_.set_option(timeouts);
    stream_.read_message_max(state_->options.websocket_message_bytes_max);
    stream_.text(true);
    stream_.async_accept(request, [self = shared_from_this()](error_code error) {
        if (error || self->closed_) return self->close();
        self->open_ = true;
        if (self->ending_) return self->end_with(websocket::close_code::going_away, "node_stops");
        self->read();
    });
}

void WebSocketSession::drain() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        self->ending_ = true;
        if (self->open_) self->end_with(websocket::close_code::going_away, "node_stops");
    });
}

void WebSocketSession::abort() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close(); });
}

void WebSocketSession::on_block(Height height) {
    asio::post(stream_.get_executor(), [self = shared_from_this(), height] {
        if (self->closed_ || self->subscriptions_.empty()) return;
        self->tip_ = std::max(self->tip_, height);
        if (self->has_news_to_take() && ++self->stalled_blocks_ > self->state_->options.stalled_blocks_max) {
            self->state_->counters.slow_consumers.fetch_add(1, std::memory_order_relaxed);
            self->end_with(websocket::close_code::policy_error, "slow_consumer");
            return;
        }
        self->pump();
    });
}

// -- calls

void WebSocketSession::read() {
    if (reading_ || closed_ || ending_ || full() || waiting_calls_ >= state_->options.pipeline_max) return;
    reading_ = true;
    stream_.async_read(buffer_, [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
}

void WebSocketSession::on_read(const error_code& error) {
    reading_ = false;
    if (error || closed_) return close();
    const std::string body = boost::beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
    state_->counters.requests.fetch_add(1, std::memory_order_relaxed);
    std::string reply;
    const Dispatcher::Client client{shared_from_this(), [this] { return state_->authenticator.again(opener_); }};
    const Handled handled = state_->dispatcher.handle(body, client, reply, [mailbox = mailbox_](std::string text) {
        mailbox->with([&](const std::shared_ptr<WebSocketSession>& self) {
            auto shared = std::make_shared<const std::string>(std::move(text));
            asio::post(self->stream_.get_executor(), [self, shared] {
                --self->waiting_calls_;
                self->send(shared);
                self->read();
            });
        });
    });
    if (handled == Handled::kReplied) send(std::make_shared<const std::string>(std::move(reply)));
    if (handled == Handled::kLater) ++waiting_calls_;
    pump();
    read();
}

// -- news

Result<std::uint64_t, RpcError> WebSocketSession::subscribe(Height from) {
    if (subscriptions_.size() >= state_->options.subscriptions_max)
        return RpcError{ErrorCode::kOverloaded,
                        "This connection has as many subscriptions as it may.",
                        "too_many_subscriptions",
                        "End one with events_unsubscribe.",
                        {}};
    // Blocks that became final before this session had subscriptions did not move tip_.
    tip_ = std::max(tip_, state_->node.read()->tip().header.height);
    subscriptions_[next_subscription_] = from;
    return next_subscription_++;
}

bool WebSocketSession::unsubscribe(std::uint64_t subscription) { return subscriptions_.erase(subscription) > 0; }

void WebSocketSession::pump() {
    if (pumping_ || !pump_turn()) return;
    pumping_ = true;
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        self->pumping_ = false;
        self->pump();
    });
}

bool WebSocketSession::pump_turn() {
    if (!open_ || ending_ || closed_ || subscriptions_.empty() || has_news_to_take()) return false;
    const CallerPtr caller = state_->authenticator.again(opener_);
    std::size_t told = 0;
    for (auto at = subscriptions_.begin(); at != subscriptions_.end() && told < kNewsPerTurn && !has_news_to_take();) {
        auto& [id, next] = *at;
        if (next > tip_) {
            ++at;
            continue;
        }
        const auto news = state_->news.get(next, *caller);
        // What is not there yet comes with the next wake-up.
        const bool later = !news.ok() && news.error().code == ErrorCode::kNotFound;
        if (later) {
            ++at;
            continue;
        }
        auto text = std::make_shared<std::string>();
        JsonWriter out(*text);
        out.begin_object().field("jsonrpc", "2.0").field("method", news.ok() ? "events" : "events_ended");
        out.key("params").begin_object().field("subscription", id);
        if (news.ok())
            out.raw(**news);
        else
            write_error(out.key("error"), news.error());
        out.end_object().end_object();
        send(std::move(text));
        next = next.next();
        ++told;
        at = news.ok() ? std::next(at) : subscriptions_.erase(at);
    }
    return told > 0;
}

// -- writing

void WebSocketSession::send(SharedText text) {
    if (closed_ || ending_) return;
    queue_bytes_ += text->size();
    queue_.push_back(std::move(text));
    write_next();
}

void WebSocketSession::write_next() {
    if (writing_ || queue_.empty() || closed_ || ending_) return;
    writing_ = true;
    arm_write_deadline();
    stream_.async_write(asio::buffer(*queue_.front()),
                        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void WebSocketSession::on_written(const error_code& error) {
    writing_ = false;
    if (!ending_) write_timer_.cancel();
    if (error || closed_) return close();
    queue_bytes_ -= queue_.front()->size();
    queue_.pop_front();
    stalled_blocks_ = 0;
    write_next();
    pump();
    read();
}

void WebSocketSession::arm_write_deadline() {
    write_timer_.expires_after(state_->options.timeouts.write);
    write_timer_.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->closed_) return;
        self->state_->counters.slow_consumers.fetch_add(1, std::memory_order_relaxed);
        self->close();
    });
}

// The close frame follows the text that is being written; a peer that takes neither is cut off by the deadline.
void WebSocketSession::end_with(websocket::close_code code, const char* reason) {
    if (closed_) return;
    ending_ = true;
    subscriptions_.clear();
    arm_write_deadline();
    stream_.async_close({code, reason}, [self = shared_from_this()](error_code) { self->close(); });
}

void WebSocketSession::close() {
    if (closed_) return;
    closed_ = true;
    write_timer_.cancel();
    error_code ignored;
    stream_.next_layer().close(ignored);
    subscriptions_.clear();
    mailbox_->close();
}

}  // namespace touchstone::rpc
