// One WebSocket: calls as over HTTP, and the news of its subscriptions.
//
// Threads: on its strand but start(), drain(), abort() and on_block(). Bounds: calls are read only while the queue of
// outgoing texts is below its limit; news are pulled only while it is nearly empty, and a few at a time, so that those who
// ask for old blocks and take none leave the threads to others; a subscriber that takes nothing while
// stalled_blocks_max new blocks arrive, or a write that outlives its deadline, ends the connection ("slow_consumer").
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <map>

#include "rpc/router.h"

namespace touchstone::rpc {

class WebSocketSession : public Session, public Subscriber, public std::enable_shared_from_this<WebSocketSession> {
  public:
    // The caller is who opened it; that its organisation and key are still in force is asked anew for each call and
    // each block.
    WebSocketSession(boost::asio::ip::tcp::socket socket, ServerStatePtr state, CallerPtr caller);
    ~WebSocketSession() override;

    void start(HttpRequest request);
    void drain() override;
    void abort() override;
    void on_block(Height height) override;

    // Called by handlers, on the strand.
    Result<std::uint64_t, RpcError> subscribe(Height from) override;
    bool unsubscribe(std::uint64_t subscription) override;

  private:
    static constexpr std::size_t kNewsPerTurn = 8;
    static constexpr std::size_t kNewsBytesMax = 256u << 10;

    void read();
    void on_read(const boost::system::error_code& error);
    void send(SharedText text);
    void write_next();
    void on_written(const boost::system::error_code& error);
    void pump();
    // One block's news for each subscription that wants it, up to a turn's worth. False: there is nothing to do now.
    bool pump_turn();
    void end_with(boost::beast::websocket::close_code code, const char* reason);
    void arm_write_deadline();
    void close();
    bool full() const { return queue_bytes_ >= state_->options.write_queue_bytes_max; }
    bool has_news_to_take() const {
        return queue_bytes_ >= std::min(kNewsBytesMax, state_->options.write_queue_bytes_max);
    }

    boost::beast::websocket::stream<boost::asio::ip::tcp::socket> stream_;
    ServerStatePtr state_;
    const CallerPtr opener_;
    std::shared_ptr<Mailbox<WebSocketSession>> mailbox_;
    boost::asio::steady_timer write_timer_;
    boost::beast::flat_buffer buffer_;
    std::deque<SharedText> queue_;
    std::size_t queue_bytes_ = 0;
    std::map<std::uint64_t, Height> subscriptions_;  // id -> height it needs next
    std::uint64_t next_subscription_ = 1;
    Height tip_;
    std::size_t stalled_blocks_ = 0;
    std::size_t waiting_calls_ = 0;
    bool pumping_ = false;  // another turn is under way
    bool open_ = false;
    bool reading_ = false;
    bool writing_ = false;
    bool ending_ = false;
    bool closed_ = false;
};

}  // namespace touchstone::rpc
