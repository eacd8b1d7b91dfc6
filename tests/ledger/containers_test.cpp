// Containers: one record moves with everything in it, counts count at all levels, a scan leaves its findings on the
// ledger; and thousands of random packings against a plain model.
#include <set>

#include "ledger/records/index.h"
#include "tests/ledger/world.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

std::set<Hash256> contents(const World& world, const StateKey& container, ContentKind kind) {
    const Bytes prefix = content_index_prefix(container);
    std::set<Hash256> keys;
    for (auto at = world.side.lower_bound(prefix); at != world.side.end(); ++at) {
        const auto entry = parse_content_index(at->first);
        if (!entry || !as_text(at->first).starts_with(as_text(prefix))) break;
        if (entry->kind == kind) keys.insert(entry->key);
    }
    return keys;
}

std::vector<EventKind> kinds(const World& world, const StateKey& subject) {
    std::vector<EventKind> list;
    for (const Event& event : world.events(subject)) list.push_back(event.kind);
    return list;
}

Refusal refusal(World& world, const std::string& actor, const Operation& operation) {
    return world.run(actor, {operation}).refusal;
}

// Six items in two cases on a pallet of the brand's.
World pallet() {
    World world;
    world.with_items(8);
    world.must("brand", {op::Pack{box(1), items(0, 3), {}}});
    world.must("brand", {op::Pack{box(2), items(3, 3), {}}, op::Pack{box(9), {}, {box(1), box(2)}}});
    return world;
}

}  // namespace

TEST_CASE("a pallet moves with everything in it as one record") {
    World world = pallet();
    REQUIRE(world.box_at(box(9)).items == 6);
    REQUIRE(world.box_at(box(9)).direct == 2);
    REQUIRE(world.box_at(box(9)).levels() == 2);
    REQUIRE(world.box_at(box(1)).state == ItemState::kPacked);
    REQUIRE(contents(world, box(9), ContentKind::kContainer) == std::set<Hash256>{box(1).key(), box(2).key()});
    REQUIRE(contents(world, box(2), ContentKind::kItem).size() == 3);
    const ItemRecord before = world.item_at(item(4));
    REQUIRE(before.state == ItemState::kPacked);
    REQUIRE(before.container == box(2).key());

    const auto ship = world.execute_block({world.transaction("brand", {op::Ship{{}, "carrier", "DN", {box(9)}}})});
    REQUIRE(ship.outcomes.at(0).applied());
    // The pallet, and what every transaction leaves: its own record and two of its expiry.
    REQUIRE(ship.records.size() == 4);
    REQUIRE(world.item_at(item(4)) == before);
    REQUIRE(refusal(world, "brand", op::Unpack{box(2), items(4, 1), {}}) == Refusal::kContainerMoving);
    world.must("carrier", {op::Receive{{}, {box(9)}}});
    REQUIRE(world.box_at(box(9)).custodian == "carrier");
    // Who holds the outermost container holds the item.
    REQUIRE(refusal(world, "brand", op::Unpack{box(2), items(4, 1), {}}) == Refusal::kNotCustodian);
    world.must("carrier", {op::Flag{items(4, 1), ItemFlag::kStolen, "gone from the case"}});
    world.must("carrier", {op::ClearFlag{items(4, 1), ItemFlag::kStolen, {}}});

    world.must("carrier", {op::Unpack{box(2), items(4, 1), {}}});
    REQUIRE(world.item_at(item(4)).custodian == "carrier");
    REQUIRE(world.item_at(item(4)).state == ItemState::kActive);
    REQUIRE(world.box_at(box(9)).items == 5);
    REQUIRE(world.box_at(box(2)).items == 2);
    world.must("carrier", {op::Ship{items(4, 1), "shop", {}}});
}

