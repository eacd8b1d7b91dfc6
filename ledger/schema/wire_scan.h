// Counts what a payload would make Protobuf allocate, before Protobuf is asked to: a payload of 4 MB can name two
// million empty operations. Pure; any thread.
#pragma once

#include "base/bytes.h"

namespace touchstone::ledger {

struct WireBounds {
    std::size_t operations = 0;
    std::size_t fields_per_operation = 0;  // in an operation's own message
};

enum class WireVerdict { kFits, kMalformed, kTooManyOperations, kUnknownField, kTooManyFields };

// Follows the wire format only as deep as fields can repeat: payload, operation, the operation's message.
WireVerdict scan_payload(ByteView payload, const WireBounds& bounds);

}  // namespace touchstone::ledger
