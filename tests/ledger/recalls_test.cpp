// What a recall finds, and that neither its target nor another issuer keeps it from finding it.
#include "ledger/rules/recall_index.h"
#include "tests/ledger/recovery.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

op::Recall recall(std::string lot, std::string maker = {}) {
    op::Recall made{kGtin, std::move(lot), "glass"};
    made.maker = std::move(maker);
    return made;
}

// Of lots that nobody made.
void fill_with_recalls(World& world, const std::string& issuer, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        op::Recall idle = recall(fmt::format("IDLE{}", i));
        idle.unregistered = true;
        world.must(issuer, {idle});
    }
}

op::AmendRegistration without_lot(Items names) {
    op::AmendRegistration made;
    made.items = std::move(names);
    made.clear_lot = true;
    return made;
}

op::AmendRegistration into_lot(Items names, std::string lot) {
    op::AmendRegistration made;
    made.items = std::move(names);
    made.lot = std::move(lot);
    return made;
}

// Licensed as "maker" is.
World with_two_makers() {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("other-maker", {Role::kManufacturer}));
    World world(genesis);
    world.with_product();
    world.must("brand", {op::GrantLicence{kGtin, "other-maker", 100, 0, 0, {}}});
    return world;
}

// The maker has voided the first of two in L1.
World with_voided() {
    World world = with_two_makers();
    world.must("maker", {World::registration(items(0, 2), "L1"), op::VoidRegistration{items(0, 1), {}}});
    return world;
}

}  // namespace

// -- room

TEST_CASE("a brand's recalls, however many, leave room for a regulator's") {
    World world;
    world.with_items(1, "L1");
    fill_with_recalls(world, "brand", limits::kRecallsOfBrandMax);
    const auto outcome = refused(world, "brand", {recall("L1")}, Refusal::kTooManyRecalls);
    REQUIRE(outcome.detail == "64 of yours are in force; lift one first");
    world.must("customs", {recall("L1")});
    REQUIRE(recalled(world, item(0)));
    // One that is there already takes no more room.
    op::Recall wider = recall("IDLE0");
    wider.unregistered = true;
    wider.reason = "glass and lead";
    world.must("brand", {wider});
    world.must("brand", {op::LiftRecall{kGtin, "IDLE0", {}}, recall("L1")});
}

TEST_CASE("a regulator's recalls leave room for the brand's and another regulator's") {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("health", {Role::kRegulator}));
    World world(genesis);
    world.with_items(1, "L1");
    fill_with_recalls(world, "customs", limits::kRecallsOfRegulatorMax);
    const auto outcome = refused(world, "customs", {recall("L1")}, Refusal::kTooManyRecalls);
    REQUIRE(outcome.detail == "16 of yours are in force; lift one first");
    world.must("health", {recall("L1")});
    fill_with_recalls(world, "brand", limits::kRecallsOfBrandMax - 1);
    world.must("brand", {recall("L1")});
}

TEST_CASE("a product's record has room for a regulator of each country, and no more") {
    World world;
    world.with_items(1, "L1");
    ProductRecord product = *world.get<ProductRecord>(product_key(kGtin));
    for (std::size_t i = 0; i < limits::kRecallsOfRegulatorsMax; ++i)
        product.recalls.push_back({fmt::format("r{}", i), false, {"L9", {}, 0, 0}, "lead", world.time});
    world.state[product_key(kGtin)] = product.encode();
    refused(world, "customs", {recall("L1")}, Refusal::kTooManyRecalls);
    fill_with_recalls(world, "brand", limits::kRecallsOfBrandMax - 1);
    world.must("brand", {recall("L1")});
    product = *world.get<ProductRecord>(product_key(kGtin));
    REQUIRE(product.recalls.size() == limits::kRecallsPerProductMax);
    product.recalls.push_back(product.recalls.back());
    REQUIRE(!ProductRecord::decode(product.encode()).ok());
}

// -- items of which no lot is recorded

