// The records of complaints: a report, and what an organisation made of the reports of one month. Keys and encodings as
// in records.h. Values only; any thread.
//
// A report is about an item, a lot, a product or a listing on a platform. Its handler is who has to answer: the
// product's brand, or the platform of the listing. Times are those of blocks, so that nobody dates an answer back.
#pragma once

#include "ledger/records/records.h"

namespace touchstone::ledger {

enum class ReportSubjectKind : std::uint8_t { kItem = 1, kLot = 2, kProduct = 3, kListing = 4 };
enum class ReportKind : std::uint8_t { kCounterfeit = 1, kDefect = 2, kDiversion = 3, kListing = 4, kOther = 5 };
enum class ReportState : std::uint8_t { kOpen = 1, kResponded = 2, kResolved = 3 };
enum class ReportOutcome : std::uint8_t { kNone = 0, kUpheld = 1, kRejected = 2, kWithdrawn = 3 };

std::string_view name_of(ReportSubjectKind kind);  // "item", "lot", "product", "listing"
std::string_view name_of(ReportKind kind);         // "counterfeit", …
std::string_view name_of(ReportState state);       // "open", "responded", "resolved"
std::string_view name_of(ReportOutcome outcome);   // "none", "upheld", "rejected", "withdrawn"
// nullopt: no such name.
std::optional<ReportKind> report_kind_from(std::string_view name);
std::optional<ReportState> report_state_from(std::string_view name);
std::optional<ReportOutcome> report_outcome_from(std::string_view name);  // never kNone

// Only the fields of its kind are set: gtin and commitment; gtin and lot; gtin; platform and listing. Where it was
// offered, `platform`, may be set with each.
struct ReportSubject {
    ReportSubjectKind kind = ReportSubjectKind::kItem;
    Hash256 commitment;  // of the item's serial
    std::string gtin;
    std::string lot;
    std::string platform;  // organisation id
    Hash256 listing;       // SHA-256 of the listing's URL
    bool operator==(const ReportSubject&) const = default;
    StateKey item() const { return item_key(gtin, commitment); }  // precondition: it is about an item
};
// Whether exactly the fields of its kind are set.
bool is_well_formed(const ReportSubject& subject);

struct ReportRecord {
    Hash256 id;  // report_id()
    ReportSubject subject;
    ReportKind kind = ReportKind::kOther;
    std::string reporter;
    std::string handler;
    std::string text;
    std::vector<Hash256> evidence;
    Hash256 seller;  // pseudonym; zero: none
    WallTime filed_at;
    WallTime responded_at;  // 0: not yet, as resolved_at
    WallTime resolved_at;
    ReportState state = ReportState::kOpen;
    ReportOutcome outcome = ReportOutcome::kNone;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    bool operator==(const ReportRecord&) const = default;

    Bytes encode() const;
    static Result<ReportRecord> decode(ByteView bytes);  // error: record_malformed, as below
};

// Of the reports that were filed in one month (UTC) for one handler to answer, save those that it filed itself.
struct ReportStatsRecord {
    std::string organisation;
    std::string month;  // "2026-11"
    std::uint64_t filed = 0;
    std::uint64_t responded = 0;
    std::uint64_t responded_in_time = 0;
    std::uint64_t resolved = 0;
    std::uint64_t resolved_in_time = 0;
    bool operator==(const ReportStatsRecord&) const = default;

    Bytes encode() const;
    static Result<ReportStatsRecord> decode(ByteView bytes);
};


// "2026-11", UTC. Times beyond the year 9999 count as that year's last month.
std::string month_of(WallTime time);
// Whether a text is what month_of() writes.
bool is_month(std::string_view text);

}  // namespace touchstone::ledger

namespace touchstone {

template <>
inline constexpr auto kEnumNames<ledger::ReportSubjectKind> =
    enum_names<ledger::ReportSubjectKind>({{ledger::ReportSubjectKind::kItem, "item"},
                                           {ledger::ReportSubjectKind::kLot, "lot"},
                                           {ledger::ReportSubjectKind::kProduct, "product"},
                                           {ledger::ReportSubjectKind::kListing, "listing"}});
template <>
inline constexpr auto kEnumNames<ledger::ReportKind> =
    enum_names<ledger::ReportKind>({{ledger::ReportKind::kCounterfeit, "counterfeit"},
                                    {ledger::ReportKind::kDefect, "defect"},
                                    {ledger::ReportKind::kDiversion, "diversion"},
                                    {ledger::ReportKind::kListing, "listing"},
                                    {ledger::ReportKind::kOther, "other"}});
template <>
inline constexpr auto kEnumNames<ledger::ReportState> =
    enum_names<ledger::ReportState>({{ledger::ReportState::kOpen, "open"},
                                     {ledger::ReportState::kResponded, "responded"},
                                     {ledger::ReportState::kResolved, "resolved"}});
template <>
inline constexpr auto kEnumNames<ledger::ReportOutcome> =
    enum_names<ledger::ReportOutcome>({{ledger::ReportOutcome::kNone, "none"},
                                       {ledger::ReportOutcome::kUpheld, "upheld"},
                                       {ledger::ReportOutcome::kRejected, "rejected"},
                                       {ledger::ReportOutcome::kWithdrawn, "withdrawn"}});

}  // namespace touchstone
