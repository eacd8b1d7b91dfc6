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

}  // namespace

Bytes content_key(const StateKey& container, const StateKey& key, const ItemRecord&) {
    return content_index_key(container, ContentKind::kItem, key);
}
Bytes content_key(const StateKey& container, const StateKey& key, const ContainerRecord&) {
    return content_index_key(container, ContentKind::kContainer, key);
}

void add_load(Run& run, const StateKey& container, const Load& load) {
    change_upwards(run, container, [&](ContainerRecord& record, std::uint8_t distance) {
        record.items += load.items;
        if (load.levels > 0)
            record.levels = std::max(record.levels, static_cast<std::uint8_t>(load.levels + distance + 1));
        if (distance == 0) record.direct += load.direct;
    });
}

void remove_load(Run& run, const StateKey& container, const Load& load) {
    change_upwards(run, container, [&](ContainerRecord& record, std::uint8_t distance) {
        INVARIANT(record.items >= load.items);
        record.items -= load.items;
        if (distance > 0) return;
        INVARIANT(record.direct >= load.direct);
        record.direct -= load.direct;
        if (record.direct == 0) record.levels = 1;
    });
}

void close_if_empty(Run& run, const StateKey& key) {
    ContainerSlot& slot = run.overlay.containers.slot(key);
    INVARIANT(slot.record.has_value());
    const ContainerRecord& now = *slot.record;
    if (now.direct != 0 || now.state != ItemState::kActive || now.custodian == now.maker) return;
    ContainerRecord& closed = run.overlay.containers.change(slot);
    closed.custodian = closed.maker;
    closed.reclaimed_to.clear();
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
