// Which serials are found to be guessable, and that those of random generators are not.
#include "ledger/identifiers/serial_strength.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using touchstone::test::Randomness;

namespace {

constexpr std::string_view kSafeAlphabet = "34679ACDEFGHJKMNPQRTWXY";

SerialEstimate estimate(const std::vector<std::string>& serials) {
    const std::vector<std::string_view> views(serials.begin(), serials.end());
    return estimate_serials(views);
}

std::vector<std::string> random_serials(Randomness& random, std::size_t count,
                                        std::pair<std::string_view, std::size_t> form) {
    std::vector<std::string> serials;
    for (std::size_t i = 0; i < count; ++i) {
        std::string& serial = serials.emplace_back();
        while (serial.size() < form.second) serial += form.first[random.below(form.first.size())];
    }
    return serials;
}

std::vector<std::string> counted(std::size_t count, const std::string& prefix, std::size_t width) {
    std::vector<std::string> serials;
    for (std::size_t i = 0; i < count; ++i) {
        std::string digits = std::to_string(i + 1);
        if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
        serials.push_back(prefix + digits);
    }
    return serials;
}

}  // namespace

TEST_CASE("random serials pass, however many they are") {
    Randomness random;
    for (const std::size_t count : {1, 2, 3, 10, 63, 64, 1000, 10'000})
        for (int round = 0; round < 20; ++round) {
            const auto found = estimate(random_serials(random, count, {kSafeAlphabet, 12}));
            INFO(count << " serials: " << name_of(found.weakness) << ", " << found.bits << " bits");
            REQUIRE(!found.guessable());
        }
    REQUIRE(!estimate(random_serials(random, 10'000, {"0123456789", 18})).guessable());
    REQUIRE(!estimate({}).guessable());
}

TEST_CASE("serials that count are found, with prefix and without, in order or not") {
    for (const std::size_t count : {2, 3, 100, 10'000})
        for (const char* prefix : {"", "ACME-2026-", "K7QX49WDHM"}) {
            auto serials = counted(count, prefix, 8);
            REQUIRE(estimate(serials).weakness == SerialWeakness::kSequential);
            std::swap(serials.front(), serials.back());
            REQUIRE(estimate(serials).weakness == SerialWeakness::kSequential);
        }
    // A counter that a random character follows, and one in steps of a thousand: few places vary.
    std::vector<std::string> steps;
    for (std::size_t i = 1; i <= 900; ++i) steps.push_back("LOT26X" + std::to_string(100'000 + i * 1000));
    REQUIRE(estimate(steps).weakness == SerialWeakness::kShort);
}

TEST_CASE("serials that are short, or of few characters, are found") {
    Randomness random;
    REQUIRE(estimate(random_serials(random, 1, {"0123456789", 6})).weakness != SerialWeakness::kNone);
    REQUIRE(estimate(random_serials(random, 5'000, {"0123456789", 8})).guessable());
    REQUIRE(estimate(random_serials(random, 10'000, {kSafeAlphabet, 6})).weakness == SerialWeakness::kShort);
    REQUIRE(estimate({"000000000042"}).weakness == SerialWeakness::kLowVariety);
    REQUIRE(estimate({"AAAAAAAAAAAA"}).weakness == SerialWeakness::kLowVariety);
    REQUIRE(estimate({"1234567890123"}).weakness == SerialWeakness::kLowVariety);
    REQUIRE(estimate({"ABCDEFGHIJKL"}).weakness == SerialWeakness::kLowVariety);
    REQUIRE(estimate({"1"}).guessable());
}

TEST_CASE("what is told of guessable serials names none of them") {
    const auto found = estimate(counted(100, "SECRETPREFIX", 6));
    REQUIRE(describe(found).find("SECRETPREFIX") == std::string::npos);
    REQUIRE(describe(found).find("touchstone serials new") != std::string::npos);
    REQUIRE(describe(SerialEstimate{}).empty());
}
