// The one program: every command adds itself, and the one that was called leaves the exit status.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "tools/cli/commands.h"

namespace {

int run(int argc, char** argv) {
    using namespace touchstone::tools;
    CLI::App app{"Touchstone: a product-provenance ledger whose every answer can be checked"};
    app.footer(std::string("Start here: touchstone devnet, then touchstone status.\n") + kExitStatusHelp);
    app.set_version_flag("--version", TOUCHSTONE_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    app.option_defaults()->always_capture_default();
    GlobalOptions options;
    add_global_options(app, options);
    for (const auto add : {add_devnet_command,      add_init_command,     add_node_command,    add_keys_command,
                           add_serials_command,     add_item_commands,    add_registry_commands, add_report_commands,
                           add_seller_commands,     add_correction_commands, add_governance_commands,
                           add_document_commands,   add_operation_commands,  add_vault_command, add_token_command,
                           add_capture_command,     add_verify_command,   add_history_command, add_status_command,
                           add_audit_command,       add_export_command,   add_bench_command})
        add(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error, std::cout, std::cerr) == 0 ? kExitOk : kExitUsage;
    }
    return options.exit_status;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "touchstone: " << error.what() << '\n';
        return touchstone::tools::kExitUsage;
    }
}
