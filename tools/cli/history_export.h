// history --epcis: the proven histories of items as one EPCIS 2.0 document.
//
// One thread, by the command that runs.
#pragma once

#include <string>
#include <vector>

#include "tools/client/client_options.h"

namespace touchstone::tools {

struct HistoryExport {
    std::vector<std::string> items;       // Digital Links, EPC URIs; or serials and commitments of `gtin`
    std::string gtin;
    std::vector<std::string> containers;  // SSCCs that the document may name: the ledger knows their keys alone
    std::string maker;                    // of these containers, where several have used their numbers
    std::string output;                   // a file; empty: stdout
};

// Answers the exit status; the document, or the error, is written.
int run_history_export(const HistoryExport& order, const GlobalOptions& options);

}  // namespace touchstone::tools
