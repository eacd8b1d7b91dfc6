// Custody that got stuck: a receiver that went bankrupt, a holder that does not hand over, and what the law takes.
#include "ledger/records/index.h"
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

TEST_CASE("goods on their way to a bankrupt receiver come back to their owner at once") {
    World world = stocked(3);
    world.must("shop", {op::Ship{items(0, 2), "carrier", {}}});
    suspend(world, "carrier");
    world.must("brand", {op::Reclaim{items(0, 1), "brand", "carrier is bankrupt"}});
    const ItemRecord back = world.item_at(item(0));
    REQUIRE(back.state == ItemState::kActive);
    REQUIRE(back.custodian == "brand");
    REQUIRE(back.receiver.empty());
    REQUIRE(back.reclaimed_to.empty());
    REQUIRE(last_event(world, item(0)).kind == EventKind::kReassigned);
    REQUIRE(last_event(world, item(0)).other == "brand");
    require_chain<ItemRecord>(world, item(0));
    refused(world, "shop", {op::Reclaim{items(1, 1), "shop", {}}}, Refusal::kNotOwner);
}

TEST_CASE("what a suspended holder has goes to its owner, and to another only with that one's word") {
    World world = stocked(3);
    suspend(world, "shop");
    world.must("brand", {op::Reclaim{items(0, 1), "brand", {}}});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    world.must("brand", {op::Reclaim{items(1, 1), "carrier", "to the other warehouse"}});
    const ItemRecord moving = world.item_at(item(1));
    REQUIRE(moving.state == ItemState::kInTransit);
    REQUIRE(moving.custodian == "brand");
    REQUIRE(moving.receiver == "carrier");
    world.must("carrier", {op::Receive{items(1, 1)}});
    REQUIRE(world.item_at(item(1)).custodian == "carrier");
    refused(world, "brand", {op::Reclaim{items(2, 1), "shop", {}}}, Refusal::kSuspendedOrganisation);
    refused(world, "brand", {op::Reclaim{items(2, 1), "nobody", {}}}, Refusal::kUnknownRecipient);
    // Trouble does not go on to anybody.
    world.must("customs", {op::Flag{items(2, 1), ItemFlag::kQuarantined, {}}});
    refused(world, "brand", {op::Reclaim{items(2, 1), "rival", {}}}, Refusal::kFlagged);
    world.must("brand", {op::Reclaim{items(2, 1), "brand", {}}});
}

TEST_CASE("a claim against a holder in good standing hinders nothing until a regulator confirms it") {
    World world = stocked(4);
    world.must("brand", {op::Reclaim{items(0, 3), "brand", "contract ended"}});
    REQUIRE(world.item_at(item(0)).reclaimed_to == "brand");
    REQUIRE(world.item_at(item(0)).custodian == "shop");
    REQUIRE(last_event(world, item(0)).kind == EventKind::kReclaimed);
    refused(world, "brand", {op::Reclaim{items(0, 1), "brand", {}}}, Refusal::kNothingChanges);
    refused(world, "brand", {op::Reassign{items(0, 1), {}}}, Refusal::kNotAllowed);
    refused(world, "customs", {op::Reassign{items(3, 1), {}}}, Refusal::kNotReclaimed);
    world.must("shop", {op::Sell{items(1, 1), {}}});
    world.must("customs", {op::Reassign{items(0, 1), "order 12"}});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    REQUIRE(world.item_at(item(0)).reclaimed_to.empty());
    REQUIRE(last_event(world, item(0)).kind == EventKind::kReassigned);
    REQUIRE(last_event(world, item(0)).actor == "customs");
    refused(world, "brand", {op::Reclaim{items(0, 1), "brand", {}}}, Refusal::kHeldAlready);
    // Taken back by naming the holder; met by an ordinary receipt.
    world.must("brand", {op::Reclaim{items(2, 1), "shop", "agreed"}});
    REQUIRE(world.item_at(item(2)).reclaimed_to.empty());
    world.must("brand", {op::Reclaim{items(3, 1), "brand", {}}});
    world.must("shop", {op::Ship{items(3, 1), "brand", {}}});
    world.must("brand", {op::Receive{items(3, 1)}});
    REQUIRE(world.item_at(item(3)).reclaimed_to.empty());
}

