// A complete local network: keys, a genesis, one home folder and one process per node.
//
// Layout of its folder: genesis.json; orgs/<id>.key (passphrase "devnet"); node0 …: home folders, with node.log and
// pid. Validators are of acme, borea, swift and bazaar in turn, and have their vaults. JSON-RPC of node i is on
// 127.0.0.1:(8545 + i), its admin listener on 9545 + i, its peers' port 7545 + i; another base moves all three. The
// keys guard nothing: they are for trying things out on one machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/records/records.h"

namespace touchstone::tools {

inline constexpr const char* kDevnetPassphrase = "devnet";

struct DevnetPlan {
    std::filesystem::path dir;
    unsigned validators = 4;
    unsigned observers = 0;
    unsigned rpc_port = 8545;
    std::vector<std::string> settings;  // KEY=VALUE for every node's config.toml
    std::filesystem::path genesis;      // template (tools/devnet/devnet_founding.h); empty: the sample organisations
};

struct DevnetNode {
    std::string name;  // folder within dir
    std::string rpc_url;
    std::string admin_url;
    bool validator = true;
};

// Makes the folder, or uses the one that is there when it has a genesis.json. Errors: devnet_io, usage (a template for
// a folder that has its chain), genesis_invalid, those of templates and of home folders.
[[nodiscard]] Status prepare_devnet(const DevnetPlan& plan);
// The nodes of a prepared folder, in order. Error: devnet_missing.
Result<std::vector<DevnetNode>> devnet_nodes(const std::filesystem::path& dir);
// Those of the folder's genesis. Errors: file_unreadable, genesis_malformed.
Result<std::vector<ledger::OrganisationRecord>> devnet_organisations(const std::filesystem::path& dir);
// Starts every node that does not run, as a process of its own. Error: devnet_start (names the node and its last log
// lines).
[[nodiscard]] Status start_devnet(const std::filesystem::path& dir);
// Waits until all answer as ready. Errors: devnet_not_ready (says which, and why), devnet_start (one has ended).
[[nodiscard]] Status wait_ready(const std::filesystem::path& dir, unsigned seconds_max);
// Ends every node and waits for it; answers how many ran.
Result<unsigned> stop_devnet(const std::filesystem::path& dir);
// The pid of a node that runs, else 0.
int running_pid(const std::filesystem::path& node_home);

}  // namespace touchstone::tools
