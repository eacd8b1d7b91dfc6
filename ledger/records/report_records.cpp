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

constexpr std::array<std::string_view, 4> kSubjectNames{"item", "lot", "product", "listing"};
constexpr std::array<std::string_view, 5> kKindNames{"counterfeit", "defect", "diversion", "listing", "other"};
constexpr std::array<std::string_view, 3> kStateNames{"open", "responded", "resolved"};
constexpr std::array<std::string_view, 4> kOutcomeNames{"none", "upheld", "rejected", "withdrawn"};

template <class Enum, std::size_t Size>
std::optional<Enum> named(const std::array<std::string_view, Size>& names, std::string_view name, std::size_t first) {
    for (std::size_t i = 0; i < Size; ++i)
        if (names[i] == name) return static_cast<Enum>(i + first);
    return std::nullopt;
}

// Of values from 1 to `last`.
template <class Enum>
Enum read_enum(Reader& reader, Enum last) {
    const std::uint8_t value = reader.u8();
    if (value < 1 || value > static_cast<std::uint8_t>(last)) reader.fail();
    return static_cast<Enum>(value);
}

ReportSubject read_subject(Reader& reader) {
    ReportSubject subject;
    subject.kind = read_enum(reader, ReportSubjectKind::kListing);
    subject.item = reader.hash();
    subject.gtin = reader.string();
    subject.lot = reader.string();
    subject.platform = reader.string();
    subject.listing = reader.hash();
    if (!reader.ok() || !is_well_formed(subject)) reader.fail();
    return subject;
}

}  // namespace

std::string_view name_of(ReportSubjectKind kind) { return kSubjectNames.at(static_cast<std::size_t>(kind) - 1); }
std::string_view name_of(ReportKind kind) { return kKindNames.at(static_cast<std::size_t>(kind) - 1); }
std::string_view name_of(ReportState state) { return kStateNames.at(static_cast<std::size_t>(state) - 1); }
std::string_view name_of(ReportOutcome outcome) { return kOutcomeNames.at(static_cast<std::size_t>(outcome)); }

std::optional<ReportKind> report_kind_from(std::string_view name) { return named<ReportKind>(kKindNames, name, 1); }
std::optional<ReportState> report_state_from(std::string_view name) { return named<ReportState>(kStateNames, name, 1); }
std::optional<ReportOutcome> report_outcome_from(std::string_view name) {
    const auto found = named<ReportOutcome>(kOutcomeNames, name, 0);
    return found == ReportOutcome::kNone ? std::nullopt : found;
}

bool is_well_formed(const ReportSubject& subject) {
    const bool item = !subject.item.is_zero(), gtin = !subject.gtin.empty(), lot = !subject.lot.empty();
    const bool platform = !subject.platform.empty(), listing = !subject.listing.is_zero();
    switch (subject.kind) {
        case ReportSubjectKind::kItem:
            return item && !gtin && !lot && !platform && !listing;
        case ReportSubjectKind::kLot:
            return !item && gtin && lot && !platform && !listing;
        case ReportSubjectKind::kProduct:
            return !item && gtin && !lot && !platform && !listing;
        case ReportSubjectKind::kListing:
            return !item && !gtin && !lot && platform && listing;
    }
    return false;
}

Bytes ReportRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).hash(id).u8(static_cast<std::uint8_t>(subject.kind)).hash(subject.item);
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
    read_version(reader);
    record.id = reader.hash();
    record.subject = read_subject(reader);
    record.kind = read_enum(reader, ReportKind::kOther);
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
    record.state = read_enum(reader, ReportState::kResolved);
    const std::uint8_t outcome = reader.u8();
    if (outcome > static_cast<std::uint8_t>(ReportOutcome::kWithdrawn)) reader.fail();
    record.outcome = static_cast<ReportOutcome>(outcome);
    // A report has an outcome when it is resolved, and not before.
    if ((record.state == ReportState::kResolved) != (record.outcome != ReportOutcome::kNone)) reader.fail();
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    return finished(reader, std::move(record));
}

Bytes ReportStatsRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).string(organisation).string(month).u64(filed).u64(responded).u64(responded_in_time);
    writer.u64(resolved).u64(resolved_in_time);
    return std::move(writer).take();
}

Result<ReportStatsRecord> ReportStatsRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ReportStatsRecord record;
    read_version(reader);
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

Hash256 report_key(const Hash256& transaction_id, std::uint32_t operation) {
    const Bytes index = std::move(Writer{}.u32(operation)).take();
    return crypto::tagged_hash("touchstone/report/1", {transaction_id.view(), index});
}

Hash256 report_stats_key(std::string_view organisation, std::string_view month) {
    return crypto::tagged_hash("touchstone/report-stats/1", {as_bytes(organisation), as_bytes(month)});
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
