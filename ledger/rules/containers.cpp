// Containers: items and containers in a container, several levels deep.
//   Pack, Unpack   who holds the outermost container, while it is at rest. What is stolen, quarantined or recalled is
//                  not packed: afterwards nothing would stop it from moving
//   Receive        with a count, or with a scan that names what is missing and what is there unexpectedly. What was
//                  scanned twice counts once. A surplus code that the ledger does not know, or that is of goods of
//                  others, sold or ended is reported in the outcome and hinders nothing; an event is written only into
//                  the histories of goods that the receiver has to do with. What is missing gets the receiver's mark,
//                  which goes when it finds the item in a container, in a shipment or as a surplus
#include "ledger/rules/containers.h"

#include <fmt/format.h>

#include <unordered_set>

#include "ledger/records/index.h"
#include "ledger/rules/claims.h"
#include "ledger/rules/loads.h"

namespace touchstone::ledger {
namespace {

// The outermost container must be at rest in the actor's hands.
Verdict check_open(Run& run, const StateKey& container) {
    const ContainerRecord& outer = outermost(run, container);
    if (outer.custodian != run.actor.id)
        return Rejection{Refusal::kNotCustodian, fmt::format("container {}", container.hex())};
    if (outer.state == ItemState::kLost)
        return Rejection{Refusal::kDecommissioned, fmt::format("container {} is lost", container.hex())};
    if (outer.state != ItemState::kActive)
        return Rejection{Refusal::kContainerMoving, fmt::format("container {}", container.hex())};
    return std::nullopt;
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

ContainerRecord& open_container(Run& run, const ContainerName& name) {
    ContainerSlot& slot = run.overlay.containers.slot(name.key());
    if (slot.record) return run.overlay.containers.change(slot);
    run.overlay.put_index(container_index_key(name.commitment, name.maker));
    ContainerRecord made;
    made.maker = name.maker;
    made.custodian = run.actor.id;
    made.created_at = run.block.time;
    made.salt = first_salt(run, name.key());
    return run.overlay.containers.create(slot, std::move(made));
}

// What a scan named, each once: a code that was scanned twice is one item.
struct Distinct {
    Items items;
    std::vector<std::uint32_t> places;  // of each, among all units of the operation

    Distinct(const Items& scanned, std::uint32_t first, std::vector<ItemOutcome>& notes) {
        std::unordered_set<StateKey> seen;
        std::uint32_t place = first;
        for (const ItemName& name : scanned.names()) {
            if (seen.insert(name.key()).second) {
                items.add(name);
                places.push_back(place);
            } else {
                notes.push_back({place, Refusal::kItemRepeated});
            }
            ++place;
        }
    }
};

// Takes the missing out of the container, back into their sender's hands, where the receiver's mark stays on them until
// they turn up.
Verdict take_missing(Run& run, const Items& items, const StateKey& container) {
    const std::string sender = run.overlay.containers.get(container)->custodian;
    OperationOutcome found;
    ItemBatch missing(run, items, found);
    const auto judge = [&](const ItemRecord& item) {
        return is_within(run, item.container, container) ? Refusal::kNone : Refusal::kNotInThisContainer;
    };
    if (auto refused = missing.judge_all(ItemOperation::kMiss, judge)) {
        refused->detail = "missing: " + refused->detail;
        return refused;
    }
    EventLog log(run, EventKind::kMissing, container.hex(), {});
    FoundGoods found_goods(run);
    missing.change_all(ItemOperation::kMiss, [&](const StateKey& key, ItemRecord& item) {
        log.set_detail(std::to_string(run.overlay.containers.get(item.container)->event_count));
        const bool was_found = was_lost(run, item.container);
        run.overlay.erase_index(content_key(item.container, key, item));
        remove_load(run, std::exchange(item.container, StateKey{}), {1, 1, 0});
        item.custodian = sender;
        put_flag(run, item, ItemFlag::kMissing);
        log.append(key, item);
        if (was_found) found_goods.hold(key, item);
    });
    return std::nullopt;
}

// Into whose history a receiver's find belongs: goods that it has to do with, or has missed itself.
bool is_related(Run& run, const ItemRecord& item) {
    const std::string& actor = run.actor.id;
    return holder_of(run, item) == actor || item.owner == actor || item.receiver == actor ||
           item.has(ItemFlag::kMissing, actor);
}

// Why a find deserves attention, kNone for goods of the receiver's own.
Refusal alert_of(Run& run, const ItemRecord& item) {
    if (item.state == ItemState::kSold) return Refusal::kAlreadySold;
    if (item.state >= ItemState::kExported) return Refusal::kDecommissioned;
    return is_related(run, item) ? Refusal::kNone : Refusal::kNotRelated;
}

// Answers how many of them the ledger does not know. None of them hinders the receipt.
std::size_t note_surplus(Run& run, const Distinct& surplus, const StateKey& container,
                         std::vector<ItemOutcome>& notes) {
    EventLog log(run, EventKind::kSurplus, container.hex(), {});
    std::size_t unknown = 0;
    for (std::size_t i = 0; i < surplus.items.size(); ++i) {
        const StateKey& key = surplus.items.keys()[i];
        ItemSlot& slot = run.overlay.items.slot(key);
        const Refusal alert = slot.record ? alert_of(run, *slot.record) : Refusal::kItemUnknown;
        if (alert != Refusal::kNone) notes.push_back({surplus.places[i], alert});
        unknown += slot.record ? 0 : 1;
        if (!slot.record || !is_related(run, *slot.record)) continue;
        ItemRecord& item = run.overlay.items.change(slot);
        clear_flag(item, ItemFlag::kMissing, run.actor.id);
        log.append(key, item);
    }
    return unknown;
}

}  // namespace

// With their names: whoever may open the container is told what to look for.
template <class Name>
static void list_contents(Run& run, const StateKey& container, ContentKind kind, const Units<Name>& units) {
    std::size_t place = 0;
    for (const UnitGroup& group : units.groups())
        for (const Hash256& commitment : group.commitments)
            run.overlay.put_index(content_index_key(container, kind, units.keys()[place++]),
                                  content_index_value(group.of, commitment));
}

template <>
Verdict apply(Run& run, const op::Pack& operation, OperationOutcome& outcome) {
    const StateKey target = operation.container.key();
    const ContainerRecord* const known = run.overlay.containers.get(target);
    if (operation.container.maker != run.actor.id && (known == nullptr || !may_know(run, *known)))
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
                               return container.levels() + above <= kLevelsMax ? Refusal::kNone
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
    });
    list_contents(run, target, ContentKind::kItem, operation.items);
    list_contents(run, target, ContentKind::kContainer, operation.containers);
    add_load(run, target, load);
    log_load(run, EventKind::kLoaded, target, {operation.items.size(), operation.containers.size()});
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Unpack& operation, OperationOutcome& outcome) {
    const StateKey source = operation.container.key();
    const ContainerRecord* const from = run.overlay.containers.get(source);
    if (from == nullptr || !may_know(run, *from)) return Rejection{Refusal::kContainerUnknown, source.hex()};
    if (auto refused = check_open(run, source)) return refused;
    UnitBatch batch(run, operation.items, operation.containers, outcome);
    const auto judge = [&](const auto& record) {
        return record.container == source ? Refusal::kNone : Refusal::kNotInThisContainer;
    };
    if (auto refused = batch.judge_all(ItemOperation::kUnpack, judge)) return refused;
    EventLog log(run, EventKind::kUnpacked, source.hex(), std::to_string(from->event_count));
    const bool found = was_lost(run, source);
    FoundGoods found_goods(run);
    Load load;
    run.overlay.reserve_side(operation.items.size() + operation.containers.size());
    batch.change_all(ItemOperation::kUnpack, [&](const StateKey& key, auto& record) {
        load.add(record);
        record.container = StateKey{};
        record.custodian = run.actor.id;
        note_arrival(run, record);
        log.append(key, record);
        if (found) found_goods.hold(key, record);
        run.overlay.erase_index(content_key(source, key, record));
    });
    remove_load(run, source, load);
    log_load(run, EventKind::kUnloaded, source, {operation.items.size(), operation.containers.size()});
    for (const StateKey& key : operation.containers.keys()) close_if_empty(run, key);
    close_if_empty(run, source);
    return std::nullopt;
}

