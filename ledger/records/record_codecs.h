// Pieces that the decoders of records share. A decoder reads everything, marks what encode() would not have written
// with Reader::fail(), and lets finished() judge once at the end. Values only; any thread.
#pragma once

#include "base/codec.h"
#include "base/enum_names.h"
#include "base/result.h"
#include "crypto/ed25519.h"
#include "ledger/records/keys.h"
#include "ledger/records/validator_records.h"

namespace touchstone::ledger {

inline constexpr std::uint8_t kRecordVersion = 1;

// What every record of the state begins with: u8 kind ‖ u8 version.
inline Writer begin_record(RecordKind kind) {
    Writer writer;
    writer.u8(static_cast<std::uint8_t>(kind)).u8(kRecordVersion);
    return writer;
}
inline void read_kind(Reader& reader, RecordKind kind) {
    if (reader.u8() != static_cast<std::uint8_t>(kind) || reader.u8() != kRecordVersion) reader.fail();
}
// Of a record's bytes; nullopt: they are too short to be one.
inline std::optional<RecordKind> kind_of_record(ByteView bytes) {
    if (bytes.size() < 2) return std::nullopt;
    return static_cast<RecordKind>(bytes[0]);
}

template <class Enum>
Enum read_enum(Reader& reader) {
    const std::uint8_t number = reader.u8();
    if (!is_enum<Enum>(number)) reader.fail();
    return static_cast<Enum>(number);
}

inline void write_texts(Writer& writer, const std::vector<std::string>& texts) {
    writer.u32(static_cast<std::uint32_t>(texts.size()));
    for (const std::string& text : texts) writer.string(text);
}

inline void read_version(Reader& reader) {
    if (reader.u8() != kRecordVersion) reader.fail();
}

inline bool read_bool(Reader& reader) {
    const std::uint8_t value = reader.u8();
    if (value > 1) reader.fail();
    return value == 1;
}

inline crypto::PublicKey read_public_key(Reader& reader) {
    return crypto::PublicKey::from_view(reader.raw(crypto::PublicKey::kSize)).value_or(crypto::PublicKey{});
}

// Of a list whose elements take at least `element_size` bytes: 0 and a fault when the input can not hold that many, so
// that nothing is reserved on the word of a forged count.
inline std::size_t read_count(Reader& reader, std::size_t element_size) {
    const std::size_t count = reader.u32();
    if (count > reader.remaining() / element_size) {
        reader.fail();
        return 0;
    }
    return count;
}

inline std::vector<std::string> read_texts(Reader& reader) {
    std::vector<std::string> texts(read_count(reader, 4));
    for (std::string& text : texts) text = reader.string();
    return texts;
}

// text organisation ‖ text name ‖ key (32); validator_records.cpp.
void write_validator(Writer& writer, const GenesisValidator& validator);
GenesisValidator read_validator(Reader& reader);

template <class Record>
Result<Record> finished(const Reader& reader, Record record) {
    if (!reader.finished()) return Error{"record_malformed", "the record is not in its canonical encoding"};
    return record;
}

}  // namespace touchstone::ledger
