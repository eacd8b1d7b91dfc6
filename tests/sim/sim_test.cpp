// The simulator as a test: many seeds, each another weather. TOUCHSTONE_SEED=<n> replays one;
// TOUCHSTONE_SIM_SEEDS=<count> and TOUCHSTONE_SIM_FIRST=<n> run a longer form (tools/simulate).
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>

#include "tests/sim/simulator.h"

using namespace touchstone;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* const given = std::getenv(variable);
    return given != nullptr ? std::stoull(given) : otherwise;
}

// Runs the seeds that the environment asks for, and prints what happened.
sim::Outcome run_seeds(const char* what, sim::Weather (*weather_of)(std::uint64_t), std::uint64_t usual_count) {
    const bool one = std::getenv("TOUCHSTONE_SEED") != nullptr;
    const std::uint64_t first = one ? number_from("TOUCHSTONE_SEED", 0) : number_from("TOUCHSTONE_SIM_FIRST", 1);
    const std::uint64_t count = one ? 1 : number_from("TOUCHSTONE_SIM_SEEDS", usual_count);
    sim::Outcome all;
    std::uint64_t failed = 0;
    const auto started = std::chrono::steady_clock::now();
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const sim::Outcome outcome = sim::Simulator(seed, weather_of(seed)).run();
        all.events += outcome.events;
        all.blocks += outcome.blocks;
        all.transactions_final += outcome.transactions_final;
        all.crashes += outcome.crashes;
        all.nullified += outcome.nullified;
        all.epochs += outcome.epochs;
        all.deaths += outcome.deaths;
        all.answers_in_part += outcome.answers_in_part;
        for (const std::string& violation : outcome.violations)
            fmt::print("seed {}: {}\n  replay: TOUCHSTONE_SEED={} build/release/tests/sim/test_sim \"{}\"\n", seed,
                       violation, seed, what);
        failed += outcome.ok() ? 0 : 1;
        if (count >= 1000 && (seed - first + 1) % 1000 == 0) fmt::print("{} seeds\n", seed - first + 1);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    fmt::print(
        "simulator: {} seeds, {} events ({:.0f}/s on one core), {} blocks, {} transactions, {} crashes, {} nullify "
        "votes, {} epochs ended, {} answers in part, {} seeds with violations\n",
        count, all.events, static_cast<double>(all.events) / seconds, all.blocks, all.transactions_final, all.crashes,
        all.nullified, all.epochs, all.answers_in_part, failed);
    REQUIRE(failed == 0);
    return all;
}

void require_good(std::uint64_t seed, const sim::Weather& weather) {
    INFO("seed " << seed);
    const sim::Outcome outcome = sim::Simulator(seed, weather).run();
    for (const std::string& violation : outcome.violations) UNSCOPED_INFO(violation);
    REQUIRE(outcome.ok());
    REQUIRE(outcome.transactions_final >= weather.transactions);
}

}  // namespace

TEST_CASE("no seed of the simulator violates an invariant") {
    const sim::Outcome all = run_seeds("no seed of the simulator violates an invariant", sim::weather_of, 150);
    REQUIRE(all.transactions_final > 0);
    if (std::getenv("TOUCHSTONE_SEED") == nullptr) REQUIRE(all.answers_in_part > 0);
}

TEST_CASE("no seed violates an invariant while the council changes the validators") {
    const sim::Outcome all = run_seeds("no seed violates an invariant while the council changes the validators",
                                       sim::changing_weather_of, 100);
    REQUIRE(all.transactions_final > 0);
}

// The second line against a fault in the rules: each node dies of such a transaction once at most, none votes for it
// again, and everything else becomes final.
TEST_CASE("no transaction that ends whoever executes it stops the chain") {
    const sim::Outcome all =
        run_seeds("no transaction that ends whoever executes it stops the chain", sim::deadly_weather_of, 80);
    REQUIRE(all.deaths > 0);
    REQUIRE(all.transactions_final > 0);
}

