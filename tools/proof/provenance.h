// Where an item has been: its own events joined with those of the containers it was in, while it was in them. Every
// chain of events is fetched whole and checked against the head that a proven record holds.
//
// One thread. Errors: unproven (what did not hold), and those of the calls.
#pragma once

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "tools/proof/light_client.h"
#include "tools/client/rpc_client.h"

namespace touchstone::tools {

struct ProvenEvent {
    ledger::Event event;
    ledger::StateKey container;  // whose event it is; zero: the item's own
};

struct Provenance {
    ProvenItem proven;
    std::vector<ProvenEvent> events;  // in the order of the chain
    std::size_t containers = 0;       // how many the item was in, at all levels
};

// All pages of item_history or container_history: the events' canonical bytes, and the last page whole. Nothing of it
// is checked. Error: unproven when an answer holds no events, or when there are many more of them than `count_of` says
// of the first page; beside those of the calls.
struct EventPages {
    std::vector<Bytes> events;
    nlohmann::json last;
};
// `subject`: params_of an item; of a container, its key with an item that was in it, which opens it to whoever may see
// that item.
// A node can answer pages without end, so the number is bounded: by what a page proves, or else by kEventsMax.
using CountOf = std::function<Result<std::size_t>(const nlohmann::json& page)>;
inline constexpr std::size_t kEventsMax = 100'000;
Result<EventPages> fetch_events(RpcClient& client, const char* method, const nlohmann::json& subject,
                                const CountOf& count_of = {});

// The answer of item_verify, checked. The node learns the commitment of the serial and not the serial.
Result<ProvenItem> fetch_item(const Trust& trust, const ItemQuery& query, RpcClient& client);

// Of a serial that is proven never to have been registered: without an item and without events.
Result<Provenance> fetch_provenance(const Trust& trust, const ItemQuery& query, RpcClient& client);

// How far the events of a container are those of what left it, or what left a container in it.
struct Bound {
    Height height;                  // of the block in which it left, or up to which it is proven to be there
    std::optional<Hash256> before;  // it had left before what this transaction did: the receipt whose scan missed it

    bool holds(const ledger::Event& event) const {
        return event.height <= height && event.transaction_id != before;
    }
};

// One stay of a subject in a container, as its events tell it: from the container's first event that is the subject's
// too up to the first that is not any more.
struct Stay {
    ledger::StateKey container;
    std::uint32_t from = 0;
    std::optional<std::uint32_t> until;
    Bound bound;

    // How many events the container had at least when the subject's own last spoke of it: a shorter history is an older
    // one, however well it is signed.
    std::uint32_t events_min() const { return std::max(from + 1, until.value_or(0)); }
};
// Error: unproven when an event names no container.
Result<std::vector<Stay>> stays_of(const std::vector<ledger::Event>& own);

}  // namespace touchstone::tools
