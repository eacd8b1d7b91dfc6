// What a receiver's scan found: codes scanned twice, codes that nobody knows, goods of others, and what is missing; and
// what becomes of containers that were emptied.
#include "ledger/records/index.h"
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

// Six items of the brand's; three of them in a case on its way to the shop.
World shipped() {
    World world;
    world.with_items(6);
    world.must("brand", {op::Pack{box(1), items(0, 3), {}}, op::Ship{{}, "shop", {}, {box(1)}}});
    return world;
}

op::Receive scan(std::uint64_t counted, Items missing, Items surplus) {
    return {{}, {box(1)}, counted, std::move(missing), std::move(surplus)};
}

}  // namespace

TEST_CASE("codes scanned twice or known to nobody are named, and the rest is received") {
    World world = shipped();
    // Item 0 missing, named twice; 77 known to nobody, scanned twice.
    const auto outcome = world.must("shop", {scan(3, {item(0), item(0)}, {item(77), item(77)})});
    // Places: the container is 0, then the missing, then the surplus.
    REQUIRE(outcome.operations.at(0).refused == std::vector<ItemOutcome>{{2, Refusal::kItemRepeated},
                                                                         {3, Refusal::kItemUnknown},
                                                                         {4, Refusal::kItemRepeated}});
    REQUIRE(outcome.operations.at(0).accepted == 1);
    REQUIRE(world.box_at(box(1)).custodian == "shop");
    REQUIRE(world.box_at(box(1)).items == 2);
    REQUIRE(last_event(world, box(1)).kind == EventKind::kReceived);
    REQUIRE(last_event(world, box(1)).detail == "counted 3 of 3; missing 1, surplus 1, 1 of them unknown");
    REQUIRE(!world.get<ItemRecord>(item(77)));
    require_chain<ContainerRecord>(world, box(1));
}

TEST_CASE("a surplus writes into no stranger's history, and counts all the same") {
    World world = shipped();
    world.must("brand", {op::Ship{items(3, 1), "shop", {}}, op::Sell{items(4, 1), {}},
                         op::Decommission{items(5, 1), ItemState::kSampled, {}}});
    world.must("maker", {World::registration(items(9, 1))});
    const auto before_sold = world.item_at(item(4));
    const auto before_stranger = world.item_at(item(9));
    const auto outcome = world.must("shop", {scan(7, {}, {item(3), item(4), item(5), item(9)})});
    REQUIRE(outcome.operations.at(0).refused == std::vector<ItemOutcome>{{2, Refusal::kAlreadySold},
                                                                         {3, Refusal::kDecommissioned},
                                                                         {4, Refusal::kNotRelated}});
    REQUIRE(last_event(world, item(3)).kind == EventKind::kSurplus);
    REQUIRE(last_event(world, item(3)).other == box(1).key().hex());
    REQUIRE(world.item_at(item(4)) == before_sold);
    REQUIRE(world.item_at(item(9)) == before_stranger);
    REQUIRE(last_event(world, box(1)).detail == "counted 7 of 3; missing 0, surplus 4");
}

TEST_CASE("a scan that contradicts itself or the container is refused") {
    World world = shipped();
    refused(world, "shop", {scan(3, items(0, 1), {})}, Refusal::kCountMismatch);
    refused(world, "shop", {scan(4, {}, items(0, 1))}, Refusal::kCountMismatch);
    refused(world, "shop", {scan(3, items(0, 1), items(0, 1))}, Refusal::kCountMismatch);
    refused(world, "shop", {scan(2, items(3, 1), {})}, Refusal::kNotPacked);
    refused(world, "shop", {scan(2, items(77, 1), {})}, Refusal::kItemUnknown);
}

TEST_CASE("what is missing bears the receiver's mark until it turns up there") {
    World world = shipped();
    world.must("shop", {scan(0, items(0, 3), {})});
    for (std::uint64_t number = 0; number < 3; ++number) {
        REQUIRE(world.item_at(item(number)).has(ItemFlag::kMissing, "shop"));
        REQUIRE(world.item_at(item(number)).state == ItemState::kActive);
        REQUIRE(world.item_at(item(number)).custodian == "brand");
        REQUIRE(last_event(world, item(number)).kind == EventKind::kMissing);
    }
    // Received one by one; found in a container; found as surplus.
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}, op::Pack{box(2), items(1, 1), {}},
                         op::Pack{box(1), items(3, 1), {}}, op::Ship{{}, "shop", {}, {box(1), box(2)}}});
    world.must("shop", {op::Receive{items(0, 1)}});
    REQUIRE(world.item_at(item(0)).flags.empty());
    world.must("shop", {op::Receive{{}, {box(2)}}});
    REQUIRE(world.item_at(item(1)).has(ItemFlag::kMissing));
    world.must("shop", {op::Unpack{box(2), items(1, 1), {}}});
    REQUIRE(world.item_at(item(1)).flags.empty());
    const auto outcome = world.must("shop", {scan(2, {}, items(2, 1))});
    REQUIRE(outcome.operations.at(0).refused.empty());
    REQUIRE(world.item_at(item(2)).flags.empty());
    REQUIRE(last_event(world, item(2)).kind == EventKind::kSurplus);
}

