// A command for every operation without items that has none of its own: what it is called, what options it takes and
// what it says of itself follow from its description.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tools/cli/commands.h"
#include "tools/cli/operation_form.h"
#include "tools/client/containers.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

namespace {

// The subcommand of that name, made where it is missing.
CLI::App* group_of(CLI::App& app, const std::string& name) {
    for (CLI::App* const known : app.get_subcommands([&](const CLI::App* one) { return one->get_name() == name; }))
        return known;
    CLI::App* const made = app.add_subcommand(name, "");
    made->require_subcommand(1);
    return made;
}

bool has_command(CLI::App& app, const std::string& name) {
    return !app.get_subcommands([&](const CLI::App* one) { return one->get_name() == name; }).empty();
}

int run(const OperationForm& form, const GlobalOptions& options) {
    const auto operation = form.filled({[&](const std::string& sscc) -> Result<ledger::ContainerName> {
        TRY_ASSIGN(RpcClient client, connect(options));
        return container_named(client, sscc, {options.organisation});
    }});
    return operation.ok() ? run_single(*operation, options) : fail(options, operation.error());
}

void add_one(CLI::App& app, GlobalOptions& options, ledger::Operation empty) {
    const ledger::OperationInfo& info = ledger::info(empty);
    const auto space = info.command.find(' ');
    const bool grouped = space != std::string_view::npos;
    CLI::App& parent = grouped ? *group_of(app, std::string(info.command.substr(0, space))) : app;
    const std::string name(grouped ? info.command.substr(space + 1) : info.command);
    if (has_command(parent, name)) return;
    CLI::App* const sub = parent.add_subcommand(name, std::string(info.summary));
    sub->footer(fmt::format("Example: touchstone {} {}\nWho may: {}.\n{}", info.command, info.example, info.who,
                            kExitStatusHelp));
    const auto form = std::make_shared<OperationForm>(*sub, std::move(empty));
    sub->callback([&options, form] { options.exit_status = run(*form, options); });
}

}  // namespace

void add_operation_commands(CLI::App& app, GlobalOptions& options) {
    for (ledger::Operation& empty : every_operation()) {
        const ledger::OperationInfo& info = ledger::info(empty);
        if (info.naming == ledger::Naming::kNothing && !info.command.empty()) add_one(app, options, std::move(empty));
    }
}

}  // namespace touchstone::tools
