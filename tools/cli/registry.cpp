// What stands in the ledger's registers: organisations, products, licences, lots, recalls.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/containers.h"
#include "tools/client/registry_reads.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

std::string cell(const json& value) {
    if (value.is_null()) return "-";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array()) {
        std::string joined;
        for (const json& entry : value) joined += (joined.empty() ? "" : " ") + cell(entry);
        return joined;
    }
    return value.dump();
}

// One record, a line for each member.
std::string record_text(const json& record) {
    if (!record.is_object()) return record.dump() + "\n";
    Table table;
    for (const auto& [name, value] : record.items()) table.row({name, cell(value)});
    return table.text();
}

// All pages of a list.
Result<json> fetch_all(RpcClient& client, const std::string& method, const std::string& member, json params) {
    json all = json::array();
    for (;;) {
        params["limit"] = 1000;
        TRY_ASSIGN(const json page, client.call(method, params));
        if (!page.is_object() || !page.contains(member) || !page[member].is_array())
            return Error{"rpc_malformed", fmt::format("{} answered no list '{}'", method, member)};
        for (const json& entry : page[member]) all.push_back(entry);
        if (page.value("complete", true) || !page.contains("cursor") || !page["cursor"].is_string()) return all;
        params["cursor"] = page["cursor"];
    }
}

struct Names {
    std::string gtin;
    std::string other;
};

// `other` names the second part of the record's name ("lot"), or is null.
void add_gtin_show(CLI::App* sub, GlobalOptions& options, const char* method, const char* other) {
    const auto names = std::make_shared<Names>();
    sub->add_option("gtin", names->gtin, "GTIN of the product")->required();
    if (other) sub->add_option(other, names->other, "")->required();
    sub->callback([&options, names, method, other] {
        const auto gtin = ledger::to_gtin14(names->gtin);
        if (!gtin.ok()) {
            options.exit_status = fail(options, gtin.error());
            return;
        }
        json params{{"gtin", *gtin}};
        if (other) params[other] = names->other;
        options.exit_status = show_record(options, method, params);
    });
}

}  // namespace

int show_record(const GlobalOptions& options, const std::string& method, const json& params) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto answer = client->call(method, params);
    if (!answer.ok()) return fail(options, answer.error());
    return finish(options, {{"ok", true}, {"result", *answer}}, record_text(*answer));
}

int show_list(const GlobalOptions& options, const ListForm& form, const json& params) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto all = fetch_all(*client, form.method, form.member, params);
    if (!all.ok()) return fail(options, all.error());
    std::string text;
    Table table;
    const auto row = [&](const auto& value_of) {
        std::vector<std::string> cells;
        for (const char* column : form.columns) cells.push_back(value_of(column));
        table.row(std::move(cells));
    };
    row([](const char* column) { return std::string(column); });
    for (const json& entry : *all)
        row([&](const char* column) { return entry.contains(column) ? cell(entry[column]) : std::string("-"); });
    return finish(options, {{"ok", true}, {form.member, *all}, {"complete", true}},
                  fmt::format("{}{} in all\n", table.text(), all->size()));
}

// The keys of all that is directly in it: items one on a line, as commands take them with --file.
int list_contents(const GlobalOptions& options, const std::string& sscc) {
    const auto key = container_named(sscc);
    if (!key.ok()) return fail(options, key.error());
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto contents = fetch_all(*client, "container_get", "contents", {{"key", key->hex()}});
    if (!contents.ok()) return fail(options, contents.error());
    json out{{"ok", true}, {"items", json::array()}, {"containers", json::array()}};
    std::string text;
    for (const json& entry : *contents) {
        const bool item = entry.value("kind", "") == "item";
        out[item ? "items" : "containers"].push_back(entry.value("key", ""));
        if (item) text += entry.value("key", "") + "\n";
    }
    // Not among the items: a command would take its key for an item's.
    for (const json& container : out["containers"])
        std::cerr << fmt::format("container {}\n", container.get<std::string>());
    return finish(options, out, text);
}

