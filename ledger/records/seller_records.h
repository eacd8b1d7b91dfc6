// A shop that sells on platforms, under a pseudonym: 32 bytes that each platform computes from the shop's country and
// business registration number, so that one shop has one pseudonym everywhere and only platforms know its name
// (tools/client/seller_pseudonym.h). Keys and encodings as in records.h. Values only; any thread.
#pragma once

#include "ledger/records/records.h"

namespace touchstone::ledger {

enum class SellerStanding : std::uint8_t { kActive = 1, kWarned = 2, kSuspended = 3, kClosed = 4 };
std::string_view name_of(SellerStanding standing);  // "active", "warned", "suspended", "closed"
std::optional<SellerStanding> seller_standing_from(std::string_view name);

// What one platform says of a shop.
struct SellerEntry {
    std::string platform;
    std::string country;  // ISO 3166-1 alpha-2, as this platform registered it
    SellerStanding standing = SellerStanding::kActive;
    std::string reason;
    WallTime since;      // of the standing
    // When it was registered here, or last came back from being closed; later by as long as it was suspended since.
    WallTime had_since;
    bool operator==(const SellerEntry&) const = default;
    bool may_sell() const { return standing == SellerStanding::kActive || standing == SellerStanding::kWarned; }
    // Whether the platform had the shop before it said so. Who registers a shop only to close it says nothing of it.
    bool has_weight() const { return since.ms - had_since.ms >= limits::kShopHadMs; }
};

// Somebody says that a shop which a platform closed may come back.
struct SellerAttestation {
    std::string organisation;
    bool as_regulator = false;  // else as a platform
    std::string reason;
    WallTime since;
    bool operator==(const SellerAttestation&) const = default;
};

struct SellerRecord {
    Hash256 pseudonym;
    std::vector<SellerEntry> entries;  // one for each platform, in the order of registration
    std::uint32_t event_count = 0;
    Hash256 event_head;
    std::vector<SellerAttestation> attestations{};  // since the last closing that has weight
    bool operator==(const SellerRecord&) const = default;

    // nullptr: not registered with this platform.
    const SellerEntry* entry_of(std::string_view platform) const;
    SellerEntry* entry_of(std::string_view platform);

    Bytes encode() const;
    static Result<SellerRecord> decode(ByteView bytes);  // error: record_malformed
};

}  // namespace touchstone::ledger

template <>
inline constexpr auto touchstone::kEnumNames<touchstone::ledger::SellerStanding> =
    touchstone::enum_names<touchstone::ledger::SellerStanding>(
        {{touchstone::ledger::SellerStanding::kActive, "active"},
         {touchstone::ledger::SellerStanding::kWarned, "warned"},
         {touchstone::ledger::SellerStanding::kSuspended, "suspended"},
         {touchstone::ledger::SellerStanding::kClosed, "closed"}});
