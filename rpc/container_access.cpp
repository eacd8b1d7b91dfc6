#include "rpc/container_access.h"

#include <set>

namespace touchstone::rpc {
namespace {

// Whether `wanted` holds of any event of the subject, or of the containers that it was in.
Result<bool, RpcError> any_event(const ReadView& view, const Hash256& subject,
                                 const std::function<bool(const ledger::Event&)>& wanted) {
    std::set<Hash256> met{subject};
    std::vector<Hash256> open{subject};
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
                if (const auto around = Hash256::from_hex(event->other); around && met.insert(*around).second)
                    open.push_back(*around);
            return !found && --left > 0;
        });
        if (!scanned.ok()) return from_error(scanned.error());
    }
    return found;
}

}  // namespace

Result<bool, RpcError> is_party(const ReadView& view, const Hash256& container, const Caller& caller) {
    if (caller.oversees()) return true;
    if (!caller.known()) return false;
    return any_event(view, container, [&](const ledger::Event& event) {
        return event.actor == caller.organisation || event.other == caller.organisation;
    });
}

Result<bool, RpcError> was_in(const ReadView& view, const Hash256& item, const Hash256& container) {
    const std::string wanted = container.hex();
    return any_event(view, item, [&](const ledger::Event& event) {
        return event.kind == ledger::EventKind::kPacked && event.other == wanted;
    });
}

}  // namespace touchstone::rpc
