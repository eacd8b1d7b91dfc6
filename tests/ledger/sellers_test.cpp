// Shops under pseudonyms: each platform keeps its own entry, and all see all.
#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

World two_platforms() {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("bazaar", {Role::kPlatform}));
    return World(genesis);
}

SellerRecord seller_at(const World& world, const Hash256& pseudonym) {
    const auto found = world.get<SellerRecord>(seller_key(pseudonym));
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("a shop that one platform suspended can be registered by another, which sees it") {
    World world = two_platforms();
    const Hash256 shop = digest(100);
    const WallTime registered_at = world.time;
    world.must("market", {op::RegisterSeller{shop, "FR"}});
    world.time.ms += 1000;
    const WallTime suspended_at = world.time;
    world.must("market", {op::SetSellerStanding{shop, SellerStanding::kSuspended, "sold fakes"}});
    world.time.ms += 1000;
    world.must("bazaar", {op::RegisterSeller{shop, "FR"}});
    SellerRecord seller = seller_at(world, shop);
    REQUIRE(seller.pseudonym == shop);
    REQUIRE(seller.entries ==
            std::vector<SellerEntry>{{"market", "FR", SellerStanding::kSuspended, "sold fakes", suspended_at, registered_at},
                                     {"bazaar", "FR", SellerStanding::kActive, {}, world.time, world.time}});
    world.must("bazaar", {op::SetSellerStanding{shop, SellerStanding::kWarned, "see market"}});
    world.must("market", {op::SetSellerStanding{shop, SellerStanding::kActive, "appeal upheld"}});
    seller = seller_at(world, shop);
    REQUIRE(seller.entries[0].standing == SellerStanding::kActive);
    REQUIRE(seller.entries[1].standing == SellerStanding::kWarned);
    const auto events = world.events(seller_key(shop));
    REQUIRE(events.size() == 5);
    REQUIRE(events[0].kind == EventKind::kSellerRegistered);
    REQUIRE(events[1].kind == EventKind::kSellerStandingSet);
    REQUIRE(events[1].detail == "suspended: sold fakes");
    REQUIRE(events[2].actor == "bazaar");
    require_chain<SellerRecord>(world, seller_key(shop));
}

TEST_CASE("a sale and a report of a platform name the shop") {
    World world = two_platforms();
    world.with_items(2);
    world.must("brand", {op::Ship{items(0, 2), "market", {}}});
    world.must("market", {op::Receive{items(0, 2)}});
    const Hash256 shop = digest(100);
    world.must("market", {op::RegisterSeller{shop, "FR"}});
    world.must("market", {op::Sell{items(0, 1), "FR", shop}});
    REQUIRE(world.events(item(0)).back().other == shop.hex());
    REQUIRE(world.events(item(0)).back().detail == "FR");
    world.must("market", {op::SetSellerStanding{shop, SellerStanding::kWarned, {}}});
    world.must("market", {op::Sell{items(1, 1), {}, shop}});  // a warning does not stop it
    world.must("market", {op::SetSellerStanding{shop, SellerStanding::kClosed, {}}});
    op::Report named = report_on(item(0));
    named.seller = shop;  // complaints about a closed shop still name it
    REQUIRE(world.get<ReportRecord>(report_key(file(world, "market", named)))->seller == shop);
}
