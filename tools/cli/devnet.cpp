// devnet: a complete network on this machine; devnet stop.
#include <fmt/format.h>
#include <signal.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/cli/commands.h"
#include "tools/devnet/devnet.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {
namespace {

using nlohmann::json;

struct DevnetArguments {
    DevnetPlan plan;
    std::string dir = "touchstone-devnet";
    std::string genesis;
    bool detach = false;
    unsigned wait_seconds = 60;
};

struct Network {
    std::vector<DevnetNode> nodes;
    std::vector<ledger::OrganisationRecord> organisations;
};

Result<Network> bring_up(const DevnetArguments& arguments) {
    TRY(prepare_devnet(arguments.plan));
    TRY(start_devnet(arguments.plan.dir));
    Network network;
    TRY_ASSIGN(network.nodes, devnet_nodes(arguments.plan.dir));
    TRY_ASSIGN(network.organisations, devnet_organisations(arguments.plan.dir));
    TRY(wait_ready(arguments.plan.dir, arguments.wait_seconds));
    return network;
}

// "acme (brand), …"
std::string names_of(const std::vector<ledger::OrganisationRecord>& organisations) {
    std::string text;
    for (const ledger::OrganisationRecord& record : organisations) {
        std::string roles;
        for (std::size_t i = 0; i < ledger::kRoleCount; ++i) {
            const auto role = static_cast<ledger::Role>(i);
            if (record.has(role)) roles += fmt::format("{}{}", roles.empty() ? "" : ", ", ledger::name_of(role));
        }
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", record.id, roles);
    }
    return text;
}

std::string describe(const DevnetArguments& arguments, const Network& network) {
    Table table;
    table.row({"node", "role", "JSON-RPC", "admin"});
    for (const DevnetNode& node : network.nodes)
        table.row({node.name, node.validator ? "validator" : "observer", node.rpc_url, node.admin_url + "/metrics"});
    return fmt::format(
        "{}\norganisations: {}\nkeys in {}/orgs, passphrase \"{}\"\n\n"
        "export TOUCHSTONE_TRUST={}/genesis.json TOUCHSTONE_PASSPHRASE={}\n"
        "export TOUCHSTONE_ORG=acme TOUCHSTONE_KEY={}/orgs/acme.key   # who signs, and who reads lists\n"
        "stop it with: touchstone devnet stop --dir {}\n",
        table.text(), names_of(network.organisations), arguments.dir, kDevnetPassphrase, arguments.dir,
        kDevnetPassphrase, arguments.dir, arguments.dir);
}

json as_json(const Network& network, const std::string& dir) {
    json list = json::array();
    for (const DevnetNode& node : network.nodes)
        list.push_back({{"name", node.name},
                        {"validator", node.validator},
                        {"rpc", node.rpc_url},
                        {"admin", node.admin_url},
                        {"pid", running_pid(std::filesystem::absolute(std::filesystem::path(dir) / node.name))}});
    json organisations = json::array();
    for (const ledger::OrganisationRecord& record : network.organisations) organisations.push_back(record.id);
    return {{"dir", dir}, {"nodes", list}, {"organisations", organisations}};
}

// Blocked before the nodes are started, so that Ctrl-C reaches this process alone and ends them in order.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

int run_devnet(const GlobalOptions& options, DevnetArguments& arguments) {
    arguments.plan.dir = arguments.dir;
    arguments.plan.genesis = arguments.genesis;
    const auto network = bring_up(arguments);
    if (!network.ok()) return fail(options, network.error());
    const int status = finish(options, as_json(*network, arguments.dir), describe(arguments, *network));
    if (arguments.detach) return status;
    std::fflush(stdout);
    const sigset_t signals = block_signals();
    int received = 0;
    sigwait(&signals, &received);
    const auto stopped = stop_devnet(arguments.dir);
    return stopped.ok() ? kExitOk : fail(options, stopped.error());
}

int run_stop(const GlobalOptions& options, const std::string& dir) {
    const auto stopped = stop_devnet(dir);
    if (!stopped.ok()) return fail(options, stopped.error());
    return finish(options, {{"stopped", *stopped}}, fmt::format("{} nodes stopped\n", *stopped));
}

}  // namespace

void add_devnet_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* const command = app.add_subcommand("devnet", "A complete network on this machine, to try things out");
    command->footer(
        fmt::format("Example: touchstone devnet --detach\n         touchstone devnet stop\n\n"
                    "A folder that was made before is used again, with its chain.\n{}",
                    kExitStatusHelp));
    auto arguments = std::make_shared<DevnetArguments>();
    command->add_option("--validators", arguments->plan.validators, "How many validators")->check(CLI::Range(1u, 20u));
    command->add_option("--observers", arguments->plan.observers, "How many observers (no vote)")
        ->check(CLI::Range(0u, 20u));
    command->add_option("--dir", arguments->dir, "Folder of the network");
    command->add_option("--rpc-port", arguments->plan.rpc_port, "JSON-RPC port of the first node")
        ->check(CLI::Range(2048u, 60000u));
    command->add_option("--genesis", arguments->genesis,
                        "Template of a genesis.json: your organisations and parameters, without time, keys and "
                        "validators, which devnet makes");
    command->add_option("--set", arguments->plan.settings,
                        "KEY=VALUE for every node's config.toml, e.g. log.level=debug");
    command->add_option("--wait", arguments->wait_seconds, "Seconds to wait until every node is ready");
    command->add_flag("--detach", arguments->detach, "Return when all nodes are ready, and leave them running");
    command->require_subcommand(0, 1);

    CLI::App* const stop = command->add_subcommand("stop", "Stop every node of a network");
    stop->footer("Example: touchstone devnet stop --dir touchstone-devnet");
    auto stop_dir = std::make_shared<std::string>("touchstone-devnet");
    stop->add_option("--dir", *stop_dir, "Folder of the network");
    stop->callback([&options, stop_dir] { options.exit_status = run_stop(options, *stop_dir); });
    command->callback([&options, arguments, stop] {
        if (!stop->parsed()) options.exit_status = run_devnet(options, *arguments);
    });
}

}  // namespace touchstone::tools
