// Refusals about who may name what: prefixes, lots, registrations, marks, recalls, containers; run by
// refusals_test.cpp, whose set must be complete.
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/world.h"

namespace touchstone::ledger::test {
namespace {

// A lot number that as many makers use as may.
void lot_of_many_makers() {
    Genesis genesis = small_genesis();
    for (std::size_t i = 0; i <= limits::kMakersPerLotMax; ++i)
        genesis.organisations.push_back(organisation("maker-" + std::to_string(i), {Role::kManufacturer}));
    World world(genesis);
    world.must("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
    for (std::size_t i = 0; i <= limits::kMakersPerLotMax; ++i) {
        const std::string maker = "maker-" + std::to_string(i);
        world.must("brand", {op::GrantLicence{kGtin, maker, 9, 0, 0, {}}});
        if (i < limits::kMakersPerLotMax)
            world.must(maker, {World::registration(items(i, 1), "L1")});
        else
            refused(world, maker, {World::registration(items(i, 1), "L1")}, Refusal::kTooManyMakers);
    }
}

void marks() {
    World world;
    world.with_items(1);
    refused(world, "maker", {op::Flag{items(0, 1), ItemFlag::kRecalled, {}}}, Refusal::kNotAllowed);
    refused(world, "brand", {op::Flag{items(0, 1), ItemFlag::kCounterfeit, {}}}, Refusal::kNotAllowed);
    world.must("customs", {op::Flag{items(0, 1), ItemFlag::kSuspect, "x-ray"}});
    refused(world, "brand", {op::ClearFlag{items(0, 1), ItemFlag::kSuspect, {}}}, Refusal::kFlagNotYours);
    Genesis genesis = small_genesis();
    for (std::size_t i = 0; i <= limits::kMarksPerFlagMax; ++i)
        genesis.organisations.push_back(organisation("watch-" + std::to_string(i), {Role::kAuditor}));
    World crowded(genesis);
    crowded.with_items(1);
    for (std::size_t i = 0; i < limits::kMarksPerFlagMax; ++i)
        crowded.must("watch-" + std::to_string(i), {op::Flag{items(0, 1), ItemFlag::kSuspect, {}}});
    refused(crowded, "watch-" + std::to_string(limits::kMarksPerFlagMax),
            {op::Flag{items(0, 1), ItemFlag::kSuspect, {}}}, Refusal::kTooManyFlags);
}

void recalls() {
    World world;
    world.with_items(1);
    refused(world, "brand", {op::Recall{kGtin, "l1", "glass"}}, Refusal::kLotUnknown);
    for (std::size_t i = 0; i < limits::kRecallsOfRegulatorMax; ++i) {
        op::Recall dated{kGtin, {}, "glass"};
        dated.made_from = static_cast<Day>(i + 1);
        world.must("customs", {dated});
    }
    refused(world, "customs", {op::Recall{kGtin, "L1", "poison"}}, Refusal::kTooManyRecalls);
    op::Recall backwards{kGtin, {}, "glass"};
    backwards.made_from = 9;
    backwards.made_until = 8;
    rejected(world, backwards, Refusal::kBadDate);
}

}  // namespace

void binding_refusals() {
    World world;
    world.with_items(1);
    refused(world, "rival", {op::DeclareProduct{kGtin, "Lamp", {}, {}}}, Refusal::kPrefixMissing);
    refused(world, "brand", {World::registration(items(0, 1), "L2")}, Refusal::kRegistrationDiffers);
    refused(world, "maker", {op::Pack{box(1), items(0, 1), {}}}, Refusal::kContainerNotYours);
    op::Register mixed;
    mixed.items = {item(1), item(2, kOtherGtin)};
    rejected(world, mixed, Refusal::kBadItemKeys);
    lot_of_many_makers();
    marks();
    recalls();
}

}  // namespace touchstone::ledger::test
