#include "rpc/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <thread>

#include "rpc/http_connection.h"

namespace touchstone::rpc {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Connections that get a 503 before they go; past these they are closed without a word.
constexpr std::uint64_t kRefusedMax = 64;

class AsioTimers : public Timers {
  public:
    explicit AsioTimers(asio::io_context& context) : context_(context) {}

    std::function<void()> after(std::chrono::milliseconds delay, std::function<void()> call) override {
        const std::lock_guard lock(pending_->mutex);
        if (pending_->stopped) return [] {};
        const std::uint64_t id = pending_->next++;
        const auto timer = std::make_shared<asio::steady_timer>(context_, delay);
        pending_->timers[id] = timer;
        timer->async_wait([pending = pending_, id, call = std::move(call)](error_code error) {
            if (!error && pending->take(id)) call();
        });
        return [pending = pending_, id] { pending->take(id); };
    }
    void stop() {
        const std::lock_guard lock(pending_->mutex);
        pending_->stopped = true;
        pending_->timers.clear();  // cancels
    }

  private:
    // Outlives the server in the hands of late callbacks; holds no timer by then.
    struct Pending {
        std::mutex mutex;
        std::map<std::uint64_t, std::shared_ptr<asio::steady_timer>> timers;
        std::uint64_t next = 0;
        bool stopped = false;
        // True for the one who gets to end the timer.
        bool take(std::uint64_t id) {
            const std::lock_guard lock(mutex);
            return timers.erase(id) > 0;
        }
    };
    asio::io_context& context_;
    std::shared_ptr<Pending> pending_ = std::make_shared<Pending>();
};

class Listener : public std::enable_shared_from_this<Listener> {
  public:
    Listener(asio::io_context& context, ServerStatePtr state, ListenerKind kind)
        : context_(context), acceptor_(asio::make_strand(context)), state_(std::move(state)), kind_(kind) {}

    Status open(const std::string& address, std::uint16_t port) {
        error_code error;
        const auto ip = asio::ip::make_address(address, error);
        if (error) return Error{"rpc_address", "'" + address + "' is not an IP address to listen on."};
        const tcp::endpoint endpoint(ip, port);
        acceptor_.open(endpoint.protocol(), error);
        if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
        if (!error) acceptor_.bind(endpoint, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (error)
            return Error{"rpc_listen", "Cannot listen on " + address + ":" + std::to_string(port) + ": " +
                                           error.message() + ". Choose another address or port."};
        port_ = acceptor_.local_endpoint().port();
        return Ok{};
    }
    std::uint16_t port() const { return port_; }
    void start() {
        asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->accept(); });
    }
    void close() {
        asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
            error_code ignored;
            self->acceptor_.close(ignored);
            self->retry_.cancel();
        });
    }

  private:
    void accept() {
        acceptor_.async_accept(asio::make_strand(context_),
                               [self = shared_from_this()](error_code error, tcp::socket socket) {
                                   if (!self->acceptor_.is_open()) return;
                                   if (error) return self->accept_later();
                                   self->admit(std::move(socket));
                                   self->accept();
                               });
    }
    // Out of file descriptors, most likely: asking again at once would only spin.
    void accept_later() {
        retry_.expires_after(std::chrono::milliseconds(50));
        retry_.async_wait([self = shared_from_this()](error_code error) {
            if (!error && self->acceptor_.is_open()) self->accept();
        });
    }
    void admit(tcp::socket socket) {
        ServerCounters& counters = state_->counters;
        const std::uint64_t open = counters.connections.load();
        const bool refused = kind_ == ListenerKind::kPublic && open >= state_->options.connections_max;
        if (refused) counters.connections_refused.fetch_add(1);
        if (open >= state_->options.connections_max + kRefusedMax) return;
        counters.connections_total.fetch_add(1);
        const auto connection = std::make_shared<HttpConnection>(std::move(socket), state_, kind_);
        refused ? connection->refuse() : connection->start();
    }

    asio::io_context& context_;
    tcp::acceptor acceptor_;
    asio::steady_timer retry_{acceptor_.get_executor()};
    ServerStatePtr state_;
    const ListenerKind kind_;
    std::uint16_t port_ = 0;
};

class AsioServer : public Server {
  public:
    AsioServer(NodeApi& node, const ServerOptions& options)
        : timers_(context_),
          state_(std::make_shared<ServerState>(node, options, timers_)),
          public_(std::make_shared<Listener>(context_, state_, ListenerKind::kPublic)),
          admin_(std::make_shared<Listener>(context_, state_, ListenerKind::kAdmin)) {}
    ~AsioServer() override { stop(); }

