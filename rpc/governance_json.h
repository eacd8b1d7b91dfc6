// Proposals, their changes, validators and parameters as the JSON of docs/rpc.md; see rpc/record_json.h for the forms.
#pragma once

#include "ledger/records/governance_records.h"
#include "ledger/records/parameters.h"
#include "rpc/json_writer.h"

namespace touchstone::rpc {

// Its kind, and its fields as `touchstone propose` takes them; what stays as it is is null.
void write_change(JsonWriter& out, const ledger::Change& change);
// `now`: the chain's clock, by which an open proposal may be too old.
void write_proposal(JsonWriter& out, const ledger::ProposalRecord& proposal, WallTime now);
// {organisation, name, key}, within an open object.
void write_validator_fields(JsonWriter& out, const ledger::GenesisValidator& validator);
void write_parameters(JsonWriter& out, const ledger::Parameters& parameters);

}  // namespace touchstone::rpc
