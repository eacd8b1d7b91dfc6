// Documents that the ledger keeps by their hashes: record one, and prove since when somebody has recorded it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "ledger/records/document_records.h"
#include "rpc/epcis/event_hash.h"
#include "tools/cli/commands.h"
#include "tools/client/containers.h"
#include "tools/proof/epochs.h"
#include "tools/client/item_file.h"
#include "tools/client/registry_reads.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::string hash;
    std::string file;
    std::string by;
    std::vector<std::string> items;
    std::string gtin;  // of items that are named by serials alone
    std::vector<std::string> containers;
    std::string maker;
};

Result<Hash256> hash_from(const Arguments& arguments) {
    if (arguments.hash.empty() == arguments.file.empty())
        return Error{"usage", "name the document: by its hash, or by --document FILE (not both)"};
    if (arguments.hash.empty()) return file_digest(arguments.file);
    const auto event = epcis::hash_of_event_id(arguments.hash);
    const auto hash = event ? event : Hash256::from_hex(arguments.hash);
    if (!hash || hash->is_zero())
        return Error{"bad_hash", fmt::format("'{}' is no SHA-256 of 64 hexadecimal digits", arguments.hash)};
    return *hash;
}

Result<ledger::op::RecordDocument> document_from(const Arguments& arguments, const GlobalOptions& options) {
    ledger::op::RecordDocument made;
    TRY_ASSIGN(made.document, hash_from(arguments));
    ItemDefaults defaults;
    if (!arguments.gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(arguments.gtin));
    }
    const ItemFile items = parse_item_arguments(arguments.items, defaults);
    if (!items.bad.empty()) return Error{items.bad[0].code, items.bad[0].message};
    for (const ItemLine& item : items.items) made.items.add(item.name);
    if (arguments.containers.empty()) return made;
    TRY_ASSIGN(RpcClient client, connect(options));
    for (const std::string& sscc : arguments.containers) {
        TRY_ASSIGN(const ledger::ContainerName container,
                   container_named(client, sscc, {options.organisation, arguments.maker}));
        made.containers.add(container);
    }
    return made;
}

int run_record(const Arguments& arguments, const GlobalOptions& options) {
    auto document = document_from(arguments, options);
    if (!document.ok()) return fail(options, document.error());
    const Hash256 hash = document->document;
    return run_single(*std::move(document), options, [&](const TransactionAnswer& answer, AnswerNotes notes) {
        notes.object["document"] = hash.hex();
        notes.text += fmt::format("  document {}\n", hash.hex());
        if (answer.operations.empty()) return;
        for (const RefusedItem& one : answer.operations[0].refused)
            notes.text += fmt::format("  not in the history of number {}: {}\n", one.index + 1, one.message);
        notes.object["not_attached"] = answer.operations[0].refused.size();
    });
}

Result<std::pair<std::optional<ledger::DocumentRecord>, Height>> ask(const Arguments& arguments, const Hash256& hash,
                                                                     const GlobalOptions& options) {
    const json params{{"document", hash.hex()}, {"organisation", arguments.by}};
    TRY_ASSIGN(const ProvenRecord proven,
               ask_proven(options, {"document_get", params, ledger::document_key(hash, arguments.by)}));
    std::pair<std::optional<ledger::DocumentRecord>, Height> made{std::nullopt, proven.signed_header.header.height};
    if (proven.record) {
        TRY_ASSIGN(made.first, ledger::DocumentRecord::decode(*proven.record));
    }
    return made;
}

int run_show(const Arguments& arguments, const GlobalOptions& options) {
    const auto hash = hash_from(arguments);
    if (!hash.ok()) return fail(options, hash.error());
    const auto proven = ask(arguments, *hash, options);
    if (!proven.ok()) return fail(options, proven.error());
    const auto& [record, height] = *proven;
    json out{{"ok", true},
             {"proven", true},
             {"height", height.value},
             {"document", hash->hex()},
             {"organisation", arguments.by},
             {"recorded", record.has_value()}};
    std::string text = fmt::format("document {}\n  never recorded by {}\n", hash->hex(), arguments.by);
    if (record) {
        out["recorded_in"] = record->height.value;
        out["recorded_at_ms"] = record->time.ms;
        text = fmt::format("document {}\n  recorded by {} in block {}, {}\n",
                           hash->hex(), arguments.by, record->height.value,
                           ledger::time_text(record->time));
    }
    return finish(options, out, text + fmt::format("proven for block {}\n", height.value));
}

void add_document(CLI::App* sub, Arguments& arguments) {
    sub->add_option("hash", arguments.hash, "SHA-256 of the document, or an EPCIS event hash (ni:///sha-256;…)");
    sub->add_option("--document", arguments.file, "The document itself: its SHA-256 is taken");
}

}  // namespace

void add_document_commands(CLI::App& app, GlobalOptions& options) {
    CLI::App* document = app.add_subcommand("document", "Documents that the ledger keeps by their hashes");
    document->require_subcommand(1);

    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(*document, "record", "Keep the hash of a document, with the time of the ledger",
                             "touchstone document record --document certificate.pdf --item "
                             "https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H");
    add_document(sub, *arguments);
    sub->add_option("--item", arguments->items, "An item that it is about; may be repeated")->allow_extra_args(false);
    sub->add_option("--sscc", arguments->containers, "A container that it is about; may be repeated")
        ->allow_extra_args(false);
    sub->add_option("--gtin", arguments->gtin, "GTIN of serials and commitments that stand alone");
    sub->add_option("--maker", arguments->maker, "Organisation that made the container, where several have used its number");
    sub->callback([&options, arguments] { options.exit_status = run_record(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(*document, "show", "Since when an organisation has recorded a document, proven",
                   "touchstone document show --document certificate.pdf --by acme --trust genesis.json");
    add_document(sub, *arguments);
    sub->add_option("--by", arguments->by, "The organisation that recorded it")->required();
    sub->callback([&options, arguments] { options.exit_status = run_show(*arguments, options); });
}

}  // namespace touchstone::tools
