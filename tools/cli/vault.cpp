// vault status, find, export: the plaintext of one's own serials, from one's own node.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/item_file.h"
#include "tools/client/private_file.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::vector<std::string> items;
    std::string gtin;
    std::string file;
};

Result<RpcClient> owner_client(const GlobalOptions& options) {
    if (options.organisation.empty() || options.key_file.empty())
        return Error{"no_signer",
                     "a vault opens to the organisation whose node it is: give --org ID and --key FILE, or "
                     "set TOUCHSTONE_ORG and TOUCHSTONE_KEY"};
    return connect(options);
}

int show_status(const GlobalOptions& options) {
    auto client = owner_client(options);
    if (!client.ok()) return fail(options, client.error());
    const auto answer = client->call("vault_status", json::object());
    if (!answer.ok()) return fail(options, answer.error());
    return finish(options, *answer,
                  fmt::format("vault of {} at {}: {} items, {} documents\n", answer->value("organisation", ""),
                              client->url(), answer->value("items", 0ull), answer->value("documents", 0ull)));
}

Status append_items(const Result<json>& page, json& items) {
    if (!page.ok()) return page.error();
    if (!page->is_object() || !page->contains("items") || !(*page)["items"].is_array())
        return Error{"rpc_malformed", "vault_find answered no list of items"};
    for (const json& item : (*page)["items"]) items.push_back(item);
    return Ok{};
}

Result<json> all_items(RpcClient& client, const std::string& gtin) {
    json items = json::array();
    json params{{"limit", limits::kRpcPageMax}};
    if (!gtin.empty()) {
        TRY_ASSIGN(params["gtin"], ledger::to_gtin14(gtin));
    }
    for (;;) {
        const auto page = client.call("vault_find", params);
        TRY(append_items(page, items));
        if (page->value("complete", true) || !(*page)["cursor"].is_number()) return items;
        params["cursor"] = (*page)["cursor"];
    }
}

// Items are named as everywhere: by link, or by a serial or its commitment with --gtin.
Result<json> named_items(RpcClient& client, const Arguments& arguments) {
    ItemDefaults defaults;
    if (!arguments.gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(arguments.gtin));
    }
    const ItemFile named = parse_item_arguments(arguments.items, defaults);
    if (!named.bad.empty()) return Error{named.bad.front().code, named.bad.front().message};
    json items = json::array();
    for (std::size_t from = 0; from < named.items.size(); from += limits::kRpcPageMax) {
        json keys = json::array();
        for (std::size_t i = from; i < named.items.size() && keys.size() < limits::kRpcPageMax; ++i)
            keys.push_back(named.items[i].name.key().hex());
        TRY(append_items(client.call("vault_find", {{"keys", keys}}), items));
    }
    return items;
}

Result<json> find(const Arguments& arguments, const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client, owner_client(options));
    return arguments.items.empty() ? all_items(client, arguments.gtin) : named_items(client, arguments);
}

int show_found(const Arguments& arguments, const GlobalOptions& options) {
    const auto items = find(arguments, options);
    if (!items.ok()) return fail(options, items.error());
    Table table;
    table.row({"serial", "gtin", "lot", "key"});
    for (const json& item : *items)
        table.row({item.value("serial", ""), item.value("gtin", ""),
                   item["lot"].is_string() ? item["lot"].get<std::string>() : "", item.value("key", "").substr(0, 16)});
    const bool missing = !arguments.items.empty() && items->size() < arguments.items.size();
    return finish(options, {{"ok", !missing}, {"items", *items}},
                  table.text() + (missing ? "the vault does not know the others\n" : ""),
                  missing ? kExitRefused : kExitOk);
}

int write_export(const Arguments& arguments, const GlobalOptions& options) {
    const auto items = find(arguments, options);
    if (!items.ok()) return fail(options, items.error());
    const auto quoted = [](const std::string& text) { return text.empty() ? text : "\"" + text + "\""; };
    std::string csv = "serial,gtin,lot\n";
    for (const json& item : *items)
        csv += fmt::format("{},{},{}\n", quoted(item.value("serial", "")), item.value("gtin", ""),
                           quoted(item["lot"].is_string() ? item["lot"].get<std::string>() : ""));
    if (const Status written = write_private(arguments.file, csv); !written.ok()) return fail(options, written.error());
    return finish(options, {{"ok", true}, {"file", arguments.file}, {"items", items->size()}},
                  fmt::format("{} items in {} (readable by you alone)\n", items->size(), arguments.file));
}

}  // namespace

void add_vault_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* vault = app.add_subcommand("vault", "The plaintext of your serials, in your own node's vault");
    vault->require_subcommand(1);
    CLI::App* status = vault->add_subcommand("status", "How much the vault holds");
    status->footer(fmt::format("Example: touchstone vault status --org acme --key acme.key\n{}", kExitStatusHelp));
    status->callback([&options] { options.exit_status = show_status(options); });

    const auto arguments = std::make_shared<Arguments>();
    CLI::App* found = vault->add_subcommand("find", "The serials of items, or of a product");
    found->footer(
        fmt::format("Example: touchstone vault find --gtin 09506000134352\n         touchstone vault find "
                    "https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H\n{}",
                    kExitStatusHelp));
    found->add_option("items", arguments->items, "Items: Digital Link, EPC URI, or serial, or its commitment, with --gtin");
    found->add_option("--gtin", arguments->gtin, "All items of this product; or the GTIN of serials that stand alone");
    found->callback([&options, arguments] { options.exit_status = show_found(*arguments, options); });

    CLI::App* exported = vault->add_subcommand("export", "All serials, or those of a product, as CSV");
    exported->footer(
        fmt::format("Example: touchstone vault export --gtin 09506000134352 --file serials.csv\n\nThe file is as "
                    "touchstone register takes it, mode 0600: whoever has it can print your codes.\n{}",
                    kExitStatusHelp));
    exported->add_option("--gtin", arguments->gtin, "Only this product");
    exported->add_option("-f,--file", arguments->file, "CSV file to write; never over an existing one")->required();
    exported->callback([&options, arguments] { options.exit_status = write_export(*arguments, options); });
}

}  // namespace touchstone::tools
