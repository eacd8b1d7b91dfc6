// A 32-byte digest or key: the unit in which everything signed, stored and proven is named.
#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>

#include "base/bytes.h"

namespace touchstone {

struct Hash256 {
    static constexpr std::size_t kSize = 32;
    std::array<std::uint8_t, kSize> bytes{};

    auto operator<=>(const Hash256&) const = default;
    ByteView view() const { return bytes; }
    std::string hex() const { return to_hex(bytes); }
    bool is_zero() const { return *this == Hash256{}; }
    // Bit 0 is the most significant bit of byte 0: the first branch below the root of the state tree.
    bool bit(std::size_t index) const { return (bytes[index / 8] >> (7 - index % 8)) & 1; }

    // nullopt unless exactly 32 bytes.
    static std::optional<Hash256> from_view(ByteView view) {
        if (view.size() != kSize) return std::nullopt;
        Hash256 hash;
        std::memcpy(hash.bytes.data(), view.data(), kSize);
        return hash;
    }
    static std::optional<Hash256> from_hex(std::string_view text) {
        const auto decoded = touchstone::from_hex(text);
        return decoded ? from_view(*decoded) : std::nullopt;
    }
};

// Digests are uniform already: eight of their bytes are a good hash-table hash.
struct Hash256Hasher {
    std::size_t operator()(const Hash256& hash) const {
        std::size_t value;
        std::memcpy(&value, hash.bytes.data() + 8, sizeof value);
        return value;
    }
};

}  // namespace touchstone

template <>
struct std::hash<touchstone::Hash256> : touchstone::Hash256Hasher {};
