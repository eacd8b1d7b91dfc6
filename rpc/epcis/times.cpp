#include "rpc/epcis/times.h"

#include <fmt/format.h>

#include <chrono>

namespace touchstone::epcis {
namespace {

std::optional<int> number(std::string_view text) {
    int value = 0;
    if (text.empty()) return std::nullopt;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// Z or ±hh:mm, in minutes.
std::optional<int> offset_minutes(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const auto hours = number(text.substr(1, 2)), minutes = number(text.substr(4, 2));
    if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    return (text[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

// What stands after the minutes: seconds with their fraction, in milliseconds.
std::optional<std::int64_t> seconds_ms(std::string_view text) {
    if (text.empty()) return 0;
    if (text.size() < 3 || text[0] != ':') return std::nullopt;
    const auto seconds = number(text.substr(1, 2));
    if (!seconds || *seconds > 60) return std::nullopt;
    std::int64_t milliseconds = *seconds * 1000;
    std::string_view fraction = text.substr(3);
    if (fraction.empty()) return milliseconds;
    if (fraction[0] != '.' || fraction.size() < 2) return std::nullopt;
    fraction.remove_prefix(1);
    if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::string digits(fraction.substr(0, 4));
    digits.resize(4, '0');
    return milliseconds + (*number(digits) + 5) / 10;
}

}  // namespace

std::optional<ledger::Day> read_day(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto y = number(text.substr(0, 4)), m = number(text.substr(5, 2)), d = number(text.substr(8, 2));
    if (!y || !m || !d) return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok() || *y < 1970) return std::nullopt;
    return static_cast<ledger::Day>(sys_days{date}.time_since_epoch().count());
}

std::optional<WallTime> read_time(std::string_view text) {
    if (text.size() < 17 || text[10] != 'T' || text[13] != ':') return std::nullopt;
    const auto date = read_day(text.substr(0, 10));
    const auto hours = number(text.substr(11, 2)), minutes = number(text.substr(14, 2));
    const std::string_view rest = text.substr(16);
    const std::size_t zone = rest.find_first_of("Zz+-");
    if (!date || !hours || !minutes || *hours > 24 || *minutes > 59 || zone == std::string_view::npos)
        return std::nullopt;
    const auto milliseconds = seconds_ms(rest.substr(0, zone));
    const auto offset = offset_minutes(rest.substr(zone));
    if (!milliseconds || !offset) return std::nullopt;
    const std::int64_t total =
        (static_cast<std::int64_t>(*date) * 1440 + *hours * 60 + *minutes - *offset) * 60'000 + *milliseconds;
    if (total < 0) return std::nullopt;
    return WallTime{static_cast<std::uint64_t>(total)};
}

std::string time_text(WallTime time) {
    const std::uint64_t seconds = time.ms / 1000;
    const std::string date = day_text(static_cast<ledger::Day>(seconds / 86'400));
    return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", date.empty() ? "1970-01-01" : date, seconds / 3600 % 24,
                       seconds / 60 % 60, seconds % 60, time.ms % 1000);
}

bool is_iso_date(std::string_view text) {
    if (text.size() < 10 || !read_day(text.substr(0, 10))) return false;
    return text.size() == 10 || text[10] == 'T';
}

}  // namespace touchstone::epcis
