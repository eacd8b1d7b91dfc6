// Containers: items and containers in a container, several levels deep.
//   Pack, Unpack   who holds the outermost container, while it is at rest. What is stolen, quarantined or recalled is
//   not
//                  packed: afterwards nothing would stop it from moving
//   Receive        with a count, or with a scan that names what is missing and what is there unexpectedly
//
// Invariants: a packed record names the container that it is directly in; a container counts what is directly in it and
// the items at all levels below it; following `container` upwards ends after at most kContainerLevelsMax steps.
#include "ledger/rules/containers.h"

#include <fmt/format.h>

#include "ledger/records/index.h"

namespace touchstone::ledger {
namespace {

constexpr auto kLevelsMax = static_cast<std::uint8_t>(limits::kContainerLevelsMax);

// The outermost container must be at rest in the actor's hands.
Verdict check_open(Run& run, const StateKey& container) {
    const ContainerRecord& outer = outermost(run, container);
    if (outer.custodian != run.actor.id)
        return Rejection{Refusal::kNotCustodian, fmt::format("container {}", container.hex())};
    if (outer.state != ItemState::kActive)
        return Rejection{Refusal::kContainerMoving, fmt::format("container {}", container.hex())};
    return std::nullopt;
}

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

std::uint8_t levels_above(Run& run, const StateKey& container) {
    std::uint8_t levels = 0;
    const ContainerRecord* at = run.overlay.containers.get(container);
    for (; at != nullptr; at = at->container.is_zero() ? nullptr : run.overlay.containers.get(at->container)) ++levels;
    return levels;
}

bool is_within(Run& run, StateKey place, const StateKey& container) {
    while (!place.is_zero() && place != container) place = run.overlay.containers.get(place)->container;
    return place == container;
}

// What an operation moves into a container or out of it.
struct Load {
    std::uint32_t direct = 0;
    std::uint64_t items = 0;
    std::uint8_t levels = 0;  // of the deepest container among it

