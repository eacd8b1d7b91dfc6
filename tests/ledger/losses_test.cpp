// What its holder says that he lost: within reach of the law and of its owner all the same, and no way around a claim.
#include "ledger/records/index.h"
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

const ContainerName kCase = box(1, "shop");

// Two of the brand's items in a case that the shop made and lost; the others are with the shop.
World with_lost_case(std::uint64_t count) {
    World world = stocked(count);
    world.must("shop", {op::Pack{kCase, items(0, 2), {}}, op::Lose{{}, "burglary", {kCase}}});
    return world;
}

// Two items of the brand's on a pallet of the brand's, which the carrier lost.
World with_lost_pallet() {
    World world;
    world.with_items(4);
    world.must("brand", {op::Pack{box(1), items(0, 2), {}}, op::Pack{box(2), {}, {box(1)}},
                         op::Ship{{}, "carrier", {}, {box(2)}}});
    world.must("carrier", {op::Receive{{}, {box(2)}}, op::Lose{{}, "truck 17", {box(2)}}});
    return world;
}

bool is_held(const World& world, const ItemName& name) {
    const ItemRecord item = world.item_at(name);
    return item.reclaimed_to == "brand" && item.has(ItemFlag::kQuarantined, "brand");
}

}  // namespace

TEST_CASE("a holder does not lose goods out of the reach of a regulator") {
    World world = stocked(3);
    world.must("brand", {op::Reclaim{items(0, 1), "brand", "contract ended"}});
    world.must("shop", {op::Lose{items(0, 3), "burglary"}});
    world.must("customs", {op::Reassign{items(0, 1), "order 12"}, op::Seize{items(1, 1), "order 13"}});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    REQUIRE(world.item_at(item(1)).custodian == "customs");
    for (const std::uint64_t number : {0u, 1u}) {
        const ItemRecord taken = world.item_at(item(number));
        REQUIRE(taken.state == ItemState::kActive);
        REQUIRE(taken.ended_by.empty());
        REQUIRE(taken.ended_at.ms == 0);
        REQUIRE(taken.reclaimed_to.empty());
        REQUIRE(taken.returns == 0);  // it was never sold
        require_chain<ItemRecord>(world, item(number));
    }
    // Its reach is its country all the same.
    move_to_country(world, "shop", "FR");
    refused(world, "customs", {op::Seize{items(2, 1), {}}}, Refusal::kOutOfReach);
    refused(world, "shop", {op::UndoEnd{items(0, 1), {}}}, Refusal::kNotEnded);
}

