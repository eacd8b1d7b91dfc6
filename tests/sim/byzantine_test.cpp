// One hostile node among real replicas. Each attack once did what its test says that it does not.
#include <catch2/catch.hpp>

#include "tests/sim/byzantine/boaster.h"
#include "tests/sim/byzantine/false_blocks.h"
#include "tests/sim/byzantine/false_bodies.h"
#include "tests/sim/sim_node.h"

using namespace touchstone;
using namespace touchstone::sim;

namespace {

constexpr std::uint64_t kSeeds = 8;

Weather fair() {
    Weather weather;
    weather.transactions = 6;
    weather.delay_max = milliseconds(3);
    weather.bad_until = seconds(4);
    return weather;
}

void require_none(const Outcome& outcome) {
    for (const std::string& violation : outcome.violations) UNSCOPED_INFO(violation);
    REQUIRE(outcome.ok());
    REQUIRE(outcome.transactions_final >= 6);
}

bool accused_of(const Simulator& simulator, const std::string& what) {
    const auto& all = simulator.accusations();
    return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.find(what) != std::string::npos; });
}

}  // namespace

// N21 to N23: the false blocks were executed before any certificate was looked at, and counted as checked from then on:
// the same block was voted for as a proposal, and an unsigned transaction became final on all honest nodes.
TEST_CASE("byzantine: synced blocks without a quorum's word are neither executed, kept nor voted for") {
    const auto [proof, named] = GENERATE(table<SyncLiar::Proof, const char*>({
        {SyncLiar::Proof::kNone, "without a certificate"},
        {SyncLiar::Proof::kForged, "does not hold"},
        {SyncLiar::Proof::kOfTheTail, "does not hold"},
        {SyncLiar::Proof::kOfAnotherBlock, ""},
    }));
    const std::size_t blocks = GENERATE(2u, 40u);
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        INFO("seed " << seed << ", proof " << static_cast<int>(proof) << ", blocks " << blocks);
        Simulator simulator(seed, fair());
        const ledger::SignedTransactionPtr unsigned_one = simulator.unsigned_transaction();
        auto owned = std::make_unique<SyncLiar>(proof, blocks, unsigned_one);
        const SyncLiar& liar = *owned;
        simulator.seat(1, std::move(owned));
        require_none(simulator.run());
        REQUIRE(liar.answers() > 0);
        REQUIRE(accused_of(simulator, named));
        REQUIRE_FALSE(simulator.checker().is_final(unsigned_one->id()));
        for (std::size_t node : {0u, 2u, 3u})
            for (const node::ExecutedBlockPtr& block : liar.blocks())
                REQUIRE_FALSE(simulator.node(node).replica().has_body(block->hash));
    }
}

// N7, N24, N25: the first body under a header's hash was kept, and the node halted with the advice to delete its state,
// or refused the honest leader.
TEST_CASE("byzantine: a body that is not its header's harms nobody but its sender") {
    for (std::uint64_t seed = 1; seed <= 4 * kSeeds; ++seed) {
        INFO("seed " << seed);
        Simulator simulator(seed, fair());
        auto owned = std::make_unique<BodyLiar>(0);
        const BodyLiar& liar = *owned;
        simulator.seat(3, std::move(owned));
        require_none(simulator.run());
        REQUIRE(liar.gutted() > 0);
        REQUIRE(accused_of(simulator, "not those of its header"));
        for (std::size_t node : {0u, 1u, 2u}) REQUIRE(simulator.node(node).replica().stats().proposals_refused == 0);
    }
}

// N6, N31. Whoever claimed most was asked, and alone: a newcomer got a block per 2.9 s, and never said that it was ready.
TEST_CASE("byzantine: a boaster neither holds a newcomer up nor makes it believe that it is behind") {
    const auto proof = GENERATE(Boaster::Proof::kNone, Boaster::Proof::kForged);
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        INFO("seed " << seed << ", proof " << static_cast<int>(proof));
        Weather weather = fair();
        weather.observers = 1;
        weather.transactions = 40;
        weather.bad_until = seconds(30);
        weather.last_node_is_late = true;
        weather.give_up_after = seconds(5);
        Simulator simulator(seed, weather);
        simulator.seat(2, std::make_unique<Boaster>(proof));
        require_none(simulator.run());
        REQUIRE(simulator.checker().height().value > 20);
        for (std::size_t node : {0u, 1u, 3u, 4u})
            REQUIRE(simulator.node(node).replica().best_known_height() <= simulator.checker().height());
        REQUIRE((proof == Boaster::Proof::kNone || accused_of(simulator, "its proof does not hold")));
    }
}

// N32. What was gossiped once and dropped, as by a peer whose share of the pool is full, was never ordered.
TEST_CASE("byzantine: a peer that never hears of a transaction the first time hears of it again") {
    struct OnceLost : Hostile {
        bool passes_out(std::size_t to, const node::Message& message) override {
            const auto* const gossip = std::get_if<node::TransactionsMessage>(&message);
            return gossip == nullptr || !lost.emplace(to, gossip->transactions.front()->id()).second;
        }
        std::set<std::pair<std::size_t, Hash256>> lost;
    };
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        INFO("seed " << seed);
        Weather weather = fair();
        weather.one_submission = true;
        Simulator simulator(seed, weather);
        simulator.seat(0, std::make_unique<OnceLost>());
        require_none(simulator.run());
    }
}
