// Registrations that were wrong: a corrected lot is found by its recall, and what was voided gives its quota back.
#include "ledger/records/index.h"
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

op::AmendRegistration amendment(Items names, std::string lot, Day expiry = 0) {
    op::AmendRegistration made;
    made.items = std::move(names);
    made.lot = std::move(lot);
    made.expiry = expiry;
    made.reason = "label of the other line";
    return made;
}

op::Register registration(Items names, const std::string& lot, Day expiry) {
    op::Register made = World::registration(std::move(names), lot);
    made.expiry = expiry;
    return made;
}

}  // namespace

TEST_CASE("an item that was moved to the right lot is found by that lot's recall") {
    World world;
    world.with_items(3, "L1");
    world.must("brand", {World::registration(items(5, 1), "L9")});
    world.must("brand", {op::Sell{items(0, 1), "CH"}});
    world.must("brand", {amendment(items(0, 2), "L9")});
    world.must("brand", {op::Recall{kGtin, "L9", "glass"}});
    REQUIRE(recalled(world, item(0)));
    REQUIRE(recalled(world, item(1)));
    REQUIRE(!recalled(world, item(2)));
    REQUIRE(world.item_at(item(0)).state == ItemState::kSold);
    REQUIRE(made_by(world, "L1", "brand") == 1);
    REQUIRE(made_by(world, "L9", "brand") == 3);
    REQUIRE(volume(world, lot_volume_key(kGtin, "L1")) == 1);
    REQUIRE(volume(world, lot_volume_key(kGtin, "L9")) == 3);
    REQUIRE(volume(world, product_volume_key(kGtin)) == 4);
    const Event event = last_event(world, item(1));
    REQUIRE(event.kind == EventKind::kAmended);
    REQUIRE(event.detail == "lot L1 -> L9: label of the other line");
    require_chain<ItemRecord>(world, item(1));
}

TEST_CASE("a lot that all items were moved out of stays known, with nothing in it") {
    World world;
    world.with_items(2, "L1");
    world.must("brand", {amendment(items(0, 2), "L2")});
    REQUIRE(made_by(world, "L1", "brand") == 0);
    REQUIRE(!world.get<VolumeRecord>(lot_volume_key(kGtin, "L1")));
    REQUIRE(world.side.contains(lot_index_key(kGtin, "L1")));
    REQUIRE(!world.side.contains(maker_lot_index_key(kGtin, "brand", "L1")));
    REQUIRE(world.side.contains(maker_lot_index_key(kGtin, "brand", "L2")));
    // Back and away within one transaction.
    world.must("brand", {amendment(items(0, 2), "L1"), amendment(items(0, 1), "L3")});
    REQUIRE(world.side.contains(maker_lot_index_key(kGtin, "brand", "L1")));
    REQUIRE(!world.side.contains(maker_lot_index_key(kGtin, "brand", "L2")));
    REQUIRE(made_by(world, "L1", "brand") == 1);
    REQUIRE(made_by(world, "L3", "brand") == 1);
}

