// Which organisation has a name, so that no other takes one that people would read as the same: one record for each
// name, kept under name_identity() of it. Values only; any thread.
#pragma once

#include "ledger/records/records.h"

namespace touchstone::ledger {

struct OrganisationNameRecord {
    std::string organisation;
    bool operator==(const OrganisationNameRecord&) const = default;

    Bytes encode() const;
    static Result<OrganisationNameRecord> decode(ByteView bytes);  // error: record_malformed
};

}  // namespace touchstone::ledger
