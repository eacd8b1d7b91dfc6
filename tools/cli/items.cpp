// The operations on items: one command each, with items as arguments or in a file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/containers.h"
#include "tools/client/serial_care.h"
#include "tools/client/single_operation.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::vector<std::string> items;
    std::string file;
    std::string gtin;
    std::string lot;
    std::string expiry;
    std::string made_on;
    std::string facility;
    std::string party;
    std::string text;
    std::string flag = "suspect";
    std::string finding = "conform";
    std::string document;
    std::string seller;
    std::string mode = "partial";
    std::string into = "destroyed";
    std::string sscc;                     // pack and unpack: the container
    std::vector<std::string> containers;  // SSCCs: what moves, or is packed and unpacked
    std::optional<std::uint64_t> counted;
    std::string scan;
    std::size_t chunk = kItemsPerTransaction;
    std::string vault = "auto";
};

struct Done {
    SubmitReport report;
    SerialCare care;
};

struct ItemCommand {
    OperationKind kind;
    const char* name;
    const char* summary;
    const char* done;  // "registered"
    const char* example;
};

constexpr ItemCommand kCommands[] = {
    {OperationKind::kRegister, "register", "Register items: they exist from now on, and were made by you", "registered",
     "touchstone register --gtin 09506000134352 --lot A1 --expiry 2027-12-31 --file serials.csv"},
    {OperationKind::kShip, "ship", "Ship items to another organisation; they stay yours until it accepts", "shipped",
     "touchstone ship --to carrier --document DN-4711 --file serials.csv"},
    {OperationKind::kCancelShipment, "cancel-shipment", "Take back a shipment that was not accepted yet", "taken back",
     "touchstone cancel-shipment --file serials.csv"},
    {OperationKind::kReceive, "receive", "Accept items that were shipped to you", "received",
     "touchstone receive https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H"},
    {OperationKind::kReject, "reject", "Refuse items that were shipped to you; the sender keeps them", "rejected",
     "touchstone reject --reason 'seal broken' --file serials.csv"},
    {OperationKind::kSell, "sell", "Record the sale of items to consumers", "sold",
     "touchstone sell --country FR https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H"},
    {OperationKind::kReturn, "return", "Record that sold items came back", "returned",
     "touchstone return --reason 'changed mind' https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H"},
    {OperationKind::kFlag, "flag", "Mark items as stolen, suspect or quarantined", "flagged",
     "touchstone flag --flag stolen --reason 'truck 17' --file serials.csv"},
    {OperationKind::kClearFlag, "clear-flag", "Take such a mark away", "cleared",
     "touchstone clear-flag --flag stolen --reason found --file serials.csv"},
    {OperationKind::kPack, "pack", "Pack items, or containers, into a container named by its SSCC", "packed",
     "touchstone pack --into 106141412345678908 --file serials.csv"},
    {OperationKind::kUnpack, "unpack", "Take items, or containers, out of a container", "unpacked",
     "touchstone unpack --from 106141412345678908 --file serials.csv"},
    {OperationKind::kDecommission, "decommission", "End items for good: exported, sampled or destroyed",
     "decommissioned", "touchstone decommission --as destroyed --reason 'water damage' --file serials.csv"},
    {OperationKind::kCancelSale, "cancel-sale", "Undo a sale recorded by mistake, within 24 hours", "undone",
     "touchstone cancel-sale https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H"},
    {OperationKind::kTransferOwnership, "transfer-ownership", "Offer the ownership of items to another organisation",
     "offered", "touchstone transfer-ownership --to shop --file serials.csv"},
    {OperationKind::kAcceptOwnership, "accept-ownership", "Accept the ownership that was offered to you", "accepted",
     "touchstone accept-ownership --file serials.csv"},
    {OperationKind::kRejectOwnership, "reject-ownership", "Refuse it; the owner stays what it was", "rejected",
     "touchstone reject-ownership --reason price --file serials.csv"},
    {OperationKind::kCancelOwnershipTransfer, "cancel-ownership-transfer",
     "Take back an offer that was not answered yet", "taken back",
     "touchstone cancel-ownership-transfer --file serials.csv"},
    {OperationKind::kInspect, "inspect", "Record what an inspection found, on each item", "inspected",
     "touchstone inspect --finding conform --document report.pdf --file serials.csv"},
};

Result<ledger::Day> day_option(const std::string& text, const char* option) {
    if (text.empty()) return ledger::Day{0};
    const auto day = parse_day(text);
    if (!day) return Error{"bad_date", fmt::format("{} '{}' is no date; write YYYY-MM-DD", option, text)};
    return *day;
}

