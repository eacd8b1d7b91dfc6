#include "rpc/verdict.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <chrono>

#include "base/limits.h"
#include "ledger/identifiers/countries.h"
#include "ledger/records/recalls.h"
#include "ledger/records/shop_standing.h"

namespace touchstone::rpc {
namespace {

using ledger::ItemFlag;
using ledger::ItemState;

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

// -- facts: what holds of the item, whatever it weighs

using Facts = std::bitset<kReasonCount>;

class FactFinder {
  public:
    // Precondition: there is an item.
    FactFinder(const VerdictRecords& records, const VerdictContext& context)
        : records_(records), context_(context), item_(*records.item) {}

    Facts find() {
        set(Reason::kProductUnknown, !records_.product);
        find_recalls();
        find_flags();
        find_print();
        find_authority();
        find_state();
        find_custody();
        find_seller();
        set(Reason::kOpenReport, item_.open_reports > 0);
        set(Reason::kOwnershipOffered, !item_.offered_to.empty());
        find_territory();
        return facts_;
    }

  private:
    void set(Reason reason, bool holds) {
        if (holds) facts_.set(static_cast<std::size_t>(reason));
    }
    ItemState state() const { return records_.outer ? records_.outer->state : item_.state; }
    bool is_sold() const { return item_.state == ItemState::kSold; }
    bool is_at_large() const {  // neither sold nor at an end
        return state() == ItemState::kActive || state() == ItemState::kPacked || state() == ItemState::kInTransit;
    }

    void find_recalls() {
        bool here = item_.has(ItemFlag::kRecalled), elsewhere = false;
        if (records_.product)
            for (const ledger::RecallMark& recall : records_.product->recalls) {
                if (!is_meant(recall, item_, context_.lot)) continue;
                (ledger::covers(recall.countries, context_.country.value_or("")) ? here : elsewhere) = true;
            }
        set(Reason::kRecalled, here);
        set(Reason::kRecalledElsewhere, elsewhere && !here);
    }

    void find_flags() {
        set(Reason::kStolen, item_.has(ItemFlag::kStolen));
        set(Reason::kCounterfeit, item_.has(ItemFlag::kCounterfeit));
        set(Reason::kSuspect, item_.has(ItemFlag::kSuspect));
        set(Reason::kQuarantined, item_.has(ItemFlag::kQuarantined));
        set(Reason::kMissing, item_.has(ItemFlag::kMissing));
        set(Reason::kNonconform, item_.has(ItemFlag::kNonconform));
    }

    void find_print() {
        set(Reason::kLotNotRecorded, context_.lot && item_.lot.empty());
        set(Reason::kLotMismatch, context_.lot && !item_.lot.empty() && *context_.lot != item_.lot);
        // Medicine has a date: what is to be dispensed and has none is looked at, or leaving it out would be the way round.
        const bool asked = context_.expiry || context_.purpose == Purpose::kDispense;
        set(Reason::kExpiryNotRecorded, asked && item_.expiry == 0);
        set(Reason::kExpiryMismatch, context_.expiry && item_.expiry != 0 && *context_.expiry != item_.expiry);
        // A chain without work makes no blocks, and a reader's clock may stand: the later of the two is nearer to now.
        const ledger::Day today = ledger::day_of(std::max(context_.block_time, context_.now).ms);
        const auto is_past = [today](ledger::Day day) { return day != 0 && day < today; };
        set(Reason::kExpired, is_past(item_.expiry) || is_past(context_.expiry.value_or(0)));
    }

    // What came to light since says nothing of what was registered before.
    void set_since(WallTime since, Reason then, Reason later) { set(item_.registered_at >= since ? then : later, true); }
    void find_authority() {
        if (records_.maker && records_.maker->suspended)
            set_since(records_.maker->suspended_at, Reason::kMakerSuspended, Reason::kMakerSuspendedLater);
        if (!records_.product || records_.product->brand == item_.maker) return;
        if (records_.brand && records_.brand->suspended)
            set_since(records_.brand->suspended_at, Reason::kBrandSuspended, Reason::kBrandSuspendedLater);
        for (const ledger::RevokedLicence& revoked : records_.product->revoked_licences)
            if (revoked.maker == item_.maker)
                set_since(revoked.since, Reason::kLicenceRevoked, Reason::kLicenceRevokedLater);
    }

    void find_state() {
        set(Reason::kInTransit, state() == ItemState::kInTransit);
        set(Reason::kSold, is_sold());
        set(Reason::kExported, state() == ItemState::kExported);
        set(Reason::kSampled, state() == ItemState::kSampled);
        set(Reason::kDestroyed, state() == ItemState::kDestroyed);
        set(Reason::kLost, state() == ItemState::kLost);
        set(Reason::kVoided, state() == ItemState::kVoided);
        set(Reason::kSoldBefore, item_.returns > 0 && !is_sold());
        set(Reason::kReturnedOften, item_.returns + item_.cancelled_sales >= kReturnsOften);
    }

