// What may be said to somebody who holds an item in his hand: a pure function of proven records and of what is printed
// on the item. The node and the light client call the same function, so that an answer can be checked.
//
// Nobody is ever told "counterfeit": the ledger knows what was recorded, not what lies on the table. A serial that was
// never registered is "unknown"; a registered item about which something speaks is "caution".
// Thread safety: pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/records/records.h"

namespace touchstone::rpc {

enum class VerdictKind { kGenuine, kCaution, kUnknown };
std::string_view name_of(VerdictKind kind);  // "genuine", "caution", "unknown"

enum class Reason {
    kNeverRegistered,
    kProductUnknown,
    kRecalled,
    kStolen,
    kSuspect,
    kQuarantined,
    kLotMismatch,
    kExpiryMismatch,
    kExpired,
    kMakerSuspended,
    kExported,
    kSampled,
    kDestroyed,
    kInTransit,
    kSold,
    kOpenReport,
    kOutsideTerritory,
    kLost,
    kVoided,
};
inline constexpr std::size_t kReasonCount = 19;

struct ReasonInfo {
    Reason reason;
    std::string_view code;     // "never_registered", …
    VerdictKind weight;        // the verdict that this reason alone leads to
    std::string_view meaning;  // for people
};
const ReasonInfo& info(Reason reason);

// Null: the ledger has no such record (or it was not asked for).
struct VerdictRecords {
    const ledger::ItemRecord* item = nullptr;
    const ledger::ProductRecord* product = nullptr;
    const ledger::OrganisationRecord* maker = nullptr;
    // Whether `product` was looked up.
    bool product_read = false;
    const ledger::ContainerRecord* outer = nullptr;  // the outermost container of a packed item
};

struct VerdictContext {
    WallTime block_time;                        // of the block under which the records were proven
    std::optional<std::string_view> lot;        // as printed on the item
    std::optional<ledger::Day> expiry;          // as printed on the item
    std::optional<std::string_view> country{};  // where it is offered, ISO 3166-1 alpha-2
};

struct Verdict {
    VerdictKind kind = VerdictKind::kUnknown;
    std::vector<Reason> reasons;
    bool operator==(const Verdict&) const = default;
};

Verdict judge(const VerdictRecords& records, const VerdictContext& context);

// A printed expiry date: YYYY-MM-DD, or YYMMDD as GS1 AI (17) has it, where day 00 is the month's last day and the
// century is the one nearest to `now` (GS1 General Specifications, section 7.12). nullopt: not a date.
std::optional<ledger::Day> parse_expiry(std::string_view text, WallTime now);

}  // namespace touchstone::rpc
