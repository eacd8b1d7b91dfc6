// What all reads of registers share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "tools/client/client_options.h"

namespace touchstone::tools {

// A command that reads, with its example below the help.
CLI::App* add_read(CLI::App& parent, const char* name, const char* summary, const char* example);
// One record, a line for each member; answers the exit status.
int show_record(const GlobalOptions& options, const std::string& method, const nlohmann::json& params);

struct ListForm {
    const char* method;
    const char* member;
    std::vector<const char*> columns;
};
// All pages of a list as one table; answers the exit status.
int show_list(const GlobalOptions& options, const ListForm& form, const nlohmann::json& params);

}  // namespace touchstone::tools
