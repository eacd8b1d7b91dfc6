// One question about an item to every node that was named: each answer is checked by itself, and the newest of those
// that hold is the answer. A node that is cut off, or that would rather show how things were, is outdone by any other.
//
// The nodes are asked at once, each by a thread and a client of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/client/client_options.h"
#include "tools/proof/light_client.h"

namespace touchstone::tools {

// What became of one node's answer.
struct NodeWord {
    std::string url;
    Height height;               // of the block that it proves
    std::optional<Error> fault;  // why there is nothing to rely on
};

struct NewestAnswer {
    RpcClient client;  // to the node that gave it
    Trust trust;
    ProvenItem proven;
    std::vector<NodeWord> nodes;  // in the order in which they were named
};

// Errors: when no answer holds, the first one's that is not merely out of reach; those of load_trust.
Result<NewestAnswer> ask_newest(const GlobalOptions& options, const ItemQuery& query);

}  // namespace touchstone::tools