Result<ItemDefaults> defaults_from(const Arguments& arguments) {
    ItemDefaults defaults;
    if (!arguments.gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(arguments.gtin));
    }
    defaults.lot = arguments.lot;
    TRY_ASSIGN(defaults.expiry, day_option(arguments.expiry, "--expiry"));
    TRY_ASSIGN(defaults.made_on, day_option(arguments.made_on, "--made-on"));
    return defaults;
}

Result<ItemFile> items_from(const Arguments& arguments, OperationKind kind) {
    TRY_ASSIGN(const ItemDefaults defaults, defaults_from(arguments));
    if (arguments.items.empty() == arguments.file.empty())
        return Error{"usage", "name the items: as arguments, or in a file with --file FILE (not both)"};
    ItemFile file;
    if (!arguments.file.empty()) {
        TRY_ASSIGN(const std::string text, read_text_file(arguments.file));
        TRY_ASSIGN(file, parse_item_file(text, defaults));
    } else {
        file = parse_item_arguments(arguments.items, defaults);
    }
    if (file.items.empty() && file.bad.empty()) return Error{"bad_file", "there is no item in the file"};
    if (kind != OperationKind::kRegister) return file;
    for (ItemLine& item : file.items) {
        // A key alone tells no product; --gtin does.
        if (item.gtin.empty()) item.gtin = defaults.gtin;
        if (item.gtin.empty()) return Error{"no_gtin", "registering by key needs --gtin or a column gtin"};
    }
    return file;
}

Result<SubmitPlan> plan_from(const Arguments& arguments, const ItemCommand& command, const GlobalOptions& options) {
    SubmitPlan plan;
    plan.pattern.kind = command.kind;
    plan.pattern.party = arguments.party;
    plan.pattern.text = arguments.text;
    plan.pattern.facility = arguments.facility;
    plan.pattern.flag = arguments.flag == "stolen"    ? ledger::ItemFlag::kStolen
                        : arguments.flag == "suspect" ? ledger::ItemFlag::kSuspect
                                                      : ledger::ItemFlag::kQuarantined;
    plan.pattern.into = arguments.into == "exported"  ? ledger::ItemState::kExported
                        : arguments.into == "sampled" ? ledger::ItemState::kSampled
                                                      : ledger::ItemState::kDestroyed;
    if (!arguments.sscc.empty()) {
        TRY_ASSIGN(plan.pattern.container, container_named(arguments.sscc));
    }
    plan.pattern.finding = ledger::finding_from(arguments.finding).value_or(ledger::Finding::kConform);
    if (!arguments.document.empty()) {
        TRY_ASSIGN(plan.pattern.image, file_digest(arguments.document));
    }
    if (!arguments.seller.empty()) {
        const auto seller = Hash256::from_hex(arguments.seller);
        if (!seller) return Error{"bad_seller", "--seller is a pseudonym of 64 hexadecimal digits"};
        plan.pattern.seller = *seller;
    }
    plan.mode = arguments.mode == "atomic" ? Mode::kAtomic : Mode::kPartial;
    plan.wait = options.no_wait ? Wait::kUntilTaken : Wait::kUntilFinal;
    plan.items_max = arguments.chunk;
    if (plan.mode == Mode::kAtomic) {
        plan.items_max = limits::kItemsPerRegisterMax;
        plan.in_flight = 1;
    }
    return plan;
}

// The node was lost before anything was sent.
SubmitReport nothing_sent(const ItemFile& file, const Error& error) {
    SubmitReport report;
    for (const ItemLine& item : file.items)
        report.lines.push_back({item.line, item.text, LineState::kUnsent, error.code, error.message});
    for (const BadLine& bad : file.bad)
        report.lines.push_back({bad.line, bad.text, LineState::kMalformed, bad.code, bad.message});
    std::stable_sort(report.lines.begin(), report.lines.end(),
                     [](const LineResult& a, const LineResult& b) { return a.line < b.line; });
    report.error = error;
    return report;
}

Result<SerialCare> care_for(const ItemFile& file, const Arguments& arguments, const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(SerialCare care,
               care_for_serials(client, file.items, options.organisation, vault_use_from(arguments.vault)));
    for (const std::string& warning : care.warnings) std::cerr << "touchstone: warning: " << warning << '\n';
    return care;
}

