// Randomised tests: a seed that is printed and can be given again in TOUCHSTONE_SEED.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/hash256.h"

namespace touchstone::test {

// One seed for the whole process.
inline std::uint64_t seed() {
    static const std::uint64_t chosen = [] {
        const char* const given = std::getenv("TOUCHSTONE_SEED");
        return given != nullptr ? std::stoull(given)
                                : (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}();
    }();
    return chosen;
}

// The same, and says so on the terminal: for tests that end in an abort or a hang rather than in a failed assertion.
inline std::uint64_t seed_of(std::string_view test) {
    std::cout << "[seed] " << test << ": TOUCHSTONE_SEED=" << seed() << '\n';
    return seed();
}

// The numbers of one test case: the same for the same seed, whatever other cases ran before.
class Randomness {
  public:
    explicit Randomness(std::uint64_t stream = 0) : engine_(seed() ^ (stream * 0x9e3779b97f4a7c15u)) {}
    // Uniform in [0, bound), bound > 0; the small bias does not matter here.
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    Bytes bytes(std::size_t size) {
        Bytes made(size);
        for (auto& byte : made) byte = static_cast<std::uint8_t>(below(256));
        return made;
    }
    Hash256 hash() { return *Hash256::from_view(bytes(Hash256::kSize)); }

  private:
    std::mt19937_64 engine_;
};

}  // namespace touchstone::test

// Shown with every failure in the enclosing scope.
#define SHOW_SEED() INFO("replay with TOUCHSTONE_SEED=" << ::touchstone::test::seed())
