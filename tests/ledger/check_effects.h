// What must hold of a state and of what a block changes in it, whatever was sent. Each function answers what is wrong;
// nullopt: nothing is. Nothing of the test framework, so that fuzzers have it too.
#pragma once

#include <map>

#include "ledger/rules/execute.h"

namespace touchstone::ledger::test {

using Fault = std::optional<std::string>;
using State = std::map<Hash256, Bytes>;

// It is of a kind, reads, is written again as it is, and stands under the key of its kind and natural key where it tells
// its natural key.
Fault fault_of_record(const Hash256& key, const Bytes& bytes);
// Records sorted and each once, of the kind that they had; each chain of events goes on from where it ended.
Fault fault_of_effects(const ReadRecord& before, const BlockEffects& effects);
// Containers count what is in them, lots, volumes, licences, reporters and the council what is theirs.
Fault fault_of_state(const State& state);

}  // namespace touchstone::ledger::test
