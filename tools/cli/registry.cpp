// What stands in the ledger's registers: organisations, products, licences, lots, recalls.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/containers.h"
#include "tools/client/ledger_gate.h"
#include "tools/client/paged_reads.h"
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

namespace {

struct ContainerQuestion {
    std::string sscc;
    std::string maker;
    bool contents = false;
};

Result<ledger::ContainerName> named(const ContainerQuestion& question, RpcClient& client,
                                    const GlobalOptions& options) {
    return container_named(client, question.sscc, {options.organisation, question.maker});
}

// All that is directly in it: items as a file that commands take with --file. What the node can not name is told apart,
// since a command could not take it.
int list_contents(const GlobalOptions& options, const ContainerQuestion& question) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto name = named(question, *client, options);
    if (!name.ok()) return fail(options, name.error());
    const auto contents = contents_of(*client, params_of(*name));
    if (!contents.ok()) return fail(options, contents.error());
    json out{{"ok", true}, {"items", json::array()}, {"containers", json::array()}};
    std::string text = "commitment,gtin\n";
    for (const auto& [key, item] : contents->items) {
        out["items"].push_back({{"key", key.hex()}});
        if (!item) {
            std::cerr << fmt::format("item {}: this node does not know its name\n", key.hex());
            continue;
        }
        out["items"].back()["commitment"] = item->commitment.hex();
        out["items"].back()["gtin"] = item->gtin;
        text += fmt::format("{},{}\n", item->commitment.hex(), item->gtin);
    }
    for (const ledger::StateKey& container : contents->containers) {
        out["containers"].push_back(container.hex());
        std::cerr << fmt::format("container {}\n", container.hex());
    }
    return finish(options, out, text);
}

// What is directly in it by number; --json has the first page.
int show_container(const GlobalOptions& options, const ContainerQuestion& question) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto name = named(question, *client, options);
    if (!name.ok()) return fail(options, name.error());
    const auto answer = client->call("container_get", params_of(*name));
    if (!answer.ok()) return fail(options, answer.error());
    const json container = answer->value("container", json::object()),
               custody = answer->value("custody", json::object());
    Table table;
    table.row({"maker", name->maker});
    table.row({"custodian", cell(custody.value("custodian", json()))});
    table.row({"state", cell(custody.value("state", json()))});
    table.row({"receiver", cell(custody.value("receiver", json()))});
    table.row({"in containers", std::to_string(answer->value("in", json::array()).size())});
    table.row({"items at all levels", cell(container.value("items", json()))});
    table.row({"directly in it", cell(container.value("direct", json()))});
    table.row({"events", cell(container.value("event_count", json()))});
    return finish(options, {{"ok", true}, {"result", *answer}}, table.text());
}

}  // namespace

CLI::App* add_read(CLI::App& parent, const char* name, const char* summary, const char* example) {
    CLI::App* sub = parent.add_subcommand(name, summary);
    sub->footer(fmt::format("Example: {}\n{}", example, kExitStatusHelp));
    return sub;
}

namespace {

void add_products(CLI::App& app, GlobalOptions& options) {
    CLI::App* product = app.add_subcommand("product", "Products of brands");
    product->require_subcommand(1);
    add_gtin_show(add_read(*product, "show", "One product", "touchstone product show 09506000134352"), options,
                  "product_get", nullptr);
    add_product_history(*product, options);
    add_read(*product, "list", "All declared products", "touchstone product list --json")->callback([&options] {
        options.exit_status =
            show_list(options, {"product_list", "products", {"gtin", "brand", "name", "registered"}}, json::object());
    });

    CLI::App* licence = app.add_subcommand("licence", "Licences of manufacturers to register for a brand");
    licence->require_subcommand(1);
    add_gtin_show(add_read(*licence, "show", "What a manufacturer may register, and how much of it is used",
                           "touchstone licence show 09506000134352 maker"),
                  options, "licence_get", "manufacturer");
}

void add_container(CLI::App& app, GlobalOptions& options) {
    const auto question = std::make_shared<ContainerQuestion>();
    CLI::App* container = add_read(app, "container", "A container: who holds it, and what is in it",
                                   "touchstone container 106141412345678908\n"
                                   "         touchstone container 106141412345678908 --contents");
    container->add_option("sscc", question->sscc, "SSCC: 18 digits")->required();
    container->add_option("--maker", question->maker, "Organisation that made it, where several have used its number");
    container->add_flag("--contents", question->contents,
                        "All items directly in it, as a file for --file; containers in it on stderr");
    container->callback([&options, question] {
        options.exit_status =
            question->contents ? list_contents(options, *question) : show_container(options, *question);
    });
}

}  // namespace

void add_registry_commands(CLI::App& app, GlobalOptions& options) {
    add_products(app, options);
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

    add_container(app, options);

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
        options.exit_status = show_list(options, {"recall_list", "recalls", {"gtin", "lot", "maker", "made_from", "made_until", "countries", "by", "reason"}}, params);
    });
}

}  // namespace touchstone::tools