TEST_CASE("events say between which events of a container it held the item") {
    World world = pallet();
    world.must("brand", {op::Unpack{box(2), items(4, 1), {}}});
    world.must("brand", {op::Pack{box(2), items(4, 1), {}}});
    const auto events = world.events(item(4));
    REQUIRE(kinds(world, item(4)) ==
            std::vector{EventKind::kRegistered, EventKind::kPacked, EventKind::kUnpacked, EventKind::kPacked});
    REQUIRE(kinds(world, box(2)) ==
            std::vector{EventKind::kLoaded, EventKind::kPacked, EventKind::kUnloaded, EventKind::kLoaded});
    for (const auto& [event, sequence] : {std::pair{1, "0"}, {2, "2"}, {3, "3"}}) {
        REQUIRE(events[static_cast<std::size_t>(event)].other == box(2).key().hex());
        REQUIRE(events[static_cast<std::size_t>(event)].detail == sequence);
    }
    REQUIRE(world.events(box(2))[0].detail == "3 items, 0 containers");
}

TEST_CASE("a receiver's count is kept, and its scan takes the missing out") {
    World world = pallet();
    world.must("brand", {op::Ship{{}, "shop", {}, {box(9)}}});
    REQUIRE(refusal(world, "shop", op::Receive{{}, {box(9)}, 5, items(0, 1), items(6, 1)}) == Refusal::kCountMismatch);
    REQUIRE(refusal(world, "shop", op::Receive{{}, {box(9)}, 5, items(6, 1), {}}) == Refusal::kNotPacked);
    REQUIRE(refusal(world, "shop", op::Receive{{}, {box(9)}, 7, {}, items(1, 1)}) == Refusal::kCountMismatch);
    REQUIRE(refusal(world, "carrier", op::Receive{{}, {box(9)}, 6, {}, {}}) == Refusal::kContainerUnknown);

    world.must("shop", {op::Receive{{}, {box(9)}, 5, items(0, 2), items(7, 1)}});
    REQUIRE(world.events(box(9)).back().detail == "counted 5 of 6; missing 2, surplus 1");
    REQUIRE(world.box_at(box(9)).items == 4);
    REQUIRE(world.box_at(box(1)).items == 1);
    REQUIRE(world.box_at(box(1)).direct == 1);
    REQUIRE(contents(world, box(1), ContentKind::kItem) == std::set<Hash256>{item(2).key()});
    // Nobody can say that the receiver had them.
    REQUIRE(world.item_at(item(0)).custodian == "brand");
    REQUIRE(world.item_at(item(0)).state == ItemState::kActive);
    REQUIRE(kinds(world, item(0)).back() == EventKind::kMissing);
    REQUIRE(world.item_at(item(0)).has(ItemFlag::kMissing, "shop"));
    REQUIRE(world.item_at(item(7)).custodian == "brand");
    REQUIRE(kinds(world, item(7)).back() == EventKind::kRegistered);

    World counted = pallet();
    counted.must("brand", {op::Ship{{}, "shop", {}, {box(9)}}});
    counted.must("shop", {op::Receive{{}, {box(9)}, 4, {}, {}}});
    REQUIRE(counted.events(box(9)).back().detail == "counted 4 of 6; missing 0, surplus 0");
}

TEST_CASE("what may not be packed, and not together") {
    World world = pallet();
    world.must("brand", {op::Flag{items(6, 1), ItemFlag::kQuarantined, {}}});
    REQUIRE(refusal(world, "brand", op::Pack{box(1), items(6, 1), {}}) == Refusal::kFlagged);
    REQUIRE(refusal(world, "maker", op::Pack{box(3, "maker"), items(7, 1), {}}) == Refusal::kNotCustodian);
    REQUIRE(refusal(world, "maker", op::Pack{box(3), items(7, 1), {}}) == Refusal::kContainerNotYours);
    REQUIRE(refusal(world, "maker", op::Pack{box(1), items(7, 1), {}}) == Refusal::kContainerNotYours);
    REQUIRE(refusal(world, "brand", op::Pack{box(1), {}, {box(9)}}) == Refusal::kContainerCycle);
    REQUIRE(refusal(world, "brand", op::Pack{box(9), {}, {box(9)}}) == Refusal::kContainerCycle);
    REQUIRE(refusal(world, "brand", op::Pack{box(4), {}, {box(4)}}) == Refusal::kContainerUnknown);
    REQUIRE(refusal(world, "brand", op::Pack{box(4), {}, {box(1)}}) == Refusal::kPacked);
    REQUIRE(refusal(world, "brand", op::Pack{box(4), items(7, 2), {}}) == Refusal::kItemUnknown);
    REQUIRE(refusal(world, "brand", op::Unpack{box(4), items(7, 1), {}}) == Refusal::kContainerUnknown);
    REQUIRE(refusal(world, "brand", op::Unpack{box(1), items(3, 1), {}}) == Refusal::kNotInThisContainer);
    REQUIRE(refusal(world, "brand", op::Ship{{}, "shop", {}, {box(1)}}) == Refusal::kPacked);
    REQUIRE(refusal(world, "brand", op::Ship{items(7, 1), "shop", {}, {box(5)}}) == Refusal::kContainerUnknown);
    world.must("brand", {op::Recall{kGtin, "L1", {}}});
    REQUIRE(refusal(world, "brand", op::Pack{box(1), items(7, 1), {}}) == Refusal::kRecalled);
}

