// The seed of a randomised test: printed, and taken from TOUCHSTONE_SEED to replay.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>

namespace touchstone::test {

inline std::uint64_t seed_of(std::string_view test) {
    const char* const given = std::getenv("TOUCHSTONE_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
    std::cout << "[seed] " << test << ": TOUCHSTONE_SEED=" << seed << '\n';
    return seed;
}

}  // namespace touchstone::test
