// Follows the changes of validators from the genesis to the present, with a node as the messenger: what it tells is
// checked, and what it leaves out shows, since no answer of a later epoch can be checked then.
#pragma once

#include "tools/light_client.h"
#include "tools/rpc_client.h"

namespace touchstone::tools {

// Errors: those of load_trust and of the call; unproven.
Result<Trust> load_trust_and_follow(const std::string& path, RpcClient& client);

}  // namespace touchstone::tools
