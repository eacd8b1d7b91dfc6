// `touchstone node` runs one node; `touchstone init` makes its home folder.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/key_file.h"
#include "node/app/genesis_json.h"
#include "node/app/home.h"
#include "node/app/quarantine_list.h"
#include "node/app/run_node.h"
#include "tools/cli/commands.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {
namespace {

// A flag for every setting of the table in node/app/config.cpp.
std::shared_ptr<node::TextMap> add_setting_flags(CLI::App& command) {
    auto flags = std::make_shared<node::TextMap>();
    for (const node::Setting& setting : node::settings()) {
        const std::string key(setting.key);
        command
            .add_option_function<std::string>(
                "--" + key, [flags, key](const std::string& text) { (*flags)[key] = text; }, std::string(setting.help))
            ->type_name(setting.fallback.empty() ? "TEXT" : "TEXT [" + std::string(setting.fallback) + "]")
            ->group("Settings (flag > environment > config.toml > default)");
    }
    return flags;
}

Result<int> run(const node::ConfigSources& sources) {
    TRY_ASSIGN(const node::Config config, node::load_config(sources));
    node::NodeSecrets secrets;
    TRY_ASSIGN(secrets.node, node::read_passphrase(config, sources));
    TRY_ASSIGN(secrets.organisation, node::read_organisation_passphrase(config, sources));
    auto vault = node::read_vault_passphrase(config, sources);
    if (!vault.ok() && vault.error().code == "passphrase_missing")
        if (std::string typed = prompt_secret("Passphrase of the vault: "); !typed.empty()) vault = std::move(typed);
    if (!vault.ok()) return vault.error();
    secrets.vault = *std::move(vault);
    return node::run_node(config, secrets);
}

struct InitArguments {
    std::string genesis;
    std::string key;
};

Result<crypto::PublicKey> init(const node::ConfigSources& sources, const InitArguments& arguments) {
    TRY_ASSIGN(const std::filesystem::path root, node::home_of(sources));
    TRY_ASSIGN(const std::string genesis_text, node::read_text_file(arguments.genesis));
    TRY_ASSIGN(const ledger::Genesis genesis, node::genesis_from_json(genesis_text));
    TRY(genesis.check());
    // Settings given as flags are kept; they are checked as a start would check them.
    TRY_ASSIGN(const node::Config config, node::make_config(sources, ""));
    TRY_ASSIGN(const std::string passphrase, node::read_passphrase(config, sources));
    node::TextMap kept = sources.flags;
    kept.erase("home");
    const node::Home home(root);
    TRY_ASSIGN(crypto::SecretKey key, arguments.key.empty() ? Result<crypto::SecretKey>(crypto::SecretKey::generate())
                                                            : crypto::read_key_file(arguments.key, passphrase));
    TRY(node::create_home(home, {genesis_text, node::render_config_file(kept)}));
    TRY(crypto::write_key_file(home.node_key(), key, passphrase));
    return key.public_key();
}

nlohmann::json to_json(const node::QuarantinedTransaction& one) {
    return {{"id", one.id.hex()},
            {"organisation", one.organisation},
            {"operations", one.operations},
            {"height", one.height.value},
            {"ends", one.ends},
            {"ends_again", one.ends_again}};
}

Result<std::vector<node::QuarantinedTransaction>> list_held(const node::ConfigSources& sources) {
    TRY_ASSIGN(const std::filesystem::path root, node::home_of(sources));
    TRY_ASSIGN(const node::QuarantineList list, node::QuarantineList::read(node::Home(root)));
    std::vector<node::QuarantinedTransaction> held;
    for (const node::QuarantinedTransaction& one : list.all())
        if (one.held) held.push_back(one);
    return held;
}

// Only while the node does not run: it reads the list when it starts.
Result<node::QuarantinedTransaction> release_held(const node::ConfigSources& sources, const std::string& text) {
    const auto id = Hash256::from_hex(text);
    if (!id) return Error{"bad_id", "the id of a transaction has 64 hexadecimal digits"};
    TRY_ASSIGN(const std::filesystem::path root, node::home_of(sources));
    const node::Home home(root);
    TRY(home.check());
    TRY_ASSIGN(const node::HomeLock lock, node::HomeLock::acquire(home));
    TRY_ASSIGN(node::QuarantineList list, node::QuarantineList::read(home));
    const node::QuarantinedTransaction* const found = list.find(*id);
    if (found == nullptr) return Error{"not_found", fmt::format("{} is not in quarantine", text)};
    node::QuarantinedTransaction released = *found;
    list.remove(*id);
    TRY(list.write(home));
    return released;
}

void add_quarantine_commands(CLI::App& node_command, GlobalOptions& options,
                             const std::shared_ptr<node::TextMap>& flags) {
    CLI::App* const command = node_command.add_subcommand(
        "quarantine", "Transactions that this node holds back because executing them ended it");
    command->require_subcommand(1)->fallthrough();
    command->footer("Example: touchstone node quarantine list --home /srv/touchstone");
    const auto sources = [flags] { return node::ConfigSources{*flags, node::environment_of_process()}; };
    command->add_subcommand("list", "Name them")->fallthrough()->callback([&options, sources] {
        const auto held = list_held(sources());
        if (!held.ok()) {
            options.exit_status = fail(options, held.error());
            return;
        }
        nlohmann::json all = nlohmann::json::array();
        std::string text;
        for (const node::QuarantinedTransaction& one : *held) {
            all.push_back(to_json(one));
            text += fmt::format("{} of {} ({}), in a block of height {}; the node ended {} times{}\n", one.id.hex(),
                                one.organisation, one.operations, one.height.value, one.ends,
                                one.ends_again ? ", and does not start: the block is final" : "");
        }
        if (held->empty()) text = "nothing is in quarantine\n";
        options.exit_status = finish(options, {{"transactions", std::move(all)}}, text);
    });
    CLI::App* const release = command->add_subcommand("release", "Let the node execute one again; it must not run");
    auto id = std::make_shared<std::string>();
    release->fallthrough()->add_option("id", *id, "The transaction's id")->required();
    release->callback([&options, sources, id] {
        const auto released = release_held(sources(), *id);
        options.exit_status = released.ok() ? finish(options, to_json(*released),
                                                     fmt::format("released {}\n", released->id.hex()))
                                            : fail(options, released.error());
    });
}

}  // namespace

