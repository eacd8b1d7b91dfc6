// The order in which blocks take what waits, and what one organisation may have waiting: in work and in blocks, never
// in seconds.
#include "node/transaction_pool.h"

#include "tests/node/lone_replica.h"

using namespace touchstone;
using namespace touchstone::node;
namespace lt = touchstone::ledger::test;
namespace nt = touchstone::node::test;
namespace op = touchstone::ledger::op;

namespace {

constexpr std::uint64_t kMany = limits::kItemsPerRegisterMax;

ledger::TransactionOutcome refused() {
    ledger::TransactionOutcome outcome;
    outcome.refusal = ledger::Refusal::kItemUnknown;
    return outcome;
}

// Names of the organisations in the order in which a block takes them.
std::vector<std::string> order_of(const TransactionPool& pool, std::size_t most = 100) {
    std::vector<std::string> names;
    pool.visit([&](const ledger::ParsedTransactionPtr& transaction) {
        names.push_back(ledger::info(*transaction).organisation);
        return names.size() < most;
    });
    return names;
}

struct Waiting {
    lt::World world;
    TransactionPool pool{PoolLimits{}};

    ledger::ParsedTransactionPtr add(const std::string& actor, std::uint64_t items) {
        auto transaction = world.transaction(actor, {op::Receive{lt::items(0, items)}});
        REQUIRE(pool.add(transaction, std::nullopt) == TransactionPool::Added::kAdded);
        return transaction;
    }
};

}  // namespace

TEST_CASE("one organisation's are taken in the order in which they came") {
    Waiting waiting;
    std::vector<ledger::ParsedTransactionPtr> sent;
    for (const std::uint64_t items : {5, 900, 1, 30}) sent.push_back(waiting.add("shop", items));
    std::vector<ledger::ParsedTransactionPtr> taken;
    waiting.pool.visit([&](const ledger::ParsedTransactionPtr& one) { return taken.push_back(one), true; });
    REQUIRE(taken == sent);
}

TEST_CASE("organisations take turns by the work that they cost") {
    Waiting waiting;
    for (int i = 0; i < 6; ++i) waiting.add("shop", 100);
    for (int i = 0; i < 2; ++i) waiting.add("carrier", 100);
    waiting.add("maker", 1);
    const auto order = order_of(waiting.pool);
    REQUIRE(order.size() == 9);
    REQUIRE(order[0] == "maker");
    for (const std::size_t pair : {1, 3})
        REQUIRE(std::set<std::string>{order[pair], order[pair + 1]} == std::set<std::string>{"shop", "carrier"});
    for (std::size_t i = 5; i < 9; ++i) REQUIRE(order[i] == "shop");
}

TEST_CASE("an honest transaction is next, whatever heap another organisation has waiting") {
    Waiting waiting;
    std::vector<ledger::ParsedTransactionPtr> heap;
    for (int i = 0; i < 8; ++i) heap.push_back(waiting.add("shop", kMany));
    waiting.add("carrier", 1);
    REQUIRE(order_of(waiting.pool, 1).front() == "carrier");
    // Nor does it change while some of the heap has been served.
    waiting.pool.settle(ledger::info(*heap[0]), refused());
    waiting.pool.next_block();
    waiting.add("maker", 1);
    const auto order = order_of(waiting.pool, 2);
    REQUIRE(std::set<std::string>(order.begin(), order.end()) == std::set<std::string>{"carrier", "maker"});
}

TEST_CASE("who waited gets a turn in the end, however costly") {
    Waiting waiting;
    waiting.add("shop", kMany);
    int others = 0;
    for (; others < 100; ++others) {
        const auto small = waiting.add("carrier", 100);
        if (order_of(waiting.pool, 1).front() == "shop") break;
        waiting.pool.settle(ledger::info(*small), {});
    }
    REQUIRE(others == 1);
}

TEST_CASE("while others wait, one organisation has its part of a block and no more") {
    Waiting waiting;
    for (int i = 0; i < 30; ++i) waiting.add("shop", 990);
    for (int i = 0; i < 30; ++i) waiting.add("carrier", 990);
    std::map<std::string, std::uint64_t> work;
    std::size_t taken = 0;
    waiting.pool.visit([&](const ledger::ParsedTransactionPtr& one) {
        work[ledger::info(*one).organisation] += work_of(ledger::info(*one));
        return ++taken < 8;
    });
    for (const auto& [name, given] : work) REQUIRE(given <= limits::kBlockWorkOfOrganisation);
}

