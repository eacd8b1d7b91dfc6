// A running server for tests, and a WebSocket to it.
#pragma once

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <catch2/catch.hpp>

#include "rpc/server.h"
#include "tests/rpc/client.h"
#include "tests/rpc/test_node.h"

namespace touchstone::test {

using rpc::Server;
using rpc::ServerOptions;
namespace websocket = boost::beast::websocket;
using nlohmann::json;

inline ServerOptions any_port() {
    ServerOptions options;
    options.port = 0;
    options.auth.clock = [] { return kTestNow; };
    return options;
}

struct Running {
    explicit Running(ServerOptions options = any_port()) {
        node.stock(3);
        auto started = Server::start(node, options);
        REQUIRE(started.ok());
        server = *std::move(started);
    }
    // Sees everything.
    RawClient client() const { return RawClient(server->port(), node.authorization("auditor")); }
    bool alive() const { return RawClient(server->port()).call("chain_status").contains("result"); }
    TestNode node;
    std::unique_ptr<Server> server;
};

class WebSocket {
  public:
    explicit WebSocket(std::uint16_t port, const std::string& authorization = {}) : stream_(context_) {
        stream_.next_layer().connect({boost::asio::ip::make_address("127.0.0.1"), port});
        stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
            if (!authorization.empty()) request.set(boost::beast::http::field::authorization, authorization);
        }));
        stream_.handshake("t", "/ws");
    }
    void send(const std::string& text) { stream_.write(boost::asio::buffer(text)); }
    // nullopt when the server closed.
    std::optional<json> receive() {
        boost::beast::flat_buffer buffer;
        boost::system::error_code error;
        stream_.read(buffer, error);
        if (error) return std::nullopt;
        return json::parse(boost::beast::buffers_to_string(buffer.data()));
    }
    json call(const std::string& method, const json& params) {
        send(json{{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}.dump());
        return *receive();
    }
    void call_only(const std::string& method, const json& params) {
        send(json{{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}.dump());
    }
    std::string close_reason() { return std::string(stream_.reason().reason.c_str()); }
    int close_code() { return stream_.reason().code; }
    boost::asio::ip::tcp::socket& socket() { return stream_.next_layer(); }

  private:
    boost::asio::io_context context_;
    websocket::stream<boost::asio::ip::tcp::socket> stream_;
};

}  // namespace touchstone::test
