// What the connections of one server share, and how late callbacks find (or do not find) their connection.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "rpc/json_rpc.h"
#include "rpc/server.h"
#include "rpc/subscriptions.h"

namespace touchstone::rpc {

// A connection as the server's stop() and the node's news see it. Any thread.
class Session {
  public:
    virtual ~Session() = default;
    virtual void drain() = 0;
    virtual void abort() = 0;
    virtual void on_block(Height height) = 0;
    // Of answers that the client has not taken yet.
    std::size_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

  protected:
    std::atomic<std::size_t> held_bytes_{0};
};

// The way back to a connection for an answer that comes later, maybe after the connection (and the server) are gone.
template <class Connection>
class Mailbox {
  public:
    explicit Mailbox(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    // Calls `use` unless the connection was closed; close() waits for it.
    template <class Use>
    void with(Use use) {
        const std::lock_guard lock(mutex_);
        if (connection_) use(connection_);
    }
    void close() {
        std::shared_ptr<Connection> last;
        const std::lock_guard lock(mutex_);
        last.swap(connection_);
    }

  private:
    std::mutex mutex_;
    std::shared_ptr<Connection> connection_;
};

struct ServerCounters {
    std::atomic<std::uint64_t> connections{0};  // now
    std::atomic<std::uint64_t> connections_total{0};
    std::atomic<std::uint64_t> connections_refused{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> bad_requests{0};
    std::atomic<std::uint64_t> timeouts{0};
    std::atomic<std::uint64_t> slow_consumers{0};
    std::atomic<std::uint64_t> hoarders{0};    // cut, for what they held of the answers' memory
    std::atomic<std::uint64_t> held_bytes{0};  // now
};

class ServerState {
  public:
    ServerState(NodeApi& api, const ServerOptions& chosen, Timers& timers);

    const ServerOptions options;
    NodeApi& node;
    RecordCache cache;
    Services services;
    Dispatcher dispatcher;
    Authenticator authenticator;
    BlockNews news;
    ServerCounters counters;

    void enter(const std::shared_ptr<Session>& session);
    void leave(Session* session);
    void for_each(const std::function<void(Session&)>& call);
    // After a session's answers grew or shrank by so much. Past the bound the largest holder goes: it asks for much and
    // takes nothing, and everybody else is served.
    void note_held(std::int64_t change);
    std::string metrics() const;

  private:
    std::mutex mutex_;
    std::unordered_map<Session*, std::weak_ptr<Session>> sessions_;
};
using ServerStatePtr = std::shared_ptr<ServerState>;

}  // namespace touchstone::rpc
