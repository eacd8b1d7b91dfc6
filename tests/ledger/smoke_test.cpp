// One product's life from declaration to return, through signed payloads, parsing and execution.
#include "tests/ledger/world.h"

#include "ledger/records/index.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

TEST_CASE("a product lives from its declaration to its return") {
    World world;
    world.with_product(5);
    const auto made = world.must("maker", {World::registration(items(0, 3), "L1")});
    REQUIRE(made.operations.at(0).accepted == 3);
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == 3);
    REQUIRE(world.get<VolumeRecord>(product_volume_key(kGtin))->registered == 3);
    REQUIRE(world.get<VolumeRecord>(lot_volume_key(kGtin, "L1"))->registered == 3);
    REQUIRE(world.get<LotRecord>(lot_key(kGtin, "L1"))->made == std::vector<LotRecord::Made>{{"maker", 0, 3}});

    world.must("maker", {op::Ship{items(0, 3), "carrier", "DN-1"}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kInTransit);
    REQUIRE(world.item_at(item(0)).custodian == "maker");
    REQUIRE(world.item_at(item(0)).receiver == "carrier");
    world.must("carrier", {op::Receive{items(0, 3)}});
    world.must("carrier", {op::Ship{items(0, 3), "shop", {}}});
    world.must("shop", {op::Receive{items(0, 3)}});
    world.must("shop", {op::Sell{items(0, 1), "CH"}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kSold);
    world.must("shop", {op::Return{items(0, 1), "did not fit"}});

    const ItemRecord last = world.item_at(item(0));
    REQUIRE(last.state == ItemState::kActive);
    REQUIRE(last.custodian == "shop");
    REQUIRE(last.owner == "brand");
    REQUIRE(last.maker == "maker");
    REQUIRE(last.event_count == 7);
    const auto events = world.events(item(0));
    REQUIRE(events.size() == 7);
    REQUIRE(events[1].kind == EventKind::kShipped);
    REQUIRE(events[1].other == "carrier");
    REQUIRE(events[2].other == "maker");
    REQUIRE(events[5].detail == "CH");
    REQUIRE(world.side.contains(lot_index_key(kGtin, "L1")));
    REQUIRE(world.side.contains(licence_index_key(kGtin, "maker")));
}

TEST_CASE("what a verdict rests on does not tell how much is made") {
    World world;
    world.with_product();
    world.must("brand", {World::registration(items(0, 1), "L1")});
    const Bytes product = world.get<ProductRecord>(product_key(kGtin))->encode();
    world.must("brand", {World::registration(items(1, 7), "L1")});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->encode() == product);
    REQUIRE(world.get<VolumeRecord>(product_volume_key(kGtin))->registered == 8);
    REQUIRE(world.get<VolumeRecord>(lot_volume_key(kGtin, "L1"))->registered == 8);
}

TEST_CASE("a product says what is done about serials that can be guessed") {
    World world;
    world.must("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}, SerialPolicy::kRefuse}});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->serial_policy == SerialPolicy::kRefuse);
    World other;
    other.with_product();
    REQUIRE(other.get<ProductRecord>(product_key(kGtin))->serial_policy == SerialPolicy::kWarn);
}
