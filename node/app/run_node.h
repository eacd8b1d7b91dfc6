// One node as a process: home folder, log, node, RPC server, until a signal or a fault ends it.
#pragma once

#include "node/app/config.h"

namespace touchstone::node {

// Runs until SIGINT or SIGTERM; answers the exit status: 0 after a signal, 1 after a fault (which the log names).
// Errors before it runs: those of the config, the home, the key file and Node::open.
Result<int> run_node(const Config& config, const std::string& passphrase);

}  // namespace touchstone::node
