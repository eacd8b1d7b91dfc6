#include "ledger/records/records.h"

#include <fmt/format.h>

#include <chrono>

#include "crypto/sha256.h"

namespace touchstone::ledger {
namespace {

constexpr std::uint64_t kMillisecondsPerDay = 86'400'000;

const EventWords& words_of(EventKind kind) {
    const auto at = std::find_if(std::begin(kEventWords), std::end(kEventWords),
                                 [&](const EventWords& one) { return one.kind == kind; });
    INVARIANT(at != std::end(kEventWords));
    return *at;
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
std::string_view name_of(EventKind kind) { return words_of(kind).name; }
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
