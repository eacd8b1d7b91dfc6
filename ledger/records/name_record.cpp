// Layout: u8 kind ‖ u8 version = 1 ‖ text organisation (base/codec.h). Example ("acme"): 16 01 00000004 61636d65.
#include "ledger/records/name_record.h"

#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {

Bytes OrganisationNameRecord::encode() const {
    Writer writer = begin_record(RecordKind::kOrganisationName);
    writer.string(organisation);
    return std::move(writer).take();
}

Result<OrganisationNameRecord> OrganisationNameRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    OrganisationNameRecord record;
    read_kind(reader, RecordKind::kOrganisationName);
    record.organisation = reader.string();
    return finished(reader, std::move(record));
}

}  // namespace touchstone::ledger