Verdict take_count(Run& run, const op::Receive& operation, OperationOutcome& outcome, std::string& told) {
    const StateKey container = operation.containers.front().key();
    const std::uint64_t content = run.overlay.containers.get(container)->items;
    std::vector<ItemOutcome> notes;
    const auto first = static_cast<std::uint32_t>(operation.items.size() + operation.containers.size());
    const Distinct missing(operation.missing, first, notes);
    const Distinct surplus(operation.surplus, first + static_cast<std::uint32_t>(operation.missing.size()), notes);
    const bool named = !operation.missing.empty() || !operation.surplus.empty();
    if (named && *operation.counted + missing.items.size() != content + surplus.items.size())
        return Rejection{Refusal::kCountMismatch,
                         fmt::format("the container holds {} items; {} counted, {} missing, {} surplus", content,
                                     *operation.counted, missing.items.size(), surplus.items.size())};
    for (const StateKey& key : surplus.items.keys()) {
        const ItemRecord* const item = run.overlay.items.get(key);
        if (item != nullptr && is_within(run, item->container, container))
            return Rejection{Refusal::kCountMismatch, "surplus, but in the container: " + key.hex()};
    }
    if (auto refused = take_missing(run, missing.items, container)) return refused;
    const std::size_t unknown = note_surplus(run, surplus, container, notes);
    told = fmt::format("counted {} of {}; missing {}, surplus {}", *operation.counted, content, missing.items.size(),
                       surplus.items.size());
    if (unknown > 0) told += fmt::format(", {} of them unknown", unknown);
    std::sort(notes.begin(), notes.end(),
              [](const ItemOutcome& a, const ItemOutcome& b) { return a.index < b.index; });
    outcome.refused = std::move(notes);
    return std::nullopt;
}

}  // namespace touchstone::ledger