TEST_CASE("an item without a lot is of every recalled lot") {
    World world;
    world.with_product();
    world.must("brand", {World::registration(items(0, 2)), World::registration(items(2, 1), "L7"),
                         World::registration(items(3, 1), "L1")});
    world.must("customs", {recall("L1")});
    REQUIRE(recalled(world, item(0)));
    refused(world, "brand", {op::Sell{items(0, 1), "CH"}}, Refusal::kRecalled);
    refused(world, "brand", {op::Ship{items(0, 1), "shop", {}}}, Refusal::kRecalled);
    refused(world, "brand", {op::Pack{box(0), items(0, 1), {}}}, Refusal::kRecalled);
    world.must("brand", {op::Sell{items(2, 1), "CH"}, op::Ship{items(0, 1), "customs", {}}});
    // While the recall is in force too.
    world.must("brand", {World::registration(items(4, 1))});
    refused(world, "brand", {op::Sell{items(4, 1), "CH"}}, Refusal::kRecalled);
    world.must("customs", {op::LiftRecall{kGtin, "L1", {}}});
    world.must("brand", {op::Sell{items(4, 1), "CH"}});
}

TEST_CASE("what else a recalled lot is limited to holds for items without a lot too") {
    World world;
    world.with_product();
    op::Register dated = World::registration(items(0, 1));
    dated.made_on = 19'000;
    world.must("brand", {dated, World::registration(items(1, 1), "L1")});
    world.must("maker", {World::registration(items(2, 1), "L1")});
    world.must("customs", {recall("L1", "maker")});
    REQUIRE(!recalled(world, item(0)));
    op::Recall later = recall("L1");
    later.made_from = 19'001;
    world.must("customs", {later});
    REQUIRE(!recalled(world, item(0)));
    REQUIRE(recalled(world, item(1)));  // of which no day is recorded
    later.made_from = 18'999;
    world.must("customs", {later});
    REQUIRE(recalled(world, item(0)));
}

TEST_CASE("a lot that was cleared before its recall does not save the item") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1"), without_lot(items(0, 2))});
    world.must("customs", {recall("L1")});  // no item is of it any more
    REQUIRE(recalled(world, item(0)));
    refused(world, "maker", {into_lot(items(0, 1), "L2")}, Refusal::kRecalled);
    refused(world, "maker", {op::VoidRegistration{items(0, 1), {}}}, Refusal::kRecalled);
    world.must("maker", {into_lot(items(0, 1), "L1")});
    REQUIRE(recalled(world, item(0)));
}

// -- void first, recall next

TEST_CASE("a voided serial does not come back as something that another's recall misses") {
    World world = with_voided();
    world.must("customs", {recall("L1")});
    refused(world, "maker", {World::registration(items(0, 1), "L2")}, Refusal::kRecalled);
    // Among others that can be registered, it alone is refused.
    const auto outcome = world.must("maker", {World::registration(items(0, 3), "L2", RegisterMode::kPartial)});
    REQUIRE(outcome.operations.at(0).refused ==
            std::vector<ItemOutcome>{{0, Refusal::kRecalled}, {1, Refusal::kRegistrationDiffers}});
    world.must("maker", {World::registration(items(0, 1), "L1")});
    REQUIRE(recalled(world, item(0)));
    REQUIRE(kinds_of(world, item(0)) ==
            std::vector{EventKind::kRegistered, EventKind::kVoided, EventKind::kRegistered});
}

TEST_CASE("a voided serial comes back with another day of manufacture, but not past another's recall") {
    World world = with_two_makers();
    op::Register dated = World::registration(items(0, 1), "L1");
    dated.made_on = 19'000;
    world.must("maker", {dated, op::VoidRegistration{items(0, 1), {}}});
    op::Recall of_days = recall({});
    of_days.made_from = 18'000;
    of_days.made_until = 19'500;
    world.must("customs", {of_days});
    dated.made_on = 19'501;
    refused(world, "maker", {dated}, Refusal::kRecalled);
    dated.made_on = 19'500;
    world.must("maker", {dated});
}

TEST_CASE("past its own recall an issuer registers a voided serial again") {
    World world = with_voided();
    world.must("brand", {recall("L1")});
    refused(world, "maker", {World::registration(items(0, 1), "L2")}, Refusal::kRecalled);
    world.must("brand", {World::registration(items(0, 1), "L2")});
    REQUIRE(!recalled(world, item(0)));
}

