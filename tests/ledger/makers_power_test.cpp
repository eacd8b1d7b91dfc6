// What a maker may still do when its goods are gone, its licence revoked or its role taken, and dates that cannot be.
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

op::AmendRegistration into_lot(Items names, std::string lot) {
    op::AmendRegistration made;
    made.items = std::move(names);
    made.lot = std::move(lot);
    made.reason = "label";
    return made;
}

// As the council would, at once.
void take_role(World& world, const std::string& organisation, Role role) {
    OrganisationRecord record = *world.get<OrganisationRecord>(organisation_key(organisation));
    record.roles = static_cast<std::uint16_t>(record.roles & ~(1u << static_cast<int>(role)));
    REQUIRE(!record.has(role));
    world.state[organisation_key(organisation)] = record.encode();
}

}  // namespace

TEST_CASE("a maker amends what it has in hand, and the brand what has left it") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 3), "L1")});
    world.must("maker", {into_lot(items(0, 1), "L2")});
    world.must("maker", {op::Ship{items(1, 1), "shop", {}}});
    world.must("maker", {into_lot(items(1, 1), "L2")});  // under way, still its own to answer for
    world.must("shop", {op::Receive{items(1, 1)}});
    refused(world, "maker", {into_lot(items(1, 1), "L3")}, Refusal::kMovedAlready);
    world.must("shop", {op::Sell{items(1, 1), "CH", {}}});
    refused(world, "maker", {into_lot(items(1, 1), "L3")}, Refusal::kMovedAlready);
    world.must("brand", {into_lot(items(1, 1), "L3")});
}

TEST_CASE("who lost its licence moves no sold goods into a recalled lot") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 1), "GOOD"), World::registration(items(1, 1), "BAD")});
    world.must("customs", {op::Recall{kGtin, "BAD", "glass"}});
    world.must("brand", {op::RevokeLicence{kGtin, "maker", "fraud"}});
    refused(world, "maker", {into_lot(items(0, 1), "BAD")}, Refusal::kLicenceRevoked);
    // And who issued the recall may set right what it holds for by mistake.
    world.must("brand", {into_lot(items(0, 1), "BAD")});
    refused(world, "brand", {into_lot(items(0, 1), "GOOD")}, Refusal::kRecalled);
    refused(world, "auditor", {into_lot(items(0, 1), "GOOD")}, Refusal::kNotMaker);
    world.must("customs", {into_lot(items(0, 1), "GOOD")});
    REQUIRE(world.item_at(item(0)).lot == "GOOD");
}

TEST_CASE("whose role the council took makes nothing more") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 1), "L1")});
    take_role(world, "maker", Role::kManufacturer);
    refused(world, "maker", {World::registration(items(1, 1), "L1")}, Refusal::kNotAllowed);
    take_role(world, "brand", Role::kBrand);
    refused(world, "brand", {World::registration(items(1, 1), "L1")}, Refusal::kNotAllowed);
}

TEST_CASE("nothing is made in days to come, or after it expired") {
    World world;
    world.with_product();
    op::Register made = World::registration(items(0, 1), "L1");
    made.made_on = kToday + 2;
    refused(world, "brand", {made}, Refusal::kBadDate);
    made.made_on = kToday + 1;
    made.expiry = kToday + 100;
    world.must("brand", {made});
    // The lot's date is that of whoever leaves it out.
    world.time.ms += 200 * kDayMs;
    op::Register late = World::registration(items(1, 1), "L1");
    late.made_on = kToday + 101;
    refused(world, "brand", {late}, Refusal::kBadDate);
    op::AmendRegistration amend;
    amend.items = items(0, 1);
    amend.made_on = kToday + 202;
    amend.clear_expiry = true;
    amend.clear_lot = true;
    refused(world, "brand", {amend}, Refusal::kBadDate);
}

TEST_CASE("a sale that is cancelled is counted, and told from one that came back") {
    World world;
    world.with_items(1);
    for (int i = 0; i < 2; ++i) {
        world.must("brand", {op::Sell{items(0, 1), "CH", {}}});
        world.must("brand", {op::CancelSale{items(0, 1), "till"}});
    }
    REQUIRE(world.item_at(item(0)).cancelled_sales == 2);
    REQUIRE(world.item_at(item(0)).returns == 0);
}