// N29. With timers of 1 and 1.5 s and a delay of 0.8 s nothing was ever final; with 0.5 s, empty blocks without end.
TEST_CASE("a network slower than the timers brings everything to finality, and falls silent") {
    const std::int64_t delay_ms = GENERATE(500, 800, 2000);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        INFO("seed " << seed << ", " << delay_ms << " ms one way");
        sim::Weather weather;
        weather.transactions = 8;
        weather.bad_until = seconds(20);
        weather.delay_min = milliseconds(delay_ms);
        weather.goes_on = seconds(300);
        const sim::Outcome outcome = sim::Simulator(seed, weather).run();
        for (const std::string& violation : outcome.violations) UNSCOPED_INFO(violation);
        REQUIRE(outcome.ok());
        REQUIRE(outcome.transactions_final >= 8);
        REQUIRE(outcome.blocks < 60);
    }
}

// All are due together, so that nobody gives a view up, wherever clocks are.
TEST_CASE("an idle chain makes a block each heartbeat, and no other (R23)") {
    sim::Weather weather;
    weather.transactions = 4;
    weather.bad_until = seconds(5);
    const auto blocks_of = [&](std::uint64_t seed, Duration heartbeat, Duration idle) {
        weather.heartbeat = heartbeat;
        weather.goes_on = idle;
        const sim::Outcome outcome = sim::Simulator(seed, weather).run();
        INFO("seed " << seed);
        for (const std::string& violation : outcome.violations) UNSCOPED_INFO(violation);
        REQUIRE(outcome.ok());
        REQUIRE(outcome.nullified == 0);
        return outcome.blocks;
    };
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const std::uint64_t without = blocks_of(seed, seconds(0), seconds(3600));
        const std::uint64_t with = blocks_of(seed, seconds(300), seconds(3600 + 30));
        REQUIRE(without <= 4);
        REQUIRE(with == without + 12);
    }
}

// N33. A leader whose clock stands gave its block the parent's time: six hours old, and final.
TEST_CASE("a leader's block that is old is not voted for") {
    sim::Weather weather;
    weather.transactions = 12;
    weather.bad_until = seconds(5);
    weather.stopped_clock = true;
    weather.quiet = seconds(3600);
    weather.heartbeat = seconds(0);
    weather.give_up_after = seconds(3600 + 120);
    // In some of these that leader is the first after the quiet.
    for (std::uint64_t seed = 1; seed <= 12; ++seed) require_good(seed, weather);
}

// N34. The parent's time was ahead of all clocks until they were there.
TEST_CASE("clocks that were wrong for a while do not stop the chain when they are right again") {
    sim::Weather weather;
    weather.transactions = 20;
    weather.bad_until = seconds(10);
    weather.clocks_ahead = seconds(600);
    weather.give_up_after = seconds(60);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) require_good(seed, weather);
}

// N35. It went on to vote, to execute and to commit.
TEST_CASE("a read-only node neither votes nor writes, and is level again soon after") {
    sim::Weather weather;
    weather.transactions = 30;
    weather.bad_until = seconds(12);
    weather.read_only_node = true;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) require_good(seed, weather);
}

// Each found a fault that is mended; docs/design-notes.md tells them ("What the simulator taught").
TEST_CASE("seeds that once failed") {
    constexpr std::uint64_t kSeeds[] = {
        7141,   // damage in the middle of the log hid the bodies above it
        10023,  // a body that was voted for, below the place of the tip
        10069,  // an observer that missed the last status
        10208,  // void votes of a lone validator, met again at its next start
        10235,  // a state ahead of its log
        20020,  // a notarization without its body
        20293,  // our own disk's fault laid at a peer's door
    };
    for (const std::uint64_t seed : kSeeds) {
        INFO("seed " << seed);
        const sim::Outcome outcome = sim::Simulator(seed, sim::weather_of(seed)).run();
        REQUIRE(outcome.violations.empty());
    }
}
