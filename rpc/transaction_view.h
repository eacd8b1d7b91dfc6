// A transaction as people and programs want to see it: which operation touched what. All of it follows from the
// descriptions of the operations (ledger/schema/fields.h).
#pragma once

#include <span>

#include "ledger/rules/execute.h"
#include "rpc/caller.h"
#include "rpc/json_writer.h"
#include "rpc/node_api.h"

namespace touchstone::rpc {

// What a caller is shown of one operation: all of it, where he signed it, it names him or he oversees; else, where he has
// a part in what it touched, those of its units that are his (`units`), and not how many others there are.
struct ShownOperation {
    std::size_t place = 0;
    bool whole = true;
    std::vector<ledger::UnitRun> units = {};  // by their places in the operation; unless it is shown whole
};

// Who is named by one operation of a transaction has no business with the others.
struct Shown {
    std::vector<ShownOperation> operations;
    bool all = false;  // every operation, whole
    bool anything() const { return all || !operations.empty(); }
};
Shown shown_to(const Caller& caller, const ledger::ParsedTransaction& transaction,
               const ledger::TransactionOutcome& outcome);
Shown everything_of(const ledger::ParsedTransaction& transaction);

// {id, organisation, key, valid_until, size_bytes, items, operations: [names]}; size_bytes and items are null where not
// everything is shown.
void write_summary(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown);

// The shown operations with all their fields (rpc/operation_json.h), as an array. Of one that is not shown whole: with
// the caller's own units, without counts and what is only mentioned, and `left_out`, whether it has units of others.
void write_operations(JsonWriter& out, const ledger::ParsedTransaction& transaction, const Shown& shown);

// The members applied, refusal and operations (those that are shown, with the refused units named) of an open object. Of
// one that is not shown whole, `accepted` counts the caller's own units.
void write_outcome(JsonWriter& out, const ledger::TransactionOutcome& outcome,
                   const ledger::ParsedTransaction& transaction, const Shown& shown);

// What a reader of events is told of: everything, or what concerns his organisation.
enum class Told : std::uint8_t { kAll, kConcerned };
std::string_view name_of(Told told);  // "all", "concerned"
Told told_to(const Caller& caller);

// One object for each operation that was applied, leaves events and is for the caller: {kind, transaction, operation, actor, other, detail,
// gtin, lot, reference, container, items, containers, left_out, fields}. What stands in `other` to `container` is the first field
// of its form that is set: an organisation, a text, a GTIN (or that of all items), a lot, a digest, a container.
// `items` and `containers` name the accepted ones, as far as they are shown.
// Of an operation is told who signed it, whom it names, who has a part in what it touched, and who oversees; of recalls
// and flags every member. Answers how many there are.
std::size_t write_operation_events(JsonWriter& out, const ledger::ParsedTransaction& transaction,
                                   const ledger::TransactionOutcome& outcome, const Caller& caller);

// nullptr when it does not parse.
ledger::ParsedTransactionPtr parse_stored(const ledger::SignedTransactionPtr& transaction);

}  // namespace touchstone::rpc
