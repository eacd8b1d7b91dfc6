// Follows the changes of validators from the genesis to the present, with a node as the messenger: what it tells is
// checked, and what it leaves out shows, since no answer of a later epoch can be checked then.
#pragma once

#include <nlohmann/json.hpp>

#include "tools/client/client_options.h"
#include "tools/proof/light_client.h"

namespace touchstone::tools {

// Errors: those of load_trust and of the call; unproven.
Result<Trust> load_trust_and_follow(const std::string& path, RpcClient& client);

// What a method answers with the proof of one record, which is checked from the genesis on.
struct ProvenQuestion {
    const char* method;
    nlohmann::json params;
    ledger::StateKey key;  // of the record
};
// Errors: as above, and those of check_record_answer.
Result<ProvenRecord> ask_proven(const GlobalOptions& options, const ProvenQuestion& question);

}  // namespace touchstone::tools