    // Whoever holds it offers it to consumers: a shop, a platform, or a brand that the reader knows as the seller.
    bool is_with_seller() const {
        if (!records_.holder) return false;
        if (records_.holder->has(ledger::Role::kRetailer) || records_.holder->has(ledger::Role::kPlatform)) return true;
        return records_.holder->has(ledger::Role::kBrand) && context_.seller == records_.holder->id;
    }
    void find_custody() {
        const bool is_packed = records_.outer != nullptr || item_.state == ItemState::kPacked;
        const bool is_ready = !is_packed && state() == ItemState::kActive && is_with_seller();
        set(Reason::kNotReleased, is_at_large() && !is_ready);
        set(Reason::kHolderSuspended, is_at_large() && records_.holder && records_.holder->suspended);
        set(Reason::kHeldByAuthority, is_at_large() && records_.holder && records_.holder->has(ledger::Role::kRegulator));
        // What was sold under a claim is for the two to settle: it is no trouble of the buyer's.
        set(Reason::kReclaimed, is_at_large() && (!item_.reclaimed_to.empty() ||
                                                  (records_.outer && !records_.outer->reclaimed_to.empty())));
    }

    void find_seller() {
        const std::string& receiver = records_.outer ? records_.outer->receiver : item_.receiver;
        const auto has_it = [&] {
            return *context_.seller == holder_of(item_, records_.outer) || *context_.seller == receiver;
        };
        if (context_.seller) set(Reason::kHolderMismatch, !has_it());
        if (context_.seller_shop) {
            // The goods of shops on a platform are not recorded as theirs until they are sold.
            set(Reason::kHolderMismatch, is_sold() && item_.shop != *context_.seller_shop);
            set(Reason::kShopUnknown, !records_.shop);
        }
        if (records_.shop) find_standing(ledger::standing_of(*records_.shop));
    }
    void find_standing(const ledger::ShopStanding& standing) {
        set(Reason::kShopClosed, standing.closed);
        set(Reason::kShopReopened, standing.reopened);
        set(Reason::kShopSuspended, standing.suspended);
        set(Reason::kShopWarned, standing.warned);
    }

    // What was sold under an earlier list was sold lawfully, and stays so.
    void find_territory() {
        if (!context_.country || !records_.product) return;
        const bool was_before = is_sold() && item_.ended_at < records_.product->territories_since;
        set(Reason::kOutsideTerritory,
            !was_before && !ledger::covers(records_.product->territories, *context_.country));
    }

    const VerdictRecords& records_;
    const VerdictContext& context_;
    const ledger::ItemRecord& item_;
    Facts facts_;
};

// A lot as people type it from the print.
std::string as_read(std::string_view lot) {
    std::string text;
    for (const char c : lot)
        if (c != ' ' && c != '\t') text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

Facts facts_without_item(const VerdictRecords& records) {
    Facts facts;
    facts.set(static_cast<std::size_t>(Reason::kNeverRegistered));
    if (records.product_read && !records.product) facts.set(static_cast<std::size_t>(Reason::kProductUnknown));
    return facts;
}

}  // namespace

bool is_meant(const ledger::RecallMark& recall, const ledger::ItemRecord& item,
              std::optional<std::string_view> printed_lot) {
    const std::string printed = as_read(printed_lot.value_or(""));
    const bool is_record_alone = printed.empty() || !item.lot.empty();
    if (is_record_alone && ledger::is_within(recall.scope, item)) return true;
    if (printed.empty() || !ledger::is_of_maker_and_day(recall.scope, item)) return false;
    return recall.scope.lot.empty() || as_read(recall.scope.lot) == printed;
}

Verdict judge(const VerdictRecords& records, const VerdictContext& context) {
    const Facts facts = records.item ? FactFinder(records, context).find() : facts_without_item(records);
    Verdict verdict{VerdictKind::kGenuine, {}, default_action(context.purpose)};
    for (const ReasonInfo& one : reasons()) {
        const Effect& effect = one.effect(context.purpose);
        if (!facts.test(static_cast<std::size_t>(one.reason)) || !effect.told) continue;
        verdict.reasons.push_back(one.reason);
        verdict.kind = std::max(verdict.kind, effect.weight);
        verdict.action = std::max(verdict.action, effect.action);
    }
    return verdict;
}

const std::string& holder_of(const ledger::ItemRecord& item, const ledger::ContainerRecord* outer) {
    return outer ? outer->custodian : item.custodian;
}

std::optional<Hash256> shop_of(const ledger::ItemRecord* item, const VerdictContext& context) {
    if (context.seller_shop) return context.seller_shop;
    const bool was_sold_there = item != nullptr && item->state == ItemState::kSold && !item->shop.is_zero();
    return was_sold_there ? std::optional(item->shop) : std::nullopt;
}

bool set_seller(VerdictContext& context, std::string_view text) {
    if (text.size() == 2 * Hash256::kSize) {
        context.seller_shop = Hash256::from_hex(text);
        return context.seller_shop.has_value();
    }
    if (text.empty() || text.size() > limits::kOrgIdBytesMax) return false;
    context.seller = text;
    return true;
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
