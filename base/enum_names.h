// The names of an enumeration, written once: a table from which both ways follow.
//
//   template <> inline constexpr auto touchstone::kEnumNames<Colour> = enum_names<Colour>({{Colour::kRed, "red"}, …});
//
// Pure; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace touchstone {

template <class Enum>
inline constexpr int kEnumNames = 0;  // no table

template <class Enum, std::size_t N>
constexpr std::array<std::pair<Enum, std::string_view>, N> enum_names(
    const std::pair<Enum, std::string_view> (&entries)[N]) {
    std::array<std::pair<Enum, std::string_view>, N> table;
    std::copy(std::begin(entries), std::end(entries), table.begin());
    return table;
}

// Precondition: the value is in its table.
template <class Enum>
std::string_view enum_name(Enum value) {
    for (const auto& [entry, name] : kEnumNames<Enum>)
        if (entry == value) return name;
    INVARIANT(false);
}

template <class Enum>
std::optional<Enum> enum_from(std::string_view text) {
    for (const auto& [entry, name] : kEnumNames<Enum>)
        if (name == text) return entry;
    return std::nullopt;
}

template <class Enum>
bool is_enum(std::uint64_t number) {
    return std::any_of(kEnumNames<Enum>.begin(), kEnumNames<Enum>.end(),
                       [&](const auto& entry) { return static_cast<std::uint64_t>(entry.first) == number; });
}

template <class Enum>
std::vector<std::string> enum_texts() {
    std::vector<std::string> texts;
    for (const auto& [entry, name] : kEnumNames<Enum>) texts.emplace_back(name);
    return texts;
}

}  // namespace touchstone
