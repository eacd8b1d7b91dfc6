// status: one node or several side by side, and whether they agree.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tools/cli/commands.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct NodeAnswer {
    std::string url;
    Result<json> status;
};

std::vector<NodeAnswer> ask_all(const GlobalOptions& options) {
    std::vector<NodeAnswer> answers;
    for (const std::string& url :
         options.rpc.empty() ? std::vector<std::string>{"http://127.0.0.1:8545"} : options.rpc) {
        auto client = RpcClient::make({url}, seconds(5));
        answers.push_back(
            {url, client.ok() ? client->call("chain_status", json::object()) : Result<json>(client.error())});
    }
    return answers;
}

// Nodes of one height must have one state root; heights differ while blocks are on their way.
std::vector<std::uint64_t> forked_heights(const std::vector<NodeAnswer>& answers) {
    std::map<std::uint64_t, std::set<std::string>> roots;
    for (const NodeAnswer& answer : answers)
        if (answer.status.ok() && answer.status->is_object())
            roots[answer.status->value("height", std::uint64_t{0})].insert(answer.status->value("state_root", ""));
    std::vector<std::uint64_t> forked;
    for (const auto& [height, at] : roots)
        if (at.size() > 1) forked.push_back(height);
    return forked;
}

std::string peers_text(const json& status) {
    const auto peers = status.find("peers");
    if (peers == status.end() || !peers->is_array()) return "-";
    std::size_t connected = 0;
    for (const json& peer : *peers) connected += peer.value("connected", false);
    return fmt::format("{} of {}", connected, peers->size());
}

// Told to regulators and auditors alone.
std::string items_text(const json& status) {
    const auto items = status.find("items");
    return items != status.end() && items->is_number() ? items->dump() : "-";
}

void add_row(Table& table, const NodeAnswer& answer) {
    if (!answer.status.ok()) {
        table.row({answer.url, "-", "out of reach", "", "", "", "", ""});
        return;
    }
    const json& status = *answer.status;
    const std::string fault =
        status.contains("fault") && status["fault"].is_string() ? status["fault"].get<std::string>() : "";
    const std::string state = status.value("read_only", false) ? "read-only"
                              : status.value("synced", false)  ? "synced"
                                                               : "catching up";
    table.row({answer.url, status.value("name", ""), state, fmt::to_string(status.value("height", std::uint64_t{0})),
               status.value("state_root", "").substr(0, 16), peers_text(status), items_text(status), fault});
}

int run(const GlobalOptions& options) {
    const std::vector<NodeAnswer> answers = ask_all(options);
    const auto forked = forked_heights(answers);
    Table table;
    table.row({"rpc", "node", "state", "height", "state root", "peers", "items", "fault"});
    json nodes = json::array();
    std::string errors;
    std::size_t reached = 0;
    bool faulty = false;
    for (const NodeAnswer& answer : answers) {
        add_row(table, answer);
        json node{{"rpc", answer.url}, {"reached", answer.status.ok()}};
        if (answer.status.ok()) {
            node["status"] = *answer.status;
            faulty = faulty || answer.status->value("read_only", false);
            ++reached;
        } else {
            node["error"] = {{"code", answer.status.error().code}, {"message", answer.status.error().message}};
            errors += answer.status.error().message + "\n";
        }
        nodes.push_back(std::move(node));
    }
    std::string text = table.text() + errors;
    if (!forked.empty())
        text += coloured(fmt::format("state roots differ at height {}: stop, and compare the nodes' logs\n", forked[0]),
                         Colour::kRed);
    else if (reached > 1)
        text += "state roots agree wherever heights are equal\n";
    const int status = reached < answers.size() ? kExitUnreachable
                       : !forked.empty()        ? kExitUnproven
                       : faulty                 ? kExitRefused
                                                : kExitOk;
    return finish(options, {{"ok", status == kExitOk}, {"agree", forked.empty()}, {"nodes", nodes}}, text, status);
}

}  // namespace

void add_status_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* sub = app.add_subcommand("status", "How the nodes are, and whether they agree");
    sub->footer(fmt::format("Example: touchstone status --rpc http://127.0.0.1:8545 --rpc http://127.0.0.1:8546\n{}",
                            kExitStatusHelp));
    sub->callback([&options] { options.exit_status = run(options); });
}

}  // namespace touchstone::tools
