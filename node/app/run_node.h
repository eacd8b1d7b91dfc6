// One node as a process: home folder, log, node, RPC server, until a signal or a fault ends it.
#pragma once

#include "node/app/config.h"

namespace touchstone::node {

// Passphrases: of node.key, of the vault and of organisation.key; the latter two are empty when there is none.
struct NodeSecrets {
    std::string node;
    std::string vault = {};
    std::string organisation = {};
};

// Runs until SIGINT or SIGTERM; answers the exit status: 0 after a signal, 1 after a fault (which the log names).
// Errors before it runs: those of the config, the home, the key files, the vault and Node::open.
Result<int> run_node(const Config& config, const NodeSecrets& secrets);

}  // namespace touchstone::node
