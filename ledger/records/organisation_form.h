// What an organisation and a validator must be in form, in a genesis and in a proposal alike. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "ledger/records/records.h"
#include "ledger/records/validator_records.h"

namespace touchstone::ledger {

// What is wrong, for people; nullopt: nothing is.
std::optional<std::string> fault_of(const OrganisationRecord& organisation);
std::optional<std::string> fault_of(const GenesisValidator& validator);

}  // namespace touchstone::ledger
