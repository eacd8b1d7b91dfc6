// Whom a container concerns: found in its own record and events, in those of the containers that it was in, and in who
// owns what is in it.
//
// Pure functions of a view; any thread. Bounds: to whom a container is refused, it is refused after the same work whether
// there is one or not, and whatever is in it: so many reads of records, events and lists, those that find nothing
// included. The names of containers can be guessed, and time would tell what words do not. What a bound cuts off, the
// caller shows by naming an item.
#pragma once

#include "ledger/schema/units.h"
#include "rpc/method.h"

namespace touchstone::rpc {

// Of a member's right: the newest events of the container, and of the containers around it.
inline constexpr std::size_t kProbedEvents = 128;
// Lists of what is in a container, and items of these lists.
inline constexpr std::size_t kProbedLists = 8;
inline constexpr std::size_t kProbedItems = 16;
// Of the right of who names an item: his item's and of all that it was in.
inline constexpr std::size_t kWalkedEventsMax = 20'000;

// `bytes`: of the record under the key; `container`: nullopt when there is none, or a record of another kind.
struct FoundContainer {
    std::optional<Bytes> bytes;
    std::optional<ledger::ContainerRecord> container;
};
Result<FoundContainer, RpcError> find_container(const ReadView& view, const ledger::StateKey& key);

// Who has it now, made it, or owns one of the first items in it: what is in it is for these. Overseers always. Who had
// it before may know what happened to it (is_party), and not what others put into it since.
Result<bool, RpcError> has_it(const ReadView& view, const ledger::StateKey& container, const Caller& caller);
// One of these, or an organisation that packed it, held it or is to receive it, alone or inside another container.
Result<bool, RpcError> is_party(const ReadView& view, const ledger::StateKey& container, const Caller& caller);
// The caller owns the item, and it is in the container now, at any level.
Result<bool, RpcError> owns_in(const ReadView& view, const ledger::StateKey& item, const ledger::StateKey& container,
                               const Caller& caller);
// The item is or was in the container, at any level, while that was in it: what a container is packed into after the item
// has left it is not where the item was.
Result<bool, RpcError> was_in(const ReadView& view, const ledger::StateKey& item, const ledger::StateKey& container);

// The containers whose SSCC has this commitment: each organisation may have one.
Result<std::vector<ledger::ContainerName>, RpcError> containers_named(const ReadView& view, const Hash256& commitment);
// The outermost container around one, which is that one itself when it is in none; nullopt: there is no such container.
Result<std::optional<ledger::ContainerRecord>, RpcError> outermost(const ReadView& view, const ledger::StateKey& container);

}  // namespace touchstone::rpc
