// The tables of export: their columns, and rows of them out of a replayed chain.
//
// What happened (blocks, transactions, events) is written while blocks are executed; what is (items, products,
// licences, organisations) when the last one has been. One thread. Failure: those of the writer and of the state.
#pragma once

#include <optional>

#include "tools/replay/replay.h"
#include "tools/replay/row_writer.h"

namespace touchstone::tools {

struct ExportFilter {
    std::optional<Height> from;  // of blocks
    std::optional<Height> to;
    std::string gtin;          // GTIN-14, or empty
    std::string organisation;  // id, or empty
};

struct Column {
    const char* name;
    const char* meaning;
};

struct TableInfo {
    const char* name;
    const char* what;
    const char* organisation_means;  // nullptr: the table can not be filtered by it
    bool has_gtin;
    bool of_heights;  // rows belong to blocks: --from has a meaning
    std::vector<Column> columns;
};

// In the order of the documentation.
const std::vector<TableInfo>& export_tables();
// nullptr: no such table.
const TableInfo* find_table(std::string_view name);
// Error: usage, when the table can not be filtered like that.
[[nodiscard]] Status check_filter(const TableInfo& table, const ExportFilter& filter);

// What is to be told during the replay; `writer` outlives it.
class Exporter {
  public:
    Exporter(const TableInfo& table, ExportFilter filter, const node::AuditTarget& target, RowWriter& writer)
        : table_(table), filter_(std::move(filter)), target_(target), writer_(writer) {}

    [[nodiscard]] Status on_block(const node::Auditor::Applied& applied);
    [[nodiscard]] Status on_state(const storage::StateReadGuard& state);

  private:
    bool in_range(Height height) const;
    [[nodiscard]] Status write_block(const node::CheckedBlock& block);
    [[nodiscard]] Status write_transactions(const node::Auditor::Applied& applied);
    [[nodiscard]] Status write_events(const node::Auditor::Applied& applied);
    [[nodiscard]] Status write_items(const storage::StateReadGuard& state);
    [[nodiscard]] Status write_item(const Hash256& key, const ledger::ItemRecord& item,
                                    const storage::StateReadGuard& state);
    [[nodiscard]] Status write_products(const storage::StateReadGuard& state);
    [[nodiscard]] Status write_licences(const storage::StateReadGuard& state);
    [[nodiscard]] Status write_organisations(const storage::StateReadGuard& state);

    const TableInfo& table_;
    ExportFilter filter_;
    const node::AuditTarget& target_;
    RowWriter& writer_;
};

}  // namespace touchstone::tools
