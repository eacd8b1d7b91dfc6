// The check that admission and execution share, over whatever state the overlay shows.
#pragma once

#include "ledger/overlay.h"

namespace touchstone::ledger {

// nullopt: the transaction may be executed in the block of this context.
std::optional<Rejection> check_admission(const ParsedInfo& transaction, const BlockContext& context, Overlay& overlay);

}  // namespace touchstone::ledger
