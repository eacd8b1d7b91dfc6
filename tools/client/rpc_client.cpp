#include "tools/client/rpc_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "rpc/json_rpc.h"
#include "rpc/method.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

bool is_unreachable(const Error& error) {
    return error.code == "unreachable" || error.code == "timed_out" || error.code == "http_status";
}

Result<RpcClient> RpcClient::make(const std::vector<std::string>& urls, Duration limit) {
    if (urls.empty()) return Error{"bad_url", "no node named; give one with --rpc http://host:port"};
    std::vector<HttpConnection> connections;
    for (const std::string& url : urls) {
        TRY_ASSIGN(HttpEndpoint endpoint, parse_endpoint(url));
        connections.emplace_back(std::move(endpoint));
    }
    return RpcClient(std::move(connections), limit);
}

namespace {

// A value takes some fifty bytes of memory, and may be one of an answer: no honest answer has nearly so many.
constexpr std::ptrdiff_t kValuesMax = 2'000'000;

// The member's text as it may be shown; empty when there is none.
std::string text_at(const json& object, const char* name) {
    const auto at = object.is_object() ? object.find(name) : object.end();
    return at != object.end() && at->is_string() ? one_line(at->get_ref<const std::string&>()) : std::string();
}

bool is_code(const std::string& text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Error error_of(const json& error) {
    std::string code = "rpc_error";
    std::string message = text_at(error, "message");
    if (message.empty()) message = "the node refused the call and did not say why";
    if (const auto data = error.is_object() ? error.find("data") : error.end(); data != error.end()) {
        if (const std::string named = text_at(*data, "code"); is_code(named)) code = named;
        for (const char* more : {"detail", "remedy"})
            if (const std::string text = text_at(*data, more); message.find(text) == std::string::npos)
                message += "; " + text;
    }
    return {code, message};
}

// nullopt: no JSON, or nested deeper or of more values than any answer.
std::optional<json> answer_from(const std::string& body) {
    const auto opens = [](char c) { return c == ',' || c == '[' || c == '{'; };
    if (std::count_if(body.begin(), body.end(), opens) > kValuesMax) return std::nullopt;
    auto parsed = rpc::parse_json(body);
    if (!parsed.ok() || !parsed->value.is_object()) return std::nullopt;
    return std::move(parsed->value);
}

}  // namespace

Result<json> result_of_answer(const std::string& body, const std::string& url) {
    std::optional<json> answer = answer_from(body);
    if (!answer || (!answer->contains("result") && !answer->contains("error")))
        return Error{"rpc_malformed",
                     fmt::format("{} does not speak JSON-RPC; is this the port of a touchstone node?", url)};
    if (const auto error = answer->find("error"); error != answer->end() && !error->is_null()) return error_of(*error);
    return std::move((*answer)["result"]);
}

namespace {

enum class Needs { kNothing, kIdentity, kIdentityIfThereIsOne };

Needs needs_of(const std::string& method, const json& params) {
    if (method == "product_get" || method == "tx_get") return Needs::kIdentityIfThereIsOne;
    for (const rpc::MethodInfo& known : rpc::method_table()) {
        if (known.name != method) continue;
        if (known.access == rpc::Access::kPublic) return Needs::kNothing;
        if (known.access == rpc::Access::kHolder && params.contains("item")) return Needs::kNothing;
        return Needs::kIdentity;
    }
    return Needs::kNothing;
}

json request_of(const std::string& method, const json& params, std::uint64_t id) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

}  // namespace

// The chain's id comes from the node itself: one that names another chain gets a token that is of no use anywhere else.
Result<RpcClient::Token> RpcClient::new_token(const Signer& signer, Duration limit) {
    HttpConnection& connection = connections_[current_];
    TRY_ASSIGN(const std::string answer,
               connection.post(request_of("chain_status", json::object(), next_id_++).dump(), limit));
    TRY_ASSIGN(const json status, result_of_answer(answer, connection.endpoint().url));
    const auto chain = Hash256::from_hex(text_at(status, "chain_id"));
    if (!chain) return Error{"rpc_malformed", fmt::format("{} does not name its chain", connection.endpoint().url)};
    const WallTime now = wall_now();
    const std::string token = make_token(signer, {*chain, connection.endpoint().authority(), now});
    return Token{fmt::format("{} {}", rpc::kTokenScheme, token),
                 WallTime{now.ms + static_cast<std::uint64_t>(kTokenLifetime.us / 2000)}};
}

Result<std::string> RpcClient::authorization_for(const std::string& method, const json& params, Duration limit) {
    const Needs needs = signer_ ? needs_of(method, params) : Needs::kNothing;
    if (needs == Needs::kNothing) return std::string();
    Token& token = tokens_[current_];
    if (!token.header.empty() && wall_now() < token.renew_at) return token.header;
    const auto signer = signer_();
    if (!signer.ok()) {
        if (needs == Needs::kIdentityIfThereIsOne) return std::string();
        return signer.error();
    }
    TRY_ASSIGN(token, new_token(**signer, limit));
    return token.header;
}

Result<json> RpcClient::call(const std::string& method, const json& params) { return call(method, params, limit_); }

Result<json> RpcClient::call(const std::string& method, const json& params, Duration limit) {
    const std::string body =
        request_of(method, params, next_id_++).dump(-1, ' ', false, json::error_handler_t::replace);
    std::string tried;
    Error last;
    for (std::size_t attempt = 0; attempt < connections_.size(); ++attempt) {
        HttpConnection& connection = connections_[current_];
        const auto authorization = authorization_for(method, params, limit);
        if (!authorization.ok() && !is_unreachable(authorization.error())) return authorization.error();
        const auto answer = authorization.ok() ? connection.post(body, limit, *authorization) : authorization;
        if (answer.ok()) return result_of_answer(*answer, connection.endpoint().url);
        last = answer.error();
        tried += (tried.empty() ? "" : "\n") + last.message;
        current_ = (current_ + 1) % connections_.size();
    }
    return Error{last.code, tried};
}

}  // namespace touchstone::tools
