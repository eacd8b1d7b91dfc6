// Containers as the commands name them, and what a receiver's scan means against what the ledger has in one.
//
// One thread.
#pragma once

#include <set>

#include "tools/client/operations.h"
#include "tools/client/rpc_client.h"

namespace touchstone::tools {

// The key of an SSCC: 18 digits, with or without (00) before it. Error: bad_sscc, which names the right check digit.
Result<Hash256> container_named(std::string_view sscc);

struct Findings {
    std::optional<std::uint64_t> counted;
    std::string scan_file;  // CSV of items, or empty
    std::string gtin;       // of serials that stand alone
};
// Sets counted, missing and surplus of a receipt of one container. Errors: usage, those of the file and of the calls.
Status add_findings(const Findings& findings, RpcClient& client, Operation& receipt);

// All items in a container, at all levels. Errors: those of the calls, rpc_malformed.
Result<std::set<Hash256>> items_within(RpcClient& client, const Hash256& container);

}  // namespace touchstone::tools
