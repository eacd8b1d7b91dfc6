#include "tools/client/http_connection.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <optional>

#include "tools/client/terminal.h"

namespace touchstone::tools {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::size_t kAnswerBytesMax = 64u << 20;

using Code = boost::system::error_code;

}  // namespace

Result<HttpEndpoint> parse_endpoint(const std::string& url) {
    const auto bad = [&](std::string_view why) {
        return Error{"bad_url",
                     fmt::format("'{}' is not an address of a node: {}; expected http://host:port", url, why)};
    };
    std::string rest = url;
    if (const auto at = rest.find("://"); at != std::string::npos) {
        if (rest.substr(0, at) != "http")
            return bad("only http:// is supported (put a TLS proxy in front if you need one)");
        rest.erase(0, at + 3);
    }
    HttpEndpoint endpoint;
    endpoint.url = url;
    if (const auto slash = rest.find('/'); slash != std::string::npos) {
        endpoint.target = rest.substr(slash);
        rest.erase(slash);
    }
    const bool bracketed = rest.starts_with('[');
    const auto colon = rest.rfind(':');
    const auto bracket = rest.find(']');
    if (bracketed && bracket == std::string::npos) return bad("unfinished IPv6 address");
    const bool has_port = colon != std::string::npos && (!bracketed || colon > bracket);
    endpoint.port = has_port ? rest.substr(colon + 1) : "8545";
    endpoint.host = has_port ? rest.substr(0, colon) : rest;
    if (bracketed) endpoint.host = endpoint.host.substr(1, bracket - 1);
    if (endpoint.host.empty()) return bad("no host");
    if (endpoint.port.empty() || endpoint.port.size() > 5 ||
        endpoint.port.find_first_not_of("0123456789") != std::string::npos)
        return bad("the port is not a number");
    return endpoint;
}

std::string HttpEndpoint::authority() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

struct HttpConnection::Impl {
    explicit Impl(HttpEndpoint e) : endpoint(std::move(e)) {}

    HttpEndpoint endpoint;
    asio::io_context context{1};
    std::optional<beast::tcp_stream> stream;
    beast::flat_buffer buffer;

    // Runs what was started until it is done; the stream's own timer ends it.
    void run() {
        context.restart();
        context.run();
    }

    Error failed(const Code& code, Duration limit) {
        stream.reset();
        if (code == beast::error::timeout)
            return {"timed_out",
                    fmt::format("{} did not answer within {} s; is it synced and not overloaded? touchstone status",
                                endpoint.url, limit.us / 1'000'000)};
        return {"unreachable",
                fmt::format("cannot reach {}: {}; is the node running? Start one with: touchstone devnet", endpoint.url,
                            code.message())};
    }

    Code connect(Duration limit) {
        Code result;
        asio::ip::tcp::resolver resolver(context);
        const auto addresses = resolver.resolve(endpoint.host, endpoint.port, result);
        if (result) return result;
        stream.emplace(context);
        stream->expires_after(std::chrono::microseconds(limit.us));
        stream->async_connect(addresses, [&](const Code& code, const auto&) { result = code; });
        run();
        if (!result) stream->socket().set_option(asio::ip::tcp::no_delay(true), result);
        return result;
    }

    using Request = http::request<http::string_body>;
    using Parser = http::response_parser<http::string_body>;

    Code exchange(const Request& request, Parser& parser, Duration limit) {
        Code result;
        parser.body_limit(kAnswerBytesMax);
        buffer.clear();
        stream->expires_after(std::chrono::microseconds(limit.us));
        http::async_write(*stream, request, [&](const Code& code, std::size_t) {
            result = code;
            if (code) return;
            http::async_read(*stream, buffer, parser, [&](const Code& read_code, std::size_t) { result = read_code; });
        });
        run();
        return result;
    }

    Result<std::string> perform(const Request& request, Duration limit) {
        const bool reused = stream.has_value();
        std::optional<Parser> parser;
        Code code;
        for (int attempt = reused ? 0 : 1; attempt < 2; ++attempt) {
            if (!stream) {
                if (code = connect(limit); code) return failed(code, limit);
            }
            parser.emplace();
            code = exchange(request, *parser, limit);
            if (!code || code == beast::error::timeout) break;
            stream.reset();
        }
        if (code) return failed(code, limit);
        auto response = parser->release();
        if (!response.keep_alive()) stream.reset();
        if (response.result() != http::status::ok)
            return Error{"http_status", fmt::format("{} answered HTTP {} {}", endpoint.url, response.result_int(),
                                                    one_line(response.body()))};
        return std::move(response.body());
    }

    Request request(http::verb verb, const std::string& target) const {
        Request made(verb, target, 11);
        made.set(http::field::host, endpoint.host);
        made.set(http::field::user_agent, "touchstone");
        made.keep_alive(true);
        return made;
    }
};

HttpConnection::HttpConnection(HttpEndpoint endpoint) : impl_(std::make_unique<Impl>(std::move(endpoint))) {}
HttpConnection::~HttpConnection() = default;
HttpConnection::HttpConnection(HttpConnection&&) noexcept = default;
HttpConnection& HttpConnection::operator=(HttpConnection&&) noexcept = default;

const HttpEndpoint& HttpConnection::endpoint() const { return impl_->endpoint; }

Result<std::string> HttpConnection::post(const std::string& body, Duration limit, const std::string& authorization) {
    auto request = impl_->request(http::verb::post, impl_->endpoint.target);
    if (!authorization.empty()) request.set(http::field::authorization, authorization);
    request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    return impl_->perform(request, limit);
}

Result<std::string> HttpConnection::get(const std::string& target, Duration limit) {
    return impl_->perform(impl_->request(http::verb::get, target), limit);
}

}  // namespace touchstone::tools
