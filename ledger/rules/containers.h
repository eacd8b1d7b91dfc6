// What a receiver found in a container, judged and recorded together with its receipt.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// Takes the missing items out of the container, back to its sender, and notes the surplus. Precondition: the container
// has been judged, and not been changed yet. `told`: "counted 9998 of 10000; missing 3, surplus 1". The outcome names
// what was scanned twice and which surplus deserves attention by places among all units of the operation: items,
// containers, missing, surplus.
Verdict take_count(Run& run, const op::Receive& operation, OperationOutcome& outcome, std::string& told);

}  // namespace touchstone::ledger
