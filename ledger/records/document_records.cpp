// Layout (base/codec.h), after u8 version = 1:
//   document  text organisation ‖ document (32) ‖ u64 height ‖ u64 time
// Example (organisation "a", document of 32 bytes 07, height 7, time 0):
// 01 00000001 61 0707…07 0000000000000007 0000000000000000.
//
// It is never taken for a record with events (ledger/records/event_subject.h): its second byte is 0, which is no container's
// state, and it is shorter than any item that begins with the same text.
#include "ledger/records/document_records.h"

#include "crypto/sha256.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {

Bytes DocumentRecord::encode() const {
    Writer writer = begin_record(RecordKind::kDocument);
    writer.string(organisation).hash(document).u64(height.value).u64(time.ms);
    return std::move(writer).take();
}

Result<DocumentRecord> DocumentRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    DocumentRecord record;
    read_kind(reader, RecordKind::kDocument);
    record.organisation = reader.string();
    record.document = reader.hash();
    record.height = Height(reader.u64());
    record.time = WallTime{reader.u64()};
    return finished(reader, std::move(record));
}


}  // namespace touchstone::ledger
