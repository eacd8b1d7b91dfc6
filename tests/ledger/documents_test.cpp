// Documents kept by their hashes: beside the ledger's rules, and in the histories of whoever has to do with the goods.
#include "ledger/records/document_records.h"
#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

const Hash256 kDocument = digest(900);

DocumentRecord document_at(const World& world, const std::string& organisation) {
    const auto found = world.get<DocumentRecord>(document_key(kDocument, organisation));
    REQUIRE(found);
    return *found;
}

// How many events of this kind the item has.
std::size_t documented(const World& world, const StateKey& subject) {
    std::size_t count = 0;
    for (const Event& event : world.events(subject)) count += event.kind == EventKind::kDocumented;
    return count;
}

}  // namespace

TEST_CASE("a document is kept once for each organisation, with the block's time") {
    World world;
    REQUIRE(world.must("auditor", {op::RecordDocument{kDocument}}).operations.at(0).accepted == 1);
    const DocumentRecord record = document_at(world, "auditor");
    REQUIRE(record == DocumentRecord{"auditor", kDocument, world.height, world.time});
    REQUIRE_FALSE(world.get<DocumentRecord>(document_key(kDocument, "shop")));
    world.time.ms += 1000;
    world.must("shop", {op::RecordDocument{kDocument}});
    REQUIRE(document_at(world, "shop").time == world.time);
    REQUIRE(document_at(world, "auditor") == record);
}

TEST_CASE("a document stands in the history of goods that its recorder has to do with") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1")});
    const Items named = items(0, 1);
    world.must("maker", {op::Ship{items(0, 2), "shop", {}}});
    world.must("shop", {op::Receive{items(0, 2)}});
    world.must("brand", {op::TransferOwnership{named, "market"}});
    world.must("market", {op::AcceptOwnership{named}});
    for (const char* related : {"maker", "brand", "shop", "market"}) {
        INFO(related);
        const std::size_t before = documented(world, item(0));
        world.must(related, {op::RecordDocument{kDocument, named}});
        REQUIRE(documented(world, item(0)) == before + 1);
        const Event event = world.events(item(0)).back();
        REQUIRE(event.actor == related);
        REQUIRE(event.detail == kDocument.hex());
    }
    for (const char* stranger : {"rival", "carrier", "customs"}) {
        const auto outcome = world.must(stranger, {op::RecordDocument{kDocument, named}});
        REQUIRE(outcome.operations.at(0).refused == std::vector<ItemOutcome>{{0, Refusal::kNotRelated}});
    }
    REQUIRE(documented(world, item(0)) == 4);
    REQUIRE(documented(world, item(1)) == 0);
    require_chain<ItemRecord>(world, item(0));
}

TEST_CASE("what a document names and what is not there, or stands twice, is reported and hinders nothing") {
    World world;
    world.with_items(2);
    world.must("brand", {op::Pack{box(1), items(1, 1), {}}, op::Pack{box(2), {}, {box(1)}}});
    const op::RecordDocument document{kDocument, {item(0), item(7), item(0), item(1)}, {box(1), box(9), box(2)}};
    const auto outcome = world.must("brand", {document});
    REQUIRE(outcome.operations.at(0).refused == std::vector<ItemOutcome>{{1, Refusal::kItemUnknown},
                                                                         {2, Refusal::kItemRepeated},
                                                                         {5, Refusal::kContainerUnknown}});
    REQUIRE(world.events(box(1)).back().kind == EventKind::kDocumented);
    REQUIRE(world.events(item(1)).back().kind == EventKind::kDocumented);
    require_chain<ContainerRecord>(world, box(2));
    // Who holds the outermost container holds what is in it.
    world.must("brand", {op::Ship{{}, "carrier", {}, {box(2)}}});
    world.must("carrier", {op::Receive{{}, {box(2)}}});
    world.must("carrier", {op::RecordDocument{kDocument, {item(1)}, {box(1)}}});
    REQUIRE(world.must("market", {op::RecordDocument{kDocument, {}, {box(1)}}}).operations.at(0).refused ==
            std::vector<ItemOutcome>{{0, Refusal::kContainerUnknown}});
}

TEST_CASE("a document about an item changes nothing of it, whatever its state") {
    World world;
    world.with_items(2);
    world.must("brand", {op::Sell{items(0, 1), {}}, op::Decommission{items(1, 1), ItemState::kDestroyed, {}}});
    ItemRecord sold = world.item_at(item(0)), destroyed = world.item_at(item(1));
    world.must("brand", {op::RecordDocument{kDocument, items(0, 2)}});
    for (auto [key, before] : {std::pair{item(0).key(), sold}, {item(1).key(), destroyed}}) {
        ItemRecord after = world.item_at(key);
        REQUIRE(after.event_count == before.event_count + 1);
        after.event_count = before.event_count;
        after.event_head = before.event_head;
        REQUIRE(after == before);
    }
}

TEST_CASE("a transaction that fails keeps no document") {
    World world;
    world.with_items(1);
    const auto outcome = world.run("brand", {op::RecordDocument{kDocument, items(0, 1)}, op::Receive{items(0, 1)}});
    REQUIRE(outcome.refusal == Refusal::kNotInTransit);
    REQUIRE_FALSE(world.get<DocumentRecord>(document_key(kDocument, "brand")));
    REQUIRE(documented(world, item(0)) == 0);
}
