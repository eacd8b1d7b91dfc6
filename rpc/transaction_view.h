// A transaction as people and programs want to see it: which operation touched what. All of it follows from the
// descriptions of the operations (ledger/schema/fields.h).
#pragma once

#include <span>

#include "ledger/rules/execute.h"
#include "rpc/caller.h"
#include "rpc/json_writer.h"
#include "rpc/node_api.h"

namespace touchstone::rpc {

// {id, organisation, key, valid_until, size_bytes, items, operations: [names]}
void write_summary(JsonWriter& out, const ledger::ParsedTransaction& transaction);

// Every operation with all its fields (rpc/operation_json.h), as an array.
void write_operations(JsonWriter& out, const ledger::ParsedTransaction& transaction);

// The members applied, refusal and operations of an open object. The operations name the refused units; none: the
// transaction did not parse.
void write_outcome(JsonWriter& out, const ledger::TransactionOutcome& outcome,
                   std::span<const ledger::Operation> operations);

// One object for each operation that was applied and leaves events: {kind, transaction, operation, actor, other, detail,
// gtin, lot, reference, container, items, containers, fields}. What stands in `other` to `container` is the first field
// of its form that is set: an organisation, a text, a GTIN (or that of all items), a lot, a digest, a container.
// `items` and `containers` name the accepted ones.
void write_operation_events(JsonWriter& out, const ledger::ParsedTransaction& transaction,
                            const ledger::TransactionOutcome& outcome);

// The organisation signed it, or one of its operations concerns it; or it oversees.
bool may_see(const Caller& caller, const ledger::ParsedTransaction& transaction);

// nullptr when it does not parse.
ledger::ParsedTransactionPtr parse_stored(const ledger::SignedTransactionPtr& transaction);

}  // namespace touchstone::rpc
