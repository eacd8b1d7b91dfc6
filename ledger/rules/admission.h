// The checks that admission and execution share, over whatever state the overlay shows. nullopt: nothing is wrong.
#pragma once

#include "ledger/rules/overlay.h"

namespace touchstone::ledger {

// Chain, validity, and that it was not recorded before: may it stand in the block of this context?
std::optional<Rejection> check_placement(const ParsedInfo& transaction, const BlockContext& context, Overlay& overlay);
// Is its organisation there, and its key in force?
std::optional<Rejection> check_signer(const ParsedInfo& transaction, const BlockContext& context, Overlay& overlay);

}  // namespace touchstone::ledger
