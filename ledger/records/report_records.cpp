// Layouts, in the notation of base/codec.h, each after u8 version = 1 (`text`, `list` as in record_codecs.cpp):
//
//   report        id (32) ‖ subject ‖ u8 kind ‖ text reporter ‖ text handler ‖ text text ‖ list of evidence hashes ‖
//                 seller (32) ‖ u64 filed at ‖ u64 responded at ‖ u64 resolved at ‖ u8 state ‖ u8 outcome ‖
//                 u32 event count ‖ event head
//   subject       u8 kind ‖ item key (32) ‖ text gtin ‖ text lot ‖ text platform ‖ listing hash (32)
//   report stats  text organisation ‖ text month ‖ u64 filed ‖ u64 responded ‖ u64 responded in time ‖ u64 resolved ‖
//                 u64 resolved in time
//
// Example (report stats, of "b" in 2026-11, one filed, none answered):
// 01 00000001 62 00000007 323032362d3131 0000000000000001 and 32 zero bytes.
#include "ledger/records/report_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "crypto/sha256.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

ReportSubject read_subject(Reader& reader) {
    ReportSubject subject;
    subject.kind = read_enum<ReportSubjectKind>(reader);
    subject.commitment = reader.hash();
    subject.gtin = reader.string();
    subject.lot = reader.string();
    subject.platform = reader.string();
    subject.listing = reader.hash();
    if (!reader.ok() || !is_well_formed(subject)) reader.fail();
    return subject;
}

}  // namespace

std::string_view name_of(ReportSubjectKind kind) { return enum_name(kind); }
std::string_view name_of(ReportKind kind) { return enum_name(kind); }
std::string_view name_of(ReportState state) { return enum_name(state); }
std::string_view name_of(ReportOutcome outcome) { return enum_name(outcome); }

std::optional<ReportKind> report_kind_from(std::string_view name) { return enum_from<ReportKind>(name); }
std::optional<ReportState> report_state_from(std::string_view name) { return enum_from<ReportState>(name); }
std::optional<ReportOutcome> report_outcome_from(std::string_view name) {
    const auto found = enum_from<ReportOutcome>(name);
    return found == ReportOutcome::kNone ? std::nullopt : found;
}

bool is_well_formed(const ReportSubject& subject) {
    const bool item = !subject.commitment.is_zero(), gtin = !subject.gtin.empty(), lot = !subject.lot.empty();
    const bool listing = !subject.listing.is_zero();
    switch (subject.kind) {
        case ReportSubjectKind::kItem:
            return item && gtin && !lot && !listing;
        case ReportSubjectKind::kLot:
            return !item && gtin && lot && !listing;
        case ReportSubjectKind::kProduct:
            return !item && gtin && !lot && !listing;
        case ReportSubjectKind::kListing:
            return !item && !gtin && !lot && !subject.platform.empty() && listing;
    }
    return false;
}

Bytes ReportRecord::encode() const {
    Writer writer = begin_record(RecordKind::kReport);
    writer.hash(id).u8(static_cast<std::uint8_t>(subject.kind)).hash(subject.commitment);
    writer.string(subject.gtin).string(subject.lot).string(subject.platform).hash(subject.listing);
    writer.u8(static_cast<std::uint8_t>(kind)).string(reporter).string(handler).string(text);
    writer.u32(static_cast<std::uint32_t>(evidence.size()));
    for (const Hash256& one : evidence) writer.hash(one);
    writer.hash(seller).u64(filed_at.ms).u64(responded_at.ms).u64(resolved_at.ms);
    writer.u8(static_cast<std::uint8_t>(state)).u8(static_cast<std::uint8_t>(outcome));
    writer.u32(event_count).hash(event_head);
    return std::move(writer).take();
}

Result<ReportRecord> ReportRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ReportRecord record;
    read_kind(reader, RecordKind::kReport);
    record.id = reader.hash();
    record.subject = read_subject(reader);
    record.kind = read_enum<ReportKind>(reader);
    record.reporter = reader.string();
    record.handler = reader.string();
    record.text = reader.string();
    const std::size_t count = read_count(reader, Hash256::kSize);
    record.evidence.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.evidence.push_back(reader.hash());
    record.seller = reader.hash();
    record.filed_at = WallTime{reader.u64()};
    record.responded_at = WallTime{reader.u64()};
    record.resolved_at = WallTime{reader.u64()};
    record.state = read_enum<ReportState>(reader);
    record.outcome = read_enum<ReportOutcome>(reader);
    // A report has an outcome when it is resolved, and not before.
    if ((record.state == ReportState::kResolved) != (record.outcome != ReportOutcome::kNone)) reader.fail();
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    return finished(reader, std::move(record));
}

Bytes ReportStatsRecord::encode() const {
    Writer writer = begin_record(RecordKind::kReportStats);
    writer.string(organisation).string(month).u64(filed).u64(responded).u64(responded_in_time);
    writer.u64(resolved).u64(resolved_in_time);
    return std::move(writer).take();
}

Result<ReportStatsRecord> ReportStatsRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ReportStatsRecord record;
    read_kind(reader, RecordKind::kReportStats);
    record.organisation = reader.string();
    record.month = reader.string();
    if (!is_month(record.month)) reader.fail();
    record.filed = reader.u64();
    record.responded = reader.u64();
    record.responded_in_time = reader.u64();
    record.resolved = reader.u64();
    record.resolved_in_time = reader.u64();
    return finished(reader, std::move(record));
}



std::string month_of(WallTime time) {
    using namespace std::chrono;
    constexpr Day kDayMax = 2'932'896;  // 9999-12-31
    const Day day = time.ms / 86'400'000 > kDayMax ? kDayMax : day_of(time.ms);
    const year_month_day date{sys_days{days{static_cast<int>(day)}}};
    return fmt::format("{:04}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
}

bool is_month(std::string_view text) {
    if (text.size() != 7 || text[4] != '-') return false;
    for (const std::size_t at : {0, 1, 2, 3, 5, 6})
        if (text[at] < '0' || text[at] > '9') return false;
    const int month = (text[5] - '0') * 10 + (text[6] - '0');
    return month >= 1 && month <= 12;
}

}  // namespace touchstone::ledger
