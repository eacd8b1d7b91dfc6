#include "ledger/records/records.h"

#include <fmt/format.h>

#include <chrono>

#include "crypto/sha256.h"

namespace touchstone::ledger {
namespace {

constexpr std::uint64_t kMillisecondsPerDay = 86'400'000;

struct EventWords {
    EventKind kind;
    std::string_view biz_step;
    std::string_view disposition;
};

// CBV 2.0 sections 7.1 and 7.2. What CBV has no word for takes the nearest, and its own name tells the difference.
constexpr EventWords kWords[]{
    {EventKind::kDeclared, "creating_class_instance", "active"},
    {EventKind::kRegistered, "commissioning", "active"},
    {EventKind::kShipped, "shipping", "in_transit"},
    {EventKind::kShipmentCancelled, "void_shipping", "in_progress"},
    {EventKind::kReceived, "receiving", "in_progress"},
    {EventKind::kShipmentRejected, "void_shipping", "in_progress"},
    {EventKind::kSold, "retail_selling", "retail_sold"},
    {EventKind::kReturned, "receiving", "returned"},
    {EventKind::kRecalled, "holding", "recalled"},
    {EventKind::kRecallLifted, "inspecting", "conformant"},
    {EventKind::kFlagged, "holding", "non_sellable_other"},
    {EventKind::kFlagCleared, "inspecting", "conformant"},
    {EventKind::kPacked, "packing", "in_progress"},
    {EventKind::kUnpacked, "unpacking", "in_progress"},
    {EventKind::kLoaded, "packing", "in_progress"},
    {EventKind::kUnloaded, "unpacking", "in_progress"},
    {EventKind::kMissing, "receiving", "unknown"},
    {EventKind::kSurplus, "receiving", "in_progress"},
    {EventKind::kDecommissioned, "decommissioning", "inactive"},
    {EventKind::kSaleCancelled, "retail_selling", "sellable_accessible"},
    {EventKind::kInspected, "inspecting", "in_progress"},
    {EventKind::kReported, "other", "unknown"},
    {EventKind::kReportResponded, "other", "unknown"},
    {EventKind::kReportResolved, "other", "unknown"},
    {EventKind::kSellerRegistered, "other", "active"},
    {EventKind::kSellerStandingSet, "other", "active"},
    {EventKind::kSellerAttested, "other", "active"},
    {EventKind::kTerritoriesSet, "other", "active"},
    {EventKind::kVoided, "decommissioning", "inactive"},
    {EventKind::kLost, "other", "unknown"},
    {EventKind::kFound, "other", "in_progress"},
    {EventKind::kSeized, "holding", "non_sellable_other"},
    {EventKind::kHandoverOffered, "other", "active"},
    {EventKind::kHandoverAccepted, "other", "active"},
    {EventKind::kHandoverEnded, "other", "active"},
    {EventKind::kProductReassigned, "other", "active"},
};
constexpr EventWords kOtherWords{EventKind::kCorrected, "other", "in_progress"};

const EventWords& words_of(EventKind kind) {
    const auto at = std::find_if(std::begin(kWords), std::end(kWords), [&](const auto& one) { return one.kind == kind; });
    return at == std::end(kWords) ? kOtherWords : *at;
}

}  // namespace

Day day_of(std::uint64_t time_ms) { return static_cast<Day>(time_ms / kMillisecondsPerDay); }

std::string day_text(Day day) {
    if (day == 0) return {};
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::string time_text(WallTime time) {
    const std::uint64_t s = time.ms / 1000;
    const std::string day = day_text(day_of(time.ms));
    return fmt::format("{} {:02}:{:02}:{:02} UTC", day.empty() ? "1970-01-01" : day, s / 3600 % 24, s / 60 % 60, s % 60);
}

std::string_view name_of(Role role) { return enum_name(role); }
std::optional<Role> role_from(std::string_view name) { return enum_from<Role>(name); }
std::string_view name_of(SerialPolicy policy) { return enum_name(policy); }
std::optional<SerialPolicy> serial_policy_from(std::string_view name) { return enum_from<SerialPolicy>(name); }
std::string_view name_of(ItemState state) { return enum_name(state); }
std::string_view name_of(ItemFlag flag) { return enum_name(flag); }
std::string_view name_of(KeyPurpose purpose) { return enum_name(purpose); }
std::string_view name_of(EventKind kind) { return enum_name(kind); }
std::string_view biz_step_of(EventKind kind) { return words_of(kind).biz_step; }
std::string_view disposition_of(EventKind kind) { return words_of(kind).disposition; }

Hash256 next_event_head(const Hash256& head, const StateKey& subject, ByteView event) {
    return crypto::tagged_hash("touchstone/event/1", {head.view(), subject.view(), event});
}

Bytes event_side_key(const StateKey& subject, std::uint32_t sequence) {
    Writer writer;
    writer.reserve(1 + Hash256::kSize + 4);
    writer.u8('e').hash(subject).u32(sequence);
    return std::move(writer).take();
}

}  // namespace touchstone::ledger
