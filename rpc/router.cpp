#include "rpc/router.h"

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "rpc/epcis_binding.h"
#include "rpc/verify.h"

namespace touchstone::rpc {
namespace {

namespace http = boost::beast::http;

std::string_view target_of(const HttpRequest& request) { return {request.target().data(), request.target().size()}; }

std::string_view path_of(const HttpRequest& request) {
    const std::string_view target = target_of(request);
    return target.substr(0, target.find('?'));
}

HttpReply not_allowed(std::string_view allow) {
    HttpReply reply = http_error(405, "method_not_allowed", "This address does not take this HTTP method.");
    reply.allow = allow;
    return reply;
}

// GS1 Digital Link: /01/{gtin}/21/{serial}, with ?10=lot&17=expiry.
HttpReply verdict_reply(ServerState& state, const HttpRequest& request) {
    const std::string uri = "https://id.gs1.org" + std::string(target_of(request));
    VerifyRequest verify;
    verify.uri = uri;
    HttpReply reply;
    JsonWriter out(reply.body);
    const HandlerError error = write_verify(state.services, verify, out);
    if (!error) return reply;
    reply.status = error->code == ErrorCode::kInvalidParams ? 400 : 503;
    reply.body.clear();
    JsonWriter writer(reply.body);
    writer.begin_object().key("error");
    write_error(writer, *error);
    writer.end_object();
    return reply;
}

HttpReply about(const ServerState& state) {
    HttpReply reply;
    JsonWriter(reply.body)
        .begin_object()
        .field("name", "touchstone")
        .field("version", state.node.status().version)
        .field("rpc", "JSON-RPC 2.0 by POST to /, WebSocket at /ws, OpenRPC by the method rpc.discover")
        .end_object();
    return reply;
}

HttpReply text_reply(unsigned status, std::string body) {
    return {status, "text/plain; charset=utf-8", std::move(body), {}};
}

HttpReply route_admin(const ServerState& state, const HttpRequest& request) {
    const std::string_view path = path_of(request);
    const bool known = path == "/metrics" || path == "/healthz" || path == "/readyz";
    if (!known) return http_error(404, "not_found", "Here are /metrics, /healthz and /readyz.");
    if (request.method() != http::verb::get) return not_allowed("GET");
    if (path == "/healthz") return text_reply(200, "ok\n");
    if (path == "/metrics") {
        HttpReply reply = text_reply(200, state.node.metrics() + state.metrics());
        reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
        return reply;
    }
    std::string why_not;
    if (state.node.ready(&why_not)) return text_reply(200, "ready\n");
    return text_reply(503, "not ready: " + why_not + "\n");
}

}  // namespace

bool is_call(const HttpRequest& request) { return request.method() == http::verb::post && path_of(request) == "/"; }

bool is_websocket(const HttpRequest& request) {
    return path_of(request) == "/ws" && boost::beast::websocket::is_upgrade(request);
}

HttpReply http_error(unsigned status, std::string_view code, std::string_view meaning) {
    HttpReply reply;
    reply.status = status;
    JsonWriter(reply.body)
        .begin_object()
        .key("error")
        .begin_object()
        .field("code", code)
        .field("meaning", meaning)
        .end_object()
        .end_object();
    return reply;
}

HttpReply route(ServerState& state, ListenerKind listener, const HttpRequest& request, const FindCaller& caller) {
    if (listener == ListenerKind::kAdmin) return route_admin(state, request);
    const std::string_view path = path_of(request);
    const bool get = request.method() == http::verb::get;
    const bool options = request.method() == http::verb::options && state.options.cors == Cors::kAnyOrigin;
    if (is_epcis(path)) return answer_epcis(state, request, *caller());
    const bool root = path == "/", item = path.starts_with("/01/"), socket = path == "/ws";
    if (!root && !item && !socket) return http_error(404, "not_found", "POST JSON-RPC to /.");
    if (options) return {204, {}, {}, {}};
    if (!get) return not_allowed(root ? "GET, POST" : "GET");
    if (socket) return http_error(426, "needs_websocket", "Open this address as a WebSocket.");
    return root ? about(state) : verdict_reply(state, request);
}

void append_reply(std::string& out, const HttpReply& reply, KeepAlive keep_alive, Cors cors) {
    const auto reason = http::obsolete_reason(static_cast<http::status>(reply.status));
    out.append("HTTP/1.1 ").append(std::to_string(reply.status)).push_back(' ');
    out.append(reason.data(), reason.size()).append("\r\n");
    if (!reply.content_type.empty()) out.append("Content-Type: ").append(reply.content_type).append("\r\n");
    if (!reply.allow.empty()) out.append("Allow: ").append(reply.allow).append("\r\n");
    if (reply.status == 426) out.append("Upgrade: websocket\r\n");
    out.append(reply.headers);
    if (cors == Cors::kAnyOrigin)
        out.append(
            "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, POST\r\n"
            "Access-Control-Allow-Headers: Authorization, Content-Type\r\n");
    if (keep_alive == KeepAlive::kNo) out.append("Connection: close\r\n");
    if (reply.status != 204) out.append("Content-Length: ").append(std::to_string(reply.body.size())).append("\r\n");
    out.append("\r\n").append(reply.body);
}

}  // namespace touchstone::rpc
