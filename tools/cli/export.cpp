// export: a chain's content as a table, from a replay that was audited to the last certificate.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/replay/audit_report.h"
#include "tools/cli/commands.h"
#include "tools/replay/export_tables.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct ExportArguments {
    std::string table;
    std::string home;
    std::string work;
    std::string format = "csv";
    std::string gtin;
    std::string organisation;
    std::string file;
    std::uint64_t from = 0;  // 0: not given
    std::uint64_t to = 0;
};

Result<ExportFilter> filter_of(const ExportArguments& arguments) {
    ExportFilter filter;
    if (arguments.from != 0) filter.from = Height(arguments.from);
    if (arguments.to != 0) filter.to = Height(arguments.to);
    if (!arguments.gtin.empty()) {
        TRY_ASSIGN(filter.gtin, ledger::to_gtin14(arguments.gtin));
    }
    filter.organisation = arguments.organisation;
    return filter;
}

// Rows go to stdout without a file: then the report goes to stderr.
int report(const GlobalOptions& options, const ExportArguments& arguments, const RowWriter& writer,
           const ReplayReport& replayed) {
    const std::string text =
        fmt::format("{} {} up to block {}, audited to block {}\n", writer.rows(), arguments.table,
                    arguments.to == 0 ? replayed.height.value : arguments.to, replayed.height.value);
    if (arguments.file.empty()) {
        std::cerr << text;
        return kExitOk;
    }
    return finish(options,
                  {{"ok", true},
                   {"table", arguments.table},
                   {"rows", writer.rows()},
                   {"file", arguments.file},
                   {"height", replayed.height.value},
                   {"state_root", replayed.state_root.hex()}},
                  fmt::format("{}: {}", arguments.file, text));
}

int fault_of(const GlobalOptions& options, const node::AuditFault& fault) {
    const int status = fail(options, {fault.code, fault.text()});
    return fault.in == node::AuditFault::In::kChain ? exit_status_of(fault) : status;
}

int run(const GlobalOptions& options, const ExportArguments& arguments) {
    if (options.json && arguments.file.empty())
        return fail(options, {"usage", "the rows go to stdout: with --json, name a file for them with -o"});
    const TableInfo& table = *find_table(arguments.table);
    const auto filter = filter_of(arguments);
    if (!filter.ok()) return fail(options, filter.error());
    if (const Status checked = check_filter(table, *filter); !checked.ok()) return fail(options, checked.error());
    const auto genesis = genesis_to_audit(options.trust, arguments.home);
    if (!genesis.ok()) return fail(options, genesis.error());
    const auto source = open_source(options, arguments.home);
    if (!source.ok()) return fail(options, source.error());
    const auto replay = Replay::open(*genesis, arguments.work);
    if (!replay.ok()) return fail(options, replay.error());
    if (const auto wrong = check_chain_id((*replay)->target(), *source->blocks)) return fault_of(options, *wrong);

    std::vector<std::string> columns;
    for (const Column& column : table.columns) columns.emplace_back(column.name);
    const auto writer = RowWriter::open(
        arguments.file, arguments.format == "csv" ? RowFormat::kCsv : RowFormat::kJsonLines, std::move(columns));
    if (!writer.ok()) return fail(options, writer.error());
    Exporter exporter(table, *filter, (*replay)->target(), **writer);
    Progress progress("replaying blocks", arguments.to == 0 ? source->blocks->last().value : arguments.to);
    const auto replayed = (*replay)->run(
        *source->blocks, {filter->to.value_or(Height(0)),
                          [&](const node::Auditor::Applied& applied) { return exporter.on_block(applied); },
                          [&](const storage::StateReadGuard& state) { return exporter.on_state(state); },
                          [&](Height done, Height) { progress.update(done.value); }});
    progress.clear();
    if (!replayed.ok()) return fault_of(options, replayed.error());
    if (const Status finished = (*writer)->finish(); !finished.ok()) return fail(options, finished.error());
    return report(options, arguments, **writer, *replayed);
}

std::string columns_help() {
    std::string help;
    for (const TableInfo& table : export_tables()) {
        help += fmt::format(
            "\n{}: {}{}{}\n", table.name, table.what, table.has_gtin ? "; --gtin" : "",
            table.organisation_means ? fmt::format("; --organisation: which {}", table.organisation_means) : "");
        for (const Column& column : table.columns) help += fmt::format("  {:<14} {}\n", column.name, column.meaning);
    }
    return help;
}

}  // namespace

void add_export_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* const command = app.add_subcommand("export", "The chain's content as CSV or JSON Lines");
    command->footer(fmt::format(
        "Example: touchstone export events --gtin 09506000134352 --trust genesis.json -o events.csv\n"
        "         touchstone export items --home /srv/touchstone --format jsonl\n\n"
        "The chain is replayed and audited as `touchstone audit` does, and the rows are of that replay. A file "
        "appears\n"
        "only when all of it held; what went to stdout before a fault is to be thrown away (exit status 4).\n"
        "In a spreadsheet, import GTINs and GLNs as text, or they lose their zeros.\n{}\n{}",
        columns_help(), kExitStatusHelp));
    auto arguments = std::make_shared<ExportArguments>();
    std::vector<std::string> names;
    for (const TableInfo& table : export_tables()) names.emplace_back(table.name);
    command->add_option("table", arguments->table, "What to export")->required()->check(CLI::IsMember(names));
    command->add_option("--home", arguments->home, "Home folder of a node; without it, --rpc is asked");
    command->add_option("--format", arguments->format, "csv (RFC 4180) or jsonl (one object a line)")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    command->add_option("--from", arguments->from, "Rows of blocks from this height on")
        ->check(CLI::Range(std::uint64_t{1}, UINT64_MAX));
    command->add_option("--to", arguments->to, "Rows of blocks up to this height, and the state after it")
        ->check(CLI::Range(std::uint64_t{1}, UINT64_MAX));
    command->add_option("--gtin", arguments->gtin, "Of this product alone");
    command->add_option("--organisation", arguments->organisation, "Of this organisation alone");
    command->add_option("-o,--output", arguments->file, "File to write, whole or not at all; default: stdout");
    command->add_option("--work", arguments->work,
                        "Folder for the replayed state, removed at the end; default: the system's temporary folder");
    command->callback([&options, arguments] { options.exit_status = run(options, *arguments); });
}

}  // namespace touchstone::tools
