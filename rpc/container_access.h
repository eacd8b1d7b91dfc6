// Whom a container concerns: found in its own events, in those of the containers that it was in, and in who owns what
// is in it.
//
// Pure functions of a view; any thread. Bound: kWalkedEventsMax events and kWalkedItemsMax items are read, then the
// answer is no.
#pragma once

#include "ledger/schema/units.h"
#include "rpc/method.h"

namespace touchstone::rpc {

inline constexpr std::size_t kWalkedEventsMax = 20'000;
inline constexpr std::size_t kWalkedItemsMax = 2'000;

// `bytes`: of the record under the key; `container`: nullopt when there is none, or a record of another kind.
struct FoundContainer {
    std::optional<Bytes> bytes;
    std::optional<ledger::ContainerRecord> container;
};
Result<FoundContainer, RpcError> find_container(const ReadView& view, const ledger::StateKey& key);

// An organisation that packed it, held it or is to receive it, alone or inside another container, or that owns an item
// in it. Overseers always.
Result<bool, RpcError> is_party(const ReadView& view, const ledger::StateKey& container, const Caller& caller);
// Who has it now, made it, or owns something in it: what is in it is for these. Overseers always. Who had it before may
// know what happened to it (is_party), and not what others put into it since.
Result<bool, RpcError> has_it(const ReadView& view, const ledger::StateKey& container, const Caller& caller);
// The item is or was in the container, at any level.
Result<bool, RpcError> was_in(const ReadView& view, const ledger::StateKey& item, const ledger::StateKey& container);

// The containers whose SSCC has this commitment: each organisation may have one.
Result<std::vector<ledger::ContainerName>, RpcError> containers_named(const ReadView& view, const Hash256& commitment);
// The outermost container around one, which is that one itself when it is in none; nullopt: there is no such container.
Result<std::optional<ledger::ContainerRecord>, RpcError> outermost(const ReadView& view, const ledger::StateKey& container);

}  // namespace touchstone::rpc