TEST_CASE("what is in a lost container is claimed, reassigned and seized, and taken out of it") {
    World world = with_lost_case(3);
    world.must("brand", {op::Reclaim{items(0, 1), "brand", {}}});
    REQUIRE(world.item_at(item(0)).reclaimed_to == "brand");
    world.must("customs", {op::Reassign{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    REQUIRE(world.item_at(item(0)).container.is_zero());
    REQUIRE(world.box_at(kCase).state == ItemState::kLost);
    REQUIRE(world.box_at(kCase).items == 1);
    world.must("customs", {op::Seize{items(1, 1), {}}});
    REQUIRE(world.item_at(item(1)).custodian == "customs");
    // Empty, it is its maker's to use again.
    REQUIRE(world.box_at(kCase).state == ItemState::kActive);
    REQUIRE(world.box_at(kCase).ended_by.empty());
    world.must("shop", {op::Pack{kCase, items(2, 1), {}}});
    require_chain<ContainerRecord>(world, kCase);

    World whole = with_lost_case(2);
    whole.must("customs", {op::Seize{{}, {}, {kCase}}});
    REQUIRE(whole.box_at(kCase).state == ItemState::kActive);
    REQUIRE(whole.box_at(kCase).custodian == "customs");
    whole.must("customs", {op::Unpack{kCase, items(0, 2), {}}});
    require_chain<ContainerRecord>(whole, kCase);
}

TEST_CASE("a claim against who lost the goods is made, and taken back, as against who has them") {
    World world = stocked(2);
    world.must("shop", {op::Lose{items(0, 2), {}}});
    world.must("brand", {op::Reclaim{items(0, 1), "brand", {}}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kLost);
    REQUIRE(world.item_at(item(0)).reclaimed_to == "brand");
    world.must("brand", {op::Reclaim{items(0, 1), "shop", "agreed"}});
    REQUIRE(world.item_at(item(0)).reclaimed_to.empty());
    refused(world, "brand", {op::Reclaim{items(1, 1), "shop", {}}}, Refusal::kHeldAlready);
    suspend(world, "shop");
    world.must("brand", {op::Reclaim{items(1, 1), "brand", {}}});
    REQUIRE(world.item_at(item(1)).custodian == "brand");
    REQUIRE(world.item_at(item(1)).state == ItemState::kActive);
    REQUIRE(world.item_at(item(1)).ended_by.empty());
}

TEST_CASE("what is found again under a claim is not sold by its holder") {
    World world = stocked(2);
    world.must("brand", {op::Reclaim{items(0, 1), "brand", {}}});
    world.must("shop", {op::Lose{items(0, 2), {}}});
    refused(world, "shop", {op::UndoEnd{items(0, 1), {}}, op::Sell{items(0, 1), {}}}, Refusal::kFlagged);
    world.must("shop", {op::UndoEnd{items(0, 2), "behind the shelf"}});
    REQUIRE(is_held(world, item(0)));
    REQUIRE(last_event(world, item(0)).kind == EventKind::kFlagged);
    REQUIRE(last_event(world, item(0)).other == "brand");
    require_chain<ItemRecord>(world, item(0));
    refused(world, "shop", {op::Sell{items(0, 1), {}}}, Refusal::kFlagged);
    refused(world, "shop", {op::Ship{items(0, 1), "rival", {}}}, Refusal::kFlagged);
    refused(world, "shop", {op::Pack{kCase, items(0, 1), {}}}, Refusal::kFlagged);
    refused(world, "shop", {op::ClearFlag{items(0, 1), ItemFlag::kQuarantined, {}}}, Refusal::kFlagNotYours);
    world.must("shop", {op::Sell{items(1, 1), {}}});  // nobody claims this one
    world.must("shop", {op::Ship{items(0, 1), "brand", {}}});
    world.must("brand", {op::Receive{items(0, 1)}, op::ClearFlag{items(0, 1), ItemFlag::kQuarantined, {}}});
    REQUIRE(world.item_at(item(0)).reclaimed_to.empty());
    world.must("brand", {op::Sell{items(0, 1), {}}});
}

TEST_CASE("what is held for its owner goes where his claim says") {
    World world = stocked(2);
    world.must("brand", {op::Reclaim{items(0, 2), "market", {}}});
    world.must("shop", {op::Lose{items(0, 2), {}}, op::UndoEnd{items(0, 2), {}}});
    world.must("customs", {op::Reassign{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).receiver == "market");
    // Marks of others bind it all the same.
    world.must("customs", {op::Flag{items(1, 1), ItemFlag::kQuarantined, {}}});
    refused(world, "customs", {op::Reassign{items(1, 1), {}}}, Refusal::kFlagged);
}

TEST_CASE("a claim stays in force over the loss of what the goods are packed in") {
    World world = stocked(3);
    const ContainerName pallet = box(2, "shop");
    world.must("brand", {op::Reclaim{items(0, 3), "brand", {}}});
    world.must("shop", {op::Pack{kCase, items(0, 2), {}}, op::Pack{pallet, items(2, 1), {kCase}}});
    refused(world, "shop", {op::Lose{{}, {}, {pallet}}, op::UndoEnd{{}, {}, {pallet}}, op::Unpack{pallet, items(2, 1), {}},
                            op::Sell{items(2, 1), {}}}, Refusal::kFlagged);
    world.must("shop", {op::Lose{{}, {}, {pallet}}, op::UndoEnd{{}, {}, {pallet}}});
    // Out of the case while it is on the pallet, and after it was taken down.
    world.must("shop", {op::Unpack{kCase, items(0, 1), {}}});
    REQUIRE(is_held(world, item(0)));
    world.must("shop", {op::Unpack{pallet, {}, {kCase}}, op::Ship{{}, "market", {}, {kCase}}});
    SECTION("an accomplice takes it out") {
        world.must("market", {op::Receive{{}, {kCase}}, op::Unpack{kCase, items(1, 1), {}}});
        REQUIRE(world.item_at(item(1)).custodian == "market");
    }
    SECTION("an accomplice says that it is not there") {
        world.must("market", {op::Receive{{}, {kCase}, 0, items(1, 1), {}}});
        REQUIRE(world.item_at(item(1)).custodian == "shop");
    }
    REQUIRE(is_held(world, item(1)));
    require_chain<ItemRecord>(world, item(1));
}

TEST_CASE("an owner finds its items in a container that its holder lost") {
    World world = with_lost_case(3);
    refused(world, "maker", {op::UndoEnd{items(0, 1), {}}}, Refusal::kPacked);
    refused(world, "shop", {op::UndoEnd{items(0, 1), {}}}, Refusal::kPacked);
    world.must("brand", {op::UndoEnd{items(0, 1), "offered to us"}});
    const ItemRecord back = world.item_at(item(0));
    REQUIRE(back.state == ItemState::kActive);
    REQUIRE(back.custodian == "brand");
    REQUIRE(back.container.is_zero());
    REQUIRE(!world.side.contains(content_index_key(kCase.key(), ContentKind::kItem, item(0).key())));
    REQUIRE(world.box_at(kCase).items == 1);
    const auto kinds = kinds_of(world, item(0));
    REQUIRE(std::vector(kinds.end() - 2, kinds.end()) == std::vector{EventKind::kUnpacked, EventKind::kFound});
    require_chain<ItemRecord>(world, item(0));
    // The shop finds its case, and the item is not in it.
    refused(world, "shop", {op::UndoEnd{{}, {}, {kCase}}, op::Unpack{kCase, items(0, 1), {}}}, Refusal::kNotPacked);
    // What is in a container that is not lost is at no end.
    world.must("shop", {op::UndoEnd{{}, {}, {kCase}}});
    refused(world, "brand", {op::UndoEnd{items(1, 1), {}}}, Refusal::kNotEnded);
}

TEST_CASE("a lost container is found by its maker too, and its content by its owner, though the holder is suspended") {
    World world = with_lost_pallet();
    refused(world, "shop", {op::UndoEnd{{}, {}, {box(2)}}}, Refusal::kContainerUnknown);
    suspend(world, "carrier");
    // One within is found with that one.
    refused(world, "brand", {op::UndoEnd{{}, {}, {box(1)}}}, Refusal::kPacked);
    world.must("brand", {op::UndoEnd{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    world.must("brand", {op::UndoEnd{{}, "in a ditch", {box(2)}}});
    REQUIRE(world.box_at(box(2)).state == ItemState::kActive);
    REQUIRE(world.box_at(box(2)).custodian == "carrier");
    refused(world, "brand", {op::UndoEnd{{}, {}, {box(1)}}}, Refusal::kNotEnded);
    world.must("brand", {op::Reclaim{items(1, 1), "brand", {}}});  // at once: its holder is suspended
    REQUIRE(world.item_at(item(1)).custodian == "brand");
    // The inner one is empty; a regulator hands the pallet with it back to its maker.
    world.must("brand", {op::Reclaim{{}, "brand", {}, {box(2)}}});
    world.must("customs", {op::Reassign{{}, {}, {box(2)}}});
    world.must("brand", {op::Unpack{box(2), {}, {box(1)}}, op::Pack{box(1), items(2, 1), {}}});
    require_chain<ContainerRecord>(world, box(1));
    require_chain<ContainerRecord>(world, box(2));
}

TEST_CASE("a container that was emptied under way is its maker's to use again, and arrives nowhere") {
    World world;
    world.with_items(3);
    world.must("brand", {op::Pack{box(1), items(0, 2), {}}, op::Ship{{}, "shop", {}, {box(1)}}});
    world.must("shop", {op::Receive{{}, {box(1)}}, op::Ship{{}, "market", {}, {box(1)}}});
    world.must("customs", {op::Seize{items(0, 1), {}}});
    REQUIRE(world.box_at(box(1)).state == ItemState::kInTransit);  // there is something in it yet
    world.must("customs", {op::Seize{items(1, 1), {}}});
    const ContainerRecord closed = world.box_at(box(1));
    REQUIRE(closed.state == ItemState::kActive);
    REQUIRE(closed.custodian == "brand");
    REQUIRE(closed.receiver.empty());
    refused(world, "market", {op::Receive{{}, {box(1)}}}, Refusal::kContainerUnknown);
    refused(world, "shop", {op::CancelShipment{{}, {box(1)}}}, Refusal::kContainerUnknown);
    world.must("brand", {op::Pack{box(1), items(2, 1), {}}, op::Ship{{}, "shop", {}, {box(1)}}});
    require_chain<ContainerRecord>(world, box(1));
}