    void add(const ItemRecord&) { ++direct, ++items; }
    void add(const ContainerRecord& container) {
        ++direct;
        items += container.items;
        levels = std::max(levels, container.levels);
    }
};

Bytes content_key(const StateKey& container, const StateKey& key, const ItemRecord&) {
    return content_index_key(container, ContentKind::kItem, key);
}
Bytes content_key(const StateKey& container, const StateKey& key, const ContainerRecord&) {
    return content_index_key(container, ContentKind::kContainer, key);
}

void log_load(Run& run, EventKind kind, const StateKey& container, const op::Pack& what) {
    EventLog log(run, kind, {}, fmt::format("{} items, {} containers", what.items.size(), what.containers.size()));
    log.append(container, run.overlay.containers.change(run.overlay.containers.slot(container)));
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

// What is empty, at rest and in nothing is its maker's again, who may use its SSCC once more: nobody else can hold on to
// a name of his.
void close_if_empty(Run& run, const StateKey& key) {
    ContainerSlot& slot = run.overlay.containers.slot(key);
    INVARIANT(slot.record.has_value());
    const ContainerRecord& now = *slot.record;
    if (now.direct != 0 || now.state != ItemState::kActive || now.custodian == now.maker) return;
    ContainerRecord& closed = run.overlay.containers.change(slot);
    closed.custodian = closed.maker;
    closed.reclaimed_to.clear();
}

ContainerRecord& open_container(Run& run, const ContainerName& name) {
    ContainerSlot& slot = run.overlay.containers.slot(name.key());
    if (slot.record) return run.overlay.containers.change(slot);
    run.overlay.put_index(container_index_key(name.commitment, name.maker));
    ContainerRecord made;
    made.maker = name.maker;
    made.custodian = run.actor.id;
    made.created_at = run.block.time;
    return run.overlay.containers.create(slot, std::move(made));
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Pack& operation, OperationOutcome& outcome) {
    const StateKey target = operation.container.key();
    const ContainerRecord* const known = run.overlay.containers.get(target);
    if (known == nullptr && operation.container.maker != run.actor.id)
        return Rejection{Refusal::kContainerNotYours,
                         fmt::format("'{}' has made no such container", operation.container.maker)};
    const std::uint8_t above = known != nullptr ? levels_above(run, target) : std::uint8_t{1};
    if (known != nullptr)
        if (auto refused = check_open(run, target)) return refused;
    const ContainerRecord* const outer = known != nullptr ? &outermost(run, target) : nullptr;
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const Overloaded judge{[&](const ItemRecord& item) {
                               if (item.custodian != run.actor.id) return Refusal::kNotCustodian;
                               if (!may_move(item)) return Refusal::kFlagged;
                               return is_recalled(run, item, {}) ? Refusal::kRecalled : Refusal::kNone;
                           },
                           [&](const ContainerRecord& container) {
                               if (container.custodian != run.actor.id) return Refusal::kNotCustodian;
                               // What is at rest and in nothing can hold the target only as its outermost container.
                               if (&container == outer) return Refusal::kContainerCycle;
                               return container.levels + above <= kLevelsMax ? Refusal::kNone
                                                                             : Refusal::kContainerTooDeep;
                           }};
    if (auto refused = batch.judge_all(ItemOperation::kPack, judge)) return refused;
    const std::uint32_t sequence = open_container(run, operation.container).event_count;
    EventLog log(run, EventKind::kPacked, target.hex(), std::to_string(sequence));
    Load load;
    run.overlay.reserve_side(operation.items.size() + operation.containers.size());
    batch.change_all(ItemOperation::kPack, [&](const StateKey& key, auto& record) {
        load.add(record);
        record.container = target;
        log.append(key, record);
        run.overlay.put_index(content_key(target, key, record));
    });
    add_load(run, target, load);
    log_load(run, EventKind::kLoaded, target, operation);
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Unpack& operation, OperationOutcome& outcome) {
    const StateKey source = operation.container.key();
    const ContainerRecord* const from = run.overlay.containers.get(source);
    if (from == nullptr) return Rejection{Refusal::kContainerUnknown, source.hex()};
    if (auto refused = check_open(run, source)) return refused;
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const auto judge = [&](const auto& record) {
        return record.container == source ? Refusal::kNone : Refusal::kNotInThisContainer;
    };
    if (auto refused = batch.judge_all(ItemOperation::kUnpack, judge)) return refused;
    EventLog log(run, EventKind::kUnpacked, source.hex(), std::to_string(from->event_count));
    Load load;
    run.overlay.reserve_side(operation.items.size() + operation.containers.size());
    batch.change_all(ItemOperation::kUnpack, [&](const StateKey& key, auto& record) {
        load.add(record);
        record.container = StateKey{};
        record.custodian = run.actor.id;
        log.append(key, record);
        run.overlay.erase_index(content_key(source, key, record));
    });
    remove_load(run, source, load);
    log_load(run, EventKind::kUnloaded, source, {operation.container, operation.items, operation.containers});
    for (const StateKey& key : operation.containers.keys()) close_if_empty(run, key);
    close_if_empty(run, source);
    return std::nullopt;
}

Verdict take_count(Run& run, const op::Receive& operation, OperationOutcome& outcome) {
    const StateKey container = operation.containers.front().key();
    const ContainerRecord record = *run.overlay.containers.get(container);
    const bool named = !operation.missing.empty() || !operation.surplus.empty();
    if (named && *operation.counted + operation.missing.size() != record.items + operation.surplus.size())
        return Rejection{Refusal::kCountMismatch,
                         fmt::format("the container holds {} items; {} counted, {} missing, {} surplus", record.items,
                                     *operation.counted, operation.missing.size(), operation.surplus.size())};
    OperationOutcome found;
    ItemBatch missing(run, operation.missing, found);
    const auto judge = [&](const ItemRecord& item) {
        return is_within(run, item.container, container) ? Refusal::kNone : Refusal::kNotInThisContainer;
    };
    if (auto refused = missing.judge_all(ItemOperation::kMiss, judge)) {
        refused->detail = "missing: " + refused->detail;
        return refused;
    }
    EventLog log(run, EventKind::kMissing, container.hex(), {});
    missing.change_all(ItemOperation::kMiss, [&](const StateKey& key, ItemRecord& item) {
        log.set_detail(std::to_string(run.overlay.containers.get(item.container)->event_count));
        run.overlay.erase_index(content_key(item.container, key, item));
        remove_load(run, std::exchange(item.container, StateKey{}), {1, 1, 0});
        item.custodian = record.custodian;
        log.append(key, item);
    });
    EventLog surplus(run, EventKind::kSurplus, container.hex(), {});
    for (const StateKey& key : operation.surplus.keys()) {
        ItemSlot& slot = run.overlay.items.slot(key);
        if (!slot.record) return Rejection{Refusal::kItemUnknown, "surplus: " + key.hex()};
        if (is_within(run, slot.record->container, container))
            return Rejection{Refusal::kCountMismatch, "surplus, but in the container: " + key.hex()};
        surplus.append(key, run.overlay.items.change(slot));
    }
    outcome.accepted = 0;
    return std::nullopt;
}

std::string describe_count(Run& run, const op::Receive& operation) {
    // The missing have left it by now.
    const std::uint64_t content = run.overlay.containers.get(operation.containers.front().key())->items;
    return fmt::format("counted {} of {}; missing {}, surplus {}", *operation.counted,
                       content + operation.missing.size(), operation.missing.size(), operation.surplus.size());
}

}  // namespace touchstone::ledger
