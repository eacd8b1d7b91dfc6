// Where recalled, quarantined and stolen goods may go; sales and what comes back from them.
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

// An item that "maker" made, "market" owns and "shop" holds; the product is "brand"'s.
World far_from_home() {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 1), "L1"), op::Ship{items(0, 1), "shop", {}}});
    world.must("shop", {op::Receive{items(0, 1)}});
    world.must("brand", {op::TransferOwnership{items(0, 1), "market"}});
    world.must("market", {op::AcceptOwnership{items(0, 1)}});
    return world;
}

const std::vector<std::string> kWhoseItIs{"brand", "maker", "market", "auditor", "customs"};

}  // namespace

TEST_CASE("recalled and quarantined goods travel back, to a laboratory and to a regulator") {
    for (const bool recall : {true, false}) {
        World world = far_from_home();
        if (recall)
            world.must("brand", {op::Recall{kGtin, "L1", "glass"}});
        else
            world.must("customs", {op::Flag{items(0, 1), ItemFlag::kQuarantined, {}}});
        const Refusal wanted = recall ? Refusal::kRecalled : Refusal::kFlagged;
        refused(world, "shop", {op::Ship{items(0, 1), "rival", {}}}, wanted);
        refused(world, "shop", {op::Sell{items(0, 1), {}}}, wanted);
        for (const std::string& to : kWhoseItIs) {
            INFO(to);
            world.must("shop", {op::Ship{items(0, 1), to, {}}});
            REQUIRE(world.item_at(item(0)).receiver == to);
            world.must("shop", {op::CancelShipment{items(0, 1)}});
        }
        // By a carrier, who takes them no further than anybody else.
        world.must("shop", {op::Ship{items(0, 1), "carrier", {}}});
        world.must("carrier", {op::Receive{items(0, 1)}});
        for (const char* to : {"rival", "shop"}) refused(world, "carrier", {op::Ship{items(0, 1), to, {}}}, wanted);
        world.must("carrier", {op::Ship{items(0, 1), "auditor", {}}});
        world.must("auditor", {op::Receive{items(0, 1)}});
    }
}

TEST_CASE("stolen goods go to a regulator only") {
    World world = far_from_home();
    world.must("brand", {op::Flag{items(0, 1), ItemFlag::kStolen, {}}});
    for (const char* to : {"brand", "maker", "market", "auditor", "carrier"})
        refused(world, "shop", {op::Ship{items(0, 1), to, {}}}, Refusal::kFlagged);
    world.must("shop", {op::Ship{items(0, 1), "customs", {}}});
    world.must("customs", {op::Receive{items(0, 1)}});
}

TEST_CASE("the country of a sale is the seller's own where none is named") {
    World world = stocked(4);
    world.must("brand", {op::SetTerritories{kGtin, {"CH"}}});
    const auto set = world.get<ProductRecord>(product_key(kGtin));
    REQUIRE(set->territories_since == world.time);
    world.must("shop", {op::Sell{items(0, 1), {}}});
    REQUIRE(last_event(world, item(0)).detail == "CH");
    move_to_country(world, "shop", "FR");
    refused(world, "shop", {op::Sell{items(1, 1), {}}}, Refusal::kOutsideTerritory);
    world.must("shop", {op::Sell{items(1, 1), "CH"}});
    world.must("brand", {op::Recall{kGtin, {}, "plug", {"FR"}}});
    refused(world, "shop", {op::Sell{items(2, 1), {}}}, Refusal::kOutsideTerritory);
    world.time.ms += 5000;
    world.must("brand", {op::SetTerritories{kGtin, {}}});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->territories_since == world.time);
    refused(world, "shop", {op::Sell{items(2, 1), {}}}, Refusal::kRecalled);
    REQUIRE(world.item_at(item(0)).ended_at.ms < world.time.ms);
}

TEST_CASE("a sold item is the consumer's: nobody transfers or ends it") {
    World world = stocked(1);
    world.must("brand", {op::TransferOwnership{items(0, 1), "market"}});
    world.must("shop", {op::Sell{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).offered_to.empty());
    refused(world, "brand", {op::TransferOwnership{items(0, 1), "market"}}, Refusal::kAlreadySold);
    refused(world, "market", {op::AcceptOwnership{items(0, 1)}}, Refusal::kAlreadySold);
    refused(world, "brand", {op::Decommission{items(0, 1), ItemState::kDestroyed, {}}}, Refusal::kAlreadySold);
    refused(world, "brand", {op::Reclaim{items(0, 1), "brand", {}}}, Refusal::kAlreadySold);
}

TEST_CASE("a return is taken by the seller, by the brand, or at a return point") {
    World world = stocked(3);
    op::AmendProduct points;
    points.gtin = kGtin;
    points.name = "Lamp";
    points.return_points = {"carrier"};
    world.must("brand", {points});
    world.must("shop", {op::Sell{items(0, 3), {}}});
    refused(world, "market", {op::Return{items(0, 1), {}}}, Refusal::kNotReturnPoint);
    world.must("shop", {op::Return{items(0, 1), "changed mind"}});
    world.must("brand", {op::Return{items(1, 1), "defect"}});
    world.must("carrier", {op::Return{items(2, 1), {}}});
    const std::vector<std::string> takers{"shop", "brand", "carrier"};
    for (std::uint64_t number = 0; number < 3; ++number) {
        const ItemRecord back = world.item_at(item(number));
        REQUIRE(back.state == ItemState::kActive);
        REQUIRE(back.custodian == takers[number]);
        REQUIRE(back.owner == "brand");
        REQUIRE(back.returns == 1);
        REQUIRE(back.ended_at.ms == 0);
        REQUIRE(back.ended_by.empty());
        REQUIRE(last_event(world, item(number)).other == (number == 0 ? "" : "shop"));
    }
    world.must("brand", {op::Sell{items(1, 1), {}}, op::Return{items(1, 1), {}}});
    REQUIRE(world.item_at(item(1)).returns == 2);
}

TEST_CASE("the shop of a sale is kept, until the sale is undone") {
    World world;
    world.with_items(2);
    world.must("brand", {op::Ship{items(0, 2), "market", {}}});
    world.must("market", {op::Receive{items(0, 2)}, op::RegisterSeller{digest(7), "CH"}});
    world.must("market", {op::Sell{items(0, 2), {}, digest(7)}});
    REQUIRE(world.item_at(item(0)).shop == digest(7));
    world.must("market", {op::CancelSale{items(1, 1), {}}, op::Return{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).shop == digest(7));
    REQUIRE(world.item_at(item(1)).shop.is_zero());
}