TEST_CASE("only who missed it, or a regulator, says that it is missing no more") {
    World world = shipped();
    world.must("shop", {scan(1, items(0, 2), {})});
    refused(world, "brand", {op::ClearFlag{items(0, 1), ItemFlag::kMissing, {}}}, Refusal::kFlagNotYours);
    world.must("brand", {op::Ship{items(0, 1), "carrier", {}}});
    world.must("carrier", {op::Receive{items(0, 1)}});
    REQUIRE(world.item_at(item(0)).has(ItemFlag::kMissing, "shop"));
    world.must("shop", {op::ClearFlag{items(0, 1), ItemFlag::kMissing, "behind the door"}});
    world.must("customs", {op::ClearFlag{items(1, 1), ItemFlag::kMissing, {}}});
    REQUIRE(world.item_at(item(0)).flags.empty());
    REQUIRE(world.item_at(item(1)).flags.empty());
}

TEST_CASE("an item with as many marks as others may set is missing all the same") {
    World world = shipped();
    ItemRecord marked = world.item_at(item(0));
    for (std::size_t i = 0; i < limits::kMarksPerFlagMax; ++i)
        marked.flags.push_back({ItemFlag::kSuspect, fmt::format("org-{}", i)});
    world.state[item(0).key()] = marked.encode();
    world.must("shop", {scan(2, items(0, 1), {})});
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    REQUIRE(world.item_at(item(0)).has(ItemFlag::kMissing, "shop"));
    REQUIRE(last_event(world, item(0)).kind == EventKind::kMissing);
}

TEST_CASE("an emptied container is its maker's again, wherever it was emptied") {
    World world = shipped();
    world.must("shop", {op::Receive{{}, {box(1)}}, op::Unpack{box(1), items(0, 3), {}}});
    REQUIRE(world.box_at(box(1)).custodian == "brand");
    refused(world, "shop", {op::Pack{box(1), items(0, 1), {}}}, Refusal::kContainerNotYours);
    world.must("brand", {op::Pack{box(1), items(3, 1), {}}});
    REQUIRE(world.box_at(box(1)).items == 1);
    // Nobody but its maker makes a container, and one's name is not another's.
    refused(world, "shop", {op::Pack{box(5), items(0, 1), {}}}, Refusal::kContainerNotYours);
    world.must("shop", {op::Pack{box(5, "shop"), items(0, 1), {}}});
    world.must("brand", {op::Pack{box(5), items(4, 1), {}}});
}

TEST_CASE("a container of which all is missing is its maker's again after the receipt") {
    World world = shipped();
    world.must("shop", {scan(0, items(0, 3), {})});
    REQUIRE(world.box_at(box(1)).items == 0);
    REQUIRE(world.box_at(box(1)).state == ItemState::kActive);
    REQUIRE(world.box_at(box(1)).custodian == "brand");
    world.must("brand", {op::Pack{box(1), items(0, 1), {}}});
    require_chain<ContainerRecord>(world, box(1));
}

TEST_CASE("an inner container that was emptied comes back with its unpacking") {
    World world;
    world.with_items(3);
    world.must("brand", {op::Pack{box(2), items(0, 2), {}}, op::Pack{box(1), items(2, 1), {box(2)}},
                         op::Ship{{}, "shop", {}, {box(1)}}});
    world.must("shop", {scan(1, items(0, 2), {})});
    REQUIRE(world.box_at(box(2)).state == ItemState::kPacked);
    world.must("shop", {op::Unpack{box(1), {}, {box(2)}}});
    REQUIRE(world.box_at(box(2)).custodian == "brand");
    REQUIRE(world.box_at(box(1)).custodian == "shop");
    world.must("shop", {op::Unpack{box(1), items(2, 1), {}}});
    REQUIRE(world.box_at(box(1)).custodian == "brand");
}

TEST_CASE("a container that is emptied on its way is its maker's at once, and its shipment over") {
    World world = shipped();
    world.must("shop", {op::Receive{{}, {box(1)}}, op::Ship{{}, "carrier", {}, {box(1)}}});
    world.must("customs", {op::Seize{items(0, 3), "counterfeits"}});
    REQUIRE(world.box_at(box(1)).state == ItemState::kActive);
    REQUIRE(world.box_at(box(1)).custodian == "brand");
    refused(world, "carrier", {op::Receive{{}, {box(1)}}}, Refusal::kContainerUnknown);
    refused(world, "shop", {op::CancelShipment{{}, {box(1)}}}, Refusal::kContainerUnknown);
    world.must("brand", {op::Pack{box(1), items(3, 1), {}}});
}
