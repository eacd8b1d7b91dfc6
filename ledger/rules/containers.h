// What a receiver found in a container, judged and recorded together with its receipt.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// Takes the missing items out of the container, back to its sender, and notes the surplus. Precondition: the container
// has been judged, and not been changed yet.
Verdict take_count(Run& run, const op::Receive& operation, OperationOutcome& outcome);
// "counted 9998 of 10000; missing 3, surplus 1"
std::string describe_count(Run& run, const op::Receive& operation);

}  // namespace touchstone::ledger
