// Ownership beside custody, the end of an item, and a sale undone in time.
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

Refusal refusal(World& world, const std::string& actor, const Operation& operation) {
    return world.run(actor, {operation}).refusal;
}

}  // namespace

TEST_CASE("ownership moves when both sides say so, and custody stays where it is") {
    World world;
    world.with_items(3);
    world.must("brand", {op::Ship{items(0, 1), "carrier", {}}});
    world.must("brand", {op::TransferOwnership{items(0, 2), "shop"}});
    REQUIRE(world.item_at(item(0)).owner == "brand");
    REQUIRE(world.item_at(item(0)).offered_to == "shop");
    REQUIRE(refusal(world, "brand", op::TransferOwnership{items(0, 1), "rival"}) == Refusal::kOfferPending);
    REQUIRE(refusal(world, "rival", op::AcceptOwnership{items(0, 1)}) == Refusal::kNotOffered);
    REQUIRE(refusal(world, "shop", op::AcceptOwnership{items(0, 3)}) == Refusal::kNotOffered);
    world.must("carrier", {op::Receive{items(0, 1)}});
    world.must("shop", {op::AcceptOwnership{items(0, 1)}});
    REQUIRE(world.item_at(item(0)).owner == "shop");
    REQUIRE(world.item_at(item(0)).custodian == "carrier");
    REQUIRE(world.item_at(item(0)).offered_to.empty());
    REQUIRE(world.events(item(0)).back().other == "brand");

    world.must("shop", {op::RejectOwnership{items(1, 1), "price"}});
    REQUIRE(world.item_at(item(1)).owner == "brand");
    REQUIRE(refusal(world, "brand", op::CancelOwnershipTransfer{items(1, 1)}) == Refusal::kNotOffered);
    world.must("brand", {op::TransferOwnership{items(1, 1), "shop"}});
    REQUIRE(refusal(world, "shop", op::CancelOwnershipTransfer{items(1, 1)}) == Refusal::kNotOwner);
    world.must("brand", {op::CancelOwnershipTransfer{items(1, 1)}});
    REQUIRE(refusal(world, "shop", op::AcceptOwnership{items(1, 1)}) == Refusal::kNotOffered);
}

TEST_CASE("a carrier holds and never owns; nobody gives away what is another's") {
    World world;
    world.with_items(1);
    REQUIRE(refusal(world, "brand", op::TransferOwnership{items(0, 1), "carrier"}) == Refusal::kCarrierOwns);
    REQUIRE(refusal(world, "brand", op::TransferOwnership{items(0, 1), "brand"}) == Refusal::kUnknownRecipient);
    REQUIRE(refusal(world, "rival", op::TransferOwnership{items(0, 1), "shop"}) == Refusal::kNotOwner);
}

TEST_CASE("what is decommissioned takes nothing more, and keeps its history") {
    World world;
    world.with_items(4);
    world.must("brand", {op::TransferOwnership{items(0, 1), "shop"}});
    world.must("brand", {op::Decommission{items(0, 1), ItemState::kDestroyed, "water damage"}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kDestroyed);
    REQUIRE(world.item_at(item(0)).offered_to.empty());
    REQUIRE(world.events(item(0)).back().detail == "destroyed: water damage");
    REQUIRE(refusal(world, "brand", op::Ship{items(0, 1), "shop", {}}) == Refusal::kDecommissioned);
    world.must("brand", {op::Ship{items(1, 2), "shop", {}}});
    world.must("shop", {op::Receive{items(1, 2)}});
    // Whoever holds it: by its owner's word.
    REQUIRE(refusal(world, "shop", op::Decommission{items(1, 1), ItemState::kSampled, {}}) == Refusal::kNotOwner);
    world.must("brand", {op::Decommission{items(1, 1), ItemState::kExported, {}}});
    REQUIRE(world.events(item(1)).back().detail == "exported");
    world.must("brand", {op::Decommission{items(2, 1), ItemState::kSampled, {}}});
}

TEST_CASE("a sale is cancelled by who recorded it, within the time for that") {
    World world;
    world.with_items(2);
    world.must("brand", {op::Sell{items(0, 2), {}}});
    const WallTime sold = world.time;
    REQUIRE(world.item_at(item(0)).ended_at == sold);
    REQUIRE(refusal(world, "rival", op::CancelSale{items(0, 1), {}}) == Refusal::kNotCustodian);
    world.time.ms = sold.ms + limits::kSaleUndoMs;
    world.must("brand", {op::CancelSale{items(0, 1), "wrong code scanned"}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kActive);
    REQUIRE(world.item_at(item(0)).ended_at.ms == 0);
    world.time.ms += 1;
    REQUIRE(refusal(world, "brand", op::CancelSale{items(1, 1), {}}) == Refusal::kTooLate);
    world.must("brand", {op::Return{items(1, 1), {}}});
    REQUIRE(world.item_at(item(1)).ended_at.ms == 0);
}
