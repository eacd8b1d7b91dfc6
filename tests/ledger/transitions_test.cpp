// The table against its twin below, and every cell against the real executor.
#include "ledger/rules/transitions.h"

#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

// Next state, or the code of the refusal; one row for each operation, one column for each state.
using Row = std::array<std::string, kLifecycles.size()>;

Row same_in_all(const std::string& absent) {
    return {absent, "active", "in_transit", "sold", "packed", "exported", "sampled", "destroyed", "lost", "voided"};
}
// From `active` to `next`; refused in each other state.
Row from_active(const std::string& next) {
    return {"item_unknown",   next,             "in_transit!",    "already_sold",   "packed!",
            "decommissioned", "decommissioned", "decommissioned", "decommissioned", "decommissioned"};
}
Row from_transit() {
    return {"item_unknown", "not_in_transit", "active",         "not_in_transit",
            "packed!",      "not_in_transit", "not_in_transit", "not_in_transit",
            "not_in_transit", "not_in_transit"};
}
Row from_packed() {
    return {"item_unknown", "not_packed", "not_packed", "not_packed",
            "active",       "not_packed", "not_packed", "not_packed", "not_packed", "not_packed"};
}
Row from_sold() {
    return {"item_unknown", "not_sold", "not_sold", "active",   "not_sold",
            "not_sold",     "not_sold", "not_sold", "not_sold", "not_sold"};
}
Row ownership() {
    return {"item_unknown", "active",         "in_transit",     "already_sold",
            "packed",       "decommissioned", "decommissioned", "decommissioned", "decommissioned", "decommissioned"};
}

const std::map<std::string, Row> kExpected{
    {"register",
     {"active", "item_exists", "item_exists", "item_exists", "item_exists", "item_exists", "item_exists",
      "item_exists", "item_exists", "active"}},
    {"ship", from_active("in_transit")},
    {"cancel_shipment", from_transit()},
    {"receive", from_transit()},
    {"reject_shipment", from_transit()},
    {"sell", from_active("sold")},
    {"return", from_sold()},
    {"flag", same_in_all("item_unknown")},
    {"clear_flag", same_in_all("item_unknown")},
    {"pack", from_active("packed")},
    {"unpack", from_packed()},
    {"decommission: exported", from_active("exported")},
    {"decommission: sampled", from_active("sampled")},
    {"decommission: destroyed", from_active("destroyed")},
    {"cancel_sale", from_sold()},
    {"transfer_ownership", ownership()},
    {"accept, reject or cancel ownership", ownership()},
    {"receive: missing", from_packed()},
    {"inspect", same_in_all("item_unknown")},
    {"amend_registration",
     {"item_unknown", "active", "in_transit", "sold", "packed", "exported", "sampled", "destroyed", "lost",
      "decommissioned"}},
    {"void_registration", from_active("voided")},
    {"lose",
     {"item_unknown", "lost", "lost", "already_sold", "packed!", "decommissioned", "decommissioned", "decommissioned",
      "decommissioned", "decommissioned"}},
    {"undo_end",
     {"item_unknown", "not_ended", "not_ended", "not_ended", "active", "active", "active", "active", "active",
      "not_ended"}},
    {"reclaim",
     {"item_unknown", "active", "in_transit", "already_sold", "packed", "decommissioned", "decommissioned",
      "decommissioned", "lost", "decommissioned"}},
    {"reassign",
     {"item_unknown", "active", "active", "already_sold", "active", "decommissioned", "decommissioned",
      "decommissioned", "active", "decommissioned"}},
    {"seize",
     {"item_unknown", "active", "active", "active", "active", "decommissioned", "decommissioned", "decommissioned",
      "active", "decommissioned"}},
};

// "in_transit" and "packed" are states and refusals: refusals of these names are marked.
std::string text_of(Refusal refusal, std::string_view next) {
    if (refusal == Refusal::kNone) return std::string(next);
    return std::string(info(refusal).code) + (refusal == Refusal::kInTransit || refusal == Refusal::kPacked ? "!" : "");
}