Result<Done> execute(const Arguments& arguments, const ItemCommand& command, const GlobalOptions& options) {
    TRY_ASSIGN(const ItemFile file, items_from(arguments, command.kind));
    TRY_ASSIGN(const SubmitPlan plan, plan_from(arguments, command, options));
    if (plan.mode == Mode::kAtomic && file.items.size() > plan.items_max)
        return Error{"too_many_items",
                     fmt::format("{} items are more than one transaction takes ({}): cut the file, or "
                                 "use --mode partial, which may be sent again safely",
                                 file.items.size(), plan.items_max)};
    // A file without one good line needs neither key nor node to be refused.
    if (file.items.empty()) {
        SubmitReport report = nothing_sent(file, {});
        report.error.reset();
        return Done{std::move(report), {}};
    }
    TRY_ASSIGN(const Signer signer, load_signer(options));
    Done done;
    if (command.kind == OperationKind::kRegister) {
        auto care = care_for(file, arguments, options);
        if (!care.ok() && is_unreachable(care.error())) return Done{nothing_sent(file, care.error()), {}};
        if (!care.ok()) return care.error();
        done.care = *std::move(care);
    }
    const GateFactory gates = [&](std::size_t thread) -> Result<std::unique_ptr<LedgerGate>> {
        TRY_ASSIGN(RpcClient client, connect(options));
        client.prefer(thread);
        return std::unique_ptr<LedgerGate>(std::make_unique<RpcGate>(std::move(client), seconds(60)));
    };
    Progress progress(command.name, file.items.size());
    done.report = submit_items(file, plan, signer, gates, [&](std::size_t lines) { progress.update(lines); });
    return done;
}

int tell(const GlobalOptions& options, const ItemCommand& command, const Done& done) {
    json object = to_json(done.report);
    std::string text = to_text(done.report, command.done);
    if (command.kind == OperationKind::kRegister) {
        object["warnings"] = done.care.warnings;
        object["kept_in_vault"] = done.care.kept;
        if (done.care.kept > 0) text += fmt::format("new in the vault of this node: {}\n", done.care.kept);
    }
    return finish(options, object, text, exit_status_of(done.report));
}

void add_container_options(CLI::App& sub, OperationKind kind, Arguments& arguments) {
    switch (kind) {
        case OperationKind::kReceive:
            sub.add_option("--counted", arguments.counted, "Items found in the container, at all levels");
            sub.add_option("--scan", arguments.scan,
                           "CSV of all items found in the container: missing and surplus ones are recorded");
            [[fallthrough]];
        case OperationKind::kShip:
        case OperationKind::kCancelShipment:
        case OperationKind::kReject:
        case OperationKind::kPack:
        case OperationKind::kUnpack:
            sub.add_option("--sscc", arguments.containers, "Containers instead of items, with all that is in them");
            break;
        default:
            break;
    }
}

// Containers go in one operation: they are few, whatever they hold.
Result<Operation> containers_operation(const Arguments& arguments, const ItemCommand& command,
                                       const GlobalOptions& options) {
    if (!arguments.items.empty() || !arguments.file.empty())
        return Error{"usage", "name items or containers (--sscc), in two commands"};
    TRY_ASSIGN(const SubmitPlan plan, plan_from(arguments, command, options));
    Operation operation = plan.pattern;
    for (const std::string& sscc : arguments.containers) {
        TRY_ASSIGN(const Hash256 key, container_named(sscc));
        operation.containers.push_back(key);
    }
    if (!arguments.counted && arguments.scan.empty()) return operation;
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY(add_findings({arguments.counted, arguments.scan, arguments.gtin}, client, operation));
    return operation;
}

void note_keys(AnswerNotes& notes, const char* what, const std::vector<Hash256>& keys) {
    constexpr std::size_t kShownMax = 50;
    json& list = notes.object[what] = json::array();
    notes.text += fmt::format("  {}: {}\n", what, keys.size());
    for (const Hash256& key : keys) {
        if (list.size() < kShownMax) notes.text += fmt::format("    item {}\n", key.hex());
        list.push_back(key.hex());
    }
    if (keys.size() > kShownMax)
        notes.text += fmt::format("    … and {} more; --json names them all\n", keys.size() - kShownMax);
}

int run_containers(const Arguments& arguments, const ItemCommand& command, const GlobalOptions& options) {
    const auto operation = containers_operation(arguments, command, options);
    if (!operation.ok()) return fail(options, operation.error());
    return run_single(*operation, options, [&](const TransactionAnswer&, AnswerNotes notes) {
        if (!operation->counted) return;
        notes.object["counted"] = *operation->counted;
        notes.text += fmt::format("  counted: {}\n", *operation->counted);
        if (arguments.scan.empty()) return;
        // Whoever unloads the truck is to look for these now.
        note_keys(notes, "missing", operation->missing);
        note_keys(notes, "surplus", operation->surplus);
    });
}

