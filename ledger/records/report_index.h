// Index entries of reports (see ledger/records/index.h for what these are):
//
//   'i' 'q' u8 state ‖ u64 filed at ‖ id                    all reports, by state and then by time
//   'i' 'h' handler ‖ 00 ‖ u8 state ‖ u64 filed at ‖ id     those that one organisation has to answer
//   'i' 'f' reporter ‖ 00 ‖ u8 state ‖ u64 filed at ‖ id    those that one organisation filed
//   'i' 'u' gtin (14) ‖ u64 filed at ‖ id                   those about a product, its lots or its items that were upheld
//
// Pure functions; any thread.
#pragma once

#include <optional>

#include "ledger/records/report_records.h"

namespace touchstone::ledger {

// The entries of a report as it is now.
std::vector<Bytes> report_index_keys(const ReportRecord& report);

// `handler` empty: of all; `state` nullopt: in any state.
Bytes report_index_prefix(std::string_view handler, std::optional<ReportState> state);

// Of those that an organisation filed.
Bytes reporter_index_prefix(std::string_view reporter, std::optional<ReportState> state);

// What the entries of all lists but the upheld ones end with, after their prefix without a state: by it lists are joined.
inline constexpr std::size_t kReportIndexEndBytes = 1 + 8 + Hash256::kSize;

// Of those about a product that were upheld.
Bytes upheld_index_prefix(std::string_view gtin);

// The report's id. nullopt: not a key of these lists.
std::optional<Hash256> parse_report_index(ByteView key);

}  // namespace touchstone::ledger