void add_node_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* const command = app.add_subcommand("node", "Run one node");
    command->footer("Example: TOUCHSTONE_PASSPHRASE=… touchstone node --home /srv/touchstone");
    const auto flags = add_setting_flags(*command);
    add_quarantine_commands(*command, options, flags);
    command->callback([&options, flags, command] {
        if (!command->get_subcommands().empty()) return;  // one of them did what was asked
        const auto status = run({*flags, node::environment_of_process()});
        options.exit_status = status.ok() ? *status : fail(options, status.error());
    });
}

void add_init_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* const command = app.add_subcommand("init", "Make the home folder of a node: genesis, settings, key");
    command->footer(
        "Example: touchstone init --home /srv/touchstone --genesis genesis.json --p2p.peers KEY@host:7545\n"
        "Prints the node's public key: a validator's goes into genesis.json, an observer's into the peers' p2p.allow.");
    auto arguments = std::make_shared<InitArguments>();
    command->add_option("--genesis", arguments->genesis, "genesis.json of the chain to join")->required();
    command->add_option("--node-key", arguments->key, "Key file to use; default: a new key");
    const auto flags = add_setting_flags(*command);
    command->callback([&options, arguments, flags] {
        const node::ConfigSources sources{*flags, node::environment_of_process()};
        const auto key = init(sources, *arguments);
        if (!key.ok()) {
            options.exit_status = fail(options, key.error());
            return;
        }
        const auto home = node::home_of(sources);
        options.exit_status = finish(options, {{"home", home->string()}, {"key", key->hex()}},
                                     fmt::format("made {}\nnode key {}\nnext: touchstone node --home {}\n",
                                                 home->string(), key->hex(), home->string()));
    });
}

}  // namespace touchstone::tools
