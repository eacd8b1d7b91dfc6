// Where goods were, and when: an item, or a container, inside other containers, as its own events and theirs tell it.
//
// An item's event `packed` names the container and the first of its events that is the item's too; `unpacked` and `missing`
// the first that is not any more. What a container is in counts only as long as the item was in that container: it is used
// again, and travels with other goods in other pallets. Where an item leaves an inner container, the block in which it
// left bounds what it shared with the outer ones; within that block all counts, as docs/containers.md joins histories.
//
// For one call, on one thread. Bound: so many events are read, then the answer is no.
#pragma once

#include <functional>

#include "ledger/records/keys.h"
#include "rpc/node_api.h"
#include "rpc/rpc_error.h"

namespace touchstone::rpc {

// Which of a subject's events count.
struct Stay {
    ledger::StateKey subject;
    std::uint32_t from = 0;
    std::uint32_t until = UINT32_MAX;  // first that does not
    Height first = Height(0);          // not those of earlier blocks
    Height last = Height(UINT64_MAX);  // nor of later ones
    bool operator==(const Stay&) const = default;
};

class StayWalk {
  public:
    // Whether what a container is in is looked for in its events before the stay as well, which costs reading them.
    enum class Reach { kFromStay, kFromItsStart };

    StayWalk(const ReadView& view, std::size_t events_max, Reach reach)
        : view_(view), left_(events_max), reach_(reach) {}

    // Both answer whether the walk may end; an empty one never.
    struct Visit {
        std::function<bool(const ledger::StateKey& container)> container;  // it was in this one, at any level
        std::function<bool(const ledger::Event&)> event;                   // counts, of the subject or of these
    };
    // Errors: those of the view.
    Result<bool, RpcError> find(const Stay& start, const Visit& visit);

    // Reads as many events as are left of the bound, of a subject that has none: so that the time does not tell how many
    // there were.
    std::optional<RpcError> use_up(const ledger::StateKey& nothing);

  private:
    struct Step {
        bool found = false;
        std::vector<Stay> around;
    };
    Result<std::optional<ledger::Event>, RpcError> read(const ledger::StateKey& subject, std::uint32_t sequence);
    Result<Step, RpcError> follow(const Stay& at, const Visit& visit);

    const ReadView& view_;
    std::size_t left_;
    const Reach reach_;
};

}  // namespace touchstone::rpc
