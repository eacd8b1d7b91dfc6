// A transaction as people and programs want to see it: which operation touched what. All of it follows from the
// descriptions of the operations (ledger/schema/fields.h).
#pragma once

#include <span>

#include "ledger/rules/execute.h"
#include "rpc/caller.h"
#include "rpc/json_writer.h"
#include "rpc/node_api.h"

namespace touchstone::rpc {

// Which operations of a transaction a caller is shown: all, where he signed it or oversees; else those that concern him.
// Who is named by one of them has no business with the others.
struct Shown {
    std::vector<std::size_t> operations;  // their places
    bool all = false;
};
Shown shown_to(const Caller& caller, const ledger::ParsedTransaction& transaction);
Shown everything_of(const ledger::ParsedTransaction& transaction);

// {id, organisation, key, valid_until, size_bytes, items, operations: [names]}; size_bytes and items are null where not
// everything is shown.
void write_summary(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown);

// The shown operations with all their fields (rpc/operation_json.h), as an array.
void write_operations(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown);

// The members applied, refusal and operations (those that are shown, with the refused units named) of an open object.
void write_outcome(JsonWriter& out, const ledger::TransactionOutcome& outcome,
                   const ledger::ParsedTransaction& transaction, const Shown& shown);

// What a reader of events is told of: everything, or what concerns his organisation.
enum class Told : std::uint8_t { kAll, kConcerned };
std::string_view name_of(Told told);  // "all", "concerned"
Told told_to(const Caller& caller);

// One object for each operation that was applied, leaves events and is for the caller: {kind, transaction, operation, actor, other, detail,
// gtin, lot, reference, container, items, containers, fields}. What stands in `other` to `container` is the first field
// of its form that is set: an organisation, a text, a GTIN (or that of all items), a lot, a digest, a container.
// `items` and `containers` name the accepted ones.
// Of an operation is told who signed it, whom it names, who has a part in what it touched, and who oversees; of recalls
// and flags every member. Answers how many there are.
std::size_t write_operation_events(JsonWriter& out, const ledger::ParsedTransaction& transaction,
                                   const ledger::TransactionOutcome& outcome, const Caller& caller);

// The organisation signed it, or one of its operations concerns it; or it oversees.
bool may_see(const Caller& caller, const ledger::ParsedTransaction& transaction);

// nullptr when it does not parse.
ledger::ParsedTransactionPtr parse_stored(const ledger::SignedTransactionPtr& transaction);

}  // namespace touchstone::rpc
