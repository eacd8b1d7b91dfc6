// Synchronous JSON-RPC 2.0 over HTTP, to several nodes with fail-over.
//
// Thread safety: one thread per object; threads that work together have one each. A call goes to the node that
// answered last; when it is out of reach or silent, to the next one, until all were tried once.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/client/http_connection.h"
#include "tools/client/identity.h"

namespace touchstone::tools {

class RpcClient {
  public:
    // Error: bad_url.
    static Result<RpcClient> make(const std::vector<std::string>& urls, Duration limit = seconds(20));

    // From now on calls of methods that are not for everybody carry a token of this signer, who is asked for when the
    // first such call is made. Calls that anybody may make stay anonymous, but for those whose answer tells more to the
    // organisation that it is about.
    void identify_by(SignerSource signer) { signer_ = std::move(signer); }

    // The `result` member. Errors: unreachable, timed_out, http_status (no node answered), rpc_malformed (an answer
    // that is not JSON-RPC), or the code that the node names in error.data.code, else rpc_error.
    Result<nlohmann::json> call(const std::string& method, const nlohmann::json& params);
    Result<nlohmann::json> call(const std::string& method, const nlohmann::json& params, Duration limit);

    // Of the node that answered last.
    const std::string& url() const { return connections_[current_].endpoint().url; }
    std::size_t endpoints() const { return connections_.size(); }
    // Calls from now on start at this endpoint (modulo their number): spreads threads over nodes.
    // The next call starts at the next endpoint: for a node that answers and can not help.
    void try_next() { prefer(current_ + 1); }
    void prefer(std::size_t index) { current_ = index % connections_.size(); }

  private:
    explicit RpcClient(std::vector<HttpConnection> connections, Duration limit)
        : connections_(std::move(connections)), tokens_(connections_.size()), limit_(limit) {}

    struct Token {
        std::string header;
        WallTime renew_at;
    };
    Result<std::string> authorization_for(const std::string& method, const nlohmann::json& params, Duration limit);
    Result<Token> new_token(const Signer& signer, Duration limit);

    std::vector<HttpConnection> connections_;
    std::vector<Token> tokens_;  // one for each connection; empty until it is needed
    SignerSource signer_;
    Duration limit_;
    std::size_t current_ = 0;
    std::uint64_t next_id_ = 1;
};

// The `result` of one answer, or the error it carries: shared with the bench. `url` is for messages.
Result<nlohmann::json> result_of_answer(const std::string& body, const std::string& url);

// True for errors that another node, or a later attempt, may not have.
bool is_unreachable(const Error& error);

}  // namespace touchstone::tools
