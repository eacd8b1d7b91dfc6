// What a replica does about a transaction that ended it, with a fault put into the execution.
#include "node/quarantine.h"

#include "tests/node/lone_replica.h"

using namespace touchstone;
using namespace touchstone::node;
namespace lt = touchstone::ledger::test;
namespace nt = touchstone::node::test;
namespace op = touchstone::ledger::op;

namespace {

struct Death {
    Hash256 id;
};

// Dies of what it is told to die of; remembers it as the next process would find it.
class MortalQuarantine final : public Quarantine {
  public:
    bool holds(const Hash256& id) const override { return held.contains(id); }
    bool empty() const override { return held.empty(); }
    void on_settled() override { executing.reset(); }
    void on_executed(std::size_t) override { executing.reset(); }
    void on_transaction(const ledger::BlockContext&, std::uint32_t, const ledger::ParsedTransaction& one) override {
        executing = ledger::info(one).id;
        ++executed[*executing];
        if (deadly.contains(*executing)) throw Death{*executing};
    }

    std::set<Hash256> deadly;
    std::unordered_set<Hash256> held;
    std::optional<Hash256> executing;
    std::map<Hash256, int> executed;
};

void run_watched(nt::LoneReplica& node, MortalQuarantine& quarantine) {
    const ledger::ExecutionWatch watch(quarantine);
    node.run();
}

op::DeclareProduct product(const std::string& gtin) { return {gtin, "Lamp", {}, {}}; }

}  // namespace

TEST_CASE("a transaction that ended the node is not executed again, and the others are") {
    nt::LoneDisk disk;
    MortalQuarantine quarantine;
    ledger::SignedTransactionPtr deadly;
    {
        nt::LoneReplica node(disk, &quarantine);
        deadly = node.sign("brand", {product(lt::kGtin)});
        quarantine.deadly.insert(deadly->id());
        node.replica->submit(deadly, [](const SubmitResult& result) { REQUIRE_FALSE(result.quarantined); });
        node.submit("rival", {product(lt::kOtherGtin)});
        REQUIRE_THROWS_AS(run_watched(node, quarantine), Death);
        REQUIRE(quarantine.executing == deadly->id());
    }
    quarantine.held.insert(*std::exchange(quarantine.executing, std::nullopt));
    nt::LoneReplica node(disk, &quarantine);
    bool told = false;
    node.replica->submit(deadly, [&](const SubmitResult& result) { told = result.quarantined; });
    REQUIRE(told);
    const Hash256 other = node.submit("rival", {product(lt::kOtherGtin)});
    run_watched(node, quarantine);
    REQUIRE(node.outcomes.at(other).outcome.applied());
    REQUIRE(quarantine.executed[deadly->id()] == 1);
    // Released, on a node that can execute it.
    quarantine.held.clear();
    quarantine.deadly.clear();
    node.replica->submit(deadly, [](const SubmitResult&) {});
    run_watched(node, quarantine);
    REQUIRE(node.outcomes.at(deadly->id()).outcome.applied());
}

TEST_CASE("a final block that contains a held transaction is executed all the same") {
    nt::LoneDisk disk;
    MortalQuarantine quarantine;
    Hash256 id;
    {
        nt::LoneReplica node(disk, &quarantine);
        id = node.submit("brand", {product(lt::kGtin)});
        run_watched(node, quarantine);
        REQUIRE(node.outcomes.contains(id));
    }
    quarantine.held.insert(id);
    const int before = quarantine.executed[id];
    // The state was in memory alone: the log is executed again.
    disk.store = storage::make_memory_store();
    nt::LoneReplica node(disk, &quarantine);
    REQUIRE(node.height() >= 1);
    REQUIRE(quarantine.executed[id] == before + 1);
}

TEST_CASE("the trial of a costly transaction is watched too") {
    nt::LoneDisk disk;
    MortalQuarantine quarantine;
    nt::LoneReplica node(disk, &quarantine);
    const auto costly = node.sign("shop", {op::Receive{lt::items(0, limits::kCostlyItems)}});
    quarantine.deadly.insert(costly->id());
    node.replica->submit(costly, [](const SubmitResult&) {});
    REQUIRE_THROWS_AS(run_watched(node, quarantine), Death);
    REQUIRE(quarantine.executing == costly->id());
}
