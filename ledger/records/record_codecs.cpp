// Layouts, in the notation of base/codec.h; every record starts with u8 kind (RecordKind) ‖ u8 version = 1. `text` is a
// string, `texts` a list of them, `day` a u32, `bool` a u8 of 0 or 1.
//
//   organisation  text id ‖ text name ‖ u16 roles ‖ text gln ‖ text country ‖ bool suspended ‖ bool council ‖
//                 list of {key (32) ‖ u8 purpose ‖ u64 added ‖ u64 revoked} ‖ texts prefixes ‖ u64 suspended at
//   product       text gtin ‖ text brand ‖ text name ‖ image hash ‖ list of document hashes ‖ list of recall ‖
//                 u32 event count ‖ event head ‖ texts territories ‖ u64 territories since ‖ u8 serial policy ‖
//                 text offered to ‖ texts return points ‖ list of {text maker ‖ u64 since} revoked licences
//   recall        text by ‖ bool as brand ‖ text lot ‖ text maker ‖ day made from ‖ day made until ‖ text reason ‖
//                 u64 since ‖ texts countries
//   licence       text gtin ‖ text manufacturer ‖ u64 quota ‖ u64 used ‖ day from ‖ day until ‖ text facility ‖
//                 bool revoked ‖ text revoke reason ‖ u64 revoked at ‖ salt (32)
//   lot           text gtin ‖ text lot ‖ list of {text maker ‖ day expiry ‖ u64 items} ‖ salt (32)
//   volume        u64 registered ‖ salt (32)
//   item          text gtin ‖ text lot ‖ day expiry ‖ day made on ‖ u8 state ‖ text maker ‖ text owner ‖
//                 text custodian ‖ u64 registered at ‖ u32 event count ‖ event head ‖ u16 present ‖ those fields whose
//                 bit is set, and none that is empty, from bit 0: text receiver ‖ text facility ‖ container key (32) ‖
//                 text offered to ‖ {u64 ended at ‖ text ended by} ‖ u32 open reports ‖ u32 returns ‖ shop (32) ‖
//                 text reclaimed to ‖ list of {u8 flag ‖ text by} ‖ u32 cancelled sales
//   container     u8 state ‖ text maker ‖ text custodian ‖ text receiver ‖ place ‖ 4 × u32 inner ‖ u32 direct ‖
//                 u64 items ‖ u64 created at ‖ u32 event count ‖ event head ‖ text reclaimed to ‖ u64 ended at ‖
//                 text ended by ‖ bool was lost ‖ u64 salt
//   place         bool packed ‖ container key, if packed
//   transaction   u64 height ‖ u32 index ‖ u64 valid until
//   event         u8 version ‖ u8 kind ‖ u32 sequence ‖ u64 height ‖ u64 time ‖ transaction id ‖ text actor ‖
//                 text other ‖ text detail
//
// Example (transaction, height 7, index 2, valid until 9): 08 01 0000000000000007 00000002 0000000000000009.
// Worked examples of the others are in tests/golden/records.txt.
#include "ledger/records/record_codecs.h"

#include "ledger/identifiers/countries.h"
#include "ledger/records/records.h"

