// The record of a document that the ledger keeps by its hash alone: what somebody's EPCIS event said where the ledger
// has no rule for it. Keys and encodings as in records.h. Values only; any thread.
//
// One record for each organisation and hash: who recorded a document has said so under its own name, and nobody's
// record stands in another's way. The document itself is with the organisation. In how many histories it stands is not
// said: whoever has the document may ask for the record, and would learn how many goods it is about.
#pragma once

#include "ledger/records/records.h"

namespace touchstone::ledger {

struct DocumentRecord {
    std::string organisation;
    Hash256 document;  // of an EPCIS event: its CBV 2.0 event hash
    Height height;     // of the block that recorded it, as is the time
    WallTime time;
    bool operator==(const DocumentRecord&) const = default;

    Bytes encode() const;
    static Result<DocumentRecord> decode(ByteView bytes);  // error: record_malformed
};


}  // namespace touchstone::ledger
