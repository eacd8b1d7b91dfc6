// What a local network starts from: the sample organisations, or those of a template that somebody wrote.
//
// A template is a genesis.json without `time`, `validators` and the organisations' `keys`: the network makes these.
// Values only; nothing is written here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/rules/genesis.h"

namespace touchstone::tools {

struct Founding {
    ledger::Genesis genesis;             // no keys and no validators yet
    std::vector<std::string> operators;  // organisations that run the validators, in turn
};

Founding sample_founding();
// The validators are run by the template's organisations in their order. Errors: file_unreadable, bad_template (names
// what devnet makes itself), genesis_malformed.
Result<Founding> founding_from(const std::filesystem::path& file);

}  // namespace touchstone::tools
