// Containers as the commands name them, and what a receiver's scan means against what the ledger has in one.
//
// An SSCC names a container of each organisation that made one with it; which is meant follows from who asks, or is said.
// One thread.
#pragma once

#include <map>
#include <optional>

#include "ledger/schema/operations.h"
#include "tools/client/rpc_client.h"

namespace touchstone::tools {

// 18 digits, of an SSCC with or without (00) before it. Error: bad_sscc, which names the right check digit.
Result<std::string> sscc_from(std::string_view text);

// Who asks for a container, and which he means.
struct ContainerChoice {
    std::string self;         // the organisation that asks; may be empty
    std::string maker = {};   // said: then nobody is asked
    bool may_be_new = false;  // what `self` does not hold is a new one of its own
};
// Errors: bad_sscc, container_unknown, container_ambiguous (names the makers), those of the call.
Result<ledger::ContainerName> container_named(RpcClient& client, std::string_view sscc, const ContainerChoice& choice);

// All of this commitment that the caller has to do with. What can not be asked is not known.
struct ContainerCustody {
    std::string maker, custodian, receiver;
};
std::vector<ContainerCustody> containers_with(RpcClient& client, const Hash256& commitment);

struct Findings {
    std::string scan_file;      // CSV of items
    std::string expected_file;  // CSV of what should be there, or empty: names for what is missing
    std::string gtin;           // of serials that stand alone
    bool as_scanned = false;    // what looks like a missing item is something else all the same
};
// Items as they were scanned, or as the file of expected ones has them.
struct Found {
    std::vector<std::string> missing;
    std::vector<std::string> surplus;
};
// Sets counted, missing and surplus of a receipt of one container. Errors: usage, scan_misread (a code looks like a missing
// one), missing_unnamed, those of the files and of the calls.
Result<Found> add_findings(const Findings& findings, RpcClient& client, ledger::op::Receive& receipt);

// What is directly in a container, by state key; with the names of items where the node knows them.
struct Contents {
    std::map<ledger::StateKey, std::optional<ledger::ItemName>> items;
    std::vector<ledger::StateKey> containers;
};
Result<Contents> contents_of(RpcClient& client, const nlohmann::json& container);

}  // namespace touchstone::tools
