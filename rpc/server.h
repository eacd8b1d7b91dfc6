// The RPC server: HTTP/1.1 and WebSocket on one listener, operation (/metrics, /healthz, /readyz) on another.
//
// Owns its io_context and threads; TLS is a reverse proxy's business (docs/rpc.md). The node outlives the server.
// Threads: start() and stop() from one thread; everything else happens inside. stop() lets answers that are being
// written go out for at most `drain`, then closes what is left; after it nothing calls the node any more, and late
// callbacks of the node find closed doors.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/limits.h"
#include "base/result.h"
#include "rpc/caller.h"

namespace touchstone::rpc {

class NodeApi;

enum class Cors { kNone, kAnyOrigin };

struct ServerTimeouts {
    std::chrono::milliseconds header{10'000};  // from a request's first byte to the end of its header
    std::chrono::milliseconds body{30'000};    // from there to the end of its body
    std::chrono::milliseconds idle{60'000};    // between requests
    std::chrono::milliseconds write{30'000};   // for a reply to be taken
    std::chrono::milliseconds drain{2'000};    // for stop()
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8545;  // 0: any free port
    std::string admin_address = "127.0.0.1";
    std::uint16_t admin_port = 0;
    std::size_t threads = 2;
    // Browsers of other origins may read; they check proofs themselves, and every write is signed.
    Cors cors = Cors::kNone;
    std::size_t body_bytes_max = limits::kRpcBodyBytesMax;
    std::size_t header_bytes_max = 16u << 10;
    std::size_t batch_max = limits::kRpcBatchMax;
    std::size_t connections_max = limits::kRpcConnectionsMax;
    std::size_t pipeline_max = 128;                // requests of a connection that wait for their answer
    std::size_t write_queue_bytes_max = 4u << 20;  // past it a connection is not read from
    // Of answers that nobody has taken yet, of all connections together: past it the one that holds the most is cut.
    std::size_t held_bytes_max = 256u << 20;
    std::size_t websocket_message_bytes_max = limits::kRpcBodyBytesMax;
    std::size_t subscriptions_max = 16;   // of one connection
    std::size_t stalled_blocks_max = 64;  // new blocks while a subscriber takes nothing
    ServerTimeouts timeouts;
    AuthOptions auth;
};

class Server {
  public:
    // Errors: rpc_address (not an IP address), rpc_listen (in use, not allowed, …).
    static Result<std::unique_ptr<Server>> start(NodeApi& node, const ServerOptions& options);
    virtual ~Server() = default;
    virtual std::uint16_t port() const = 0;
    virtual std::uint16_t admin_port() const = 0;
    // Also done by the destructor; twice does no harm.
    virtual void stop() = 0;
};

}  // namespace touchstone::rpc
