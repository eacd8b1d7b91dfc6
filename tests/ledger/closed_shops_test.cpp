// A shop that a platform closed comes back when it is attested, and a sale on a platform names its shop.
#include "ledger/records/shop_standing.h"
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

const Hash256 kShop = digest(100);
const op::RegisterSeller kRegister{kShop, "FR"};
const op::AttestSeller kAttest{kShop, "new owner"};
const op::SetSellerStanding kClose{kShop, SellerStanding::kClosed, "sold fakes"};
const op::SetSellerStanding kOpen{kShop, SellerStanding::kActive, "appeal upheld"};

struct Platforms : World {
    Platforms() : World(founding()) {
        must("market", {kRegister});
        time.ms += limits::kShopHadMs;
        must("market", {kClose});
    }
    static Genesis founding() {
        Genesis genesis = small_genesis();
        for (const char* id : {"bazaar", "agora", "souk"})
            genesis.organisations.push_back(organisation(id, {Role::kPlatform}));
        genesis.organisations.push_back(organisation("chain", {Role::kPlatform, Role::kRetailer}));
        return genesis;
    }
    SellerRecord shop() const { return *get<SellerRecord>(seller_key(kShop)); }
};

}  // namespace

TEST_CASE("a closed shop is registered nowhere before a regulator attests it") {
    Platforms world;
    for (const char* platform : {"bazaar", "market"}) refused(world, platform, {kRegister}, Refusal::kSellerClosed);
    world.time.ms += 1000;
    world.must("customs", {kAttest});
    REQUIRE(world.shop().attestations == std::vector<SellerAttestation>{{"customs", true, "new owner", world.time}});
    REQUIRE(world.events(seller_key(kShop)).back().kind == EventKind::kSellerAttested);
    REQUIRE(world.events(seller_key(kShop)).back().detail == "new owner");
    world.must("bazaar", {kRegister});
    require_chain<SellerRecord>(world, seller_key(kShop));
    REQUIRE(*SellerRecord::decode(world.shop().encode()) == world.shop());
}

TEST_CASE("two platforms beside the one that registers it attest a shop") {
    Platforms world;
    world.must("bazaar", {kAttest});
    world.must("agora", {kAttest});
    // Its own word does not count for the one that registers.
    refused(world, "bazaar", {kRegister}, Refusal::kSellerClosed);
    refused(world, "agora", {kAttest}, Refusal::kAttestedAlready);
    world.must("souk", {kRegister});
    // The one that closed it does not speak for others; nor does one that lets it sell by now.
    for (const char* with_part : {"market", "souk"}) {
        world.must(with_part, {kAttest});
        refused(world, "bazaar", {kRegister}, Refusal::kSellerClosed);
    }
    world.must("chain", {kAttest});
    world.must("bazaar", {kRegister});
}

TEST_CASE("who attests: a platform or a regulator, of a shop that is closed") {
    Platforms world;
    refused(world, "brand", {kAttest}, Refusal::kNotAllowed);
    refused(world, "customs", {op::AttestSeller{digest(101), {}}}, Refusal::kSellerUnknown);
    world.must("market", {kOpen});
    refused(world, "customs", {kAttest}, Refusal::kSellerNotClosed);
    world.must("bazaar", {kRegister});
}

TEST_CASE("a new closing makes attestations void, and what others closed stays closed") {
    Platforms world;
    world.must("customs", {kAttest});
    world.must("bazaar", {kRegister});
    world.time.ms += limits::kShopHadMs;
    world.must("bazaar", {op::SetSellerStanding{kShop, SellerStanding::kClosed, "again"}});
    REQUIRE(world.shop().attestations.empty());
    refused(world, "agora", {kRegister}, Refusal::kSellerClosed);
    refused(world, "market", {op::SetSellerStanding{kShop, SellerStanding::kActive, {}}}, Refusal::kSellerClosed);
    world.must("customs", {kAttest});
    world.must("market", {op::SetSellerStanding{kShop, SellerStanding::kActive, {}}});
    // What was signed stays when the member is suspended later.
    OrganisationRecord customs = *world.get<OrganisationRecord>(organisation_key("customs"));
    customs.suspended = true;
    world.state[organisation_key("customs")] = customs.encode();
    world.must("agora", {kRegister});
}

TEST_CASE("who lets a closed shop sell does not bring it back: a regulator does, or two platforms without part in it") {
    Platforms world;
    world.must("customs", {kAttest});
    world.must("bazaar", {kRegister});
    world.must("market", {kOpen});
    world.time.ms += limits::kShopHadMs;
    world.must("market", {kClose});  // bazaar has had it all along
    const auto standing = [&] { return standing_of(world.shop()); };
    REQUIRE(standing() == ShopStanding{.closed = true});
    world.must("bazaar", {kAttest});
    REQUIRE(standing() == ShopStanding{.closed = true});
    refused(world, "souk", {kRegister}, Refusal::kSellerClosed);
    world.must("market", {kAttest});
    world.must("agora", {kAttest});
    REQUIRE(standing() == ShopStanding{.closed = true});
    refused(world, "souk", {kRegister}, Refusal::kSellerClosed);
    SECTION("a second platform") { world.must("souk", {kAttest}); }
    SECTION("a regulator") { world.must("customs", {kAttest}); }
    REQUIRE(standing() == ShopStanding{.reopened = true});
    world.must("chain", {kRegister});
}

