// Countries as people type them, in any order and case, as the ledger wants them: ascending, each once.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace touchstone::tools {

// Error: bad_country names the one that is none.
Result<std::vector<std::string>> countries_from(std::vector<std::string> typed);

}  // namespace touchstone::tools
