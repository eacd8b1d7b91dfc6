// audit: a whole chain checked by whoever has its genesis.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/replay/audit_report.h"
#include "tools/cli/commands.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct AuditArguments {
    std::string home;
    std::string work;
};

int run(const GlobalOptions& options, const AuditArguments& arguments) {
    const auto genesis = genesis_to_audit(options.trust, arguments.home);
    if (!genesis.ok()) return fail(options, genesis.error());
    const auto source = open_source(options, arguments.home);
    if (!source.ok()) return fail(options, source.error());
    const auto replay = Replay::open(*genesis, arguments.work);
    if (!replay.ok()) return fail(options, replay.error());

    AuditedChain chain{(*replay)->target(), source->name, source->blocks->note()};
    if (options.trust.empty())
        chain.note += fmt::format(
            "{}checked against the folder's own genesis.json: nothing else says that it is the "
            "right one; give --trust",
            chain.note.empty() ? "" : "; ");
    const auto faulty = [&](const node::AuditFault& fault) {
        if (fault.in == node::AuditFault::In::kAuditor) return fail(options, Error{fault.code, fault.text()});
        const ReplayReport checked = (*replay)->report();
        return finish(options, fault_json(fault, checked), fault_text(chain, fault, checked), exit_status_of(fault));
    };
    if (const auto wrong = check_chain_id(chain.target, *source->blocks)) return faulty(*wrong);

    Progress progress("auditing blocks", source->blocks->last().value);
    const auto report = (*replay)->run(
        *source->blocks, {Height(0), nullptr, nullptr, [&](Height done, Height) { progress.update(done.value); }});
    progress.clear();
    if (!report.ok()) return faulty(report.error());
    return finish(options, audit_json(chain, *report), audit_text(chain, *report));
}

}  // namespace

void add_audit_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* const command = app.add_subcommand("audit", "Check a whole chain again, from its genesis on");
    command->footer(fmt::format(
        "Example: touchstone audit --home /srv/touchstone --trust genesis.json\n"
        "         touchstone audit --rpc http://127.0.0.1:8545 --trust genesis.json --json\n\n"
        "Executes every block anew and checks headers, clients' signatures, certificates, state roots and the chains\n"
        "of events. A node folder may be in use: nothing is written into it. The first fault is named by block,\n"
        "transaction, what was expected and what was found, and the exit status is then 4.\n{}",
        kExitStatusHelp));
    auto arguments = std::make_shared<AuditArguments>();
    command->add_option("--home", arguments->home, "Home folder of a node; without it, --rpc is asked");
    command->add_option("--work", arguments->work,
                        "Folder for the replayed state, removed at the end; default: the system's temporary folder");
    command->callback([&options, arguments] { options.exit_status = run(options, *arguments); });
}

}  // namespace touchstone::tools
