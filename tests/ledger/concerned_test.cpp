// Which organisations have a part in which units of an operation, as its outcome keeps it.
#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

using Runs = std::vector<UnitRun>;

Runs part_of(const OperationOutcome& outcome, const std::string& organisation) {
    const ConcernedOrganisation* const found = outcome.concern_of(organisation);
    REQUIRE(found != nullptr);
    return found->units;
}

}  // namespace

TEST_CASE("an outcome says who has a part in which units, and it is read back as it was written") {
    World world;
    world.with_items(6);
    world.must("brand", {op::TransferOwnership{items(1, 2), "shop"}});
    world.must("shop", {op::AcceptOwnership{items(1, 2)}});
    world.must("brand", {op::TransferOwnership{items(4, 1), "shop"}});
    world.must("shop", {op::AcceptOwnership{items(4, 1)}});
    world.must("brand", {op::Pack{box(0), items(5, 1), {}}});
    const auto outcome = world.must("brand", {op::Ship{items(0, 5), "carrier", "D1", {box(0)}}});
    const OperationOutcome& shipped = outcome.operations.at(0);
    REQUIRE(part_of(shipped, "shop") == Runs{{1, 2}, {4, 1}});
    REQUIRE(part_of(shipped, "brand") == Runs{{0, 6}});
    REQUIRE(part_of(shipped, "carrier") == Runs{{0, 6}});
    REQUIRE(shipped.concern_of("rival") == nullptr);
    const auto again = TransactionOutcome::decode(outcome.encode());
    REQUIRE(again.ok());
    REQUIRE(*again == outcome);
}

TEST_CASE("units count by their place, though some before them were refused or come twice") {
    World world;
    world.with_items(4);
    world.must("brand", {op::TransferOwnership{items(3, 1), "shop"}});
    world.must("shop", {op::AcceptOwnership{items(3, 1)}});
    const op::RecordDocument document{digest(7), {item(9), item(3), item(0), item(3), item(1)}, {}};
    const auto outcome = world.must("brand", {document});
    REQUIRE(outcome.operations.at(0).refused.size() == 2);
    REQUIRE(part_of(outcome.operations.at(0), "shop") == Runs{{1, 1}});
    REQUIRE(part_of(outcome.operations.at(0), "brand") == Runs{{1, 2}, {4, 1}});
}

TEST_CASE("what is mentioned beside the units gives a part in no unit") {
    World world;
    world.with_items(3);
    world.must("brand", {op::TransferOwnership{items(1, 1), "shop"}});
    world.must("shop", {op::AcceptOwnership{items(1, 1)}});
    world.must("brand", {op::Pack{box(0), items(0, 3), {}}});
    world.must("brand", {op::Ship{{}, "carrier", "D1", {box(0)}}});
    const auto outcome = world.must("carrier", {op::Receive{{}, {box(0)}, 2, {item(1)}, {}}});
    REQUIRE(part_of(outcome.operations.at(0), "shop").empty());
    REQUIRE(part_of(outcome.operations.at(0), "brand") == Runs{{0, 1}});
}

TEST_CASE("a report concerns who may read it, whatever it does to the goods") {
    World world;
    world.with_items(1);
    world.must("brand", {op::TransferOwnership{items(0, 1), "shop"}});
    world.must("shop", {op::AcceptOwnership{items(0, 1)}});
    world.must("brand", {op::Ship{items(0, 1), "carrier", {}}});
    const auto filed = world.must("carrier", {report_on(item(0))});
    REQUIRE(world.item_at(item(0)).open_reports == 1);
    REQUIRE(filed.operations.at(0).concerned == std::vector<ConcernedOrganisation>{{"brand"}, {"carrier"}});
}

TEST_CASE("to who has no part in a report it is refused as one that there is not, word for word") {
    World world;
    world.with_items(2);
    const Hash256 open = file(world, "shop", report_on(item(0)));
    const Hash256 resolved = file(world, "shop", report_on(item(1)));
    world.must("customs", {op::Resolve{resolved, ReportOutcome::kUpheld, "laboratory"}});
    const auto refused_with = [&](const std::string& who, const Operation& operation) {
        const auto effects = world.execute_block({world.transaction(who, {operation})});
        const TransactionOutcome& outcome = effects.outcomes.at(0);
        REQUIRE(!outcome.applied());
        return std::pair{outcome.refusal, outcome.detail};
    };
    const std::pair unknown{Refusal::kReportUnknown, std::string()};
    for (const Hash256& id : {open, resolved, digest(5)}) {
        for (const char* stranger : {"rival", "carrier", "maker"}) {
            INFO(stranger);
            REQUIRE(refused_with(stranger, op::Respond{id, "no"}) == unknown);
            for (const ReportOutcome outcome : {ReportOutcome::kUpheld, ReportOutcome::kRejected, ReportOutcome::kWithdrawn})
                REQUIRE(refused_with(stranger, op::Resolve{id, outcome, {}}) == unknown);
        }
        // A platform decides, and does nothing else with it.
        REQUIRE(refused_with("market", op::Respond{id, "no"}) == unknown);
        REQUIRE(refused_with("market", op::Resolve{id, ReportOutcome::kWithdrawn, {}}) == unknown);
    }
    REQUIRE(refused_with("market", op::Resolve{resolved, ReportOutcome::kUpheld, {}}) ==
            std::pair{Refusal::kReportResolved, std::string()});
    // Who may read it is told how it stands.
    REQUIRE(refused_with("brand", op::Respond{resolved, "late"}) ==
            std::pair{Refusal::kReportResolved, std::string("it was upheld")});
    REQUIRE(refused_with("brand", op::Resolve{open, ReportOutcome::kWithdrawn, {}}).first == Refusal::kNotReporter);
    world.must("market", {op::Resolve{open, ReportOutcome::kRejected, "it is"}});
}