TEST_CASE("a voided serial is its maker's or the brand's to register again") {
    World world = with_voided();
    world.must("customs", {recall({}, "maker")});
    refused(world, "other-maker", {World::registration(items(0, 1), "L1")}, Refusal::kItemTaken);
    // As its own the recall would miss it.
    refused(world, "brand", {World::registration(items(0, 1), "L1")}, Refusal::kRecalled);
    world.must("maker", {World::registration(items(0, 1), "L1")});
    world.must("customs", {op::LiftRecall{kGtin, {}, {}, "maker"}});
    world.must("maker", {op::VoidRegistration{items(0, 1), {}}});
    refused(world, "other-maker", {World::registration(items(0, 1), "L1")}, Refusal::kItemTaken);
    world.must("brand", {World::registration(items(0, 1), "L1")});
}

TEST_CASE("a lot stays known to recalls when all of it was voided or amended") {
    World world = with_two_makers();
    world.must("maker", {World::registration(items(0, 1), "L1"), op::VoidRegistration{items(0, 1), {}}});
    world.must("maker", {World::registration(items(1, 1), "L2"), into_lot(items(1, 1), "L3")});
    refused(world, "customs", {recall("L1", "other-maker")}, Refusal::kLotUnknown);
    for (const char* lot : {"L1", "L2"}) {
        REQUIRE(world.get<LotRecord>(lot_key(kGtin, lot))->of("maker")->items == 0);
        world.must("customs", {recall(lot), recall(lot, "maker")});
    }
}

TEST_CASE("a lot of which nothing is left takes another expiry") {
    World world;
    world.with_product();
    op::Register wrong = World::registration(items(0, 1), "L1");
    wrong.expiry = 21'000;
    world.must("maker", {wrong, op::VoidRegistration{items(0, 1), {}}});
    wrong.expiry = 22'000;
    world.must("maker", {wrong});
    REQUIRE(world.get<LotRecord>(lot_key(kGtin, "L1"))->of("maker")->expiry == 22'000);
}

// -- many items at once

TEST_CASE("a recall holds, and is over, from the next operation of its own transaction on") {
    World world;
    world.with_items(4, "L1");
    const auto outcome = refused(
        world, "brand", {op::Sell{items(0, 1), "CH"}, recall("L1"), op::Sell{items(1, 1), "CH"}}, Refusal::kRecalled);
    REQUIRE(outcome.operation == 2);
    world.must("brand", {recall("L1")});
    world.must("brand", {op::LiftRecall{kGtin, "L1", {}}, op::Sell{items(0, 1), "CH"}});
}

TEST_CASE("an index of recalls finds what the recalls are about, one by one") {
    Randomness random(0x4eca11);
    const auto one_of = [&](std::vector<std::string> names) { return names[random.below(names.size())]; };
    const auto day = [&] { return static_cast<Day>(random.below(4) == 0 ? 0 : 1 + random.below(12)); };
    std::size_t found = 0, missed = 0;
    for (int round = 0; round < 400; ++round) {
        std::vector<RecallScope> scopes(random.below(6));
        std::vector<const RecallScope*> views;
        for (RecallScope& scope : scopes) {
            scope = {one_of({"", "L1", "L2"}), one_of({"", "brand", "maker"}), day(), day()};
            if (scope.made_until != 0 && scope.made_from > scope.made_until) std::swap(scope.made_from, scope.made_until);
            views.push_back(&scope);
        }
        const RecallIndex index(views);
        for (int i = 0; i < 40; ++i) {
            ItemRecord one;
            one.lot = one_of({"", "L1", "L2", "L3"});
            one.maker = one_of({"brand", "maker", "other"});
            one.made_on = day();
            const bool is_found =
                std::any_of(scopes.begin(), scopes.end(), [&](const RecallScope& scope) { return is_within(scope, one); });
            REQUIRE(index.finds(one) == is_found);
            ++(is_found ? found : missed);
        }
    }
    REQUIRE(std::min(found, missed) > 1000);
}

TEST_CASE("recalls are told apart by product and country, in whatever order an operation asks") {
    ProductRecord lamp, lens;
    lamp.gtin = kGtin;
    lamp.recalls = {{"brand", true, {}, "glass", {}, {"CH", "DE"}}};
    lens.gtin = kOtherGtin;
    ItemRecord one;
    one.maker = "brand";
    RecallsInForce recalls;
    for (int round = 0; round < 2; ++round) {
        REQUIRE(recalls.of(lamp, "CH").finds(one));
        REQUIRE(!recalls.of(lens, "CH").finds(one));
        REQUIRE(!recalls.of(lamp, "FR").finds(one));
        REQUIRE(recalls.of(lamp, {}).finds(one));
    }
}
