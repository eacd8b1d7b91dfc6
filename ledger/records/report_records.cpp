// Layouts, in the notation of base/codec.h, each after u8 kind ‖ u8 version = 1 (`text`, `list` as in record_codecs.cpp):
//
//   report        id (32) ‖ subject ‖ u8 kind ‖ text reporter ‖ text handler ‖ text text ‖ list of evidence hashes ‖
//                 seller (32) ‖ u64 filed at ‖ u64 responded at ‖ u64 resolved at ‖ u8 state ‖ u8 outcome ‖
//                 u32 event count ‖ event head ‖ bool counts ‖ bool responded in time
//   subject       u8 kind ‖ commitment (32) ‖ text gtin ‖ text lot ‖ text platform ‖ listing hash (32)
//   report stats  text organisation ‖ text month ‖ u64 filed ‖ u64 responded ‖ u64 responded in time ‖ u64 resolved ‖
//                 u64 resolved in time ‖ u64 upheld ‖ u64 response ms ‖ 7 × u64 responses ‖ list of reporter ‖ salt
//                 (32)
//   reporter      text organisation ‖ shares; in its own record followed by a list of {subject (32) ‖ u32 reports} ‖
//                 salt (32)
//   shares        u64 filed ‖ u64 upheld ‖ u64 rejected
//
// Example (report stats, of "b" in 2026-11, one filed, none answered):
// 11 01 00000001 62 00000007 323032362d3131 0000000000000001, 13 times u64 0, an empty list 00000000 and a zero salt.
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

void write_shares(Writer& writer, const ReportShares& shares) {
    writer.u64(shares.filed).u64(shares.upheld).u64(shares.rejected);
}
ReportShares read_shares(Reader& reader) {
    ReportShares shares;
    shares.filed = reader.u64();
    shares.upheld = reader.u64();
    shares.rejected = reader.u64();
    return shares;
}

auto open_at(auto& open, const Hash256& subject) {
    return std::lower_bound(open.begin(), open.end(), subject,
                            [](const ReporterRecord::Open& one, const Hash256& digest) { return one.subject < digest; });
}

constexpr std::size_t kSharesBytes = 3 * 8;

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

Hash256 subject_digest(const ReportSubject& subject) {
    Writer writer;
    writer.u8(static_cast<std::uint8_t>(subject.kind)).hash(subject.commitment).string(subject.gtin);
    writer.string(subject.lot).hash(subject.listing);
    if (subject.kind == ReportSubjectKind::kListing) writer.string(subject.platform);
    return crypto::tagged_hash("touchstone/report-subject/1", {std::move(writer).take()});
}

std::size_t response_bucket(std::uint64_t response_ms) {
    const auto at = std::lower_bound(kResponseWithinMs.begin(), kResponseWithinMs.end(), response_ms);
    return static_cast<std::size_t>(at - kResponseWithinMs.begin());
}

std::optional<std::uint64_t> ReportStatsRecord::mean_response_ms() const {
    return responded == 0 ? std::nullopt : std::optional(response_ms / responded);
}

std::optional<std::size_t> ReportStatsRecord::median_response() const {
    std::uint64_t up_to = 0;
    for (std::size_t i = 0; i < responses.size(); ++i) {
        up_to += responses[i];
        if (responded > 0 && 2 * up_to >= responded) return i;
    }
    return std::nullopt;
}

std::size_t ReporterRecord::open_count() const {
    std::size_t count = 0;
    for (const Open& one : open) count += one.reports;
    return count;
}

std::size_t ReporterRecord::open_count(const Hash256& subject) const {
    const auto at = open_at(open, subject);
    return at == open.end() || at->subject != subject ? 0 : at->reports;
}

void ReporterRecord::add_open(const Hash256& subject) {
    auto at = open_at(open, subject);
    if (at == open.end() || at->subject != subject) at = open.insert(at, {subject, 0});
    ++at->reports;
}

void ReporterRecord::remove_open(const Hash256& subject) {
    const auto at = open_at(open, subject);
    INVARIANT(at != open.end() && at->subject == subject);
    if (--at->reports == 0) open.erase(at);
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
    writer.u32(event_count).hash(event_head).u8(counts ? 1 : 0).u8(responded_in_time ? 1 : 0);
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
    record.counts = read_bool(reader);
    record.responded_in_time = read_bool(reader);
    return finished(reader, std::move(record));
}

Bytes ReportStatsRecord::encode() const {
    Writer writer = begin_record(RecordKind::kReportStats);
    writer.string(organisation).string(month).u64(filed).u64(responded).u64(responded_in_time);
    writer.u64(resolved).u64(resolved_in_time).u64(upheld).u64(response_ms);
    for (const std::uint64_t count : responses) writer.u64(count);
    writer.u32(static_cast<std::uint32_t>(reporters.size()));
    for (const Reporter& one : reporters) {
        writer.string(one.organisation);
        write_shares(writer, one.shares);
    }
    writer.hash(salt);
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
    record.upheld = reader.u64();
    record.response_ms = reader.u64();
    for (std::uint64_t& count : record.responses) count = reader.u64();
    record.reporters.resize(read_count(reader, 4 + kSharesBytes));
    for (Reporter& one : record.reporters) {
        one.organisation = reader.string();
        one.shares = read_shares(reader);
        if (one.shares == ReportShares{}) reader.fail();
    }
    const auto descends = [](const Reporter& a, const Reporter& b) { return a.organisation >= b.organisation; };
    if (std::adjacent_find(record.reporters.begin(), record.reporters.end(), descends) != record.reporters.end())
        reader.fail();
    record.salt = reader.hash();
    return finished(reader, std::move(record));
}

Bytes ReporterRecord::encode() const {
    Writer writer = begin_record(RecordKind::kReporter);
    writer.string(organisation);
    write_shares(writer, shares);
    writer.u32(static_cast<std::uint32_t>(open.size()));
    for (const Open& one : open) writer.hash(one.subject).u32(one.reports);
    writer.hash(salt);
    return std::move(writer).take();
}

Result<ReporterRecord> ReporterRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ReporterRecord record;
    read_kind(reader, RecordKind::kReporter);
    record.organisation = reader.string();
    record.shares = read_shares(reader);
    record.open.resize(read_count(reader, Hash256::kSize + 4));
    for (Open& one : record.open) {
        one.subject = reader.hash();
        one.reports = reader.u32();
        if (one.reports == 0) reader.fail();
    }
    const auto descends = [](const Open& a, const Open& b) { return a.subject >= b.subject; };
    if (std::adjacent_find(record.open.begin(), record.open.end(), descends) != record.open.end()) reader.fail();
    record.salt = reader.hash();
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
    for (const std::size_t at : {0u, 1u, 2u, 3u, 5u, 6u})
        if (text[at] < '0' || text[at] > '9') return false;
    const int month = (text[5] - '0') * 10 + (text[6] - '0');
    return month >= 1 && month <= 12;
}

}  // namespace touchstone::ledger
