// Thousands of random operations that put things right, among ordinary ones: whatever is refused and whatever is done,
// what the records count is what is there.
#include <set>

#include "ledger/records/index.h"
#include "ledger/records/record_codecs.h"
#include "tests/ledger/recovery.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

constexpr std::uint64_t kItems = 12;
constexpr std::uint64_t kBoxes = 2;
const std::vector<std::string> kActors{"brand", "maker", "shop", "carrier", "customs"};

struct Choice {
    Randomness& random;
    const std::string& actor() { return kActors[random.below(kActors.size())]; }
    Items some_items() { return items(random.below(kItems), random.below(4) == 0 ? 2 : 1); }
    ContainerName a_box() { return box(random.below(kBoxes), random.below(2) == 0 ? "brand" : "shop"); }
    Containers maybe_a_box() { return random.below(3) == 0 ? Containers{a_box()} : Containers{}; }
    std::string lot() { return fmt::format("L{}", random.below(3)); }
};

op::AmendRegistration amendment(Choice& choice) {
    op::AmendRegistration made;
    made.items = choice.some_items();
    made.lot = choice.lot();
    made.expiry = static_cast<Day>(choice.random.below(3) * 1000);
    return made;
}

// Out of whatever it is in.
Operation unpacking(const World& world, Choice& choice) {
    const Items one = items(choice.random.below(kItems), 1);
    const auto record = world.get<ItemRecord>(one.keys()[0]);
    for (const char* maker : {"brand", "shop"})
        for (std::uint64_t number = 0; number < kBoxes; ++number)
            if (record && record->container == box(number, maker).key()) return op::Unpack{box(number, maker), one, {}};
    return op::Unpack{choice.a_box(), one, {}};
}

Operation ordinary(const World& world, Choice& choice) {
    switch (choice.random.below(10)) {
        case 0:
            return World::registration(choice.some_items(), choice.lot());
        case 1:
        case 2:
            return op::Pack{choice.a_box(), choice.some_items(), choice.maybe_a_box()};
        case 3:
        case 9:
            return unpacking(world, choice);
        case 4:
            return op::Ship{choice.some_items(), choice.actor(), {}, choice.maybe_a_box()};
        case 5:
            return op::Ship{{}, choice.actor(), {}, {choice.a_box()}};
        case 6:
            return choice.random.below(3) == 0 ? op::Receive{{}, {choice.a_box()}} : op::Receive{choice.some_items()};
        case 7:
            return op::Sell{choice.some_items(), {}};
        default:
            return op::Return{choice.some_items(), {}};
    }
}

Operation recovering(Choice& choice) {
    switch (choice.random.below(9)) {
        case 0:
            return amendment(choice);
        case 1:
            return op::VoidRegistration{choice.some_items(), {}};
        case 2:
            return op::Lose{items(choice.random.below(kItems), 1), {}, choice.maybe_a_box()};
        case 3:
        case 4:
            return op::UndoEnd{items(choice.random.below(kItems), 1), {}, choice.maybe_a_box()};
        case 5:
            return op::Reclaim{choice.some_items(), choice.actor(), {}, choice.maybe_a_box()};
        case 6:
            return op::Reassign{choice.some_items(), {}, choice.maybe_a_box()};
        case 7:
            return op::Seize{choice.some_items(), {}, choice.maybe_a_box()};
        default:
            return op::Decommission{items(choice.random.below(kItems), 1), ItemState::kDestroyed, {}};
    }
}

// Random actors alone would nearly always be refused.
std::string actor_for(const World& world, Choice& choice, const Operation& operation) {
    static const std::map<std::string_view, std::string> kMay{
        {"amend_registration", "brand"}, {"void_registration", "brand"}, {"reclaim", "brand"},
        {"decommission", "brand"},       {"reassign", "customs"},        {"seize", "customs"}};
    if (choice.random.below(3) == 0) return choice.actor();
    if (const auto at = kMay.find(info(operation).name); at != kMay.end()) return at->second;
    const Items* const named = items_of(operation);
    if (named == nullptr || named->empty()) return choice.actor();
    const auto record = world.get<ItemRecord>(named->keys()[0]);
    if (!record) return "brand";
    if (!record->container.is_zero()) return world.box_at(record->container).custodian;
    return record->receiver.empty() ? record->custodian : record->receiver;
}

void set_suspended(World& world, const std::string& id, bool suspended) {
    OrganisationRecord record = *world.get<OrganisationRecord>(organisation_key(id));
    record.suspended = suspended;
    world.state[organisation_key(id)] = record.encode();
}

// Everything that the records count, counted from the items and containers themselves.
struct Counts {
    std::map<Hash256, std::uint64_t> direct, items;  // by container
    std::map<Hash256, std::uint8_t> depth;           // levels below it
    std::map<std::pair<std::string, std::string>, std::uint64_t> made;  // by lot and maker
    std::map<std::string, std::uint64_t> by_maker;
    std::uint64_t registered = 0;
    std::set<Bytes, ByteOrder> content;  // index entries
};