// What is directly in it by number; --json has the keys of the first page.
int show_container(const GlobalOptions& options, const std::string& sscc) {
    const auto key = container_named(sscc);
    if (!key.ok()) return fail(options, key.error());
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto answer = client->call("container_get", {{"key", key->hex()}});
    if (!answer.ok()) return fail(options, answer.error());
    const json container = answer->value("container", json::object()),
               custody = answer->value("custody", json::object());
    Table table;
    table.row({"custodian", cell(custody.value("custodian", json()))});
    table.row({"state", cell(custody.value("state", json()))});
    table.row({"receiver", cell(custody.value("receiver", json()))});
    table.row({"in containers", std::to_string(answer->value("in", json::array()).size())});
    table.row({"items at all levels", cell(container.value("items", json()))});
    table.row({"directly in it", cell(container.value("direct", json()))});
    table.row({"events", cell(container.value("event_count", json()))});
    table.row({"key", key->hex()});
    return finish(options, {{"ok", true}, {"result", *answer}}, table.text());
}

CLI::App* add_read(CLI::App& parent, const char* name, const char* summary, const char* example) {
    CLI::App* sub = parent.add_subcommand(name, summary);
    sub->footer(fmt::format("Example: {}\n{}", example, kExitStatusHelp));
    return sub;
}

void add_product_reads(CLI::App& product, GlobalOptions& options) {
    add_gtin_show(add_read(product, "show", "One product", "touchstone product show 09506000134352"), options,
                  "product_get", nullptr);
    add_read(product, "list", "All declared products", "touchstone product list --json")->callback([&options] {
        options.exit_status =
            show_list(options, {"product_list", "products", {"gtin", "brand", "name", "registered"}}, json::object());
    });
}

void add_licence_reads(CLI::App& licence, GlobalOptions& options) {
    add_gtin_show(add_read(licence, "show", "What a manufacturer may register, and how much of it is used",
                           "touchstone licence show 09506000134352 maker"),
                  options, "licence_get", "manufacturer");
}

void add_registry_commands(CLI::App& app, GlobalOptions& options) {
    CLI::App* org = app.add_subcommand("org", "Organisations of the ledger");
    org->require_subcommand(1);
    const auto id = std::make_shared<std::string>();
    CLI::App* org_show = add_read(*org, "show", "One organisation: roles and keys", "touchstone org show acme");
    org_show->add_option("id", *id, "Id of the organisation")->required();
    org_show->callback([&options, id] { options.exit_status = show_record(options, "org_get", {{"id", *id}}); });
    add_read(*org, "list", "All organisations", "touchstone org list")->callback([&options] {
        options.exit_status =
            show_list(options, {"org_list", "organisations", {"id", "name", "roles", "gln", "country", "suspended"}},
                      json::object());
    });

    CLI::App* lot = app.add_subcommand("lot", "Lots of products");
    lot->require_subcommand(1);
    add_gtin_show(add_read(*lot, "show", "One lot", "touchstone lot show 09506000134352 A1"), options, "lot_get",
                  "lot");

    const auto sscc = std::make_shared<std::string>();
    const auto contents = std::make_shared<bool>(false);
    CLI::App* container = add_read(app, "container", "A container: who holds it, and what is in it",
                                   "touchstone container 106141412345678908\n"
                                   "         touchstone container 106141412345678908 --contents | "
                                   "touchstone unpack --from 106141412345678908 --file -");
    container->add_option("sscc", *sscc, "SSCC: 18 digits")->required();
    container->add_flag("--contents", *contents,
                        "Keys of all items directly in it, one on a line; of containers in it on stderr");
    container->callback([&options, sscc, contents] {
        options.exit_status = *contents ? list_contents(options, *sscc) : show_container(options, *sscc);
    });

    const auto gtin = std::make_shared<std::string>();
    CLI::App* recalls = add_read(app, "recalls", "Recalls in force", "touchstone recalls --gtin 09506000134352");
    recalls->add_option("--gtin", *gtin, "Of this product alone");
    recalls->callback([&options, gtin] {
        json params = json::object();
        if (!gtin->empty()) {
            const auto whole = ledger::to_gtin14(*gtin);
            if (!whole.ok()) {
                options.exit_status = fail(options, whole.error());
                return;
            }
            params["gtin"] = *whole;
        }
        options.exit_status = show_list(options, {"recall_list", "recalls", {"gtin", "lot", "by", "reason"}}, params);
    });
}

}  // namespace touchstone::tools
