#include "ledger/records/records.h"

#include <array>

#include "crypto/sha256.h"

namespace touchstone::ledger {
namespace {

constexpr std::uint64_t kMillisecondsPerDay = 86'400'000;

Bytes number_bytes(std::uint64_t value) { return std::move(Writer{}.u64(value)).take(); }

constexpr std::array<std::string_view, kRoleCount> kRoleNames{"brand",    "manufacturer", "logistics", "retailer",
                                                              "platform", "regulator",    "auditor"};

struct EventNames {
    std::string_view name;
    std::string_view biz_step;
    std::string_view disposition;
};

// CBV 2.0 sections 7.1 and 7.2. What CBV has no word for takes the nearest, and its own name tells the difference.
constexpr std::array<EventNames, 24> kEventNames{{
    {"declared", "creating_class_instance", "active"},
    {"registered", "commissioning", "active"},
    {"shipped", "shipping", "in_transit"},
    {"shipment_cancelled", "void_shipping", "in_progress"},
    {"received", "receiving", "in_progress"},
    {"shipment_rejected", "void_shipping", "in_progress"},
    {"sold", "retail_selling", "retail_sold"},
    {"returned", "receiving", "returned"},
    {"recalled", "holding", "recalled"},
    {"recall_lifted", "inspecting", "conformant"},
    {"flagged", "holding", "non_sellable_other"},
    {"flag_cleared", "inspecting", "conformant"},
    {"packed", "packing", "in_progress"},
    {"unpacked", "unpacking", "in_progress"},
    {"loaded", "packing", "in_progress"},
    {"unloaded", "unpacking", "in_progress"},
    {"missing", "receiving", "unknown"},
    {"surplus", "receiving", "in_progress"},
    {"decommissioned", "decommissioning", "inactive"},
    {"sale_cancelled", "retail_selling", "sellable_accessible"},
    {"ownership_offered", "other", "in_progress"},
    {"ownership_accepted", "other", "in_progress"},
    {"ownership_rejected", "other", "in_progress"},
    {"ownership_offer_cancelled", "other", "in_progress"},
}};

constexpr std::size_t kFirstLater = static_cast<std::size_t>(EventKind::kInspected);
constexpr std::array<EventNames, 8> kLaterEventNames{{
    {"inspected", "inspecting", "in_progress"},
    {"corrected", "other", "in_progress"},
    {"reported", "other", "unknown"},
    {"report_responded", "other", "unknown"},
    {"report_resolved", "other", "unknown"},
    {"seller_registered", "other", "active"},
    {"seller_standing_set", "other", "active"},
    {"territories_set", "other", "active"},
}};
constexpr EventNames kDocumentedNames{"documented", "other", "in_progress"};

const EventNames& names_of(EventKind kind) {
    if (kind == EventKind::kDocumented) return kDocumentedNames;
    const auto index = static_cast<std::size_t>(kind);
    if (index >= kFirstLater) return kLaterEventNames.at(index - kFirstLater);
    INVARIANT(index >= 1 && index <= kEventNames.size());
    return kEventNames[index - 1];
}

}  // namespace

Day day_of(std::uint64_t time_ms) { return static_cast<Day>(time_ms / kMillisecondsPerDay); }

Hash256 item_key(std::string_view gtin14, std::string_view serial) {
    return crypto::tagged_hash("touchstone/item/1", {as_bytes(gtin14), as_bytes(serial)});
}

Hash256 organisation_key(std::string_view id) {
    return crypto::tagged_hash("touchstone/organisation/1", {as_bytes(id)});
}

Hash256 product_key(std::string_view gtin14) { return crypto::tagged_hash("touchstone/product/1", {as_bytes(gtin14)}); }

Hash256 licence_key(std::string_view gtin14, std::string_view manufacturer) {
    return crypto::tagged_hash("touchstone/licence/1", {as_bytes(gtin14), as_bytes(manufacturer)});
}

Hash256 lot_key(std::string_view gtin14, std::string_view lot) {
    return crypto::tagged_hash("touchstone/lot/1", {as_bytes(gtin14), as_bytes(lot)});
}

Hash256 product_volume_key(std::string_view gtin14) {
    return crypto::tagged_hash("touchstone/product-volume/1", {as_bytes(gtin14)});
}

Hash256 lot_volume_key(std::string_view gtin14, std::string_view lot) {
    return crypto::tagged_hash("touchstone/lot-volume/1", {as_bytes(gtin14), as_bytes(lot)});
}

Hash256 container_key(std::string_view sscc) { return crypto::tagged_hash("touchstone/container/1", {as_bytes(sscc)}); }

Hash256 transaction_key(const Hash256& transaction_id) {
    return crypto::tagged_hash("touchstone/transaction/1", {transaction_id.view()});
}

Hash256 expiry_key(Height height) { return crypto::tagged_hash("touchstone/expiry/1", {number_bytes(height.value)}); }

Hash256 parameters_key() { return crypto::tagged_hash("touchstone/parameters/1", {}); }

Hash256 validators_key() { return crypto::tagged_hash("touchstone/validator-set/1", {}); }

std::string_view name_of(Role role) { return kRoleNames.at(static_cast<std::size_t>(role)); }

std::optional<Role> role_from(std::string_view name) {
    for (std::size_t i = 0; i < kRoleCount; ++i)
        if (kRoleNames[i] == name) return static_cast<Role>(i);
    return std::nullopt;
}

std::string_view name_of(SerialPolicy policy) { return policy == SerialPolicy::kRefuse ? "refuse" : "warn"; }

std::optional<SerialPolicy> serial_policy_from(std::string_view name) {
    for (const auto policy : {SerialPolicy::kWarn, SerialPolicy::kRefuse})
        if (name_of(policy) == name) return policy;
    return std::nullopt;
}

std::string_view name_of(ItemState state) {
    switch (state) {
        case ItemState::kActive:
            return "active";
        case ItemState::kInTransit:
            return "in_transit";
        case ItemState::kSold:
            return "sold";
        case ItemState::kPacked:
            return "packed";
        case ItemState::kExported:
            return "exported";
        case ItemState::kSampled:
            return "sampled";
        case ItemState::kDestroyed:
            return "destroyed";
    }
    INVARIANT(false);
}

std::string_view name_of(ItemFlag flag) {
    switch (flag) {
        case ItemFlag::kStolen:
            return "stolen";
        case ItemFlag::kSuspect:
            return "suspect";
        case ItemFlag::kQuarantined:
            return "quarantined";
    }
    INVARIANT(false);
}

std::string_view name_of(KeyPurpose purpose) {
    constexpr std::array<std::string_view, 3> kNames{"admin", "operate", "validate"};
    return kNames.at(static_cast<std::size_t>(purpose));
}

bool is_event_kind(std::uint8_t number) {
    return (number >= 1 && number <= kEventNames.size()) ||
           (number >= kFirstLater && number < kFirstLater + kLaterEventNames.size()) ||
           number == static_cast<std::uint8_t>(EventKind::kDocumented);
}
std::string_view name_of(EventKind kind) { return names_of(kind).name; }
std::string_view biz_step_of(EventKind kind) { return names_of(kind).biz_step; }
std::string_view disposition_of(EventKind kind) { return names_of(kind).disposition; }

Hash256 next_event_head(const Hash256& head, const Hash256& subject, ByteView event) {
    return crypto::tagged_hash("touchstone/event/1", {head.view(), subject.view(), event});
}

Bytes event_side_key(const Hash256& subject, std::uint32_t sequence) {
    Writer writer;
    writer.reserve(1 + Hash256::kSize + 4);
    writer.u8('e').hash(subject).u32(sequence);
    return std::move(writer).take();
}

}  // namespace touchstone::ledger