const ContainerName kCase{"shop", sscc_commitment("106141412345678908")};

// Written by hand, where ordinary operations would not leave it to these actors: what was voided never left its brand,
// and a claim that waits is its owner's.
void write(World& world, void (*change)(ItemRecord&)) {
    ItemRecord record = world.item_at(item(0));
    change(record);
    world.state[item(0).key()] = record.encode();
}

// An item of the shop in that state (item 0).
World world_in(Lifecycle state, ItemOperation operation) {
    World world;
    world.with_product();
    if (state == Lifecycle::kAbsent) {
        world.must("brand", {World::registration(items(9, 1)), op::Ship{items(9, 1), "shop", {}}});
        world.must("shop", {op::Receive{items(9, 1)}, op::Pack{kCase, items(9, 1), {}}});
        if (operation == ItemOperation::kMiss) world.must("shop", {op::Ship{{}, "carrier", {}, {kCase}}});
        return world;
    }
    world.must("brand", {World::registration(items(0, 1))});
    if (operation == ItemOperation::kVoid && state == Lifecycle::kActive) return world;
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}});
    world.must("shop", {op::Receive{items(0, 1)}});
    world.must("brand", {op::TransferOwnership{items(0, 1), "shop"}});
    if (operation != ItemOperation::kAnswerOwnership) world.must("shop", {op::AcceptOwnership{items(0, 1)}});
    // A container of the shop's on its way to the carrier: what it scans may be missing.
    world.must("brand", {World::registration(items(9, 1)), op::Ship{items(9, 1), "shop", {}}});
    world.must("shop", {op::Receive{items(9, 1)}, op::Pack{kCase, items(9, 1), {}}});
    if (operation == ItemOperation::kClearFlag) world.must("shop", {op::Flag{items(0, 1), ItemFlag::kSuspect, {}}});
    if (state == Lifecycle::kInTransit) world.must("shop", {op::Ship{items(0, 1), "carrier", {}}});
    if (state == Lifecycle::kSold) world.must("shop", {op::Sell{items(0, 1), {}}});
    if (state == Lifecycle::kPacked) world.must("shop", {op::Pack{kCase, items(0, 1), {}}});
    const bool ended = state >= Lifecycle::kExported && state < Lifecycle::kLost;
    const std::string owner = world.item_at(item(0)).owner;
    if (ended) world.must(owner, {op::Decommission{items(0, 1), item_state(state), {}}});
    if (state == Lifecycle::kLost) world.must("shop", {op::Lose{items(0, 1), {}}});
    if (state == Lifecycle::kVoided) write(world, [](ItemRecord& record) { record.state = ItemState::kVoided; });
    // What is packed is found in a lost container, and in no other.
    if (operation == ItemOperation::kUndoEnd && state == Lifecycle::kPacked)
        world.must("shop", {op::Lose{{}, {}, {kCase}}});
    if (operation == ItemOperation::kReassign) write(world, [](ItemRecord& record) { record.reclaimed_to = "shop"; });
    if (operation == ItemOperation::kMiss) world.must("shop", {op::Ship{{}, "carrier", {}, {kCase}}});
    return world;
}