namespace touchstone::ledger {
namespace {

constexpr std::uint16_t kRolesMask = (1u << kRoleCount) - 1;
constexpr std::size_t kKeyBytes = crypto::PublicKey::kSize + 1 + 8 + 8;
constexpr std::size_t kRecallBytes = 4 + 1 + 4 + 4 + 4 + 4 + 4 + 8 + 4;  // at least, as those below
constexpr std::size_t kMadeBytes = 4 + 4 + 8;
constexpr std::size_t kFlagBytes = 1 + 4;
constexpr std::size_t kRevokedBytes = 4 + 8;

void write_recall(Writer& writer, const RecallMark& recall) {
    writer.string(recall.by).u8(recall.as_brand ? 1 : 0).string(recall.scope.lot).string(recall.scope.maker);
    writer.u32(recall.scope.made_from).u32(recall.scope.made_until).string(recall.reason).u64(recall.since.ms);
    write_countries(writer, recall.countries);
}

RecallMark read_recall(Reader& reader) {
    RecallMark recall;
    recall.by = reader.string();
    recall.as_brand = read_bool(reader);
    recall.scope.lot = reader.string();
    recall.scope.maker = reader.string();
    recall.scope.made_from = reader.u32();
    recall.scope.made_until = reader.u32();
    recall.reason = reader.string();
    recall.since = WallTime{reader.u64()};
    recall.countries = read_countries(reader);
    return recall;
}

StateKey read_container_key(Reader& reader) {
    const Hash256 container = reader.hash();
    if (container.is_zero()) reader.fail();
    return StateKey::written(container);
}

void write_place(Writer& writer, const StateKey& container) {
    writer.u8(container.is_zero() ? 0 : 1);
    if (!container.is_zero()) writer.hash(container);
}

// Packed is what has a place, and nothing else.
StateKey read_place(Reader& reader, ItemState state) {
    const bool packed = read_bool(reader);
    if (packed != (state == ItemState::kPacked)) reader.fail();
    return packed ? read_container_key(reader) : StateKey{};
}

// The fields of an item that most items do not have: a bit each, so that they cost nothing where they are empty.
enum ItemField : std::uint16_t {
    kReceiver = 1 << 0,
    kFacility = 1 << 1,
    kContainer = 1 << 2,
    kOfferedTo = 1 << 3,
    kEnded = 1 << 4,
    kOpenReports = 1 << 5,
    kReturns = 1 << 6,
    kShop = 1 << 7,
    kReclaimedTo = 1 << 8,
    kFlags = 1 << 9,
    kCancelledSales = 1 << 10,
    kAllFields = (1 << 11) - 1
};

std::uint16_t present_in(const ItemRecord& item) {
    int present = 0;
    if (!item.receiver.empty()) present |= kReceiver;
    if (!item.facility.empty()) present |= kFacility;
    if (!item.container.is_zero()) present |= kContainer;
    if (!item.offered_to.empty()) present |= kOfferedTo;
    if (item.ended_at.ms != 0 || !item.ended_by.empty()) present |= kEnded;
    if (item.open_reports != 0) present |= kOpenReports;
    if (item.returns != 0) present |= kReturns;
    if (!item.shop.is_zero()) present |= kShop;
    if (!item.reclaimed_to.empty()) present |= kReclaimedTo;
    if (!item.flags.empty()) present |= kFlags;
    if (item.cancelled_sales != 0) present |= kCancelledSales;
    return static_cast<std::uint16_t>(present);
}

void write_optional_fields(Writer& writer, const ItemRecord& item) {
    const std::uint16_t present = present_in(item);
    writer.u16(present);
    if (present & kReceiver) writer.string(item.receiver);
    if (present & kFacility) writer.string(item.facility);
    if (present & kContainer) writer.hash(item.container);
    if (present & kOfferedTo) writer.string(item.offered_to);
    if (present & kEnded) writer.u64(item.ended_at.ms).string(item.ended_by);
    if (present & kOpenReports) writer.u32(item.open_reports);
    if (present & kReturns) writer.u32(item.returns);
    if (present & kShop) writer.hash(item.shop);
    if (present & kReclaimedTo) writer.string(item.reclaimed_to);
    if (present & kFlags) {
        writer.u32(static_cast<std::uint32_t>(item.flags.size()));
        for (const FlagMark& mark : item.flags) writer.u8(static_cast<std::uint8_t>(mark.flag)).string(mark.by);
    }
    if (present & kCancelledSales) writer.u32(item.cancelled_sales);
}

void read_optional_fields(Reader& reader, ItemRecord& item) {
    const std::uint16_t present = reader.u16();
    if (present & kReceiver) item.receiver = reader.string();
    if (present & kFacility) item.facility = reader.string();
    if (present & kContainer) item.container = read_container_key(reader);
    if (present & kOfferedTo) item.offered_to = reader.string();
    if (present & kEnded) {
        item.ended_at = WallTime{reader.u64()};
        item.ended_by = reader.string();
    }
    if (present & kOpenReports) item.open_reports = reader.u32();
    if (present & kReturns) item.returns = reader.u32();
    if (present & kShop) item.shop = reader.hash();
    if (present & kReclaimedTo) item.reclaimed_to = reader.string();
    if (present & kFlags) {
        item.flags.resize(read_count(reader, kFlagBytes));
        for (FlagMark& mark : item.flags) {
            mark.flag = read_enum<ItemFlag>(reader);
            mark.by = reader.string();
        }
    }
    if (present & kCancelledSales) item.cancelled_sales = reader.u32();
    // A bit of no field, or of an empty one, is not what encode() writes; nor is packed without a place, or the reverse.
    if (present != present_in(item)) reader.fail();
    if ((item.state == ItemState::kPacked) != !item.container.is_zero()) reader.fail();
}

OrganisationKey read_organisation_key(Reader& reader) {
    OrganisationKey key;
    key.key = read_public_key(reader);
    key.purpose = read_enum<KeyPurpose>(reader);
    key.added = Height(reader.u64());
    key.revoked = Height(reader.u64());
    return key;
}

}  // namespace

const OrganisationKey* OrganisationRecord::find_key(const crypto::PublicKey& key) const {
    const auto at = std::find_if(keys.begin(), keys.end(), [&](const auto& one) { return one.key == key; });
    return at == keys.end() ? nullptr : &*at;
}

const LotRecord::Made* LotRecord::of(std::string_view maker) const {
    const auto at = std::find_if(made.begin(), made.end(), [&](const Made& one) { return one.maker == maker; });
    return at == made.end() ? nullptr : &*at;
}

std::uint8_t ContainerRecord::levels() const {
    const auto deepest = std::find_if(inner.rbegin(), inner.rend(), [](std::uint32_t count) { return count != 0; });
    return static_cast<std::uint8_t>(1 + (inner.rend() - deepest));
}

bool ItemRecord::has(ItemFlag flag) const {
    return std::any_of(flags.begin(), flags.end(), [&](const FlagMark& mark) { return mark.flag == flag; });
}

bool ItemRecord::has(ItemFlag flag, std::string_view by) const {
    return std::any_of(flags.begin(), flags.end(),
                       [&](const FlagMark& mark) { return mark.flag == flag && mark.by == by; });
}

Bytes OrganisationRecord::encode() const {
    Writer writer = begin_record(RecordKind::kOrganisation);
    writer.string(id).string(name).u16(roles).string(gln).string(country);
    writer.u8(suspended ? 1 : 0).u8(council ? 1 : 0).u32(static_cast<std::uint32_t>(keys.size()));
    for (const OrganisationKey& key : keys)
        writer.raw(key.key.view())
            .u8(static_cast<std::uint8_t>(key.purpose))
            .u64(key.added.value)
            .u64(key.revoked.value);
    write_texts(writer, prefixes);
    writer.u64(suspended_at.ms);
    return std::move(writer).take();
}

Result<OrganisationRecord> OrganisationRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    OrganisationRecord record;
    read_kind(reader, RecordKind::kOrganisation);
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
    record.prefixes = read_texts(reader);
    record.suspended_at = WallTime{reader.u64()};
    return finished(reader, std::move(record));
}

