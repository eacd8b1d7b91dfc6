// The operations on items: one command each, with items as arguments or in a file, or containers by their SSCCs. Which
// there are, and what options they have, the operations themselves say (ledger/schema/operations.h).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/cli/operation_form.h"
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
    std::string mode = "partial";
    std::size_t chunk = kItemsPerTransaction;
    std::vector<std::string> containers;  // SSCCs: what moves, or is packed and unpacked
    std::string maker;                    // of the containers
    std::string scan;
    std::string expected;
    bool as_scanned = false;
    std::string vault = "auto";
};

struct ItemCommand {
    Arguments arguments;
    std::optional<OperationForm> form;
    const ledger::OperationInfo& info() const { return form->info(); }
};

struct Done {
    SubmitReport report;
    SerialCare care;
    bool registered = false;  // serials were cared for
};

Result<ItemFile> items_from(const Arguments& arguments, const ledger::Operation& pattern) {
    std::string gtin;
    if (!arguments.gtin.empty()) {
        TRY_ASSIGN(gtin, ledger::to_gtin14(arguments.gtin));
    }
    if (arguments.items.empty() == arguments.file.empty())
        return Error{"usage", "name the items: as arguments, or in a file with --file FILE (not both)"};
    const ItemDefaults defaults = defaults_of(pattern, std::move(gtin));
    if (arguments.file.empty()) return parse_item_arguments(arguments.items, defaults);
    TRY_ASSIGN(const std::string text, read_text_file(arguments.file));
    TRY_ASSIGN(ItemFile file, parse_item_file(text, defaults));
    if (file.items.empty() && file.bad.empty()) return Error{"bad_file", "there is no item in the file"};
    return file;
}

Result<ledger::ContainerName> container_of(const Arguments& arguments, const GlobalOptions& options,
                                           const std::string& sscc, bool may_be_new) {
    TRY_ASSIGN(RpcClient client, connect(options));
    return container_named(client, sscc, {options.organisation, arguments.maker, may_be_new});
}

Result<ledger::Operation> pattern_from(const ItemCommand& command, const GlobalOptions& options) {
    // The first pack makes a container: nobody has to have heard of it.
    const bool makes = command.info().event == ledger::EventKind::kPacked;
    return command.form->filled(
        {[&](const std::string& sscc) { return container_of(command.arguments, options, sscc, makes); }});
}