TEST_CASE("a claim stays when the holder passes the goods on, and goes with the ownership") {
    World world = stocked(2);
    world.must("brand", {op::Reclaim{items(0, 2), "brand", {}}});
    world.must("shop", {op::Ship{items(0, 1), "carrier", {}}});
    world.must("carrier", {op::Receive{items(0, 1)}});
    world.must("customs", {op::Reassign{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    world.must("brand", {op::TransferOwnership{items(1, 1), "shop"}});
    world.must("shop", {op::AcceptOwnership{items(1, 1)}});
    refused(world, "customs", {op::Reassign{items(1, 1), {}}}, Refusal::kNotReclaimed);
    refused(world, "brand", {op::Reclaim{items(1, 1), "brand", {}}}, Refusal::kNotOwner);
}

TEST_CASE("packed goods are taken out of the container, which counts without them") {
    World world = stocked(4);
    const ContainerName one = box(1, "shop");
    const ContainerName pallet = box(2, "shop");
    world.must("shop", {op::Pack{one, items(0, 3), {}}, op::Pack{pallet, {}, {one}}});
    suspend(world, "shop");
    world.must("brand", {op::Reclaim{items(0, 2), "brand", {}}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kActive);
    REQUIRE(world.item_at(item(0)).container.is_zero());
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    REQUIRE(world.box_at(one).items == 1);
    REQUIRE(world.box_at(one).direct == 1);
    REQUIRE(world.box_at(pallet).items == 1);
    REQUIRE(!world.side.contains(content_index_key(one.key(), ContentKind::kItem, item(0).key())));
    REQUIRE(world.side.contains(content_index_key(one.key(), ContentKind::kItem, item(2).key())));
    const auto events = world.events(item(0));
    REQUIRE(events[events.size() - 2].kind == EventKind::kUnpacked);
    REQUIRE(events[events.size() - 2].other == one.key().hex());
    REQUIRE(events.back().kind == EventKind::kReassigned);
    // The item's event names the container's event that tells of it no more.
    const auto unloaded = last_event(world, one);
    REQUIRE(unloaded.kind == EventKind::kUnloaded);
    REQUIRE(unloaded.detail == "2 items, 0 containers");
    REQUIRE(events[events.size() - 2].detail == std::to_string(unloaded.sequence));
    require_chain<ItemRecord>(world, item(0));
    require_chain<ContainerRecord>(world, one);
}

TEST_CASE("a container is claimed by its maker, and never without a regulator") {
    World world;
    world.with_items(3);
    world.must("brand", {op::Pack{box(1), items(0, 2), {}}, op::Pack{box(2), {}, {box(1)}},
                         op::Ship{{}, "shop", {}, {box(2)}}});
    refused(world, "shop", {op::Reclaim{{}, "shop", {}, {box(2)}}}, Refusal::kNotMaker);
    suspend(world, "shop");
    world.must("brand", {op::Reclaim{{}, "brand", "shop is bankrupt", {box(1), box(2)}}});
    REQUIRE(world.box_at(box(2)).state == ItemState::kInTransit);
    REQUIRE(world.box_at(box(2)).reclaimed_to == "brand");
    refused(world, "brand", {op::Reclaim{{}, "brand", {}, {box(2)}}}, Refusal::kNothingChanges);
    // An inner one is taken out of the outer one.
    world.must("customs", {op::Reassign{{}, {}, {box(1)}}});
    REQUIRE(world.box_at(box(1)).state == ItemState::kActive);
    REQUIRE(world.box_at(box(1)).custodian == "brand");
    REQUIRE(world.box_at(box(1)).items == 2);
    REQUIRE(world.box_at(box(2)).items == 0);
    // Empty, it is its maker's again, with nothing left to claim.
    REQUIRE(world.box_at(box(2)).state == ItemState::kActive);
    REQUIRE(world.box_at(box(2)).custodian == "brand");
    REQUIRE(world.box_at(box(2)).receiver.empty());
    refused(world, "customs", {op::Reassign{{}, {}, {box(2)}}}, Refusal::kNotReclaimed);
    refused(world, "brand", {op::Reclaim{{}, "brand", {}, {box(2)}}}, Refusal::kHeldAlready);
    world.must("brand", {op::Unpack{box(1), items(0, 2), {}}});
    require_chain<ContainerRecord>(world, box(1));
    require_chain<ContainerRecord>(world, box(2));
}

TEST_CASE("a regulator's reach is its country, or that of a party of the shipment") {
    World world = stocked(3);
    move_to_country(world, "shop", "FR");
    world.must("brand", {op::Reclaim{items(0, 1), "brand", {}}});
    refused(world, "customs", {op::Reassign{items(0, 1), {}}}, Refusal::kOutOfReach);
    refused(world, "customs", {op::Seize{items(1, 1), {}}}, Refusal::kOutOfReach);
    world.must("shop", {op::Ship{items(0, 2), "carrier", {}}});
    world.must("customs", {op::Reassign{items(0, 1), {}}, op::Seize{items(1, 1), {}}});
    move_to_country(world, "shop", "");
    world.must("customs", {op::Seize{items(2, 1), {}}});
}

TEST_CASE("a claim names who can take it when it is confirmed") {
    World world = stocked(1);
    world.must("brand", {op::Reclaim{items(0, 1), "carrier", {}}});
    suspend(world, "carrier");
    refused(world, "customs", {op::Reassign{items(0, 1), {}}}, Refusal::kSuspendedOrganisation);
    world.must("brand", {op::Reclaim{items(0, 1), "market", {}}});
    world.must("customs", {op::Reassign{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kInTransit);
    REQUIRE(world.item_at(item(0)).receiver == "market");
}

TEST_CASE("a regulator seizes from any state but an end by the owner's word") {
    World world = stocked(7);
    const ContainerName one = box(1, "shop");
    world.must("shop", {op::Ship{items(1, 1), "carrier", {}}, op::Sell{items(2, 1), {}}, op::Pack{one, items(3, 1), {}},
                        op::Pack{box(2, "shop"), items(6, 1), {}}, op::Lose{items(4, 1), {}}});
    world.must("brand", {op::Decommission{items(5, 1), ItemState::kSampled, {}}});
    refused(world, "carrier", {op::Seize{items(0, 1), {}}}, Refusal::kNotAllowed);
    world.must("customs", {op::Seize{items(0, 5), "counterfeits", {box(2, "shop")}}});
    for (const std::uint64_t number : {0u, 1u, 2u, 3u, 4u}) {
        const ItemRecord seized = world.item_at(item(number));
        REQUIRE(seized.state == ItemState::kActive);
        REQUIRE(seized.custodian == "customs");
        REQUIRE(seized.receiver.empty());
        REQUIRE(seized.ended_by.empty());
        REQUIRE(seized.returns == (number == 2 ? 1 : 0));  // only the sold one comes back from a sale
        REQUIRE(last_event(world, item(number)).kind == EventKind::kSeized);
        REQUIRE(last_event(world, item(number)).other == "shop");
        require_chain<ItemRecord>(world, item(number));
    }
    REQUIRE(world.box_at(one).items == 0);
    REQUIRE(world.box_at(box(2, "shop")).custodian == "customs");
    refused(world, "customs", {op::Seize{items(0, 1), {}}}, Refusal::kHeldAlready);
    refused(world, "customs", {op::Seize{items(5, 1), {}}}, Refusal::kDecommissioned);
    world.must("customs", {op::Decommission{items(0, 1), ItemState::kDestroyed, {}}});
}