TEST_CASE("an organisation's share of the pool is bounded, and smaller after refusals") {
    Waiting waiting;
    std::size_t taken = 0;
    std::vector<ledger::ParsedTransactionPtr> sent;
    const auto fill = [&] {
        for (;; ++taken) {
            auto next = waiting.world.transaction("shop", {op::Receive{lt::items(0, kMany)}});
            if (waiting.pool.add(next, std::nullopt) != TransactionPool::Added::kAdded) return;
            sent.push_back(next);
        }
    };
    fill();
    REQUIRE(taken == limits::kPoolOrganisationItemsMax / kMany);
    // The others have their place.
    waiting.add("carrier", kMany);
    const std::size_t first = taken;
    // What is applied in part, and the part is nothing, was as much in vain as what is refused.
    ledger::TransactionOutcome in_vain;
    in_vain.operations.push_back({0, {{0, ledger::Refusal::kItemExists}}});
    const bool in_part = GENERATE(false, true);
    for (const auto& one : sent) waiting.pool.settle(ledger::info(*one), in_part ? in_vain : refused());
    taken = 0;
    sent.clear();
    fill();
    REQUIRE(taken < first / 4);
    REQUIRE(taken >= 1);
    // Blocks later it is forgiven.
    for (const auto& one : sent) waiting.pool.remove(ledger::info(*one).id);
    for (int block = 0; block < 1000; ++block) waiting.pool.next_block();
    taken = 0;
    fill();
    REQUIRE(taken == first);
}

// Case N14: 30 × Receive of as many unknown keys as fit by one organisation.
TEST_CASE("what is hopeless is refused where it is submitted, and leaves nothing in the log") {
    nt::LoneDisk disk;
    nt::LoneReplica node(disk);
    for (std::uint64_t i = 0; i < 30; ++i) node.submit("shop", {op::Receive{lt::items(i * kMany, kMany)}});
    node.submit("brand", {op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
    node.run(1);
    REQUIRE(node.answers.size() == 31);
    for (int i = 0; i < 30; ++i) {
        REQUIRE(node.answers[static_cast<std::size_t>(i)].rejection);
        REQUIRE(node.answers[static_cast<std::size_t>(i)].rejection->refusal == ledger::Refusal::kItemUnknown);
    }
    REQUIRE(node.outcomes.size() == 1);
    REQUIRE(node.log_bytes() < 2000);
}

TEST_CASE("who registers and ships without waiting is not told that there is nothing") {
    constexpr std::uint64_t kItems = 2 * limits::kCostlyItems;
    nt::LoneDisk disk;
    nt::LoneReplica node(disk);
    const bool together = GENERATE(true, false);
    node.submit("brand", {op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
    node.submit("brand", {lt::World::registration(lt::items(0, kItems), "L1")});
    if (!together) node.take_in();
    const Hash256 shipped = node.submit("brand", {op::Ship{lt::items(0, kItems), "shop", {}}});
    node.run();
    REQUIRE(node.outcomes.at(shipped).outcome.applied());
}

// The same by who knows that samples are looked at: everything exists, and is not in transit.
TEST_CASE("what must be executed to be refused delays an honest transaction by a block at most") {
    constexpr std::uint64_t kItems = limits::kItemsPerRegisterMax;
    nt::LoneDisk disk;
    nt::LoneReplica node(disk);
    node.submit("brand", {op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
    node.submit("brand", {lt::World::registration(lt::items(0, kItems), "L1")});
    node.run();
    REQUIRE(node.outcomes.size() == 2);
    const std::uint64_t before = node.log_bytes();
    for (std::uint32_t i = 0; i < 30; ++i) node.submit("shop", {op::Receive{lt::items(0, kItems)}});
    node.take_in();
    node.run(1);
    const std::uint64_t at = node.height();
    const Hash256 honest = node.submit("brand", {op::DeclareProduct{"09506000134369", "Another lamp", {}, {}}});
    node.run();
    REQUIRE(node.outcomes.at(honest).outcome.applied());
    REQUIRE(node.outcomes.at(honest).height.value <= at + 2);
    const std::uint64_t grown = node.log_bytes() - before;
    std::uint64_t stored = 0;
    std::size_t hopeless = 0;
    for (const auto& [id, result] : node.outcomes) {
        if (result.outcome.applied()) continue;
        ++hopeless;
        stored += result.encode().size();
        REQUIRE(result.outcome.operations.at(0).refused_count() == kItems);
    }
    INFO("log: " << grown << " bytes, " << hopeless << " of 30 taken in, " << stored
                 << " bytes of results; honest after " << node.outcomes.at(honest).height.value - at << " blocks");
    REQUIRE(hopeless >= 1);
    REQUIRE(hopeless * kItems <= limits::kPoolOrganisationItemsMax);
    REQUIRE(stored < hopeless * 300);
}
