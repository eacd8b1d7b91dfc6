// Who makes a call: nobody in particular, or an organisation that has shown that it holds one of its keys.
//
// A caller authenticates by a token in the header `Authorization: Touchstone <token>` (rpc/auth_token.h). There is no
// shared secret. Credentials may as well be the key of a client certificate, for a listener that has seen one; the
// listener of rpc/server.h serves no TLS. The key must be in force on the ledger as this node has it now, and the
// organisation not suspended: both are asked anew for each request, the signature of a token is checked once and
// remembered.
//
// Threads: values and pure functions; an Authenticator is shared by all RPC threads. Failure: credentials that do not
// count never fail a request. They make an anonymous caller that carries the reason, and the reason is told where
// authentication is needed.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "ledger/records/records.h"
#include "rpc/access.h"
#include "rpc/auth_token.h"
#include "rpc/node_api.h"
#include "rpc/rpc_error.h"

namespace touchstone::rpc {

struct Caller {
    std::string organisation;  // empty: anonymous
    std::uint16_t roles = 0;   // bit per ledger::Role
    crypto::PublicKey key;
    bool owns_node = false;           // the organisation that this node is configured to be of
    std::optional<RpcError> refusal;  // why the credentials that were shown do not count
    bool for_any_node = false;        // by a token that other nodes would take as well: not good enough for the vault

    bool known() const { return !organisation.empty(); }
    bool has(ledger::Role role) const { return (roles >> static_cast<int>(role)) & 1; }
    // Regulators and auditors see what members may not see of each other.
    bool oversees() const { return known() && (has(ledger::Role::kRegulator) || has(ledger::Role::kAuditor)); }
    // What is about `id` alone: that organisation itself, or an overseer.
    bool sees(std::string_view id) const { return oversees() || (known() && organisation == id); }
};
using CallerPtr = std::shared_ptr<const Caller>;
CallerPtr anonymous();

// What a request shows. `addressed` are the names under which the client may have reached this listener.
struct Credentials {
    std::string_view authorization;        // the header's value; empty: none
    const std::string* address = nullptr;  // "host:port" of this end of the connection
    std::optional<crypto::PublicKey> certificate_key;
    std::string_view certificate_organisation;
    bool shown() const { return !authorization.empty() || certificate_key.has_value(); }
};

WallTime system_now();

struct AuthOptions {
    std::function<WallTime()> clock = system_now;
    std::vector<std::string> audiences;  // besides the addresses of its listener: names under which clients reach it
};

class Authenticator {
  public:
    // Tokens of which it is remembered that their signature is good; then all are forgotten.
    static constexpr std::size_t kTokensMax = 4096;

    Authenticator(const NodeApi& node, AuthOptions options);

    CallerPtr identify(const Credentials& credentials);
    // The same caller by the ledger as it is now: for connections that stay.
    CallerPtr again(const CallerPtr& caller) const;

  private:
    Result<AuthToken, RpcError> read_token(std::string_view text);
    bool checked_before(const Hash256& digest);
    void remember(const Hash256& digest);
    Result<CallerPtr, RpcError> caller_of(const std::string& organisation, const crypto::PublicKey& key) const;
    Result<CallerPtr, RpcError> by_token(const Credentials& credentials);

    const NodeApi& node_;
    AuthOptions options_;
    const Hash256 chain_id_;
    std::mutex mutex_;
    std::unordered_set<Hash256> checked_;  // digests of tokens whose signature was found good
};

// nullopt: this caller may go on; handlers narrow kHolder, kParty and kOwnOrOverseer by what is asked for. Errors:
// authentication_required or what was wrong with the credentials; access_denied.
std::optional<RpcError> check_access(Access access, const Caller& caller);
// What is about `organisation` alone. Error: access_denied.
std::optional<RpcError> check_own(const Caller& caller, std::string_view organisation);
RpcError access_denied(Access access);

}  // namespace touchstone::rpc