Bytes ProductRecord::encode() const {
    Writer writer = begin_record(RecordKind::kProduct);
    writer.string(gtin).string(brand).string(name).hash(image_hash);
    writer.u32(static_cast<std::uint32_t>(document_hashes.size()));
    for (const Hash256& document : document_hashes) writer.hash(document);
    writer.u32(static_cast<std::uint32_t>(recalls.size()));
    for (const RecallMark& recall : recalls) write_recall(writer, recall);
    writer.u32(event_count).hash(event_head);
    write_countries(writer, territories);
    writer.u64(territories_since.ms).u8(static_cast<std::uint8_t>(serial_policy)).string(offered_to);
    write_texts(writer, return_points);
    writer.u32(static_cast<std::uint32_t>(revoked_licences.size()));
    for (const RevokedLicence& one : revoked_licences) writer.string(one.maker).u64(one.since.ms);
    return std::move(writer).take();
}

Result<ProductRecord> ProductRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ProductRecord record;
    read_kind(reader, RecordKind::kProduct);
    record.gtin = reader.string();
    record.brand = reader.string();
    record.name = reader.string();
    record.image_hash = reader.hash();
    const std::size_t count = read_count(reader, Hash256::kSize);
    record.document_hashes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.document_hashes.push_back(reader.hash());
    record.recalls.resize(read_count(reader, kRecallBytes));
    if (record.recalls.size() > limits::kRecallsPerProductMax) reader.fail();
    for (RecallMark& recall : record.recalls) recall = read_recall(reader);
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    record.territories = read_countries(reader);
    record.territories_since = WallTime{reader.u64()};
    record.serial_policy = read_enum<SerialPolicy>(reader);
    record.offered_to = reader.string();
    record.return_points = read_texts(reader);
    record.revoked_licences.resize(read_count(reader, kRevokedBytes));
    for (RevokedLicence& one : record.revoked_licences) {
        one.maker = reader.string();
        one.since = WallTime{reader.u64()};
    }
    return finished(reader, std::move(record));
}

Bytes LicenceRecord::encode() const {
    Writer writer = begin_record(RecordKind::kLicence);
    writer.string(gtin).string(manufacturer).u64(quota).u64(used).u32(from).u32(until);
    writer.string(facility).u8(revoked ? 1 : 0).string(revoke_reason).u64(revoked_at.ms).hash(salt);
    return std::move(writer).take();
}

Result<LicenceRecord> LicenceRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    LicenceRecord record;
    read_kind(reader, RecordKind::kLicence);
    record.gtin = reader.string();
    record.manufacturer = reader.string();
    record.quota = reader.u64();
    record.used = reader.u64();
    record.from = reader.u32();
    record.until = reader.u32();
    record.facility = reader.string();
    record.revoked = read_bool(reader);
    record.revoke_reason = reader.string();
    record.revoked_at = WallTime{reader.u64()};
    record.salt = reader.hash();
    return finished(reader, std::move(record));
}

