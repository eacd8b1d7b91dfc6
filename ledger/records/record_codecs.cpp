// Layouts, in the notation of base/codec.h; every record starts with u8 version = 1. `text` is a string, `day` a u32,
// `bool` a u8 of 0 or 1, `recall` = bool active ‖ text by ‖ text reason ‖ u64 since ‖ list of text countries.
//
//   organisation  text id ‖ text name ‖ u16 roles ‖ text gln ‖ text country ‖ bool suspended ‖ bool council ‖
//                 list of {key (32) ‖ u8 purpose ‖ u64 added ‖ u64 revoked}
//   product       text gtin ‖ text brand ‖ text name ‖ image hash ‖ list of document hashes ‖ u64 lots recalled ‖
//                 recall ‖ u32 event count ‖ event head ‖ list of text territories ‖ u8 serial policy
//   licence       text gtin ‖ text manufacturer ‖ u64 quota ‖ u64 used ‖ day from ‖ day until ‖ text facility ‖
//                 bool revoked ‖ text revoke reason
//   lot           text gtin ‖ text lot ‖ day expiry ‖ bool made ‖ recall ‖ u32 event count ‖ event head
//   volume        u64 registered
//   item          text gtin ‖ text lot ‖ day expiry ‖ day made on ‖ u8 state ‖ u8 flags ‖ text maker ‖ text owner ‖
//                 text custodian ‖ text receiver ‖ text facility ‖ u64 registered at ‖ u32 event count ‖ event head ‖
//                 place ‖ text offered to ‖ u64 sold at ‖ u32 open reports
//   container     u8 state ‖ text custodian ‖ text receiver ‖ place ‖ u8 levels ‖ u32 direct ‖ u64 items ‖
//                 u64 created at ‖ u32 event count ‖ event head
//   place         bool packed ‖ container key, if packed
//   transaction   u64 height ‖ u32 index ‖ u64 valid until
//   event         u8 kind ‖ u32 sequence ‖ u64 height ‖ u64 time ‖ transaction id ‖ text actor ‖ text other ‖
//                 text detail
//
// Example (transaction, height 7, index 2, valid until 9): 01 0000000000000007 00000002 0000000000000009.
// Worked examples of the others stand in tests/golden/records.txt.
#include "ledger/records/record_codecs.h"

#include "ledger/identifiers/countries.h"
#include "ledger/records/records.h"

namespace touchstone::ledger {
namespace {

constexpr std::uint16_t kRolesMask = (1u << kRoleCount) - 1;
constexpr std::uint8_t kFlagsMask = 0b111;
constexpr std::size_t kKeyBytes = crypto::PublicKey::kSize + 1 + 8 + 8;

void write_recall(Writer& writer, const RecallMark& recall) {
    writer.u8(recall.active ? 1 : 0).string(recall.by).string(recall.reason).u64(recall.since.ms);
    write_countries(writer, recall.countries);
}

RecallMark read_recall(Reader& reader) {
    RecallMark recall;
    recall.active = read_bool(reader);
    recall.by = reader.string();
    recall.reason = reader.string();
    recall.since = WallTime{reader.u64()};
    recall.countries = read_countries(reader);
    return recall;
}

void write_place(Writer& writer, const Hash256& container) {
    writer.u8(container.is_zero() ? 0 : 1);
    if (!container.is_zero()) writer.hash(container);
}

// Packed is what has a place, and nothing else.
Hash256 read_place(Reader& reader, ItemState state) {
    const bool packed = read_bool(reader);
    if (packed != (state == ItemState::kPacked)) reader.fail();
    const Hash256 container = packed ? reader.hash() : Hash256{};
    if (packed && container.is_zero()) reader.fail();
    return container;
}

OrganisationKey read_organisation_key(Reader& reader) {
    OrganisationKey key;
    key.key = read_public_key(reader);
    const std::uint8_t purpose = reader.u8();
    if (purpose > static_cast<std::uint8_t>(KeyPurpose::kValidate)) reader.fail();
    key.purpose = static_cast<KeyPurpose>(purpose);
    key.added = Height(reader.u64());
    key.revoked = Height(reader.u64());
    return key;
}

}  // namespace

const OrganisationKey* OrganisationRecord::find_key(const crypto::PublicKey& key) const {
    const auto at = std::find_if(keys.begin(), keys.end(), [&](const auto& one) { return one.key == key; });
    return at == keys.end() ? nullptr : &*at;
}

Bytes OrganisationRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).string(id).string(name).u16(roles).string(gln).string(country);
    writer.u8(suspended ? 1 : 0).u8(council ? 1 : 0).u32(static_cast<std::uint32_t>(keys.size()));
    for (const OrganisationKey& key : keys)
        writer.raw(key.key.view())
            .u8(static_cast<std::uint8_t>(key.purpose))
            .u64(key.added.value)
            .u64(key.revoked.value);
    return std::move(writer).take();
}