void add_one(CLI::App& app, GlobalOptions& options, const ItemCommand& command) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    const auto arguments = std::make_shared<Arguments>();
    sub->footer(
        fmt::format("Example: {}\n\nA file is CSV with a column serial, uri or key; gtin, lot, expiry, made_on "
                    "are optional.\nSending the same file twice is safe: what is done is reported as already "
                    "there.\n{}",
                    command.example, kExitStatusHelp));
    sub->add_option("items", arguments->items, "Items: Digital Link, EPC URI, item key, or serial with --gtin");
    sub->add_option("-f,--file", arguments->file, "CSV file of items, - for stdin");
    sub->add_option("--gtin", arguments->gtin, "GTIN of serials that stand alone");
    sub->add_option("--mode", arguments->mode, "partial: good lines go through; atomic: all or none")
        ->check(CLI::IsMember({"partial", "atomic"}));
    sub->add_option("--chunk", arguments->chunk, "Items per transaction")
        ->check(CLI::Range(std::size_t{1}, limits::kItemsPerRegisterMax));
    switch (command.kind) {
        case OperationKind::kRegister:
            sub->add_option("--lot", arguments->lot, "Lot or batch, for lines without one");
            sub->add_option("--expiry", arguments->expiry, "Expiry date YYYY-MM-DD, for lines without one");
            sub->add_option("--made-on", arguments->made_on, "Date of manufacture YYYY-MM-DD");
            sub->add_option("--facility", arguments->facility, "GLN of the facility");
            sub->add_option(
                   "--vault", arguments->vault,
                   "Keep the serials in the vault of the node: auto, when it is your organisation's; always, or "
                   "not at all; never")
                ->check(CLI::IsMember({"auto", "always", "never"}));
            break;
        case OperationKind::kShip:
            sub->add_option("--to", arguments->party, "Organisation that shall receive them")->required();
            sub->add_option("--document", arguments->text, "Delivery note or other reference");
            break;
        case OperationKind::kSell:
            sub->add_option("--country", arguments->text, "ISO 3166-1 alpha-2 code of the country of sale");
            sub->add_option("--seller", arguments->seller, "Pseudonym of the shop; for platforms");
            break;
        case OperationKind::kInspect:
            sub->add_option("--finding", arguments->finding, "What was found")
                ->check(CLI::IsMember({"conform", "nonconform", "counterfeit_suspected"}))
                ->required();
            sub->add_option("--document", arguments->document,
                            "File of the report, of which the ledger keeps the digest");
            break;
        case OperationKind::kFlag:
        case OperationKind::kClearFlag:
            sub->add_option("--flag", arguments->flag, "Which mark")
                ->check(CLI::IsMember({"stolen", "suspect", "quarantined"}))
                ->required();
            [[fallthrough]];
        case OperationKind::kReject:
        case OperationKind::kReturn:
        case OperationKind::kCancelSale:
        case OperationKind::kRejectOwnership:
            sub->add_option("--reason", arguments->text, "Why, for the record");
            break;
        case OperationKind::kTransferOwnership:
            sub->add_option("--to", arguments->party, "Organisation that shall own them")->required();
            break;
        case OperationKind::kDecommission:
            sub->add_option("--as", arguments->into, "How they end")
                ->check(CLI::IsMember({"exported", "sampled", "destroyed"}))
                ->required();
            sub->add_option("--reason", arguments->text, "Why, for the record");
            break;
        case OperationKind::kPack:
            sub->add_option("--into", arguments->sscc, "SSCC of the container: 18 digits; made by its first pack")
                ->required();
            break;
        case OperationKind::kUnpack:
            sub->add_option("--from", arguments->sscc, "SSCC of the container: 18 digits")->required();
            break;
        default:
            break;
    }
    add_container_options(*sub, command.kind, *arguments);
    sub->callback([&options, arguments, &command] {
        if (!arguments->containers.empty()) {
            options.exit_status = run_containers(*arguments, command, options);
            return;
        }
        const auto done = execute(*arguments, command, options);
        options.exit_status = done.ok() ? tell(options, command, *done) : fail(options, done.error());
    });
}

}  // namespace

void add_item_commands(CLI::App& app, GlobalOptions& options) {
    for (const ItemCommand& command : kCommands) add_one(app, options, command);
}

}  // namespace touchstone::tools