Bytes LotRecord::encode() const {
    Writer writer = begin_record(RecordKind::kLot);
    writer.string(gtin).string(lot).u32(static_cast<std::uint32_t>(made.size()));
    for (const Made& one : made) writer.string(one.maker).u32(one.expiry).u64(one.items);
    writer.hash(salt);
    return std::move(writer).take();
}

Result<LotRecord> LotRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    LotRecord record;
    read_kind(reader, RecordKind::kLot);
    record.gtin = reader.string();
    record.lot = reader.string();
    record.made.resize(read_count(reader, kMadeBytes));
    for (Made& one : record.made) {
        one.maker = reader.string();
        one.expiry = reader.u32();
        one.items = reader.u64();
    }
    const auto descends = [](const Made& a, const Made& b) { return a.maker >= b.maker; };
    if (std::adjacent_find(record.made.begin(), record.made.end(), descends) != record.made.end()) reader.fail();
    record.salt = reader.hash();
    return finished(reader, std::move(record));
}

Bytes VolumeRecord::encode() const {
    Writer writer = begin_record(RecordKind::kVolume);
    writer.u64(registered).hash(salt);
    return std::move(writer).take();
}

Result<VolumeRecord> VolumeRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    VolumeRecord record;
    read_kind(reader, RecordKind::kVolume);
    record.registered = reader.u64();
    record.salt = reader.hash();
    return finished(reader, record);
}

Bytes ItemRecord::encode() const {
    Writer writer = begin_record(RecordKind::kItem);
    // Most items have few of the optional fields: one allocation for each of ten thousand items matters.
    writer.reserve(188 + gtin.size() + lot.size() + maker.size() + owner.size() + custodian.size() + receiver.size() +
                   facility.size() + offered_to.size());
    writer.string(gtin).string(lot).u32(expiry).u32(made_on).u8(static_cast<std::uint8_t>(state));
    writer.string(maker).string(owner).string(custodian);
    writer.u64(registered_at.ms).u32(event_count).hash(event_head).u64(salt);
    write_optional_fields(writer, *this);
    return std::move(writer).take();
}

Result<ItemRecord> ItemRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ItemRecord record;
    read_kind(reader, RecordKind::kItem);
    record.gtin = reader.string();
    record.lot = reader.string();
    record.expiry = reader.u32();
    record.made_on = reader.u32();
    record.state = read_enum<ItemState>(reader);
    record.maker = reader.string();
    record.owner = reader.string();
    record.custodian = reader.string();
    record.registered_at = WallTime{reader.u64()};
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    record.salt = reader.u64();
    read_optional_fields(reader, record);
    return finished(reader, std::move(record));
}

Bytes ContainerRecord::encode() const {
    Writer writer = begin_record(RecordKind::kContainer);
    writer.u8(static_cast<std::uint8_t>(state)).string(maker).string(custodian).string(receiver);
    write_place(writer, container);
    for (const std::uint32_t count : inner) writer.u32(count);
    writer.u32(direct).u64(items).u64(created_at.ms).u32(event_count).hash(event_head);
    writer.string(reclaimed_to).u64(ended_at.ms).string(ended_by).u8(was_lost ? 1 : 0).u64(salt);
    return std::move(writer).take();
}

Result<ContainerRecord> ContainerRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ContainerRecord record;
    read_kind(reader, RecordKind::kContainer);
    record.state = read_enum<ItemState>(reader);
    const bool known = record.state == ItemState::kActive || record.state == ItemState::kInTransit ||
                       record.state == ItemState::kPacked || record.state == ItemState::kLost;
    if (!known) reader.fail();
    record.maker = reader.string();
    record.custodian = reader.string();
    record.receiver = reader.string();
    record.container = read_place(reader, record.state);
    for (std::uint32_t& count : record.inner) count = reader.u32();
    record.direct = reader.u32();
    record.items = reader.u64();
    record.created_at = WallTime{reader.u64()};
    record.event_count = reader.u32();
    record.event_head = reader.hash();
    record.reclaimed_to = reader.string();
    record.ended_at = WallTime{reader.u64()};
    record.ended_by = reader.string();
    record.was_lost = read_bool(reader);
    record.salt = reader.u64();
    return finished(reader, std::move(record));
}

Bytes TransactionRecord::encode() const {
    Writer writer = begin_record(RecordKind::kTransaction);
    writer.u64(height.value).u32(index).u64(valid_until);
    return std::move(writer).take();
}

Result<TransactionRecord> TransactionRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    TransactionRecord record;
    read_kind(reader, RecordKind::kTransaction);
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
    event.kind = read_enum<EventKind>(reader);
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
