// The table against its twin below, and every cell against the real executor.
#include "ledger/transitions.h"

#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

// Next state, or the code of the refusal; one row for each operation: absent, active, in_transit, sold.
const std::map<std::string, std::array<std::string, 4>> kExpected{
    {"register", {"active", "item_exists", "item_exists", "item_exists"}},
    {"ship", {"item_unknown", "in_transit", "in_transit!", "already_sold"}},
    {"cancel_shipment", {"item_unknown", "not_in_transit", "active", "not_in_transit"}},
    {"receive", {"item_unknown", "not_in_transit", "active", "not_in_transit"}},
    {"reject_shipment", {"item_unknown", "not_in_transit", "active", "not_in_transit"}},
    {"sell", {"item_unknown", "sold", "in_transit!", "already_sold"}},
    {"return", {"item_unknown", "not_sold", "not_sold", "active"}},
    {"flag", {"item_unknown", "active", "in_transit", "sold"}},
    {"clear_flag", {"item_unknown", "active", "in_transit", "sold"}},
    {"inspect", {"item_unknown", "active", "in_transit", "sold"}},
};

// "in_transit" is a state and a refusal: refusals of that name are marked.
std::string text_of(Refusal refusal, std::string_view next) {
    if (refusal == Refusal::kNone) return std::string(next);
    return std::string(info(refusal).code) + (refusal == Refusal::kInTransit ? "!" : "");
}

// An item of the shop in that state (item 0).
World world_in(Lifecycle state, ItemOperation operation) {
    World world;
    world.with_product();
    if (state == Lifecycle::kAbsent) return world;
    world.must("brand", {World::registration(items(0, 1))});
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}});
    world.must("shop", {op::Receive{items(0, 1)}});
    if (operation == ItemOperation::kClearFlag) world.must("shop", {op::Flag{items(0, 1), ItemFlag::kSuspect, {}}});
    if (state == Lifecycle::kInTransit) world.must("shop", {op::Ship{items(0, 1), "carrier", {}}});
    if (state == Lifecycle::kSold) world.must("shop", {op::Sell{items(0, 1), {}}});
    return world;
}

TransactionOutcome run(World& world, ItemOperation operation) {
    const auto one = items(0, 1);
    switch (operation) {
        case ItemOperation::kRegister:
            return world.run("brand", {World::registration(one)});
        case ItemOperation::kShip:
            return world.run("shop", {op::Ship{one, "carrier", {}}});
        case ItemOperation::kCancelShipment:
            return world.run("shop", {op::CancelShipment{one}});
        case ItemOperation::kReceive:
            return world.run("carrier", {op::Receive{one}});
        case ItemOperation::kRejectShipment:
            return world.run("carrier", {op::RejectShipment{one, {}}});
        case ItemOperation::kSell:
            return world.run("shop", {op::Sell{one, {}}});
        case ItemOperation::kReturn:
            return world.run("shop", {op::Return{one, {}}});
        case ItemOperation::kFlag:
            return world.run("shop", {op::Flag{one, ItemFlag::kSuspect, {}}});
        case ItemOperation::kClearFlag:
            return world.run("shop", {op::ClearFlag{one, ItemFlag::kSuspect, {}}});
        case ItemOperation::kInspect:
            return world.run("auditor", {op::Inspect{one, Finding::kConform, {}}});
    }
    FAIL("no such operation");
    return {};
}

}  // namespace

TEST_CASE("every cell of the lifecycle is as written, and as executed") {
    REQUIRE(kExpected.size() == kItemOperations.size());
    for (const ItemOperation operation : kItemOperations) {
        for (const Lifecycle state : kLifecycles) {
            INFO(name_of(operation) << " on " << name_of(state));
            const std::string expected = kExpected.at(std::string(name_of(operation)))[static_cast<std::size_t>(state)];
            const Transition cell = transition(state, operation);
            REQUIRE(text_of(cell.refusal, name_of(cell.next)) == expected);

            World world = world_in(state, operation);
            const auto before = world.get<ItemRecord>(item(0));
            const TransactionOutcome outcome = run(world, operation);
            const auto after = world.get<ItemRecord>(item(0));
            REQUIRE(text_of(outcome.refusal, name_of(lifecycle_of(after ? &*after : nullptr))) == expected);
            if (outcome.applied())
                REQUIRE(after->event_count == (before ? before->event_count : 0) + 1);
            else
                REQUIRE(after == before);
        }
    }
}