Result<OrganisationRecord> OrganisationRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    OrganisationRecord record;
    read_version(reader);
    record.id = reader.string();
    record.name = reader.string();
    record.roles = reader.u16();
    if ((record.roles & ~kRolesMask) != 0) reader.fail();
    record.gln = reader.string();
    record.country = reader.string();
    record.suspended = read_bool(reader);
    record.council = read_bool(reader);
    const std::size_t count = read_count(reader, kKeyBytes);
    record.keys.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.keys.push_back(read_organisation_key(reader));
    return finished(reader, std::move(record));
}

Bytes ProductRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).string(gtin).string(brand).string(name).hash(image_hash);
    writer.u32(static_cast<std::uint32_t>(document_hashes.size()));
    for (const Hash256& document : document_hashes) writer.hash(document);
    writer.u64(lots_recalled);
    write_recall(writer, recall);
    writer.u32(event_count).hash(event_head);
    write_countries(writer, territories);
    writer.u8(static_cast<std::uint8_t>(serial_policy));
    return std::move(writer).take();
}

Result<ProductRecord> ProductRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ProductRecord record;
    read_version(reader);
    record.gtin = reader.string();
    record.brand = reader.string();
    record.name = reader.string();
    record.image_hash = reader.hash();
    const std::size_t count = read_count(reader, Hash256::kSize);
    record.document_hashes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.document_hashes.push_back(reader.hash());
    record.lots_recalled = reader.u64();
    record.recall = read_recall(reader);
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    record.territories = read_countries(reader);
    const std::uint8_t policy = reader.u8();
    if (policy > static_cast<std::uint8_t>(SerialPolicy::kRefuse)) reader.fail();
    record.serial_policy = static_cast<SerialPolicy>(policy);
    return finished(reader, std::move(record));
}

Bytes LicenceRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).string(gtin).string(manufacturer).u64(quota).u64(used).u32(from).u32(until);
    writer.string(facility).u8(revoked ? 1 : 0).string(revoke_reason);
    return std::move(writer).take();
}

Result<LicenceRecord> LicenceRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    LicenceRecord record;
    read_version(reader);
    record.gtin = reader.string();
    record.manufacturer = reader.string();
    record.quota = reader.u64();
    record.used = reader.u64();
    record.from = reader.u32();
    record.until = reader.u32();
    record.facility = reader.string();
    record.revoked = read_bool(reader);
    record.revoke_reason = reader.string();
    return finished(reader, std::move(record));
}

Bytes LotRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).string(gtin).string(lot).u32(expiry).u8(made ? 1 : 0);
    write_recall(writer, recall);
    writer.u32(event_count).hash(event_head);
    return std::move(writer).take();
}

Result<LotRecord> LotRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    LotRecord record;
    read_version(reader);
    record.gtin = reader.string();
    record.lot = reader.string();
    record.expiry = reader.u32();
    record.made = read_bool(reader);
    record.recall = read_recall(reader);
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    return finished(reader, std::move(record));
}

Bytes VolumeRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u64(registered);
    return std::move(writer).take();
}

Result<VolumeRecord> VolumeRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    VolumeRecord record;
    read_version(reader);
    record.registered = reader.u64();
    return finished(reader, record);
}