TransactionOutcome run(World& world, ItemOperation operation) {
    const auto one = items(0, 1);
    switch (operation) {
        case ItemOperation::kRegister:
            return world.run("brand", {World::registration(one)});
        case ItemOperation::kShip:
            return world.run("shop", {op::Ship{one, "carrier", {}}});
        case ItemOperation::kCancelShipment:
            return world.run("shop", {op::CancelShipment{one}});
        case ItemOperation::kReceive:
            return world.run("carrier", {op::Receive{one}});
        case ItemOperation::kRejectShipment:
            return world.run("carrier", {op::RejectShipment{one, {}}});
        case ItemOperation::kSell:
            return world.run("shop", {op::Sell{one, {}}});
        case ItemOperation::kReturn:
            return world.run("shop", {op::Return{one, {}}});
        case ItemOperation::kFlag:
            return world.run("shop", {op::Flag{one, ItemFlag::kSuspect, {}}});
        case ItemOperation::kClearFlag:
            return world.run("shop", {op::ClearFlag{one, ItemFlag::kSuspect, {}}});
        case ItemOperation::kPack:
            return world.run("shop", {op::Pack{kCase, one, {}}});
        case ItemOperation::kUnpack:
            return world.run("shop", {op::Unpack{kCase, one, {}}});
        case ItemOperation::kExport:
            return world.run("shop", {op::Decommission{one, ItemState::kExported, {}}});
        case ItemOperation::kSample:
            return world.run("shop", {op::Decommission{one, ItemState::kSampled, {}}});
        case ItemOperation::kDestroy:
            return world.run("shop", {op::Decommission{one, ItemState::kDestroyed, {}}});
        case ItemOperation::kCancelSale:
            return world.run("shop", {op::CancelSale{one, {}}});
        case ItemOperation::kTransferOwnership:
            return world.run("shop", {op::TransferOwnership{one, "brand"}});
        case ItemOperation::kAnswerOwnership:
            return world.run("shop", {op::AcceptOwnership{one}});
        case ItemOperation::kMiss: {
            const auto box = world.get<ContainerRecord>(kCase);
            return world.run("carrier", {op::Receive{{}, {kCase}, box ? box->items - 1 : 0, one, {}}});
        }
        case ItemOperation::kInspect:
            return world.run("auditor", {op::Inspect{one, Finding::kConform, {}}});
        case ItemOperation::kAmend: {
            op::AmendRegistration amended;
            amended.items = one;
            amended.lot = "L7";
            return world.run("brand", {amended});
        }
        case ItemOperation::kVoid:
            return world.run("brand", {op::VoidRegistration{one, {}}});
        case ItemOperation::kLose:
            return world.run("shop", {op::Lose{one, {}}});
        case ItemOperation::kUndoEnd:
            return world.run("shop", {op::UndoEnd{one, {}}});
        case ItemOperation::kReclaim:
            return world.run("shop", {op::Reclaim{one, "brand", {}}});
        case ItemOperation::kReassign:
            return world.run("customs", {op::Reassign{one, {}}});
        case ItemOperation::kSeize:
            return world.run("customs", {op::Seize{one, {}}});
    }
    FAIL("no such operation");
    return {};
}

}  // namespace

TEST_CASE("every cell of the lifecycle is as written, and as executed") {
    REQUIRE(kExpected.size() == kItemOperations.size());
    for (const ItemOperation operation : kItemOperations) {
        for (const Lifecycle state : kLifecycles) {
            INFO(name_of(operation) << " on " << name_of(state));
            const std::string expected = kExpected.at(std::string(name_of(operation)))[static_cast<std::size_t>(state)];
            const Transition cell = transition(state, operation);
            REQUIRE(text_of(cell.refusal, name_of(cell.next)) == expected);

            World world = world_in(state, operation);
            const auto before = world.get<ItemRecord>(item(0));
            const TransactionOutcome outcome = run(world, operation);
            const auto after = world.get<ItemRecord>(item(0));
            REQUIRE(text_of(outcome.refusal, name_of(lifecycle_of(after ? &*after : nullptr))) == expected);
            // What is taken by others' word, or found in a lost container, is unpacked first, which is an event of its own.
            const bool taken = operation == ItemOperation::kReassign || operation == ItemOperation::kSeize ||
                               operation == ItemOperation::kUndoEnd;
            const std::uint32_t events = taken && state == Lifecycle::kPacked ? 2 : 1;
            if (outcome.applied())
                REQUIRE(after->event_count == (before ? before->event_count : 0) + events);
            else
                REQUIRE(after == before);
        }
    }
}
