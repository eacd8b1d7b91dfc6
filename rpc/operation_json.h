// An operation as JSON, from its description alone (ledger/schema/fields.h): a new operation shows up here by itself.
//
// Fields have the names of transaction.proto. Texts that are empty and digests that are zero are null; dates are
// YYYY-MM-DD or null; choices are told by name; digests and keys are hexadecimal, bytes base64. Items are
// [{gtin, commitments}], containers [{maker, commitments}], one of them {gtin, commitment} or {maker, commitment}.
// Pure functions; any thread.
#pragma once

#include "ledger/schema/operations.h"
#include "rpc/json_writer.h"

namespace touchstone::rpc {

enum class LeftOut { kNothing, kUnitsOfOthers };

// The members operation (its name), event (null: it leaves none) and fields.
void write_operation(JsonWriter& out, const ledger::Operation& operation);
// The fields alone, without the units and the bulk that an operation may carry: as news tell them.
void write_short_fields(JsonWriter& out, const ledger::Operation& operation);

// The same for who has a part in some units, which are the only ones that are left in `operation`: without counts, and
// without what is only mentioned. `left_out`: whether there were others.
void write_own_operation(JsonWriter& out, const ledger::Operation& operation, LeftOut left_out);
void write_own_short_fields(JsonWriter& out, const ledger::Operation& operation);

// The described fields of a change, as members of an open object.
void write_change_fields(JsonWriter& out, const ledger::Change& change);

void write_name(JsonWriter& out, const ledger::ItemName& name);
void write_name(JsonWriter& out, const ledger::ContainerName& name);
void write_units(JsonWriter& out, const ledger::Items& items);
void write_units(JsonWriter& out, const ledger::Containers& containers);

}  // namespace touchstone::rpc