SubmitPlan plan_of(const Arguments& arguments, ledger::Operation pattern, const GlobalOptions& options) {
    SubmitPlan plan;
    plan.pattern = std::move(pattern);
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

bool registers(const ledger::Operation& pattern) { return std::holds_alternative<ledger::op::Register>(pattern); }

Result<Done> send(const ItemFile& file, const ItemCommand& command, const SubmitPlan& plan,
                  const GlobalOptions& options) {
    TRY_ASSIGN(const Signer signer, load_signer(options));
    Done done;
    done.registered = registers(plan.pattern);
    if (done.registered) {
        auto care = care_for(file, command.arguments, options);
        if (!care.ok() && is_unreachable(care.error())) return Done{nothing_sent(file, care.error()), {}, true};
        if (!care.ok()) return care.error();
        done.care = *std::move(care);
    }
    const GateFactory gates = [&](std::size_t thread) -> Result<std::unique_ptr<LedgerGate>> {
        TRY_ASSIGN(RpcClient client, connect(options));
        client.prefer(thread);
        return std::unique_ptr<LedgerGate>(std::make_unique<RpcGate>(std::move(client), seconds(60)));
    };
    Progress progress(std::string(command.info().command), file.items.size());
    done.report = submit_items(file, plan, signer, gates, [&](std::size_t lines) { progress.update(lines); });
    return done;
}

Result<Done> execute(const ItemCommand& command, const GlobalOptions& options) {
    TRY_ASSIGN(ledger::Operation pattern, pattern_from(command, options));
    TRY_ASSIGN(const ItemFile file, items_from(command.arguments, pattern));
    const SubmitPlan plan = plan_of(command.arguments, std::move(pattern), options);
    if (plan.mode == Mode::kAtomic && file.items.size() > plan.items_max)
        return Error{"too_many_items",
                     fmt::format("{} items are more than one transaction takes ({}): cut the file, or "
                                 "use --mode partial, which may be sent again safely",
                                 file.items.size(), plan.items_max)};
    if (!file.items.empty()) return send(file, command, plan, options);
    // A file without one good line needs neither key nor node to be refused.
    SubmitReport report = nothing_sent(file, {});
    report.error.reset();
    return Done{std::move(report), {}, registers(plan.pattern)};
}

int tell(const GlobalOptions& options, const ItemCommand& command, const Done& done) {
    json object = to_json(done.report);
    std::string text = to_text(done.report, command.info().done);
    if (done.registered) {
        object["warnings"] = done.care.warnings;
        object["kept_in_vault"] = done.care.kept;
        if (done.care.kept > 0) text += fmt::format("new in the vault of this node: {}\n", done.care.kept);
    }
    return finish(options, object, text, exit_status_of(done.report));
}

struct ContainersOrder {
    ledger::Operation operation;
    std::optional<Found> found;  // by a scan
};

// Containers go in one operation: they are few, whatever they hold.
Result<ContainersOrder> containers_order(const ItemCommand& command, const GlobalOptions& options) {
    const Arguments& arguments = command.arguments;
    if (!arguments.items.empty() || !arguments.file.empty())
        return Error{"usage", "name items or containers (--sscc), in two commands"};
    ContainersOrder order;
    TRY_ASSIGN(order.operation, pattern_from(command, options));
    ledger::Containers& containers = *ledger::containers_of(order.operation);
    for (const std::string& sscc : arguments.containers) {
        TRY_ASSIGN(const ledger::ContainerName name, container_of(arguments, options, sscc, false));
        containers.add(name);
    }
    auto* const receipt = std::get_if<ledger::op::Receive>(&order.operation);
    if (receipt == nullptr || arguments.scan.empty()) return order;
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(order.found, add_findings({arguments.scan, arguments.expected, arguments.gtin, arguments.as_scanned}, client, *receipt));
    return order;
}

void note_items(AnswerNotes& notes, const char* what, const std::vector<std::string>& items) {
    constexpr std::size_t kShownMax = 50;
    notes.object[what] = items;
    notes.text += fmt::format("  {}: {}\n", what, items.size());
    for (std::size_t i = 0; i < items.size() && i < kShownMax; ++i) notes.text += fmt::format("    item {}\n", items[i]);
    if (items.size() > kShownMax)
        notes.text += fmt::format("    … and {} more; --json names them all\n", items.size() - kShownMax);
}

int run_containers(const ItemCommand& command, const GlobalOptions& options) {
    const auto order = containers_order(command, options);
    if (!order.ok()) return fail(options, order.error());
    return run_single(order->operation, options, [&](const TransactionAnswer&, AnswerNotes notes) {
        const auto* const receipt = std::get_if<ledger::op::Receive>(&order->operation);
        if (receipt == nullptr || !receipt->counted) return;
        notes.object["counted"] = *receipt->counted;
        notes.text += fmt::format("  counted: {}\n", *receipt->counted);
        if (!order->found) return;
        // Whoever unloads the truck is to look for these now.
        note_items(notes, "missing", order->found->missing);
        note_items(notes, "surplus", order->found->surplus);
    });
}

int run(const ItemCommand& command, const GlobalOptions& options) {
    if (!command.arguments.containers.empty()) return run_containers(command, options);
    const auto done = execute(command, options);
    return done.ok() ? tell(options, command, *done) : fail(options, done.error());
}

void add_unit_options(CLI::App& sub, const ledger::Operation& empty, Arguments& arguments) {
    sub.add_option("items", arguments.items,
                   "Items: Digital Link, EPC URI, or serial, or commitment of a serial, with --gtin");
    sub.add_option("-f,--file", arguments.file, "CSV file of items, - for stdin");
    sub.add_option("--gtin", arguments.gtin, "GTIN of serials and commitments that stand alone");
    sub.add_option("--mode", arguments.mode, "partial: good lines go through; atomic: all or none")
        ->check(CLI::IsMember({"partial", "atomic"}));
    sub.add_option("--chunk", arguments.chunk, "Items per transaction")
        ->check(CLI::Range(std::size_t{1}, limits::kItemsPerRegisterMax));
    if (ledger::containers_of(empty) != nullptr) {
        sub.add_option("--sscc", arguments.containers, "Containers instead of items, with all that is in them");
        sub.add_option("--maker", arguments.maker,
                       "Organisation that made the container, where several have used its number");
    }
    if (std::holds_alternative<ledger::op::Receive>(empty)) {
        sub.add_option("--scan", arguments.scan,
                       "CSV of all items found in the container: missing and surplus ones are recorded");
        sub.add_option("--expected", arguments.expected, "CSV of what the sender packed: names for what is missing")
            ->needs("--scan");
        sub.add_flag("--as-scanned", arguments.as_scanned,
                     "Take the scan as it is, though a code in it looks like one that is missing")
            ->needs("--scan");
    }
    if (registers(empty))
        sub.add_option("--vault", arguments.vault,
                       "Keep the serials in the vault of the node: auto, when it is your organisation's; always, or "
                       "not at all; never")
            ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_one(CLI::App& app, GlobalOptions& options, ledger::Operation empty) {
    const ledger::OperationInfo& info = ledger::info(empty);
    CLI::App* const sub = app.add_subcommand(std::string(info.command), std::string(info.summary));
    const auto command = std::make_shared<ItemCommand>();
    sub->footer(fmt::format("Example: touchstone {} {}\nWho may: {}.\n\n"
                            "A file is CSV with a column serial, uri or commitment; gtin, lot, expiry, made_on are "
                            "optional.\nSending the same file twice is safe: what is done is reported as already "
                            "there.\n{}",
                            info.command, info.example, info.who, kExitStatusHelp));
    add_unit_options(*sub, empty, command->arguments);
    command->form.emplace(*sub, std::move(empty));
    sub->callback([&options, command] { options.exit_status = run(*command, options); });
}

}  // namespace

void add_item_commands(CLI::App& app, GlobalOptions& options) {
    for (ledger::Operation& empty : every_operation()) {
        const ledger::OperationInfo& info = ledger::info(empty);
        if (info.naming != ledger::Naming::kNothing && !info.command.empty()) add_one(app, options, std::move(empty));
    }
}

}  // namespace touchstone::tools
