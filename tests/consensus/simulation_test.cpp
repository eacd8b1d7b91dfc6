#include <cstdlib>
#include <map>
#include <catch2/catch.hpp>

#include "tests/consensus/simulation.h"

namespace touchstone::consensus::test {
namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string failure_of(std::uint64_t seed, std::uint64_t& events) {
    Simulation simulation(plan_of(seed));
    try {
        simulation.run();
    } catch (const Breach& breach) {
        return breach.what();
    }
    events += simulation.events();
    return {};
}

}  // namespace

// TOUCHSTONE_SEED replays one seed; TOUCHSTONE_SEEDS sets how many are run.
TEST_CASE("random clusters agree, never equivocate, and go on after healing (I1 to I11, R1 to R20)", "[simulation]") {
    std::uint64_t events = 0;
    if (std::getenv("TOUCHSTONE_SEED")) {
        const std::uint64_t seed = number_from("TOUCHSTONE_SEED", 0);
        INFO("TOUCHSTONE_SEED=" << seed);
        REQUIRE(failure_of(seed, events) == "");
        return;
    }
    const std::uint64_t seeds = number_from("TOUCHSTONE_SEEDS", 2000);
    std::map<std::string, std::vector<std::uint64_t>> failures;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const std::string failure = failure_of(seed, events);
        if (!failure.empty()) failures[failure].push_back(seed);
    }
    for (const auto& [what, which] : failures)
        WARN(which.size() << " seeds: " << what << ", first TOUCHSTONE_SEED=" << which.front());
    WARN(seeds << " seeds, " << events << " events");
    REQUIRE(failures.empty());
}

}  // namespace touchstone::consensus::test