Counts count(const World& world) {
    Counts counts;
    const auto place = [&](const StateKey& container, std::uint64_t number) {
        ++counts.direct[container];
        for (StateKey at = container; !at.is_zero(); at = world.box_at(at).container) counts.items[at] += number;
    };
    for (const auto& [key, bytes] : world.state) {
        const StateKey here = StateKey::written(key);
        if (kind_of_record(bytes) == RecordKind::kItem) {
            const ItemRecord item = world.item_at(here);
            if (!item.container.is_zero()) {
                place(item.container, 1);
                counts.content.insert(content_index_key(item.container, ContentKind::kItem, key));
            }
            if (item.state == ItemState::kVoided) continue;
            ++counts.registered;
            ++counts.by_maker[item.maker];
            if (!item.lot.empty()) ++counts.made[{item.lot, item.maker}];
        } else if (kind_of_record(bytes) == RecordKind::kContainer) {
            const ContainerRecord box = world.box_at(here);
            std::uint8_t below = 0;
            for (StateKey at = here; !at.is_zero(); at = world.box_at(at).container, ++below)
                counts.depth[at] = std::max(counts.depth[at], below);
            if (box.container.is_zero()) continue;
            place(box.container, 0);
            counts.content.insert(content_index_key(box.container, ContentKind::kContainer, key));
        }
    }
    return counts;
}

void require_lots(const World& world, Counts& counts) {
    std::uint64_t in_lots = 0;
    for (int number = 0; number < 3; ++number) {
        const std::string lot = fmt::format("L{}", number);
        const auto record = world.get<LotRecord>(lot_key(kGtin, lot));
        REQUIRE(world.side.contains(lot_index_key(kGtin, lot)) == record.has_value());
        std::uint64_t all = 0;
        for (const LotRecord::Made& made : record ? record->made : std::vector<LotRecord::Made>{}) {
            REQUIRE(made.items == counts.made[{lot, made.maker}]);
            all += made.items;
        }
        REQUIRE(volume(world, lot_volume_key(kGtin, lot)) == all);
        in_lots += all;
    }
    std::uint64_t wanted = 0;
    for (const auto& [share, items] : counts.made) wanted += items;
    REQUIRE(in_lots == wanted);
    REQUIRE(volume(world, product_volume_key(kGtin)) == counts.registered);
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == counts.by_maker["maker"]);
}

void require_counts(const World& world) {
    Counts counts = count(world);
    for (const auto& [key, bytes] : world.state) {
        if (kind_of_record(bytes) == RecordKind::kContainer) {
            const ContainerRecord box = world.box_at(StateKey::written(key));
            REQUIRE(box.direct == counts.direct[key]);
            REQUIRE(box.items == counts.items[key]);
            REQUIRE(box.levels() == counts.depth[key] + 1);
            REQUIRE((box.state == ItemState::kInTransit) == !box.receiver.empty());
            REQUIRE((box.state == ItemState::kLost) == !box.ended_by.empty());
        } else if (kind_of_record(bytes) == RecordKind::kItem) {
            const ItemRecord item = world.item_at(StateKey::written(key));
            REQUIRE((item.state == ItemState::kInTransit) == !item.receiver.empty());
            const bool ended = item.state == ItemState::kSold || item.state >= ItemState::kExported;
            REQUIRE(ended == !item.ended_by.empty());
        }
    }
    std::size_t listed = 0;
    for (const auto& [key, value] : world.side)
        if (parse_content_index(key)) {
            REQUIRE(counts.content.contains(key));
            ++listed;
        }
    REQUIRE(listed == counts.content.size());
    require_lots(world, counts);
}

}  // namespace

TEST_CASE("what the records count is what is there, whatever was put right") {
    Randomness random(0x7ec0);
    constexpr std::array kNames{"amend_registration", "void_registration", "lose", "undo_end", "reclaim",
                                "reassign", "seize", "decommission", "pack", "unpack", "ship", "sell", "return_item"};
    std::map<std::string, int> applied;
    const auto all_applied = [&] {
        return std::all_of(kNames.begin(), kNames.end(), [&](const char* name) { return applied[name] > 0; });
    };
    // What a seed seldom does is given more rounds.
    for (int round = 0; round < 4 || (round < 40 && !all_applied()); ++round) {
        World world;
        world.with_product(20);
        Choice choice{random};
        world.must("brand", {World::registration(items(0, 6), "L0")});
        world.must("maker", {World::registration(items(6, 4), "L1")});
        for (int step = 0; step < 700; ++step) {
            if (random.below(10) == 0) set_suspended(world, "shop", random.below(3) == 0);
            const bool open = !world.get<OrganisationRecord>(organisation_key("shop"))->suspended;
            const Operation operation = random.below(2) == 0 ? ordinary(world, choice) : recovering(choice);
            const std::string actor = actor_for(world, choice, operation);
            if (actor == "shop" && !open) continue;
            INFO("round " << round << " step " << step << ": " << actor << " " << info(operation).name);
            if (world.run(actor, {operation}).applied()) ++applied[std::string(info(operation).name)];
            require_counts(world);
        }
        for (std::uint64_t number = 0; number < kItems; ++number)
            if (world.get<ItemRecord>(item(number))) require_chain<ItemRecord>(world, item(number));
    }
    for (const char* name : kNames) {
        INFO(name);
        REQUIRE(applied[name] > 0);
    }
}
