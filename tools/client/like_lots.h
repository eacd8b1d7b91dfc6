// Lots that look like one that nothing was registered for: a recall of a lot that nobody made recalls nothing, and its
// author should hear so while the goods are still on sale.
//
// Pure, but for note_like_lots, which asks a node. One thread.
#pragma once

#include "tools/client/single_operation.h"

namespace touchstone::tools {

// Those of `lots` that are `wanted` but for case, O and 0, I, L and 1, and blanks, hyphens, dots, slashes and
// underscores, or but for one character; the nearest first.
std::vector<std::string> like_lots(std::string_view wanted, const std::vector<std::string>& lots);

// For an operation that was refused with lot_unknown: names such lots of its product, and what to do now. Does nothing
// for an operation without a lot; who can not be asked names none.
void note_like_lots(const ledger::Operation& operation, const GlobalOptions& options, AnswerNotes notes);

}  // namespace touchstone::tools
