// Shorthand of the tests about what puts things right: who is suspended, what a lot counts, what an item went through.
#pragma once

#include "ledger/records/recalls.h"
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/reports.h"

namespace touchstone::ledger::test {

// As after a vote of the council.
inline void suspend(World& world, const std::string& id) {
    OrganisationRecord record = *world.get<OrganisationRecord>(organisation_key(id));
    record.suspended = true;
    world.state[organisation_key(id)] = record.encode();
}

inline void move_to_country(World& world, const std::string& id, const std::string& country) {
    OrganisationRecord record = *world.get<OrganisationRecord>(organisation_key(id));
    record.country = country;
    world.state[organisation_key(id)] = record.encode();
}

inline std::vector<EventKind> kinds_of(const World& world, const StateKey& subject) {
    std::vector<EventKind> kinds;
    for (const Event& event : world.events(subject)) kinds.push_back(event.kind);
    return kinds;
}
inline Event last_event(const World& world, const StateKey& subject) {
    const auto events = world.events(subject);
    REQUIRE(!events.empty());
    return events.back();
}

// Items of a maker in a lot; 0: the lot has none of it.
inline std::uint64_t made_by(const World& world, const std::string& lot, const std::string& maker) {
    const auto record = world.get<LotRecord>(lot_key(kGtin, lot));
    const auto* const made = record ? record->of(maker) : nullptr;
    return made == nullptr ? 0 : made->items;
}
inline std::uint64_t volume(const World& world, const StateKey& key) {
    const auto record = world.get<VolumeRecord>(key);
    return record ? record->registered : 0;
}
inline bool recalled(const World& world, const ItemName& name) {
    return is_recalled(world.item_at(name), *world.get<ProductRecord>(product_key(kGtin)), {});
}

// The brand's items, in the shop's hands.
inline World stocked(std::uint64_t count) {
    World world;
    world.with_items(count);
    world.must("brand", {op::Ship{items(0, count), "shop", {}}});
    world.must("shop", {op::Receive{items(0, count)}});
    return world;
}

}  // namespace touchstone::ledger::test
