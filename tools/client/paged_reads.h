// Lists that nodes answer in pages. One thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/client/rpc_client.h"

namespace touchstone::tools {

// All pages of `method`, whose list is its answer's `member`. Errors: those of the calls, rpc_malformed.
Result<nlohmann::json> fetch_all(RpcClient& client, const std::string& method, const std::string& member,
                                 nlohmann::json params);

}  // namespace touchstone::tools
