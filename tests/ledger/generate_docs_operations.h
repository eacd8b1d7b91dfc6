// docs/operations-reference.md, from the ledger's own description of its operations.
#pragma once

#include <string>

std::string operations_reference();
