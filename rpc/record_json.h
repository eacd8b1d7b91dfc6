// The ledger's records, headers and events as the JSON of docs/rpc.md.
//
// Days are "YYYY-MM-DD" or null, times are milliseconds since 1970 (…_ms), hashes and keys are lower-case hexadecimal.
#pragma once

#include "ledger/records/header.h"
#include "ledger/records/records.h"
#include "ledger/schema/units.h"
#include "rpc/json_writer.h"

namespace touchstone::rpc {

// As item_verify has them; write_with_volume adds `registered`, which is null when it is not for the caller.
void write_record(JsonWriter& out, const ledger::ProductRecord& product);
void write_with_volume(JsonWriter& out, const ledger::ProductRecord& product, std::optional<std::uint64_t> registered);
// What each maker made of it; `only_maker`, if not empty: what that one made alone.
void write_lot(JsonWriter& out, const ledger::LotRecord& lot, std::string_view only_maker,
               std::optional<std::uint64_t> registered);
// The members of an open object.
void write_recall_fields(JsonWriter& out, const ledger::RecallMark& recall);
void write_record(JsonWriter& out, const ledger::OrganisationRecord& organisation);
void write_record(JsonWriter& out, const ledger::LicenceRecord& licence);
void write_record(JsonWriter& out, const ledger::ContainerRecord& container);
void write_item(JsonWriter& out, const ledger::ItemName& name, const ledger::ItemRecord& item);
// {custodian, owner, receiver, state}; receiver is null unless in transit. `outer`: the outermost container of a packed
// item, whose custody and movement are the item's; else null.
void write_custody(JsonWriter& out, const ledger::ItemRecord& item, const ledger::ContainerRecord* outer);
// The event and its canonical bytes. A correction says which event it declares wrong; `corrected_by`, if known, the
// number of the correction of this one.
void write_event(JsonWriter& out, const ledger::Event& event, ByteView canonical,
                 std::optional<std::uint32_t> corrected_by = std::nullopt);
void write_header_fields(JsonWriter& out, const ledger::Header& header);
// A list of texts.
void write_countries(JsonWriter& out, std::string_view name, const std::vector<std::string>& countries);
void write_text_or_null(JsonWriter& out, std::string_view name, std::string_view text);  // empty: null
void write_hash_or_null(JsonWriter& out, std::string_view name, const Hash256& hash);  // zero: null
void write_day(JsonWriter& out, std::string_view name, ledger::Day day);

}  // namespace touchstone::rpc
