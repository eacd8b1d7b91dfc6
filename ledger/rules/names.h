// Names of organisations, of which no two read alike. One block's thread.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// Whether the organisation may be called so. Changes nothing.
Verdict check_name(Run& run, const std::string& organisation, std::string_view name);
// From now on it is called so; `before` is free again (empty: it had none). Precondition: check_name().
void assign_name(Run& run, const std::string& organisation, std::string_view before, std::string_view name);

}  // namespace touchstone::ledger
