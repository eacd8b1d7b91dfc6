#include "tools/rpc_client.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

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

Error error_of(const json& error) {
    std::string code = "rpc_error";
    std::string message = "the node refused the call and did not say why";
    if (error.is_object()) {
        message = error.value("message", message);
        if (const auto data = error.find("data"); data != error.end() && data->is_object()) {
            if (data->contains("code") && (*data)["code"].is_string()) code = (*data)["code"].get<std::string>();
            for (const char* more : {"detail", "remedy"})
                if (const auto at = data->find(more); at != data->end() && at->is_string() &&
                                                      !at->get<std::string>().empty() &&
                                                      message.find(at->get<std::string>()) == std::string::npos)
                    message += "; " + at->get<std::string>();
        }
    }
    return {code, message};
}

}  // namespace

Result<json> result_of_answer(const std::string& body, const std::string& url) {
    json answer = json::parse(body, nullptr, false);
    if (answer.is_discarded() || !answer.is_object() || (!answer.contains("result") && !answer.contains("error")))
        return Error{"rpc_malformed",
                     fmt::format("{} does not speak JSON-RPC; is this the port of a touchstone node?", url)};
    if (const auto error = answer.find("error"); error != answer.end() && !error->is_null()) return error_of(*error);
    return std::move(answer["result"]);
}

Result<json> RpcClient::call(const std::string& method, const json& params) { return call(method, params, limit_); }

Result<json> RpcClient::call(const std::string& method, const json& params, Duration limit) {
    const std::string body = json{{"jsonrpc", "2.0"}, {"id", next_id_++}, {"method", method}, {"params", params}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
    std::string tried;
    Error last;
    for (std::size_t attempt = 0; attempt < connections_.size(); ++attempt) {
        HttpConnection& connection = connections_[current_];
        const auto answer = connection.post(body, limit);
        if (answer.ok()) return result_of_answer(*answer, connection.endpoint().url);
        last = answer.error();
        tried += (tried.empty() ? "" : "\n") + last.message;
        current_ = (current_ + 1) % connections_.size();
    }
    return Error{last.code, tried};
}

}  // namespace touchstone::tools