TEST_CASE("dates are amended, cleared, and told before and after") {
    World world;
    world.with_product();
    world.must("brand", {registration(items(0, 3), "L1", 21'000)});
    op::AmendRegistration dates = amendment(items(0, 2), {}, 21'500);
    dates.made_on = 19'990;
    world.must("brand", {dates});
    REQUIRE(world.item_at(item(0)).expiry == 21'500);
    REQUIRE(world.item_at(item(0)).made_on == 19'990);
    REQUIRE(last_event(world, item(0)).detail ==
            "expiry 2027-07-01 -> 2028-11-12; made on none -> 2024-09-24: label of the other line");
    // The lot's expiry was fixed by a wrong registration, and follows.
    REQUIRE(world.get<LotRecord>(lot_key(kGtin, "L1"))->of("brand")->expiry == 21'500);
    world.must("brand", {registration(items(8, 1), "L1", 21'500)});

    op::AmendRegistration none = amendment(items(0, 1), {});
    none.clear_lot = none.clear_expiry = none.clear_made_on = true;
    none.reason.clear();
    world.must("brand", {none});
    REQUIRE(world.item_at(item(0)).lot.empty());
    REQUIRE(world.item_at(item(0)).expiry == 0);
    REQUIRE(world.item_at(item(0)).made_on == 0);
    REQUIRE(last_event(world, item(0)).detail == "lot L1 -> none; expiry 2028-11-12 -> none; made on 2024-09-24 -> none");
    REQUIRE(made_by(world, "L1", "brand") == 3);
}

TEST_CASE("into another lot an item comes with that lot's expiry, as by registering") {
    World world;
    world.with_product();
    world.must("brand", {registration(items(0, 2), "L1", 21'000), registration(items(2, 1), "L9", 22'000)});
    refused(world, "brand", {amendment(items(0, 1), "L9")}, Refusal::kLotMismatch);
    world.must("brand", {amendment(items(0, 1), "L9", 22'000)});
    // Items of two expiries do not make one new lot.
    refused(world, "brand", {amendment({item(0), item(1)}, "L5")}, Refusal::kLotMismatch);
    world.must("brand", {amendment({item(0), item(1)}, "L5", 22'000)});
    REQUIRE(world.get<LotRecord>(lot_key(kGtin, "L5"))->of("brand")->expiry == 22'000);
    REQUIRE(made_by(world, "L1", "brand") == 0);
}

TEST_CASE("a maker's items stay its own in the brand's amendment") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1")});
    world.must("brand", {World::registration(items(2, 1), "L9"), amendment(items(0, 1), "L9")});
    REQUIRE(made_by(world, "L9", "maker") == 1);
    REQUIRE(made_by(world, "L9", "brand") == 1);
    world.must("maker", {amendment(items(1, 1), "L9")});
    REQUIRE(made_by(world, "L9", "maker") == 2);
    REQUIRE(made_by(world, "L1", "maker") == 0);
    REQUIRE(world.item_at(item(0)).maker == "maker");
}

TEST_CASE("nobody amends an item out of another's recall") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1")});
    world.must("brand", {op::Recall{kGtin, "L1", "glass"}});
    refused(world, "maker", {amendment(items(0, 1), "L2")}, Refusal::kRecalled);
    // A date of manufacture too takes it out.
    world.must("customs", {op::Recall{kGtin, {}, "lead", {}, "maker", 19'000, 19'500}});
    op::AmendRegistration later = amendment(items(1, 1), {});
    later.made_on = 19'900;
    refused(world, "maker", {later}, Refusal::kRecalled);
    later.made_on = 19'400;
    world.must("maker", {later});
    // The brand may change what its own recall is about; of the regulator's recall the item stays.
    world.must("brand", {amendment(items(0, 1), "L2")});
    REQUIRE(recalled(world, item(0)));
}

TEST_CASE("what amendments are refused for") {
    World world;
    world.with_product();
    world.must("maker", {registration(items(0, 2), "L1", 21'000)});
    refused(world, "rival", {amendment(items(0, 1), "L2")}, Refusal::kNotMaker);
    refused(world, "maker", {amendment(items(0, 1), "L1", 21'000)}, Refusal::kNothingChanges);
    op::AmendRegistration too_late = amendment(items(0, 1), {});
    too_late.made_on = 21'001;
    refused(world, "maker", {too_late}, Refusal::kBadDate);
    refused(world, "maker", {amendment(items(7, 1), "L2")}, Refusal::kItemUnknown);
    world.must("maker", {op::VoidRegistration{items(1, 1), {}}});
    refused(world, "maker", {amendment(items(1, 1), "L2")}, Refusal::kDecommissioned);

    rejected(world, amendment(items(0, 1), {}), Refusal::kMalformed);
    op::AmendRegistration both = amendment(items(0, 1), "L2");
    both.clear_lot = true;
    rejected(world, both, Refusal::kMalformed);
    op::AmendRegistration order = amendment(items(0, 1), {}, 20'000);
    order.made_on = 20'001;
    rejected(world, order, Refusal::kBadDate);
    Items two = items(0, 1);
    two.add(item(0, kOtherGtin));
    rejected(world, amendment(two, "L2"), Refusal::kBadItemKeys);
    rejected(world, op::VoidRegistration{two, {}}, Refusal::kBadItemKeys);
}

TEST_CASE("a lot has room for so many makers, for amended items too") {
    World world;
    world.with_items(1, "L1");
    LotRecord full;
    full.gtin = kGtin;
    full.lot = "L9";
    for (std::size_t i = 0; i < limits::kMakersPerLotMax; ++i) full.made.push_back({fmt::format("m{:03}", i), 0, 1});
    world.state[lot_key(kGtin, "L9")] = full.encode();
    refused(world, "brand", {amendment(items(0, 1), "L9")}, Refusal::kTooManyMakers);
}

TEST_CASE("a voided registration gives quota and counts back") {
    World world;
    world.with_product(3);
    world.must("maker", {World::registration(items(0, 3), "L1")});
    refused(world, "maker", {World::registration(items(3, 1), "L1")}, Refusal::kQuotaExceeded);
    world.must("maker", {op::VoidRegistration{items(0, 2), "never printed"}});
    const ItemRecord voided = world.item_at(item(0));
    REQUIRE(voided.state == ItemState::kVoided);
    REQUIRE(voided.ended_by == "maker");
    REQUIRE(voided.ended_at == world.time);
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == 1);
    REQUIRE(volume(world, product_volume_key(kGtin)) == 1);
    REQUIRE(volume(world, lot_volume_key(kGtin, "L1")) == 1);
    REQUIRE(made_by(world, "L1", "maker") == 1);
    REQUIRE(last_event(world, item(0)).kind == EventKind::kVoided);
    world.must("maker", {World::registration(items(3, 2), "L1")});
    refused(world, "maker", {World::registration(items(5, 1), "L1")}, Refusal::kQuotaExceeded);
}

TEST_CASE("of a lot that came and went within one block its maker alone is left, with no items") {
    World world;
    world.with_product();
    const auto effects = world.execute_block(
        {world.transaction("brand", {World::registration(items(0, 2), "L1")}),
         world.transaction("brand", {op::VoidRegistration{items(0, 2), {}}}),
         world.transaction("brand", {World::registration(items(2, 1), "L2"), amendment(items(2, 1), "L3")})});
    for (const TransactionOutcome& outcome : effects.outcomes) REQUIRE(outcome.applied());
    for (const char* lot : {"L1", "L2"}) {
        REQUIRE(world.get<LotRecord>(lot_key(kGtin, lot))->made == std::vector<LotRecord::Made>{{"brand", 0, 0}});
        REQUIRE(!world.get<VolumeRecord>(lot_volume_key(kGtin, lot)));
    }
    REQUIRE(made_by(world, "L3", "brand") == 1);
    REQUIRE(volume(world, product_volume_key(kGtin)) == 1);
}

TEST_CASE("a voided serial is registered again, and its history goes on") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 1), "L1")});
    world.must("customs", {op::Flag{items(0, 1), ItemFlag::kSuspect, "seen twice"}});
    world.must("brand", {op::VoidRegistration{items(0, 1), {}}});
    refused(world, "maker", {op::Ship{items(0, 1), "shop", {}}}, Refusal::kDecommissioned);
    refused(world, "rival", {World::registration(items(0, 1), "L2")}, Refusal::kNotLicensed);
    world.must("brand", {World::registration(items(0, 1), "L2")});
    const ItemRecord again = world.item_at(item(0));
    REQUIRE(again.state == ItemState::kActive);
    REQUIRE(again.maker == "brand");
    REQUIRE(again.lot == "L2");
    REQUIRE(again.ended_at.ms == 0);
    REQUIRE(again.ended_by.empty());
    REQUIRE(again.has(ItemFlag::kSuspect, "customs"));
    REQUIRE(kinds_of(world, item(0)) == std::vector{EventKind::kRegistered, EventKind::kFlagged, EventKind::kVoided,
                                                    EventKind::kRegistered});
    require_chain<ItemRecord>(world, item(0));
    REQUIRE(volume(world, product_volume_key(kGtin)) == 1);
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == 0);
}

TEST_CASE("what has moved is not voided") {
    World world;
    world.with_items(6);
    world.must("maker", {World::registration(items(6, 1), "L1")});
    refused(world, "rival", {op::VoidRegistration{items(0, 1), {}}}, Refusal::kNotMaker);
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}});
    refused(world, "brand", {op::VoidRegistration{items(0, 1), {}}}, Refusal::kInTransit);
    world.must("shop", {op::Receive{items(0, 1)}});
    refused(world, "brand", {op::VoidRegistration{items(0, 1), {}}}, Refusal::kMovedAlready);
    world.must("brand", {op::Pack{box(1), items(1, 1), {}}, op::Sell{items(2, 2), "CH"},
                         op::TransferOwnership{items(4, 1), "shop"}});
    refused(world, "brand", {op::VoidRegistration{items(1, 1), {}}}, Refusal::kPacked);
    refused(world, "brand", {op::VoidRegistration{items(2, 1), {}}}, Refusal::kAlreadySold);
    world.must("brand", {op::Return{items(3, 1), {}}});
    refused(world, "brand", {op::VoidRegistration{items(3, 1), {}}}, Refusal::kMovedAlready);
    world.must("shop", {op::AcceptOwnership{items(4, 1)}});
    refused(world, "brand", {op::VoidRegistration{items(4, 1), {}}}, Refusal::kMovedAlready);
    world.must("brand", {op::VoidRegistration{items(5, 2), {}}});
    refused(world, "brand", {op::VoidRegistration{items(5, 1), {}}}, Refusal::kDecommissioned);
}
