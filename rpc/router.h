// What an HTTP request is for, apart from its connection: pure functions from a request to a reply.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

#include "rpc/server_state.h"

namespace touchstone::rpc {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

enum class ListenerKind { kPublic, kAdmin };
enum class KeepAlive { kNo, kYes };

struct HttpReply {
    unsigned status = 200;
    std::string_view content_type = "application/json";
    std::string body;
    std::string_view allow;    // of a 405
    std::string headers = {};  // further lines, each with its end
};

// Everything but a JSON-RPC call and a WebSocket.
// `caller` tells who asks, where that matters.
using FindCaller = std::function<CallerPtr()>;
HttpReply route(ServerState& state, ListenerKind listener, const HttpRequest& request, const FindCaller& caller);
// {"error":{"code":…,"meaning":…}}
HttpReply http_error(unsigned status, std::string_view code, std::string_view meaning);

// Appends the reply as it goes over the wire.
void append_reply(std::string& out, const HttpReply& reply, KeepAlive keep_alive, Cors cors);

bool is_call(const HttpRequest& request);       // POST /
bool is_websocket(const HttpRequest& request);  // GET /ws with an upgrade

}  // namespace touchstone::rpc
