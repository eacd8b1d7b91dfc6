#include "node/block_store.h"

namespace touchstone::node {
namespace {

void write_place(Writer& writer, storage::LogPlace place) { writer.u32(place.segment).u32(place.offset); }

storage::LogPlace read_place(Reader& reader) {
    const std::uint32_t segment = reader.u32();
    return {segment, reader.u32()};
}

}  // namespace

Bytes FinalRecord::encode() const {
    Writer writer;
    writer.u64(height.value).hash(hash).u64(view.value);
    write_place(writer, body);
    writer.string(certificate);
    return std::move(writer).take();
}

Result<FinalRecord> FinalRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    FinalRecord record;
    record.height = Height(reader.u64());
    record.hash = reader.hash();
    record.view = View(reader.u64());
    record.body = read_place(reader);
    record.certificate = to_bytes(reader.bytes());
    if (!reader.finished()) return Error{"log_corrupt", "a finalization in the block log is not well formed"};
    return record;
}

Bytes HeightEntry::encode() const {
    Writer writer;
    writer.hash(hash);
    write_place(writer, body);
    write_place(writer, finalization);
    return std::move(writer).take();
}

Result<HeightEntry> HeightEntry::decode(ByteView bytes) {
    Reader reader(bytes);
    HeightEntry entry;
    entry.hash = reader.hash();
    entry.body = read_place(reader);
    entry.finalization = read_place(reader);
    if (!reader.finished()) return Error{"state_corrupt", "the index of heights has a malformed entry"};
    return entry;
}

Bytes height_side_key(Height height) {
    Writer writer;
    writer.u8('h').u64(height.value);
    return std::move(writer).take();
}

Bytes block_hash_side_key(const Hash256& hash) {
    Writer writer;
    writer.u8('H').hash(hash);
    return std::move(writer).take();
}

Result<storage::LogPlace> BlockStore::append_body(const Hash256& hash, ByteView block) {
    if (const auto known = place_of(hash)) return *known;
    TRY_ASSIGN(const storage::LogPlace place, log_.append(kBodyRecord, block));
    unsynced_ = true;
    places_.emplace(hash, place);
    return place;
}

Result<storage::LogPlace> BlockStore::append_final(const FinalRecord& record) {
    TRY_ASSIGN(const storage::LogPlace place, log_.append(kFinalRecord, record.encode()));
    unsynced_ = true;
    return place;
}

Status BlockStore::sync() {
    if (!unsynced_) return Ok{};
    TRY(log_.sync());
    unsynced_ = false;
    return Ok{};
}

Result<Bytes> BlockStore::body(storage::LogPlace place, const Hash256& hash) const {
    TRY_ASSIGN(storage::LogRecord record, log_.read(place));
    const Error other{"log_corrupt", "the block log does not hold that block's body at its place"};
    if (record.kind != kBodyRecord || record.payload.size() < ledger::Header::kEncodedBytes) return other;
    const auto header = ledger::Header::decode(ByteView(record.payload).first(ledger::Header::kEncodedBytes));
    if (!header.ok() || header->hash() != hash) return other;
    return std::move(record.payload);
}

Result<FinalRecord> BlockStore::finalization(storage::LogPlace place) const {
    TRY_ASSIGN(const storage::LogRecord record, log_.read(place));
    if (record.kind != kFinalRecord) return Error{"log_corrupt", "the block log holds no finalization at that place"};
    return FinalRecord::decode(record.payload);
}

std::optional<storage::LogPlace> BlockStore::place_of(const Hash256& hash) const {
    const auto found = places_.find(hash);
    if (found == places_.end()) return std::nullopt;
    return found->second;
}

}  // namespace touchstone::node
