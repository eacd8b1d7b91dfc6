#include "rpc/container_access.h"

#include <set>

#include "ledger/records/record_codecs.h"
#include "rpc/answer_parts.h"

namespace touchstone::rpc {
namespace {

// Whether `wanted` holds of any event of the subject, or of the containers that it was in.
Result<bool, RpcError> any_event(const ReadView& view, const ledger::StateKey& subject,
                                 const std::function<bool(const ledger::Event&)>& wanted) {
    std::set<ledger::StateKey> met{subject};
    std::vector<ledger::StateKey> open{subject};
    std::size_t left = kWalkedEventsMax;
    bool found = false;
    while (!open.empty() && !found && left > 0) {
        const Bytes start = ledger::event_side_key(open.back(), 0);
        const ByteView prefix = ByteView(start).first(start.size() - sizeof(std::uint32_t));
        open.pop_back();
        const Status scanned = view.side_scan(prefix, start, [&](ByteView, ByteView value) {
            const auto event = ledger::Event::decode(value);
            if (!event.ok()) return false;
            found = wanted(*event);
            if (event->kind == ledger::EventKind::kPacked)
                if (const auto around = Hash256::from_hex(event->other))
                    if (const auto key = ledger::StateKey::written(*around); met.insert(key).second)
                        open.push_back(key);
            return !found && --left > 0;
        });
        if (!scanned.ok()) return from_error(scanned.error());
    }
    return found;
}

// Whether the organisation owns an item that is in the container now, at any level.
Result<bool, RpcError> owns_within(const ReadView& view, const ledger::StateKey& container, const std::string& organisation) {
    std::vector<ledger::StateKey> open{container};
    std::vector<ledger::StateKey> items;
    while (!open.empty() && items.size() < kWalkedItemsMax) {
        const Bytes prefix = ledger::content_index_prefix(open.back());
        open.pop_back();
        const Status scanned = view.side_scan(prefix, prefix, [&](ByteView key, ByteView) {
            const auto content = ledger::parse_content_index(key);
            if (!content) return false;
            (content->kind == ledger::ContentKind::kItem ? items : open).push_back(ledger::StateKey::written(content->key));
            return items.size() < kWalkedItemsMax;
        });
        if (!scanned.ok()) return from_error(scanned.error());
    }
    for (const ledger::StateKey& key : items) {
        HANDLER_TRY(const auto item, read_record<ledger::ItemRecord>(view, key));
        if (item && item->owner == organisation) return true;
    }
    return false;
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

Result<bool, RpcError> is_party(const ReadView& view, const ledger::StateKey& container, const Caller& caller) {
    if (caller.oversees()) return true;
    if (!caller.known()) return false;
    HANDLER_TRY(const bool acted, any_event(view, container, [&](const ledger::Event& event) {
                    return event.actor == caller.organisation || event.other == caller.organisation;
                }));
    if (acted) return true;
    return owns_within(view, container, caller.organisation);
}

Result<bool, RpcError> has_it(const ReadView& view, const ledger::StateKey& container, const Caller& caller) {
    if (caller.oversees()) return true;
    if (!caller.known()) return false;
    HANDLER_TRY(FoundContainer found, find_container(view, container));
    for (bool inner = true; found.container; inner = false) {
        const auto& at = found.container;
        if (at->custodian == caller.organisation || at->receiver == caller.organisation) return true;
        if (inner && at->maker == caller.organisation) return true;
        if (at->container.is_zero()) break;
        HANDLER_TRY(found, find_container(view, ledger::StateKey(at->container)));
    }
    return owns_within(view, container, caller.organisation);
}

Result<bool, RpcError> was_in(const ReadView& view, const ledger::StateKey& item, const ledger::StateKey& container) {
    const std::string wanted = container.hex();
    return any_event(view, item, [&](const ledger::Event& event) {
        return event.kind == ledger::EventKind::kPacked && event.other == wanted;
    });
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
