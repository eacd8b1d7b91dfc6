// The generated Protobuf classes, for sources of this room only: the ledger's own headers do not show them.
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include <google/protobuf/stubs/logging.h>

#include "ledger/schema/transaction.pb.h"
#pragma GCC diagnostic pop

#include "base/bytes.h"
#include "base/check.h"

namespace touchstone::ledger {

// Of this message, not of those inside it.
inline bool has_unknown_fields(const google::protobuf::Message& message) {
    return !message.GetReflection()->GetUnknownFields(message).empty();
}

inline Bytes serialized(const google::protobuf::Message& message) {
    Bytes bytes(message.ByteSizeLong());
    INVARIANT(message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
    return bytes;
}

}  // namespace touchstone::ledger
