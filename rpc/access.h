// Who may call a method. Every entry of the dispatch table states it; docs/access.md is generated from the table.
//
// What anybody needs to verify an item whose code he holds is public. What would tell one organisation's volumes, lists
// or licences to another is not. Values only; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace touchstone::rpc {

enum class Access : std::uint8_t {
    kPublic,         // anybody
    kHolder,         // parties, overseers, and whoever names an item that is or was in the container
    kMember,         // organisations of the ledger; what is another's stays out of the answer
    kParty,          // organisations that made it, have it in hand or are to get it; overseers
    kOwnOrOverseer,  // the organisation that it is about; overseers
    kOverseer,       // organisations with the role regulator or auditor
    kNodeOwner,      // the organisation whose node this is
};
inline constexpr std::size_t kAccessCount = 7;

std::string_view name_of(Access access);     // "public", "holder", "member", …
std::string_view meaning_of(Access access);  // a sentence for the documentation

}  // namespace touchstone::rpc