TEST_CASE("a platform that closes a shop which it never had keeps it out nowhere") {
    Platforms world;
    const Hash256 other = digest(102);
    const op::SetSellerStanding close{other, SellerStanding::kClosed, "squatted"};
    world.must("souk", {op::RegisterSeller{other, "DE"}, close});
    const auto shop = [&] { return *world.get<SellerRecord>(seller_key(other)); };
    REQUIRE(standing_of(shop()) == ShopStanding{.closed = true});  // no other platform has it
    world.must("bazaar", {op::RegisterSeller{other, "FR"}});       // in the country that it knows
    REQUIRE(shop().entry_of("souk")->country == "DE");
    REQUIRE(shop().entry_of("bazaar")->country == "FR");
    REQUIRE(standing_of(shop()) == ShopStanding{});
    for (const SellerStanding standing : {SellerStanding::kWarned, SellerStanding::kSuspended}) {
        world.must("souk", {op::SetSellerStanding{other, standing, {}}});
        REQUIRE(standing_of(shop()) == ShopStanding{});
    }
    // Bazaar's own word of the first day is told as long as nobody else lets the shop sell.
    world.must("bazaar", {op::SetSellerStanding{other, SellerStanding::kWarned, "late parcels"}});
    REQUIRE(standing_of(shop()) == ShopStanding{.suspended = false, .warned = true});
    world.must("agora", {op::RegisterSeller{other, "FR"}});
    REQUIRE(standing_of(shop()) == ShopStanding{});
    world.time.ms += limits::kShopHadMs - 1;
    world.must("bazaar", {op::SetSellerStanding{other, SellerStanding::kSuspended, {}}});
    REQUIRE(standing_of(shop()) == ShopStanding{});
    // Nor does it gain weight while the shop cannot sell there.
    world.time.ms += 2 * limits::kShopHadMs;
    world.must("bazaar", {op::SetSellerStanding{other, SellerStanding::kWarned, {}}});
    REQUIRE(standing_of(shop()) == ShopStanding{});
    ++world.time.ms;
    world.must("bazaar", {op::SetSellerStanding{other, SellerStanding::kClosed, {}}});
    REQUIRE(standing_of(shop()) == ShopStanding{.closed = true});
}

TEST_CASE("a regulator's word against a wrong closing is not taken away by closing again the same day") {
    Platforms world;
    world.must("customs", {kAttest});
    world.must("market", {kOpen, kClose});
    REQUIRE(world.shop().attestations.size() == 1);
    world.must("bazaar", {kRegister});
    REQUIRE(standing_of(world.shop()) == ShopStanding{});  // nor does it bind anybody, now that it is a new one
    world.must("market", {op::SetSellerStanding{kShop, SellerStanding::kWarned, "to be looked at"}});
    world.time.ms += limits::kShopHadMs;
    world.must("market", {kClose});
    REQUIRE(world.shop().attestations.empty());
    refused(world, "agora", {kRegister}, Refusal::kSellerClosed);
}

TEST_CASE("a sale on a platform names its shop; a platform with goods of its own need not") {
    Platforms world;
    world.with_items(3);
    world.must("brand", {op::Ship{items(0, 1), "market", {}}, op::Ship{items(1, 1), "chain", {}}});
    world.must("market", {op::Receive{items(0, 1)}});
    world.must("chain", {op::Receive{items(1, 1)}});
    refused(world, "market", {op::Sell{items(0, 1), "FR"}}, Refusal::kSellerMissing);
    refused(world, "market", {op::Sell{items(0, 1), "FR", kShop}}, Refusal::kSellerSuspended);
    world.must("market", {op::SetSellerStanding{kShop, SellerStanding::kWarned, {}}});
    world.must("market", {op::Sell{items(0, 1), "FR", kShop}});
    REQUIRE(world.item_at(item(0)).shop == kShop);
    refused(world, "chain", {op::Sell{items(1, 1), "FR", kShop}}, Refusal::kSellerNotYours);
    world.must("chain", {op::Sell{items(1, 1), "FR"}});
    refused(world, "brand", {op::Sell{items(2, 1), "FR", kShop}}, Refusal::kNotAllowed);
    world.must("brand", {op::Sell{items(2, 1), "FR"}});
}

void touchstone::ledger::test::closed_shop_refusals() {
    Platforms world;
    world.with_items(1);
    world.must("brand", {op::Ship{items(0, 1), "market", {}}});
    world.must("market", {op::Receive{items(0, 1)}});
    refused(world, "market", {op::Sell{items(0, 1), "FR"}}, Refusal::kSellerMissing);
    world.must("bazaar", {kAttest});
    refused(world, "bazaar", {kAttest}, Refusal::kAttestedAlready);
    world.must("market", {op::SetSellerStanding{kShop, SellerStanding::kActive, {}}});
    refused(world, "customs", {kAttest}, Refusal::kSellerNotClosed);
}
