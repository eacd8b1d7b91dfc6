// Refusals of what puts things right, once each; the tests of each topic reach them in their settings. Run by
// refusals_test.cpp, whose set must be complete.
#include "tests/ledger/recovery.h"

namespace touchstone::ledger::test {

void recovery_refusals() {
    World world = stocked(3);
    world.must("maker", {World::registration(items(9, 1))});
    refused(world, "brand", {op::GrantLicence{kGtin, "maker", 0, 0, 0, {}}}, Refusal::kQuotaBelowUsed);
    refused(world, "rival", {op::VoidRegistration{items(9, 1), {}}}, Refusal::kNotMaker);
    refused(world, "brand", {op::VoidRegistration{items(0, 1), {}}}, Refusal::kMovedAlready);
    refused(world, "brand", {op::UndoEnd{items(0, 1), {}}}, Refusal::kNotEnded);
    refused(world, "brand", {op::Reclaim{items(0, 1), "shop", {}}}, Refusal::kHeldAlready);
    refused(world, "customs", {op::Reassign{items(0, 1), {}}}, Refusal::kNotReclaimed);
    world.must("brand", {op::Decommission{items(0, 1), ItemState::kSampled, {}}});
    refused(world, "shop", {op::UndoEnd{items(0, 1), {}}}, Refusal::kEndedByOther);
    world.must("shop", {op::Sell{items(1, 1), {}}});
    refused(world, "market", {op::Return{items(1, 1), {}}}, Refusal::kNotReturnPoint);
    move_to_country(world, "shop", "FR");
    refused(world, "customs", {op::Seize{items(2, 1), {}}}, Refusal::kOutOfReach);
}

}  // namespace touchstone::ledger::test