Bytes ItemRecord::encode() const {
    Writer writer;
    // Fixed fields and lengths take 132 bytes at most: one allocation for each of ten thousand items matters.
    writer.reserve(132 + gtin.size() + lot.size() + maker.size() + owner.size() + custodian.size() + receiver.size() +
                   facility.size() + offered_to.size());
    writer.u8(kRecordVersion).string(gtin).string(lot).u32(expiry).u32(made_on);
    writer.u8(static_cast<std::uint8_t>(state)).u8(flags).string(maker).string(owner).string(custodian);
    writer.string(receiver).string(facility).u64(registered_at.ms).u32(event_count).hash(event_head);
    write_place(writer, container);
    writer.string(offered_to).u64(sold_at.ms);
    writer.u32(open_reports);
    return std::move(writer).take();
}

Result<ItemRecord> ItemRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ItemRecord record;
    read_version(reader);
    record.gtin = reader.string();
    record.lot = reader.string();
    record.expiry = reader.u32();
    record.made_on = reader.u32();
    const std::uint8_t state = reader.u8();
    if (state < 1 || state > static_cast<std::uint8_t>(ItemState::kDestroyed)) reader.fail();
    record.state = static_cast<ItemState>(state);
    record.flags = reader.u8();
    if ((record.flags & ~kFlagsMask) != 0) reader.fail();
    record.maker = reader.string();
    record.owner = reader.string();
    record.custodian = reader.string();
    record.receiver = reader.string();
    record.facility = reader.string();
    record.registered_at = WallTime{reader.u64()};
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    record.container = read_place(reader, record.state);
    record.offered_to = reader.string();
    record.sold_at = WallTime{reader.u64()};
    record.open_reports = reader.u32();
    return finished(reader, std::move(record));
}

Bytes ContainerRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u8(static_cast<std::uint8_t>(state)).string(custodian).string(receiver);
    write_place(writer, container);
    writer.u8(levels).u32(direct).u64(items).u64(created_at.ms).u32(event_count).hash(event_head);
    return std::move(writer).take();
}

Result<ContainerRecord> ContainerRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ContainerRecord record;
    read_version(reader);
    record.state = static_cast<ItemState>(reader.u8());
    const bool known = record.state == ItemState::kActive || record.state == ItemState::kInTransit ||
                       record.state == ItemState::kPacked;
    if (!known) reader.fail();
    record.custodian = reader.string();
    record.receiver = reader.string();
    record.container = read_place(reader, record.state);
    record.levels = reader.u8();
    record.direct = reader.u32();
    record.items = reader.u64();
    record.created_at = WallTime{reader.u64()};
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    return finished(reader, std::move(record));
}

Bytes TransactionRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u64(height.value).u32(index).u64(valid_until);
    return std::move(writer).take();
}

Result<TransactionRecord> TransactionRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    TransactionRecord record;
    read_version(reader);
    record.height = Height(reader.u64());
    record.index = reader.u32();
    record.valid_until = reader.u64();
    return finished(reader, std::move(record));
}

Bytes Event::encode() const {
    Writer writer;
    writer.reserve(66 + actor.size() + other.size() + detail.size());
    writer.u8(kRecordVersion).u8(static_cast<std::uint8_t>(kind)).u32(sequence).u64(height.value).u64(time.ms);
    writer.hash(transaction_id).string(actor).string(other).string(detail);
    return std::move(writer).take();
}

Result<Event> Event::decode(ByteView bytes) {
    Reader reader(bytes);
    Event event;
    read_version(reader);
    const std::uint8_t kind = reader.u8();
    if (!is_event_kind(kind)) reader.fail();
    event.kind = static_cast<EventKind>(kind);
    event.sequence = reader.u32();
    event.height = Height(reader.u64());
    event.time = WallTime{reader.u64()};
    event.transaction_id = reader.hash();
    event.actor = reader.string();
    event.other = reader.string();
    event.detail = reader.string();
    return finished(reader, std::move(event));
}

}  // namespace touchstone::ledger
