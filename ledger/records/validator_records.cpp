// Layouts (base/codec.h), each after u8 version = 1:
//   validators  u64 epoch ‖ u64 since ‖ list of validator ‖ list of {validator ‖ bool has replaced ‖ [key (32)] ‖
//               u64 voted in ‖ block hash (32)}, with validator = text organisation ‖ text name ‖ key (32)
//   activity    list of {key (32) ‖ u64 proposed}
#include "ledger/records/validator_records.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kValidatorBytesMin = 4 + 4 + crypto::PublicKey::kSize;
constexpr std::size_t kPendingBytesMin = kValidatorBytesMin + 1 + 8 + Hash256::kSize;
constexpr std::size_t kEntryBytes = crypto::PublicKey::kSize + 8;

PendingValidator read_pending(Reader& reader) {
    PendingValidator pending;
    pending.validator = read_validator(reader);
    if (read_bool(reader)) pending.replaces = read_public_key(reader);
    pending.voted_in = Height(reader.u64());
    pending.block = reader.hash();
    return pending;
}

}  // namespace

void write_validator(Writer& writer, const GenesisValidator& validator) {
    writer.string(validator.organisation).string(validator.name).raw(validator.key.view());
}

GenesisValidator read_validator(Reader& reader) {
    GenesisValidator validator;
    validator.organisation = reader.string();
    validator.name = reader.string();
    validator.key = read_public_key(reader);
    return validator;
}


const GenesisValidator* ValidatorsRecord::find(const crypto::PublicKey& key) const {
    const auto at = std::find_if(validators.begin(), validators.end(), [&](const auto& one) { return one.key == key; });
    return at == validators.end() ? nullptr : &*at;
}

const PendingValidator* ValidatorsRecord::find_pending(const crypto::PublicKey& key) const {
    const auto at =
        std::find_if(pending.begin(), pending.end(), [&](const auto& one) { return one.validator.key == key; });
    return at == pending.end() ? nullptr : &*at;
}

Bytes ValidatorsRecord::encode() const {
    Writer writer = begin_record(RecordKind::kValidators);
    writer.u64(epoch.value).u64(since.value).u32(static_cast<std::uint32_t>(validators.size()));
    for (const GenesisValidator& validator : validators) write_validator(writer, validator);
    writer.u32(static_cast<std::uint32_t>(pending.size()));
    for (const PendingValidator& one : pending) {
        write_validator(writer, one.validator);
        writer.u8(one.replaces ? 1 : 0);
        if (one.replaces) writer.raw(one.replaces->view());
        writer.u64(one.voted_in.value).hash(one.block);
    }
    return std::move(writer).take();
}

Result<ValidatorsRecord> ValidatorsRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ValidatorsRecord record;
    read_kind(reader, RecordKind::kValidators);
    record.epoch = Epoch(reader.u64());
    record.since = Height(reader.u64());
    const std::size_t count = read_count(reader, kValidatorBytesMin);
    record.validators.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.validators.push_back(read_validator(reader));
    const std::size_t waiting = read_count(reader, kPendingBytesMin);
    record.pending.reserve(waiting);
    for (std::size_t i = 0; i < waiting; ++i) record.pending.push_back(read_pending(reader));
    return finished(reader, std::move(record));
}

std::optional<Height> ActivityRecord::of(const crypto::PublicKey& key) const {
    const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
    if (at == entries.end()) return std::nullopt;
    return at->proposed;
}

void ActivityRecord::set(const crypto::PublicKey& key, Height height) {
    for (Entry& entry : entries)
        if (entry.key == key) return void(entry.proposed = height);
    entries.push_back({key, height});
}

Bytes ActivityRecord::encode() const {
    Writer writer = begin_record(RecordKind::kActivity);
    writer.u32(static_cast<std::uint32_t>(entries.size()));
    for (const Entry& entry : entries) writer.raw(entry.key.view()).u64(entry.proposed.value);
    return std::move(writer).take();
}

Result<ActivityRecord> ActivityRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ActivityRecord record;
    read_kind(reader, RecordKind::kActivity);
    const std::size_t count = read_count(reader, kEntryBytes);
    record.entries.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const crypto::PublicKey key = read_public_key(reader);
        record.entries.push_back({key, Height(reader.u64())});
    }
    return finished(reader, std::move(record));
}

}  // namespace touchstone::ledger
