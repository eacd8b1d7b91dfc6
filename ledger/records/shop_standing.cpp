#include "ledger/records/shop_standing.h"

#include <algorithm>

namespace touchstone::ledger {
namespace {

constexpr std::size_t kPlatformsThatAttest = 2;

// Whether another platform lets it sell.
bool is_elsewhere(const SellerRecord& shop, const SellerEntry& entry) {
    return std::any_of(shop.entries.begin(), shop.entries.end(),
                       [&](const SellerEntry& other) { return &other != &entry && other.may_sell(); });
}

}  // namespace

bool is_attested(const SellerRecord& shop, std::string_view newcomer) {
    const auto has_part = [&](const std::string& organisation) {
        if (organisation == newcomer) return true;
        const SellerEntry* const entry = shop.entry_of(organisation);
        return entry != nullptr && (entry->may_sell() || entry->standing == SellerStanding::kClosed);
    };
    std::size_t platforms = 0;
    for (const SellerAttestation& one : shop.attestations) {
        if (has_part(one.organisation)) continue;
        if (one.as_regulator) return true;
        ++platforms;
    }
    return platforms >= kPlatformsThatAttest;
}

const SellerEntry* closed_elsewhere(const SellerRecord& shop, std::string_view platform) {
    const auto closed = std::find_if(shop.entries.begin(), shop.entries.end(), [&](const SellerEntry& entry) {
        return entry.standing == SellerStanding::kClosed && entry.has_weight() && entry.platform != platform;
    });
    return closed == shop.entries.end() || is_attested(shop, platform) ? nullptr : &*closed;
}

ShopStanding standing_of(const SellerRecord& shop) {
    const bool sells = std::any_of(shop.entries.begin(), shop.entries.end(), [](const auto& one) { return one.may_sell(); });
    const bool back = sells && is_attested(shop, {});
    ShopStanding standing;
    for (const SellerEntry& entry : shop.entries) {
        if (!entry.has_weight() && is_elsewhere(shop, entry)) continue;
        if (entry.standing == SellerStanding::kClosed) (back ? standing.reopened : standing.closed) = true;
        if (entry.standing == SellerStanding::kSuspended) standing.suspended = true;
        if (entry.standing == SellerStanding::kWarned) standing.warned = true;
    }
    return standing;
}

}  // namespace touchstone::ledger
