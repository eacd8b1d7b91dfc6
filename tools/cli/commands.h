// One function per command: it adds itself to the program, and sets options.exit_status when it ran.
//
// The options outlive the parsing and running of the program.
#pragma once

#include "tools/client/client_options.h"

namespace touchstone::tools {

void add_devnet_command(CLI::App& app, GlobalOptions& options);
void add_init_command(CLI::App& app, GlobalOptions& options);
void add_node_command(CLI::App& app, GlobalOptions& options);
// keys new, show; and of an organisation on the ledger: add, revoke, rotate
void add_keys_command(CLI::App& app, GlobalOptions& options);
void add_ledger_key_commands(CLI::App& keys, GlobalOptions& options);
void add_serials_command(CLI::App& app, GlobalOptions& options);
// register, ship, receive, … : every operation on items
void add_item_commands(CLI::App& app, GlobalOptions& options);
// product declare, recall, territories, respond, … : every other operation that has no command of its own. After all
// that have
void add_operation_commands(CLI::App& app, GlobalOptions& options);
// org, product, licence, lot show and list; recalls
void add_registry_commands(CLI::App& app, GlobalOptions& options);
void add_product_history(CLI::App& product, GlobalOptions& options);
// report, reports, report-stats
void add_report_commands(CLI::App& app, GlobalOptions& options);
// seller register, standing, show
void add_seller_commands(CLI::App& app, GlobalOptions& options);
// correct
void add_correction_commands(CLI::App& app, GlobalOptions& options);
// propose, vote, proposals, validators
void add_governance_commands(CLI::App& app, GlobalOptions& options);
// vault status, find, export
void add_vault_command(CLI::App& app, GlobalOptions& options);
// token new
void add_token_command(CLI::App& app, GlobalOptions& options);
// document record, show
void add_document_commands(CLI::App& app, GlobalOptions& options);
void add_capture_command(CLI::App& app, GlobalOptions& options);
void add_verify_command(CLI::App& app, GlobalOptions& options);
void add_history_command(CLI::App& app, GlobalOptions& options);
void add_status_command(CLI::App& app, GlobalOptions& options);
void add_audit_command(CLI::App& app, GlobalOptions& options);
void add_export_command(CLI::App& app, GlobalOptions& options);
void add_bench_command(CLI::App& app, GlobalOptions& options);

}  // namespace touchstone::tools
