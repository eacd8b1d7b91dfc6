// Reports, their statistics and sellers as the JSON of docs/rpc.md; see rpc/record_json.h for the forms.
#pragma once

#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"
#include "rpc/json_writer.h"

namespace touchstone::rpc {

// `deadline_ms`: the chain's report_deadline_ms; the answer tells by when a response is in time.
void write_report(JsonWriter& out, const ledger::ReportRecord& report, std::uint64_t deadline_ms);
void write_record(JsonWriter& out, const ledger::ReportStatsRecord& stats);
void write_record(JsonWriter& out, const ledger::SellerRecord& seller);

}  // namespace touchstone::rpc
