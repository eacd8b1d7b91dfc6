// Time as a value that is passed in. Nothing in ledger, consensus or the replica reads a clock.
#pragma once

#include <compare>
#include <cstdint>

namespace touchstone {

// Microseconds.
struct Duration {
    std::int64_t us = 0;
    constexpr auto operator<=>(const Duration&) const = default;
    constexpr Duration operator*(std::int64_t factor) const { return {us * factor}; }
    constexpr Duration operator+(Duration other) const { return {us + other.us}; }
};

constexpr Duration microseconds(std::int64_t n) { return {n}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1000 * 1000}; }

// A point of the monotonic clock of one process; its origin means nothing.
struct Instant {
    std::int64_t us = 0;
    constexpr auto operator<=>(const Instant&) const = default;
    constexpr Instant operator+(Duration d) const { return {us + d.us}; }
    constexpr Duration operator-(Instant other) const { return {us - other.us}; }
    static constexpr Instant never() { return {INT64_MAX}; }
};

// Milliseconds since 1970-01-01T00:00:00Z: what block headers carry.
struct WallTime {
    std::uint64_t ms = 0;
    constexpr auto operator<=>(const WallTime&) const = default;
};

}  // namespace touchstone
