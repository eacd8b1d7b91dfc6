#include "rpc/container_access.h"

#include "base/limits.h"
#include "ledger/records/record_codecs.h"
#include "rpc/answer_parts.h"
#include "rpc/stays.h"

namespace touchstone::rpc {
namespace {

// A key under which there is nothing, for reads that keep the work even.
ledger::StateKey nowhere(std::size_t number) {
    Hash256 hash;
    hash.bytes.fill(0xff);
    hash.bytes[0] = static_cast<std::uint8_t>(0x80 | number);
    return ledger::StateKey::written(hash);
}

// Maker, holder or receiver of the container, or of one that it is in. One read for each level that there can be.
Result<bool, RpcError> is_in_hand(const ReadView& view, const ledger::StateKey& container, const std::string& id) {
    bool found = false;
    ledger::StateKey at = container;
    for (std::size_t level = 0; level <= limits::kContainerLevelsMax; ++level) {
        HANDLER_TRY(const FoundContainer read, find_container(view, at.is_zero() ? nowhere(level) : at));
        at = {};
        if (!read.container) continue;
        const ledger::ContainerRecord& record = *read.container;
        found = found || record.custodian == id || record.receiver == id || (level == 0 && record.maker == id);
        at = ledger::StateKey::written(record.container);
    }
    return found;
}

// Some of the items in it, at any level. Always as many lists are read.
Result<std::vector<ledger::StateKey>, RpcError> some_items(const ReadView& view, const ledger::StateKey& container) {
    std::vector<ledger::StateKey> open{container};
    std::vector<ledger::StateKey> items;
    for (std::size_t list = 0; list < kProbedLists; ++list) {
        const ledger::StateKey at = open.empty() ? nowhere(list) : open.back();
        if (!open.empty()) open.pop_back();
        std::size_t left = kProbedItems;
        const Bytes prefix = ledger::content_index_prefix(at);
        const Status scanned = view.side_scan(prefix, prefix, [&](ByteView key, ByteView) {
            const auto content = ledger::parse_content_index(key);
            if (!content) return false;
            (content->kind == ledger::ContentKind::kItem ? items : open).push_back(ledger::StateKey::written(content->key));
            return --left > 0;
        });
        if (!scanned.ok()) return from_error(scanned.error());
    }
    return items;
}

// Whether the organisation owns one of them. Always as many records are read.
Result<bool, RpcError> owns_within(const ReadView& view, const ledger::StateKey& container, const std::string& id) {
    HANDLER_TRY(const std::vector<ledger::StateKey> items, some_items(view, container));
    bool owns = false;
    for (std::size_t i = 0; i < kProbedItems; ++i) {
        HANDLER_TRY(const auto item, read_record<ledger::ItemRecord>(view, i < items.size() ? items[i] : nowhere(i)));
        owns = owns || (item && item->owner == id);
    }
    return owns;
}

// Whether it did something with the container, or was named by it, alone or inside another. Always as many events are
// read.
Result<bool, RpcError> handled(const ReadView& view, const ledger::StateKey& container, const std::string& id) {
    HANDLER_TRY(const FoundContainer read, find_container(view, container));
    const std::uint32_t count = read.container ? read.container->event_count : 0;
    StayWalk walk(view, kProbedEvents, StayWalk::Reach::kFromStay);
    const Stay newest{container, count - std::min(count, static_cast<std::uint32_t>(kProbedEvents))};
    const StayWalk::Visit visit{
        {}, [&](const ledger::Event& event) { return event.actor == id || event.other == id; }};
    HANDLER_TRY(const bool found, walk.find(newest, visit));
    if (auto error = walk.use_up(nowhere(0))) return *std::move(error);
    return found;
}

}  // namespace

Result<FoundContainer, RpcError> find_container(const ReadView& view, const ledger::StateKey& key) {
    auto bytes = view.record(key);
    if (!bytes.ok()) return from_error(bytes.error());
    FoundContainer found{*std::move(bytes), std::nullopt};
    if (!found.bytes || ledger::kind_of_record(*found.bytes) != ledger::RecordKind::kContainer) return found;
    auto container = ledger::ContainerRecord::decode(*found.bytes);
    if (!container.ok()) return from_error(container.error());
    found.container = *std::move(container);
    return found;
}

Result<bool, RpcError> has_it(const ReadView& view, const ledger::StateKey& container, const Caller& caller) {
    if (caller.oversees()) return true;
    if (!caller.known()) return false;
    HANDLER_TRY(const bool in_hand, is_in_hand(view, container, caller.organisation));
    if (in_hand) return true;
    return owns_within(view, container, caller.organisation);
}

Result<bool, RpcError> is_party(const ReadView& view, const ledger::StateKey& container, const Caller& caller) {
    HANDLER_TRY(const bool has, has_it(view, container, caller));
    if (has || !caller.known()) return has;
    return handled(view, container, caller.organisation);
}

Result<bool, RpcError> owns_in(const ReadView& view, const ledger::StateKey& item, const ledger::StateKey& container,
                               const Caller& caller) {
    HANDLER_TRY(const auto owned, read_record<ledger::ItemRecord>(view, item));
    if (!owned || !caller.known() || owned->owner != caller.organisation) return false;
    for (Hash256 at = owned->container; !at.is_zero();) {
        if (at == container.hash()) return true;
        HANDLER_TRY(const FoundContainer around, find_container(view, ledger::StateKey::written(at)));
        if (!around.container) return index_fault();
        at = around.container->container;
    }
    return false;
}

Result<bool, RpcError> was_in(const ReadView& view, const ledger::StateKey& item, const ledger::StateKey& container) {
    // Its record first: of what is no item nothing is walked.
    HANDLER_TRY(const auto known, read_record<ledger::ItemRecord>(view, item));
    if (!known) return false;
    StayWalk walk(view, kWalkedEventsMax, StayWalk::Reach::kFromItsStart);
    return walk.find(Stay{item}, {[&](const ledger::StateKey& met) { return met == container; }, {}});
}

Result<std::vector<ledger::ContainerName>, RpcError> containers_named(const ReadView& view, const Hash256& commitment) {
    std::vector<ledger::ContainerName> names;
    const Bytes prefix = ledger::container_index_prefix(commitment);
    bool sound = true;
    const Status scanned = view.side_scan(prefix, prefix, [&](ByteView key, ByteView) {
        auto entry = ledger::parse_container_index(key);
        sound = entry.has_value();
        if (sound) names.push_back({std::move(entry->maker), commitment});
        return sound;
    });
    if (!scanned.ok()) return from_error(scanned.error());
    if (!sound) return index_fault();
    return names;
}

Result<std::optional<ledger::ContainerRecord>, RpcError> outermost(const ReadView& view,
                                                                   const ledger::StateKey& container) {
    HANDLER_TRY(std::optional<ledger::ContainerRecord> at, read_record<ledger::ContainerRecord>(view, container));
    while (at && !at->container.is_zero()) {
        HANDLER_TRY(at, read_record<ledger::ContainerRecord>(view, ledger::StateKey(at->container)));
        if (!at) return index_fault();
    }
    return at;
}

}  // namespace touchstone::rpc
