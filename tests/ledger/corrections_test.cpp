// Inspections and corrections: events beside the state. The wrong event stays, and the chain still holds.
#include "ledger/rules/corrections.h"

#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

TEST_CASE("a finding is recorded on each item, flags it, and changes nothing else") {
    World world;
    world.with_items(2);
    const ItemRecord before = world.item_at(item(0));
    world.must("auditor", {op::Inspect{items(0, 2), Finding::kCounterfeitSuspected, digest(50)}});
    world.must("market", {op::Inspect{items(0, 1), Finding::kConform, {}}});
    ItemRecord after = world.item_at(item(0));
    const auto events = world.events(item(0));
    REQUIRE(events.size() == 3);
    REQUIRE(events[1].kind == EventKind::kInspected);
    REQUIRE(events[1].detail == "counterfeit_suspected: document " + digest(50).hex());
    REQUIRE(events[2].detail == "conform");
    require_chain<ItemRecord>(world, item(0));
    after.event_count = before.event_count;
    after.event_head = before.event_head;
    REQUIRE(after.flags == std::vector<FlagMark>{{ItemFlag::kCounterfeit, "auditor"}});
    after.flags.clear();
    REQUIRE(after == before);
}

TEST_CASE("a correction names the wrong event and leaves it where it is") {
    World world;
    world.with_items(1);
    world.must("brand", {op::Ship{items(0, 1), "carrier", "DN-2"}});
    world.must("carrier", {op::Receive{items(0, 1)}});
    const ItemRecord before = world.item_at(item(0));
    const auto events_before = world.events(item(0));
    world.must("brand", {correction(world, item(0), 1)});
    auto events = world.events(item(0));
    REQUIRE(events.size() == 4);
    REQUIRE(std::vector(events.begin(), events.begin() + 3) == events_before);
    REQUIRE(events[3].kind == EventKind::kCorrected);
    REQUIRE(events[3].detail == "1: typed wrong");
    REQUIRE(corrected_sequence(events[3]) == 1u);
    REQUIRE(world.item_at(item(0)).state == before.state);
    REQUIRE(world.item_at(item(0)).custodian == before.custodian);
    // Of the same item: the first event too, and the carrier its own.
    world.must("brand", {correction(world, item(0), 0)});
    world.must("carrier", {correction(world, item(0), 2)});
    REQUIRE(world.events(item(0)).size() == 6);
    require_chain<ItemRecord>(world, item(0));
}

TEST_CASE("the detail of a correction is read as it is written") {
    Event event;
    event.kind = EventKind::kCorrected;
    for (const std::uint32_t sequence : {0u, 7u, 4'294'967'295u})
        for (const char* reason : {"", "12: no", "late"}) {
            event.detail = correction_detail(sequence, reason);
            REQUIRE(corrected_sequence(event) == sequence);
        }
    for (const char* detail : {"", "x", "7x", " 7", "4294967296"}) {
        event.detail = detail;
        REQUIRE(!corrected_sequence(event));
    }
    event.detail = "7";
    event.kind = EventKind::kFlagged;
    REQUIRE(!corrected_sequence(event));
}