TEST_CASE("containers nest five levels deep and no deeper") {
    World world;
    world.with_items(2);
    world.must("brand", {op::Pack{box(1), items(0, 1), {}}});
    for (std::uint64_t level = 2; level <= limits::kContainerLevelsMax; ++level)
        world.must("brand", {op::Pack{box(level), {}, {box(level - 1)}}});
    REQUIRE(world.box_at(box(5)).levels() == 5);
    REQUIRE(world.box_at(box(5)).items == 1);
    REQUIRE(refusal(world, "brand", op::Pack{box(6), {}, {box(5)}}) == Refusal::kContainerTooDeep);
    world.must("brand", {op::Pack{box(7), items(1, 1), {}}});
    // Nor from below: the innermost one is at the fifth level.
    REQUIRE(refusal(world, "brand", op::Pack{box(1), {}, {box(7)}}) == Refusal::kContainerTooDeep);
    world.must("brand", {op::Pack{box(2), {}, {box(7)}}});
    // Emptied, it counts as one level again.
    world.must("brand", {op::Unpack{box(5), {}, {box(4)}}});
    REQUIRE(world.box_at(box(5)).levels() == 1);
    world.must("brand", {op::Pack{box(6), {}, {box(5)}}});
}

TEST_CASE("a container is as deep as what is in it, and no deeper than that when some of it is taken out") {
    World world;
    world.with_items(3);
    // 5 in 4 in 3 beside 1 in 2, in 9.
    world.must("brand", {op::Pack{box(5), items(0, 1), {}}, op::Pack{box(4), {}, {box(5)}}, op::Pack{box(3), {}, {box(4)}},
                         op::Pack{box(1), items(1, 1), {}}, op::Pack{box(2), {}, {box(1)}},
                         op::Pack{box(9), {}, {box(3), box(2)}}});
    REQUIRE(world.box_at(box(9)).levels() == 4);
    // Deep below: 3 holds a case without a case, and all around it are less deep.
    world.must("brand", {op::Unpack{box(4), {}, {box(5)}}});
    REQUIRE(world.box_at(box(3)).levels() == 2);
    REQUIRE(world.box_at(box(9)).levels() == 3);
    world.must("brand", {op::Pack{box(4), {}, {box(5)}}, op::Unpack{box(9), {}, {box(3)}}});
    REQUIRE(world.box_at(box(9)).levels() == 3);
    world.must("brand", {op::Unpack{box(2), {}, {box(1)}}});
    REQUIRE(world.box_at(box(9)).levels() == 2);
    // So that three more go around it.
    for (std::uint64_t outer = 20; outer < 23; ++outer)
        world.must("brand", {op::Pack{box(outer), {}, {outer == 20 ? box(9) : box(outer - 1)}}});
    REQUIRE(world.box_at(box(22)).levels() == 5);
    REQUIRE(refusal(world, "brand", op::Pack{box(23), {}, {box(22)}}) == Refusal::kContainerTooDeep);
}

