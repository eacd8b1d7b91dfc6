// Layout (base/codec.h), after u8 kind ‖ u8 version = 1:
//   seller  pseudonym (32) ‖ list of {text platform ‖ text country ‖ u8 standing ‖ text reason ‖ u64 since ‖
//           u64 had since} ‖ u32 event count ‖ event head ‖
//           list of {text organisation ‖ u8 as regulator ‖ text reason ‖ u64 since}
// Example (no entry, pseudonym of 32 bytes 07, no event):
// 12 01 0707…07 00000000 00000000, 32 zero bytes and 00000000.
#include "ledger/records/seller_records.h"

#include <algorithm>

#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kEntryBytesMin = 4 + 4 + 1 + 4 + 8 + 8;

SellerEntry read_entry(Reader& reader) {
    SellerEntry entry;
    entry.platform = reader.string();
    entry.country = reader.string();
    entry.standing = read_enum<SellerStanding>(reader);
    entry.reason = reader.string();
    entry.since = WallTime{reader.u64()};
    entry.had_since = WallTime{reader.u64()};
    if (entry.since < entry.had_since) reader.fail();
    return entry;
}

}  // namespace

std::string_view name_of(SellerStanding standing) { return enum_name(standing); }
std::optional<SellerStanding> seller_standing_from(std::string_view name) { return enum_from<SellerStanding>(name); }

const SellerEntry* SellerRecord::entry_of(std::string_view platform) const {
    const auto at =
        std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.platform == platform; });
    return at == entries.end() ? nullptr : &*at;
}

SellerEntry* SellerRecord::entry_of(std::string_view platform) {
    return const_cast<SellerEntry*>(std::as_const(*this).entry_of(platform));
}

Bytes SellerRecord::encode() const {
    Writer writer = begin_record(RecordKind::kSeller);
    writer.hash(pseudonym).u32(static_cast<std::uint32_t>(entries.size()));
    for (const SellerEntry& entry : entries)
        writer.string(entry.platform)
            .string(entry.country)
            .u8(static_cast<std::uint8_t>(entry.standing))
            .string(entry.reason)
            .u64(entry.since.ms)
            .u64(entry.had_since.ms);
    writer.u32(event_count).hash(event_head).u32(static_cast<std::uint32_t>(attestations.size()));
    for (const SellerAttestation& one : attestations)
        writer.string(one.organisation).u8(one.as_regulator ? 1 : 0).string(one.reason).u64(one.since.ms);
    return std::move(writer).take();
}

Result<SellerRecord> SellerRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    SellerRecord record;
    read_kind(reader, RecordKind::kSeller);
    record.pseudonym = reader.hash();
    const std::size_t count = read_count(reader, kEntryBytesMin);
    record.entries.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.entries.push_back(read_entry(reader));
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    record.attestations.resize(read_count(reader, 4 + 1 + 4 + 8));
    for (SellerAttestation& one : record.attestations) {
        one.organisation = reader.string();
        one.as_regulator = read_bool(reader);
        one.reason = reader.string();
        one.since = WallTime{reader.u64()};
    }
    return finished(reader, std::move(record));
}

}  // namespace touchstone::ledger
