#include "rpc/access.h"

#include <array>

namespace touchstone::rpc {
namespace {

struct AccessInfo {
    std::string_view name;
    std::string_view meaning;
};

constexpr std::array<AccessInfo, kAccessCount> kInfos{{
    {"public", "Anybody, without a word about who he is."},
    {"holder",
     "The parties, who packed it or had it in hand before, regulators and auditors; and anybody who names, in `item`, an "
     "item that is or was in the container."},
    {"member", "Any organisation of the ledger that is not suspended. Numbers of another organisation are null."},
    {"party",
     "Organisations that made it, hold it, are to receive it, or own an item in it, which they name in `item` where they "
     "own few of many; regulators and auditors."},
    {"own_or_overseer", "The organisation that it is about; regulators and auditors."},
    {"overseer", "Regulators and auditors."},
    {"node_owner", "The organisation whose node this is (`organisation.id` of its settings), and nobody else."},
}};

}  // namespace

std::string_view name_of(Access access) { return kInfos.at(static_cast<std::size_t>(access)).name; }
std::string_view meaning_of(Access access) { return kInfos.at(static_cast<std::size_t>(access)).meaning; }

}  // namespace touchstone::rpc
