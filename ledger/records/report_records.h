// The records of complaints: a report, what an organisation made of the reports of one month, and what a reporter has
// open. Keys and encodings as in records.h. Values only; any thread.
//
// A report is about an item, a lot, a product or a listing on a platform. Its handler is who has to answer: the
// product's brand, or the platform of the listing. Times are those of blocks, so that nobody dates an answer back.
#pragma once

#include <algorithm>
#include <array>

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
// Equal for reports about the same thing, wherever it was offered.
Hash256 subject_digest(const ReportSubject& subject);

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
    bool counts = false;             // its reporter has to do with the subject: the verdict regards it while it is open
    bool responded_in_time = false;  // by the deadline as it was then
    bool operator==(const ReportRecord&) const = default;

    Bytes encode() const;
    static Result<ReportRecord> decode(ByteView bytes);  // error: record_malformed, as below
};

// How many of one reporter's, or of all, and what became of them. What was withdrawn is in none of the figures.
struct ReportShares {
    std::uint64_t filed = 0;
    std::uint64_t upheld = 0;
    std::uint64_t rejected = 0;
    bool operator==(const ReportShares&) const = default;
};

// Answers within an hour, 4, 12, 24 and 72 hours, a week; and later.
inline constexpr std::uint64_t kHourMs = 3'600'000;
inline constexpr std::array<std::uint64_t, 6> kResponseWithinMs{kHourMs,      4 * kHourMs,  12 * kHourMs,
                                                                24 * kHourMs, 72 * kHourMs, 168 * kHourMs};
using ResponseTimes = std::array<std::uint64_t, kResponseWithinMs.size() + 1>;
// The place of a response time in ResponseTimes.
std::size_t response_bucket(std::uint64_t response_ms);

// Of the reports that were filed in one month (UTC) for one handler to answer, save those that it filed itself and those
// that were withdrawn.
struct ReportStatsRecord {
    struct Reporter {
        std::string organisation;
        ReportShares shares;
        bool operator==(const Reporter&) const = default;
    };
    std::string organisation;
    std::string month;  // "2026-11"
    std::uint64_t filed = 0;
    std::uint64_t responded = 0;
    std::uint64_t responded_in_time = 0;
    std::uint64_t resolved = 0;
    std::uint64_t resolved_in_time = 0;
    std::uint64_t upheld = 0;            // of the resolved; the others were rejected
    std::uint64_t response_ms = 0;       // of all that were responded to, together
    ResponseTimes responses{};           // how many in each span
    std::vector<Reporter> reporters{};   // ascending by organisation, each with at least one filed
    Hash256 salt{};
    bool operator==(const ReportStatsRecord&) const = default;

    // Of the answers so far; nullopt: there are none.
    std::optional<std::uint64_t> mean_response_ms() const;
    // The span that the median is in, as a place in `responses`.
    std::optional<std::size_t> median_response() const;
    // Of one reporter: made where there is none, and taken away where none is left.
    void change_shares(const std::string& reporter, const auto& change) {
        auto at = std::lower_bound(reporters.begin(), reporters.end(), reporter,
                                   [](const Reporter& one, const std::string& id) { return one.organisation < id; });
        if (at == reporters.end() || at->organisation != reporter) at = reporters.insert(at, {reporter, {}});
        change(at->shares);
        if (at->shares == ReportShares{}) reporters.erase(at);
    }

    Bytes encode() const;
    static Result<ReportStatsRecord> decode(ByteView bytes);
};

// Of one organisation as a reporter: what it has open, which is bounded, and what became of the rest (without what it
// had to answer itself).
struct ReporterRecord {
    struct Open {
        Hash256 subject;  // subject_digest()
        std::uint32_t reports = 0;
        bool operator==(const Open&) const = default;
    };
    std::string organisation;
    ReportShares shares;
    std::vector<Open> open;  // ascending by subject, each with at least one
    Hash256 salt{};
    bool operator==(const ReporterRecord&) const = default;

    std::size_t open_count() const;
    std::size_t open_count(const Hash256& subject) const;
    void add_open(const Hash256& subject);
    // Precondition: one is open.
    void remove_open(const Hash256& subject);

    Bytes encode() const;
    static Result<ReporterRecord> decode(ByteView bytes);
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
