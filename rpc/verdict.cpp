#include "rpc/verdict.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/check.h"
#include "ledger/identifiers/countries.h"
#include "ledger/records/recalls.h"

namespace touchstone::rpc {
namespace {

constexpr std::array<ReasonInfo, kReasonCount> kReasons{{
    {Reason::kNeverRegistered, "never_registered", VerdictKind::kUnknown,
     "No such serial was ever registered for this product. It may be mistyped, or not made under this name."},
    {Reason::kProductUnknown, "product_unknown", VerdictKind::kCaution,
     "No brand has declared a product with this GTIN."},
    {Reason::kRecalled, "recalled", VerdictKind::kCaution,
     "The product or its lot is recalled. Do not use it; ask the seller or the brand."},
    {Reason::kStolen, "stolen", VerdictKind::kCaution, "The item was reported stolen."},
    {Reason::kSuspect, "suspect", VerdictKind::kCaution, "A member of the ledger marked the item as suspect."},
    {Reason::kQuarantined, "quarantined", VerdictKind::kCaution,
     "The item is held back while somebody looks into it, and should not be on sale."},
    {Reason::kLotMismatch, "lot_mismatch", VerdictKind::kCaution,
     "The lot printed on the item is not the one it was registered with."},
    {Reason::kExpiryMismatch, "expiry_mismatch", VerdictKind::kCaution,
     "The expiry date printed on the item is not the one it was registered with."},
    {Reason::kExpired, "expired", VerdictKind::kCaution, "The item's expiry date has passed."},
    {Reason::kMakerSuspended, "maker_suspended", VerdictKind::kCaution,
     "The organisation that registered the item is suspended from the ledger."},
    {Reason::kExported, "exported", VerdictKind::kCaution,
     "The item was exported for good, and should not be on sale here."},
    {Reason::kSampled, "sampled", VerdictKind::kCaution,
     "The item was used up as a sample, and should not be on sale."},
    {Reason::kDestroyed, "destroyed", VerdictKind::kCaution,
     "The item was recorded as destroyed. What is in your hands is another thing, or should not be."},
    {Reason::kInTransit, "in_transit", VerdictKind::kGenuine,
     "The item was shipped and its receiver has not accepted it yet."},
    {Reason::kSold, "sold", VerdictKind::kGenuine,
     "The item was sold to a consumer. That is as it should be for its buyer; beware if it is offered as new."},
    {Reason::kOpenReport, "open_report", VerdictKind::kCaution,
     "Somebody filed a report about this item that is not resolved yet. It says nothing of whether the report is "
     "right."},
    {Reason::kOutsideTerritory, "outside_territory", VerdictKind::kCaution,
     "The brand does not offer this product in that country. The item is registered, but meant for another market."},
    {Reason::kLost, "lost", VerdictKind::kCaution, "The item was recorded as lost on its way, and should not be on sale."},
    {Reason::kVoided, "voided", VerdictKind::kCaution,
     "The item was registered by mistake and withdrawn: nothing with this serial should be on sale."},
}};

VerdictKind heavier(VerdictKind a, VerdictKind b) { return std::max(a, b); }

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (text.empty() || !all || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<ledger::Day> day_from(int year, unsigned month, unsigned day) {
    using namespace std::chrono;
    year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    if (day == 0 && date.month().ok()) date = year_month_day{date.year() / date.month() / last};
    if (!date.ok()) return std::nullopt;
    const auto count = sys_days{date}.time_since_epoch().count();
    if (count <= 0) return std::nullopt;
    return static_cast<ledger::Day>(count);
}

int year_of(WallTime now) {
    using namespace std::chrono;
    const year_month_day date{sys_days{days{static_cast<int>(ledger::day_of(now.ms))}}};
    return static_cast<int>(date.year());
}

void judge_marks(const VerdictRecords& records, const VerdictContext& context, std::vector<Reason>& reasons) {
    const ledger::ItemRecord& item = *records.item;
    if (!records.product) reasons.push_back(Reason::kProductUnknown);
    const std::string_view country = context.country.value_or("");
    static const ledger::ProductRecord kUndeclared;
    if (ledger::is_recalled(item, records.product ? *records.product : kUndeclared, country))
        reasons.push_back(Reason::kRecalled);
    if (item.has(ledger::ItemFlag::kStolen)) reasons.push_back(Reason::kStolen);
    if (item.has(ledger::ItemFlag::kSuspect)) reasons.push_back(Reason::kSuspect);
    if (item.has(ledger::ItemFlag::kQuarantined)) reasons.push_back(Reason::kQuarantined);
}

void judge_print(const ledger::ItemRecord& item, const VerdictContext& context, std::vector<Reason>& reasons) {
    if (context.lot && *context.lot != item.lot) reasons.push_back(Reason::kLotMismatch);
    if (context.expiry && *context.expiry != item.expiry) reasons.push_back(Reason::kExpiryMismatch);
    const bool expired = item.expiry != 0 && ledger::day_of(context.block_time.ms) > item.expiry;
    if (expired) reasons.push_back(Reason::kExpired);
}

void judge_state(ledger::ItemState state, std::vector<Reason>& reasons) {
    switch (state) {
        case ledger::ItemState::kActive:
        case ledger::ItemState::kPacked:
            break;
        case ledger::ItemState::kInTransit:
            return reasons.push_back(Reason::kInTransit);
        case ledger::ItemState::kSold:
            return reasons.push_back(Reason::kSold);
        case ledger::ItemState::kExported:
            return reasons.push_back(Reason::kExported);
        case ledger::ItemState::kSampled:
            return reasons.push_back(Reason::kSampled);
        case ledger::ItemState::kDestroyed:
            return reasons.push_back(Reason::kDestroyed);
        case ledger::ItemState::kLost:
            return reasons.push_back(Reason::kLost);
        case ledger::ItemState::kVoided:
            return reasons.push_back(Reason::kVoided);
    }
}

}  // namespace

std::string_view name_of(VerdictKind kind) {
    switch (kind) {
        case VerdictKind::kGenuine:
            return "genuine";
        case VerdictKind::kCaution:
            return "caution";
        case VerdictKind::kUnknown:
            return "unknown";
    }
    INVARIANT(false);
}

const ReasonInfo& info(Reason reason) {
    const ReasonInfo& entry = kReasons.at(static_cast<std::size_t>(reason));
    INVARIANT(entry.reason == reason);
    return entry;
}

Verdict judge(const VerdictRecords& records, const VerdictContext& context) {
    Verdict verdict;
    if (!records.item) {
        verdict.reasons.push_back(Reason::kNeverRegistered);
        if (records.product_read && !records.product) verdict.reasons.push_back(Reason::kProductUnknown);
        return verdict;
    }
    judge_marks(records, context, verdict.reasons);
    judge_print(*records.item, context, verdict.reasons);
    if (records.maker && records.maker->suspended) verdict.reasons.push_back(Reason::kMakerSuspended);
    judge_state(records.outer ? records.outer->state : records.item->state, verdict.reasons);
    if (records.item->open_reports > 0) verdict.reasons.push_back(Reason::kOpenReport);
    if (context.country && records.product && !ledger::covers(records.product->territories, *context.country))
        verdict.reasons.push_back(Reason::kOutsideTerritory);
    verdict.kind = VerdictKind::kGenuine;
    for (const Reason reason : verdict.reasons) verdict.kind = heavier(verdict.kind, info(reason).weight);
    return verdict;
}

std::optional<ledger::Day> parse_expiry(std::string_view text, WallTime now) {
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
        if (!year || !month || !day || *day == 0) return std::nullopt;
        return day_from(static_cast<int>(*year), *month, *day);
    }
    if (text.size() != 6) return std::nullopt;
    const auto year = digits(text.substr(0, 2)), month = digits(text.substr(2, 2)), day = digits(text.substr(4, 2));
    if (!year || !month || !day) return std::nullopt;
    const int current = year_of(now);
    int full = current / 100 * 100 + static_cast<int>(*year);
    if (full - current >= 51) full -= 100;
    if (full - current <= -50) full += 100;
    return day_from(full, *month, *day);
}

}  // namespace touchstone::rpc