TEST_CASE("random packing agrees with a plain model") {
    SHOW_SEED();
    Randomness random(11);
    for (int round = 0; round < 25; ++round) {
        World world;
        world.with_items(12);
        std::map<StateKey, StateKey> parent;  // of items and containers
        const auto is_empty = [&](const StateKey& container) {
            return std::none_of(parent.begin(), parent.end(), [&](const auto& one) { return one.second == container; });
        };
        const auto root = [&](StateKey at) {
            while (parent.contains(at)) at = parent[at];
            return at;
        };
        std::map<StateKey, std::string> holder;  // of what is in nothing
        std::set<StateKey> boxes;
        for (std::uint64_t i = 0; i < 12; ++i) holder[item(i).key()] = "brand";
        for (int step = 0; step < 120; ++step) {
            const std::string actor = random.below(3) == 0 ? "shop" : "brand";
            const std::string other = actor == "shop" ? "brand" : "shop";
            // All are the brand's to make; an emptied one is the brand's again.
            const ContainerName target_name = box(random.below(5));
            const StateKey target = target_name.key();
            const bool of_item = random.below(2) == 0;
            Items unit_items;
            Containers unit_boxes;
            if (of_item)
                unit_items.add(item(random.below(12)));
            else
                unit_boxes.add(box(random.below(5)));
            const StateKey unit = of_item ? unit_items.keys()[0] : unit_boxes.keys()[0];
            const bool exists = of_item || boxes.contains(unit);
            const auto kind = random.below(4);
            bool may = exists && !parent.contains(unit) && holder[unit] == actor;
            TransactionOutcome outcome;
            if (kind <= 1) {
                const bool target_open = boxes.contains(target) ? holder[root(target)] == actor : actor == "brand";
                may = may && target_open && root(target) != unit && unit != target;
                outcome = world.run(actor, {op::Pack{target_name, unit_items, unit_boxes}});
                if (outcome.refusal == Refusal::kContainerTooDeep) continue;
                if (may) {
                    if (boxes.insert(target).second) holder[target] = actor;
                    parent[unit] = target;
                }
            } else if (kind == 2) {
                may = exists && parent.contains(unit) && parent[unit] == target && holder[root(unit)] == actor;
                outcome = world.run(actor, {op::Unpack{target_name, unit_items, unit_boxes}});
                if (may) {
                    parent.erase(unit);
                    holder[unit] = actor;
                    for (const StateKey& emptied : {unit, target})
                        if (boxes.contains(emptied) && !parent.contains(emptied) && is_empty(emptied))
                            holder[emptied] = "brand";
                }
            } else {
                outcome = world.run(actor, {op::Ship{unit_items, other, {}, unit_boxes}});
                if (may) {
                    world.must(other, {op::Receive{unit_items, unit_boxes}});
                    holder[unit] = boxes.contains(unit) && is_empty(unit) ? "brand" : other;
                }
            }
            INFO("step " << step << ": " << info(outcome.refusal).code << " " << outcome.detail);
            REQUIRE(outcome.applied() == may);
        }
        for (const StateKey& container : boxes) {
            std::uint64_t below = 0;
            std::set<Hash256> direct;
            for (const auto& [unit, in] : parent) {
                if (in == container) direct.insert(unit);
                StateKey at = unit;
                while (parent.contains(at) && at != container) at = parent[at];
                if (at == container && unit != container && !boxes.contains(unit)) ++below;
            }
            const ContainerRecord record = world.box_at(container);
            REQUIRE(record.items == below);
            REQUIRE(record.direct == direct.size());
            std::uint8_t levels = 1;
            for (const StateKey& inner : boxes) {
                std::uint8_t depth = 1;
                StateKey at = inner;
                for (; parent.contains(at) && at != container; ++depth) at = parent[at];
                if (at == container) levels = std::max(levels, depth);
            }
            REQUIRE(record.levels() == levels);
            std::set<Hash256> indexed = contents(world, container, ContentKind::kItem);
            indexed.merge(contents(world, container, ContentKind::kContainer));
            REQUIRE(indexed == direct);
            REQUIRE(record.container == (parent.contains(container) ? parent[container] : StateKey{}));
            Hash256 head;
            for (const Event& event : world.events(container)) head = next_event_head(head, container, event.encode());
            REQUIRE(record.event_head == head);
        }
    }
}