    Status open() {
        const ServerOptions& options = state_->options;
        TRY(public_->open(options.address, options.port));
        TRY(admin_->open(options.admin_address, options.admin_port));
        return Ok{};
    }
    void run() {
        subscription_ = state_->node.subscribe([state = state_](const SignedTipPtr& tip) {
            state->for_each([&](Session& session) { session.on_block(tip->header.height); });
        });
        public_->start();
        admin_->start();
        for (std::size_t i = 0; i < std::max<std::size_t>(1, state_->options.threads); ++i)
            threads_.emplace_back([this] { context_.run(); });
    }
    std::uint16_t port() const override { return public_->port(); }
    std::uint16_t admin_port() const override { return admin_->port(); }
    void stop() override;

  private:
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    AsioTimers timers_;
    ServerStatePtr state_;
    std::shared_ptr<Listener> public_, admin_;
    std::vector<std::thread> threads_;
    NodeApi::SubscriptionId subscription_ = 0;
    bool stopped_ = false;
};

void AsioServer::stop() {
    if (stopped_) return;
    stopped_ = true;
    if (threads_.empty()) return;
    state_->node.unsubscribe(subscription_);
    public_->close();
    admin_->close();
    state_->for_each([](Session& session) { session.drain(); });
    // What has not gone by itself within the time given is closed; then nothing is left to run and the threads end.
    const auto until = std::chrono::steady_clock::now() + state_->options.timeouts.drain;
    while (state_->counters.connections.load() > 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    timers_.stop();
    state_->for_each([](Session& session) { session.abort(); });
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
}

}  // namespace

ServerState::ServerState(NodeApi& api, const ServerOptions& chosen, Timers& timers)
    : options(chosen),
      node(api),
      services{api, cache, timers, chosen.auth.clock},
      dispatcher(services, DispatcherLimits{chosen.batch_max}),
      authenticator(api, chosen.auth),
      news(api) {}

void ServerState::enter(const std::shared_ptr<Session>& session) {
    const std::lock_guard lock(mutex_);
    sessions_[session.get()] = session;
    counters.connections.store(sessions_.size());
}

void ServerState::leave(Session* session) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
    counters.connections.store(sessions_.size());
}

void ServerState::for_each(const std::function<void(Session&)>& call) {
    std::vector<std::shared_ptr<Session>> alive;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [address, weak] : sessions_)
            if (auto session = weak.lock()) alive.push_back(std::move(session));
    }
    for (const auto& session : alive) call(*session);
}

void ServerState::note_held(std::int64_t change) {
    const std::uint64_t held = counters.held_bytes += static_cast<std::uint64_t>(change);
    if (change <= 0 || held <= options.held_bytes_max) return;
    Session* largest = nullptr;
    std::size_t most = 0;
    for_each([&](Session& session) {
        if (session.held_bytes() <= most) return;
        most = session.held_bytes();
        largest = &session;
    });
    if (largest == nullptr) return;
    counters.hoarders.fetch_add(1, std::memory_order_relaxed);
    for_each([&](Session& session) {
        if (&session == largest) session.abort();
    });
}

std::string ServerState::metrics() const {
    std::string text;
    const auto add = [&](std::string_view name, std::string_view type, std::uint64_t value) {
        text.append("# TYPE touchstone_rpc_").append(name).append(" ").append(type).append("\ntouchstone_rpc_");
        text.append(name).append(" ").append(std::to_string(value)).append("\n");
    };
    add("connections", "gauge", counters.connections);
    add("connections_total", "counter", counters.connections_total);
    add("connections_refused_total", "counter", counters.connections_refused);
    add("requests_total", "counter", counters.requests);
    add("bad_requests_total", "counter", counters.bad_requests);
    add("timeouts_total", "counter", counters.timeouts);
    add("slow_consumers_total", "counter", counters.slow_consumers);
    add("hoarders_total", "counter", counters.hoarders);
    add("held_bytes", "gauge", counters.held_bytes);
    return text + dispatcher.metrics();
}

Result<std::unique_ptr<Server>> Server::start(NodeApi& node, const ServerOptions& options) {
    auto server = std::make_unique<AsioServer>(node, options);
    TRY(server->open());
    server->run();
    return std::unique_ptr<Server>(std::move(server));
}

}  // namespace touchstone::rpc
