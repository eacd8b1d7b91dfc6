// token new: what a program of yours sends to a node, to read for your organisation.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "rpc/auth_token.h"
#include "tools/cli/commands.h"
#include "tools/proof/trust.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::string audience;
    unsigned minutes = 5;
};

Result<Hash256> chain_of(const GlobalOptions& options, RpcClient& client) {
    if (!options.trust.empty()) {
        TRY_ASSIGN(const Trust trust, load_trust(options.trust));
        return trust.chain_id;
    }
    TRY_ASSIGN(const json status, client.call("chain_status", json::object()));
    const auto chain = Hash256::from_hex(status.is_object() ? status.value("chain_id", "") : std::string());
    if (!chain) return Error{"rpc_malformed", "the node does not name its chain"};
    return *chain;
}

int run(const Arguments& arguments, const GlobalOptions& options) {
    const auto signer = load_signer(options);
    if (!signer.ok()) return fail(options, signer.error());
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto chain = chain_of(options, *client);
    if (!chain.ok()) return fail(options, chain.error());
    TokenTerms terms{*chain, arguments.audience, wall_now(), seconds(60 * arguments.minutes)};
    if (terms.audience == "any") terms.audience = rpc::kAnyAudience;
    if (terms.audience.empty()) {
        const auto endpoint = parse_endpoint(client->url());
        if (!endpoint.ok()) return fail(options, endpoint.error());
        terms.audience = endpoint->authority();
    }
    const std::string token = make_token(*signer, terms);
    const std::string header = fmt::format("Authorization: {} {}", rpc::kTokenScheme, token);
    return finish(options,
                  {{"ok", true},
                   {"token", token},
                   {"header", header},
                   {"organisation", signer->organisation},
                   {"audience", terms.audience},
                   {"expires_ms", terms.now.ms + arguments.minutes * 60'000ull}},
                  header);
}

}  // namespace

void add_token_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* token = app.add_subcommand("token", "Tokens: who you are, for programs that ask nodes");
    token->require_subcommand(1);
    CLI::App* fresh = token->add_subcommand("new", "Sign a token for one node and a short while");
    fresh->footer(
        fmt::format("Example: curl -H \"$(touchstone token new --org acme --key acme.key)\" http://127.0.0.1:8545 -d "
                    "'{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"org_list\"}}'\n\nWho has the token can read for your "
                    "organisation until it runs out. The commands of this program make their own.\n{}",
                    kExitStatusHelp));
    const auto arguments = std::make_shared<Arguments>();
    fresh->add_option("--audience", arguments->audience,
                      "host:port of the node that may take it, as in its URL; any: every node, for all but its vault "
                      "[that of --rpc]");
    fresh->add_option("--minutes", arguments->minutes, "For how long it holds")
        ->check(CLI::Range(1u, static_cast<unsigned>(limits::kTokenLifetimeMsMax / 60'000)));
    fresh->callback([&options, arguments] { options.exit_status = run(*arguments, options); });
}

}  // namespace touchstone::tools
