// A shop that a platform closed comes back when it is attested, and a sale on a platform names its shop.
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

const Hash256 kShop = digest(100);

struct Platforms : World {
    Platforms() : World(founding()) {
        must("market", {op::RegisterSeller{kShop, "FR"}});
        must("market", {op::SetSellerStanding{kShop, SellerStanding::kClosed, "sold fakes"}});
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

const op::RegisterSeller kRegister{kShop, "FR"};
const op::AttestSeller kAttest{kShop, "new owner"};

}  // namespace

TEST_CASE("a closed shop is registered nowhere before a regulator attests it") {
    Platforms world;
    for (const char* platform : {"bazaar", "market"}) refused(world, platform, {kRegister}, Refusal::kSellerClosed);
    world.time.ms += 1000;
    world.must("customs", {kAttest});
    REQUIRE(world.shop().attestations == std::vector<SellerAttestation>{{"customs", "new owner", world.time}});
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
    world.must("market", {kAttest});  // who closed it may forgive
    world.must("bazaar", {kRegister});
}

TEST_CASE("who attests: a platform or a regulator, of a shop that is closed") {
    Platforms world;
    refused(world, "brand", {kAttest}, Refusal::kNotAllowed);
    refused(world, "customs", {op::AttestSeller{digest(101), {}}}, Refusal::kSellerUnknown);
    world.must("market", {op::SetSellerStanding{kShop, SellerStanding::kActive, "appeal upheld"}});
    refused(world, "customs", {kAttest}, Refusal::kSellerNotClosed);
    world.must("bazaar", {kRegister});
}

TEST_CASE("a new closing makes attestations void, and what others closed stays closed") {
    Platforms world;
    world.must("customs", {kAttest});
    world.must("bazaar", {kRegister});
    world.must("bazaar", {op::SetSellerStanding{kShop, SellerStanding::kClosed, "again"}});
    REQUIRE(world.shop().attestations.empty());
    refused(world, "agora", {kRegister}, Refusal::kSellerClosed);
    refused(world, "market", {op::SetSellerStanding{kShop, SellerStanding::kActive, {}}}, Refusal::kSellerClosed);
    world.must("customs", {kAttest});
    world.must("market", {op::SetSellerStanding{kShop, SellerStanding::kActive, {}}});
    // The word of a member that is suspended by then does not count.
    OrganisationRecord customs = *world.get<OrganisationRecord>(organisation_key("customs"));
    customs.suspended = true;
    world.state[organisation_key("customs")] = customs.encode();
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
