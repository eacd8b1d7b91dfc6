// Whose marks stand, and who takes them away: a regulator's reach, a brand and its successor, and room for all of them.
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

Genesis with(std::initializer_list<OrganisationRecord> more) {
    Genesis genesis = small_genesis();
    genesis.organisations.insert(genesis.organisations.end(), more);
    return genesis;
}

// A regulator in another country than all the rest.
OrganisationRecord douane() {
    OrganisationRecord made = organisation("douane", {Role::kRegulator});
    made.country = "FR";
    return made;
}

void hand_over_product(World& world, const std::string& from, const std::string& to) {
    world.must(from, {op::OfferProduct{kGtin, to}});
    world.must(to, {op::AcceptProduct{kGtin}});
}

op::ClearFlag clearing(std::uint64_t number, ItemFlag flag) { return {items(number, 1), flag, {}}; }
op::Flag setting(std::uint64_t number, ItemFlag flag) { return {items(number, 1), flag, {}}; }

}  // namespace

TEST_CASE("a regulator sets flags, and clears those of others, within its country only") {
    World world(with({douane()}));
    world.with_items(4);
    for (const ItemFlag flag : {ItemFlag::kStolen, ItemFlag::kSuspect, ItemFlag::kQuarantined, ItemFlag::kRecalled}) {
        world.must("brand", {setting(0, flag)});
        refused(world, "douane", {clearing(0, flag)}, Refusal::kOutOfReach);
        refused(world, "douane", {setting(1, flag)}, Refusal::kOutOfReach);
        world.must("customs", {setting(1, flag), clearing(0, flag), clearing(1, flag)});
    }
    world.must("auditor", {op::Inspect{items(0, 1), Finding::kCounterfeitSuspected}});
    refused(world, "douane", {clearing(0, ItemFlag::kCounterfeit)}, Refusal::kOutOfReach);
    world.must("customs", {clearing(0, ItemFlag::kCounterfeit)});
    // Of a shipment both ends are within reach; of what is packed, what its outermost container says.
    move_to_country(world, "shop", "FR");
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}, op::Pack{box(1), items(2, 1), {}},
                         op::Ship{{}, "shop", {}, {box(1)}}});
    world.must("douane", {setting(0, ItemFlag::kStolen), setting(2, ItemFlag::kStolen)});
    world.must("shop", {op::Receive{items(0, 1), {box(1)}}});
    refused(world, "customs", {clearing(2, ItemFlag::kStolen)}, Refusal::kOutOfReach);
    refused(world, "customs", {setting(2, ItemFlag::kStolen)}, Refusal::kOutOfReach);
}

TEST_CASE("a regulator clears its own mark wherever the goods are, and there none of another") {
    World world(with({douane()}));
    world.with_items(1);
    world.must("brand", {setting(0, ItemFlag::kStolen)});
    world.must("customs", {setting(0, ItemFlag::kStolen), setting(0, ItemFlag::kRecalled),
                           op::Inspect{items(0, 1), Finding::kCounterfeitSuspected}});
    move_to_country(world, "brand", "FR");
    world.must("customs", {clearing(0, ItemFlag::kStolen), clearing(0, ItemFlag::kRecalled),
                           clearing(0, ItemFlag::kCounterfeit)});
    REQUIRE(world.item_at(item(0)).flags == std::vector<FlagMark>{{ItemFlag::kStolen, "brand"}});
    refused(world, "customs", {clearing(0, ItemFlag::kStolen)}, Refusal::kOutOfReach);
    world.must("douane", {clearing(0, ItemFlag::kStolen)});
    // As an owner or a holder it says what they may say, and a recall is none of it.
    world.must("brand", {op::TransferOwnership{items(0, 1), "customs"}});
    world.must("customs", {op::AcceptOwnership{items(0, 1)}, setting(0, ItemFlag::kQuarantined)});
    refused(world, "customs", {setting(0, ItemFlag::kRecalled)}, Refusal::kOutOfReach);
}

TEST_CASE("what a brand recalled one by one is its successor's to clear, and no more its own") {
    World world(with({organisation("ministry", {Role::kRegulator, Role::kBrand})}));
    world.with_items(2);
    world.must("brand", {setting(0, ItemFlag::kRecalled), setting(0, ItemFlag::kSuspect)});
    world.must("customs", {setting(1, ItemFlag::kRecalled)});
    world.must("ministry", {setting(1, ItemFlag::kRecalled)});
    hand_over_product(world, "brand", "rival");
    refused(world, "brand", {clearing(0, ItemFlag::kRecalled)}, Refusal::kFlagNotYours);
    refused(world, "brand", {setting(1, ItemFlag::kRecalled)}, Refusal::kNotAllowed);
    world.must("rival", {clearing(0, ItemFlag::kRecalled)});
    // Nothing else of it, and nothing of a regulator's, though that one be a brand too.
    refused(world, "rival", {clearing(0, ItemFlag::kSuspect)}, Refusal::kFlagNotYours);
    refused(world, "rival", {clearing(1, ItemFlag::kRecalled)}, Refusal::kFlagNotYours);
    world.must("brand", {clearing(0, ItemFlag::kSuspect)});
    world.must("rival", {setting(1, ItemFlag::kRecalled), clearing(1, ItemFlag::kRecalled)});
    REQUIRE(world.item_at(item(1)).has(ItemFlag::kRecalled, "customs"));
    REQUIRE(world.item_at(item(1)).has(ItemFlag::kRecalled, "ministry"));
    REQUIRE(world.item_at(item(1)).flags.size() == 2);
}

TEST_CASE("marks of many keep out neither brand, owner and regulators nor a mark of another kind") {
    Genesis genesis = small_genesis();
    const auto name = [](std::size_t i) { return "watch-" + std::to_string(i); };
    for (std::size_t i = 0; i < limits::kMarksPerFlagMax; ++i)
        genesis.organisations.push_back(organisation(name(i), {Role::kAuditor}));
    World world(genesis);
    world.with_items(1);
    world.must("brand", {op::TransferOwnership{items(0, 1), "shop"}, op::Ship{items(0, 1), "carrier", {}}});
    world.must("shop", {op::AcceptOwnership{items(0, 1)}});
    world.must("carrier", {op::Receive{items(0, 1)}});
    for (std::size_t i = 0; i < limits::kMarksPerFlagMax; ++i) world.must(name(i), {setting(0, ItemFlag::kSuspect)});
    refused(world, "carrier", {setting(0, ItemFlag::kSuspect)}, Refusal::kTooManyFlags);
    world.must("carrier", {setting(0, ItemFlag::kStolen)});
    for (const char* who : {"brand", "shop", "customs"}) world.must(who, {setting(0, ItemFlag::kSuspect)});
    for (const char* who : {"brand", "customs"}) world.must(who, {setting(0, ItemFlag::kRecalled)});
}
