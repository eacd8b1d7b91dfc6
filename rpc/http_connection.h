// One HTTP/1.1 connection: keep-alive, pipelining, answers in the order of the requests.
//
// Threads: everything runs on the connection's strand but start(), drain(), abort() and what goes through its mailbox.
// Invariants: at most one read and one write are under way; replies leave in order, so a call that waits for the ledger
// holds back those behind it; past pipeline_max or write_queue_bytes_max nothing more is read. One lazy timer serves
// all deadlines: it wakes at the earliest it knew and looks again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <deque>

#include "rpc/router.h"

namespace touchstone::rpc {

class HttpConnection : public Session, public std::enable_shared_from_this<HttpConnection> {
  public:
    using tcp = boost::asio::ip::tcp;

    // The socket's executor is a strand.
    HttpConnection(tcp::socket socket, ServerStatePtr state, ListenerKind kind);
    ~HttpConnection() override;

    void start();
    // Answers 503 and closes.
    void refuse();
    void drain() override;
    void abort() override;
    void on_block(Height) override {}

  private:
    using Clock = std::chrono::steady_clock;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class Phase { kIdle, kHeader, kBody, kDiscard };
    struct Slot {
        std::uint64_t number;
        bool ready;
        KeepAlive keep_alive;
        std::string body;
    };

    void read();
    void on_read(const boost::system::error_code& error, std::size_t size);
    void parse_buffered();
    bool parse_some();
    void enter_phase(Phase phase);
    void on_request(HttpRequest request);
    CallerPtr caller_of(const HttpRequest& request);
    void on_call(const HttpRequest& request, KeepAlive keep_alive);
    void answer(const HttpReply& reply, KeepAlive keep_alive);
    void fail(const HttpReply& reply);
    void complete(std::uint64_t slot, std::string body);
    void release_ready();
    void flush();
    void on_written(const boost::system::error_code& error);
    void upgrade(HttpRequest request);
    bool full() const;
    bool busy() const { return writing_ || !pending_.empty() || !out_.empty(); }
    Clock::time_point deadline() const;
    void arm();
    void on_timer();
    void linger();
    void close();
    // Tells the server how much of its answers' memory is here.
    void account();

    tcp::socket socket_;
    ServerStatePtr state_;
    const ListenerKind kind_;
    std::shared_ptr<Mailbox<HttpConnection>> mailbox_;
    boost::asio::steady_timer timer_;
    Clock::time_point armed_ = Clock::time_point::max();
    Clock::time_point read_deadline_ = Clock::time_point::max();
    Clock::time_point write_deadline_ = Clock::time_point::max();
    boost::beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    Phase phase_ = Phase::kIdle;
    std::deque<Slot> pending_;  // requests not answered yet, and answers behind them
    std::uint64_t next_slot_ = 0;
    std::string out_;  // answers in order, not being written yet
    std::string writing_bytes_;
    std::string scratch_;  // the body of the answer under way
    bool reading_ = false;
    bool writing_ = false;
    bool last_ = false;  // no further request is taken: close when everything is written
    bool closed_ = false;
    bool entered_ = false;
    bool continued_ = false;
};

}  // namespace touchstone::rpc
