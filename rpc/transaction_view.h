// A transaction as people and programs want to see it: which operation touched what.
#pragma once

#include <optional>
#include <span>

#include "ledger/rules/execute.h"
#include "rpc/caller.h"
#include "rpc/json_writer.h"
#include "rpc/node_api.h"

namespace touchstone::rpc {

// Item keys of each operation, in order; an operation without items has none. Empty for a transaction that does not
// parse (a block holds none).
std::vector<std::vector<Hash256>> operation_items(const ledger::ParsedTransaction& transaction);

// {id, organisation, key, valid_until, size_bytes, items, operations: [names]}
void write_summary(JsonWriter& out, const ledger::ParsedTransaction& transaction);

// One object for each operation that was applied: {kind, transaction, index, actor, other, detail, gtin, lot, items}.
// `items` names the accepted ones.
void write_operation_events(JsonWriter& out, const ledger::ParsedTransaction& transaction,
                            const ledger::TransactionOutcome& outcome);

// The organisation signed it, or is named in one of its operations as the other party; or it oversees.
bool may_see(const Caller& caller, const ledger::ParsedTransaction& transaction);

// nullptr when it does not parse.
ledger::ParsedTransactionPtr parse_stored(const ledger::SignedTransactionPtr& transaction);

}  // namespace touchstone::rpc
