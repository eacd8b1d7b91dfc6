// Ends of items: by whose word, and the ways back.
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

TEST_CASE("a carrier ends nothing that it only carries; the owner does, whoever holds it") {
    World world;
    world.with_items(4);
    world.must("brand", {op::Ship{items(0, 3), "carrier", {}}});
    world.must("carrier", {op::Receive{items(0, 3)}});
    for (const ItemState end : {ItemState::kDestroyed, ItemState::kExported, ItemState::kSampled})
        refused(world, "carrier", {op::Decommission{items(0, 1), end, {}}}, Refusal::kNotOwner);
    world.must("brand", {op::Decommission{items(0, 1), ItemState::kDestroyed, "water damage"}});
    const ItemRecord ended = world.item_at(item(0));
    REQUIRE(ended.state == ItemState::kDestroyed);
    REQUIRE(ended.ended_by == "brand");
    REQUIRE(ended.custodian == "carrier");
    world.must("carrier", {op::Ship{items(1, 1), "customs", {}}});
    refused(world, "brand", {op::Decommission{items(1, 1), ItemState::kDestroyed, {}}}, Refusal::kInTransit);
    world.must("customs", {op::Receive{items(1, 1)}});
    refused(world, "customs", {op::Decommission{items(2, 1), ItemState::kDestroyed, {}}}, Refusal::kNotOwner);
    world.must("customs", {op::Decommission{items(1, 1), ItemState::kSampled, {}}});
}

TEST_CASE("a maker's production is the brand's to destroy") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 1))});
    refused(world, "maker", {op::Decommission{items(0, 1), ItemState::kDestroyed, {}}}, Refusal::kNotOwner);
    world.must("brand", {op::Decommission{items(0, 1), ItemState::kDestroyed, {}}});
}

TEST_CASE("an end is undone by the same party within days, and not later") {
    for (const ItemState end : {ItemState::kDestroyed, ItemState::kExported, ItemState::kSampled}) {
        World world = stocked(3);
        world.must("brand", {op::Decommission{items(0, 2), end, {}}});
        refused(world, "shop", {op::UndoEnd{items(0, 1), {}}}, Refusal::kEndedByOther);
        world.time.ms += limits::kEndUndoMs;
        world.must("brand", {op::UndoEnd{items(0, 1), "wrong pallet"}});
        const ItemRecord back = world.item_at(item(0));
        REQUIRE(back.state == ItemState::kActive);
        REQUIRE(back.custodian == "shop");
        REQUIRE(back.ended_by.empty());
        REQUIRE(back.ended_at.ms == 0);
        REQUIRE(last_event(world, item(0)).kind == EventKind::kEndUndone);
        REQUIRE(last_event(world, item(0)).detail == "wrong pallet");
        world.time.ms += 1;
        refused(world, "brand", {op::UndoEnd{items(1, 1), {}}}, Refusal::kTooLate);
        world.must("shop", {op::Sell{items(0, 1), {}}});
    }
}

TEST_CASE("what is at no end is not undone") {
    World world = stocked(5);
    world.must("brand", {World::registration(items(9, 1)), op::VoidRegistration{items(9, 1), {}}});
    world.must("shop", {op::Sell{items(0, 1), {}}, op::Ship{items(1, 1), "brand", {}},
                        op::Pack{box(1, "shop"), items(2, 1), {}}});
    for (const std::uint64_t number : {0u, 1u, 2u, 3u, 9u})
        refused(world, "brand", {op::UndoEnd{items(number, 1), {}}}, Refusal::kNotEnded);
    refused(world, "shop", {op::UndoEnd{{}, {}, {box(1, "shop")}}}, Refusal::kNotEnded);
    refused(world, "shop", {op::UndoEnd{{}, {}, {box(7, "shop")}}}, Refusal::kContainerUnknown);
    refused(world, "shop", {op::UndoEnd{items(77, 1), {}}}, Refusal::kItemUnknown);
}

TEST_CASE("a shipment that was lost ends as lost, and is its sender's again when it is found") {
    World world = stocked(4);
    world.must("shop", {op::Ship{items(0, 2), "carrier", {}}, op::Pack{box(1, "shop"), items(2, 2), {}},
                        op::Ship{{}, "carrier", {}, {box(1, "shop")}}});
    refused(world, "carrier", {op::Lose{items(0, 1), {}}}, Refusal::kNotCustodian);
    refused(world, "brand", {op::Lose{{}, {}, {box(1, "shop")}}}, Refusal::kContainerUnknown);
    refused(world, "brand", {op::Lose{items(2, 1), {}}}, Refusal::kPacked);
    world.must("shop", {op::Lose{items(0, 1), "truck 17", {box(1, "shop")}}});
    world.must("brand", {op::Lose{items(1, 1), "so says the insurer"}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kLost);
    REQUIRE(world.item_at(item(0)).receiver.empty());
    REQUIRE(last_event(world, item(0)).other == "carrier");
    REQUIRE(world.box_at(box(1, "shop")).state == ItemState::kLost);
    REQUIRE(world.box_at(box(1, "shop")).ended_by == "shop");
    refused(world, "carrier", {op::Receive{items(0, 1)}}, Refusal::kNotInTransit);
    refused(world, "carrier", {op::Receive{{}, {box(1, "shop")}}}, Refusal::kContainerUnknown);
    refused(world, "shop", {op::Unpack{box(1, "shop"), items(2, 1), {}}}, Refusal::kDecommissioned);
    refused(world, "shop", {op::Lose{items(0, 1), {}}}, Refusal::kDecommissioned);

    world.time.ms += 100 * limits::kEndUndoMs;
    refused(world, "carrier", {op::UndoEnd{items(0, 1), {}}}, Refusal::kEndedByOther);
    refused(world, "brand", {op::UndoEnd{{}, {}, {box(1, "shop")}}}, Refusal::kContainerUnknown);
    world.must("shop", {op::UndoEnd{{}, "in a ditch", {box(1, "shop")}}});
    world.must("brand", {op::UndoEnd{items(0, 2), "in a ditch"}});  // the owner of both
    REQUIRE(world.item_at(item(0)).state == ItemState::kActive);
    REQUIRE(world.item_at(item(0)).custodian == "shop");
    REQUIRE(world.item_at(item(1)).custodian == "shop");
    REQUIRE(last_event(world, item(1)).kind == EventKind::kFound);
    REQUIRE(world.box_at(box(1, "shop")).state == ItemState::kActive);
    REQUIRE(world.box_at(box(1, "shop")).ended_by.empty());
    REQUIRE(last_event(world, box(1, "shop")).kind == EventKind::kFound);
    world.must("shop", {op::Unpack{box(1, "shop"), items(2, 2), {}}});
    require_chain<ItemRecord>(world, item(0));
    require_chain<ContainerRecord>(world, box(1, "shop"));
}

TEST_CASE("goods at rest are lost by holder or owner, and an offer is lost with them") {
    World world = stocked(3);
    world.must("brand", {op::TransferOwnership{items(0, 1), "market"}});
    refused(world, "market", {op::Lose{items(0, 1), {}}}, Refusal::kNotCustodian);
    world.must("shop", {op::Lose{items(0, 1), "burglary"}});
    refused(world, "market", {op::AcceptOwnership{items(0, 1)}}, Refusal::kDecommissioned);
    world.must("brand", {op::Lose{items(1, 1), {}}});
    world.must("shop", {op::Sell{items(2, 1), {}}});
    refused(world, "shop", {op::Lose{items(2, 1), {}}}, Refusal::kAlreadySold);
    REQUIRE(world.item_at(item(0)).offered_to.empty());
}
