#include "ledger/rules/loads.h"

#include <fmt/format.h>

#include "ledger/records/index.h"

namespace touchstone::ledger {
namespace {

// Calls `change` for the container and for each that it is in, with the distance from it.
template <class Change>
void change_upwards(Run& run, const StateKey& container, const Change& change) {
    std::uint8_t distance = 0;
    for (StateKey at = container; !at.is_zero(); ++distance) {
        INVARIANT(distance < kLevelsMax);
        ContainerRecord& record = run.overlay.containers.change(run.overlay.containers.slot(at));
        change(record, distance);
        at = record.container;
    }
}

// Of a container in it, which is `is` levels deep now.
void renew_depth(ContainerRecord& outer, std::uint8_t was, std::uint8_t is) {
    if (was == is) return;
    INVARIANT(is < kLevelsMax && outer.inner[was - 1u] > 0);
    --outer.inner[was - 1u];
    ++outer.inner[is - 1u];
}

// `change` gets the container itself; those around it learn how deep it is now, and all of them how many items there are.
template <class Change, class Count>
void change_load(Run& run, const StateKey& container, const Count& count, const Change& change) {
    std::uint8_t was = 0;
    std::uint8_t is = 0;
    change_upwards(run, container, [&](ContainerRecord& record, std::uint8_t distance) {
        const std::uint8_t before = record.levels();
        count(record);
        if (distance == 0)
            change(record);
        else
            renew_depth(record, was, is);
        was = before;
        is = record.levels();
    });
}

}  // namespace

Bytes content_key(const StateKey& container, const StateKey& key, const ItemRecord&) {
    return content_index_key(container, ContentKind::kItem, key);
}
Bytes content_key(const StateKey& container, const StateKey& key, const ContainerRecord&) {
    return content_index_key(container, ContentKind::kContainer, key);
}

void add_load(Run& run, const StateKey& container, const Load& load) {
    const auto count = [&](ContainerRecord& record) { record.items += load.items; };
    change_load(run, container, count, [&](ContainerRecord& record) {
        record.direct += load.direct;
        for (std::size_t i = 0; i < load.inner.size(); ++i) record.inner[i] += load.inner[i];
    });
}

void remove_load(Run& run, const StateKey& container, const Load& load) {
    const auto count = [&](ContainerRecord& record) {
        INVARIANT(record.items >= load.items);
        record.items -= load.items;
    };
    change_load(run, container, count, [&](ContainerRecord& record) {
        INVARIANT(record.direct >= load.direct);
        record.direct -= load.direct;
        for (std::size_t i = 0; i < load.inner.size(); ++i) {
            INVARIANT(record.inner[i] >= load.inner[i]);
            record.inner[i] -= load.inner[i];
        }
    });
}

void close_if_empty(Run& run, const StateKey& key) {
    ContainerSlot& slot = run.overlay.containers.slot(key);
    INVARIANT(slot.record.has_value());
    const ContainerRecord& now = *slot.record;
    const bool is_closed = now.state == ItemState::kActive && now.custodian == now.maker && !now.was_lost;
    if (now.direct != 0 || now.state == ItemState::kPacked || is_closed) return;
    ContainerRecord& closed = run.overlay.containers.change(slot);
    closed.state = ItemState::kActive;
    closed.custodian = closed.maker;
    closed.receiver.clear();
    closed.reclaimed_to.clear();
    closed.ended_at = {};
    closed.ended_by.clear();
    closed.was_lost = false;
}

void log_load(Run& run, EventKind kind, const StateKey& container, const LoadCount& moved) {
    EventLog log(run, kind, {}, fmt::format("{} items, {} containers", moved.items, moved.containers));
    log.append(container, run.overlay.containers.change(run.overlay.containers.slot(container)));
}

void Extraction::finish() {
    for (const auto& [container, moved] : taken_) log_load(run_, EventKind::kUnloaded, container, moved);
    for (const auto& [container, moved] : taken_) close_if_empty(run_, container);
    taken_.clear();
}

}  // namespace touchstone::ledger
