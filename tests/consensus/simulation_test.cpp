#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>

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

// Every named attack at the bound f, and one validator dead: the others go on and agree.
TEST_CASE("each attack by f validators alone (R10 to R15, I7)", "[attack]") {
    for (const auto attack : {Attack::kSilent, Attack::kEquivocator, Attack::kVoteAll, Attack::kWithholder,
                              Attack::kFlooder, Attack::kAmnesiac, Attack::kInvalid})
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            Plan plan;
            plan.seed = seed;
            plan.n = seed % 4 == 0 ? 7 : 4;
            plan.attacks.assign((plan.n - 1) / 3, attack);
            plan.heal = {seconds(2).us};
            INFO("attack " << static_cast<int>(attack) << ", seed " << seed);
            Simulation simulation(plan);
            REQUIRE_NOTHROW(simulation.run());
        }
}

// commonware, ava-labs/Simplex: all honest, no peer ever told of a connection, half of all messages lost for a while.
TEST_CASE("honest clusters never lock up for want of a message (R7, R16, R19)", "[attack]") {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Plan plan;
        plan.seed = seed;
        plan.loss = 0.5;
        plan.crashes = 6;
        plan.connection_events = false;
        plan.heal = {seconds(3).us};
        INFO("seed " << seed);
        Simulation simulation(plan);
        REQUIRE_NOTHROW(simulation.run());
    }
}

TEST_CASE("clusters of 1, 2, 3, 7 and 100 order transactions and fall silent (R4, R9, R14)", "[sizes]") {
    for (const std::uint32_t n : {1u, 2u, 3u, 7u, 100u}) {
        Plan plan;
        plan.seed = n;
        plan.n = n;
        plan.heal = {seconds(1).us};
        plan.transactions = n == 100 ? 0 : 4;
        INFO(n << " validators");
        Simulation simulation(plan);
        REQUIRE_NOTHROW(simulation.run());
        REQUIRE(simulation.final_blocks() >= 1);
    }
}

// TOUCHSTONE_SEED replays one seed; TOUCHSTONE_SEEDS sets how many are run.
TEST_CASE("random clusters agree, never equivocate, and go on after healing (I1 to I11, R1 to R20, R22)", "[simulation]") {
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
