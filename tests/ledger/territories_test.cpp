// Where a product may be sold, and where a recall applies.
#include "ledger/identifiers/countries.h"
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

TEST_CASE("a product is sold within its territories, which the brand may change") {
    World world;
    world.with_items(4);
    world.must("brand", {op::Sell{items(0, 1), "FR"}});  // everywhere
    world.must("brand", {op::SetTerritories{kGtin, {"CH", "DE"}}});
    const auto product = world.get<ProductRecord>(product_key(kGtin));
    REQUIRE(product->territories == std::vector<std::string>{"CH", "DE"});
    REQUIRE(world.events(product_key(kGtin)).back().kind == EventKind::kTerritoriesSet);
    REQUIRE(world.events(product_key(kGtin)).back().detail == "CH DE");
    REQUIRE(world.run("brand", {op::Sell{items(1, 1), "FR"}}).refusal == Refusal::kOutsideTerritory);
    world.must("brand", {op::Sell{items(1, 1), "DE"}});
    world.must("brand", {op::Sell{items(2, 1), {}}});  // no country is named
    world.must("brand", {op::SetTerritories{kGtin, {}}});
    REQUIRE(world.events(product_key(kGtin)).back().detail == "everywhere");
    world.must("brand", {op::Sell{items(3, 1), "FR"}});
    require_chain<ProductRecord>(world, product_key(kGtin));
}

TEST_CASE("the same territories again are refused, and keep the date under which goods were sold") {
    World world;
    world.with_items(1);
    refused(world, "brand", {op::SetTerritories{kGtin, {}}}, Refusal::kNothingChanges);
    world.must("brand", {op::SetTerritories{kGtin, {"CH", "DE"}}});
    const WallTime since = world.time;
    world.time.ms += 5000;
    refused(world, "brand", {op::SetTerritories{kGtin, {"CH", "DE"}}}, Refusal::kNothingChanges);
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->territories_since == since);
    world.must("brand", {op::SetTerritories{kGtin, {"CH"}}});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->territories_since == world.time);
}

TEST_CASE("a recall that is limited to countries stops trade there, and where no country is known") {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("paris", {Role::kRetailer}));
    genesis.organisations.back().country = "FR";
    genesis.organisations.push_back(organisation("nowhere", {Role::kRetailer}));
    genesis.organisations.back().country.clear();
    World world(genesis);
    world.with_items(4);
    world.must("brand", {op::Recall{kGtin, "L1", "wrong label", {"BE", "FR"}}});
    const auto product = world.get<ProductRecord>(product_key(kGtin));
    REQUIRE(product->recalls.at(0).countries == std::vector<std::string>{"BE", "FR"});
    REQUIRE(world.events(product_key(kGtin)).back().detail == "lot L1 in BE FR: wrong label");
    for (const char* to : {"paris", "nowhere"})
        REQUIRE(world.run("brand", {op::Ship{items(0, 1), to, {}}}).refusal == Refusal::kRecalled);
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}});  // in CH
    REQUIRE(world.run("brand", {op::Sell{items(1, 1), "FR"}}).refusal == Refusal::kRecalled);
    world.must("brand", {op::Sell{items(2, 1), {}}});  // its own country
    world.must("brand", {op::Sell{items(1, 1), "DE"}});
    world.must("brand", {op::LiftRecall{kGtin, "L1", {}}});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->recalls.empty());
}

TEST_CASE("lists of countries") {
    REQUIRE(covers({}, "FR"));
    REQUIRE(covers({"FR"}, {}));
    REQUIRE(covers({"DE", "FR"}, "FR"));
    REQUIRE(!covers({"DE", "FR"}, "CH"));
    REQUIRE(is_country_list({}));
    REQUIRE(is_country_list({"CH", "FR"}));
    REQUIRE(!is_country_list({"FR", "CH"}));
    REQUIRE(!is_country_list({"CH", "CH"}));
    REQUIRE(!is_country_list({"A"}));
}
