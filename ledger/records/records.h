// The records of the state, their keys and their canonical encodings.
//
// key = SHA-256(kind tag ‖ natural key), with tags such as "touchstone/item/1". Each encoding starts with a u8 version
// and uses base/codec.h; tests/golden pins the digest of one worked example of each. decode() refuses anything that
// encode() would not have written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/codec.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "crypto/ed25519.h"

namespace touchstone::ledger {

using Day = std::uint32_t;  // days since 1970-01-01; 0 = none
Day day_of(std::uint64_t time_ms);

// -- natural keys

// SHA-256("touchstone/item/1" ‖ gtin14 ‖ serial): the only trace of a serial on the ledger.
Hash256 item_key(std::string_view gtin14, std::string_view serial);
Hash256 organisation_key(std::string_view id);
Hash256 product_key(std::string_view gtin14);
Hash256 licence_key(std::string_view gtin14, std::string_view manufacturer);
Hash256 lot_key(std::string_view gtin14, std::string_view lot);
// How many items there are of a product, or of a lot, is apart from what a verdict rests on: whoever verifies one item
// is shown the records of its product and its lot, and may not learn from them how much is made.
Hash256 product_volume_key(std::string_view gtin14);
Hash256 lot_volume_key(std::string_view gtin14, std::string_view lot);
// SHA-256("touchstone/container/1" ‖ sscc)
Hash256 container_key(std::string_view sscc);
Hash256 transaction_key(const Hash256& transaction_id);  // a transaction within its validity
Hash256 expiry_key(Height height);                       // transactions whose validity ends at this height
Hash256 parameters_key();
Hash256 validators_key();  // ledger/records/validator_records.h

// -- records

enum class Role : std::uint8_t { kBrand, kManufacturer, kLogistics, kRetailer, kPlatform, kRegulator, kAuditor };
inline constexpr std::size_t kRoleCount = 7;
std::string_view name_of(Role role);  // "brand", …
std::optional<Role> role_from(std::string_view name);

// admin: everything, its organisation's keys and the council's business too. operate: all but these. validate: a
// validator's own, which says nothing but that its node is ready.
enum class KeyPurpose : std::uint8_t { kAdmin, kOperate, kValidate };
std::string_view name_of(KeyPurpose purpose);  // "admin", …

struct OrganisationKey {
    crypto::PublicKey key;
    KeyPurpose purpose = KeyPurpose::kOperate;
    Height added;
    Height revoked;  // 0: in force
    bool operator==(const OrganisationKey&) const = default;
    bool in_force(Height at) const { return revoked.value == 0 || at < revoked; }
};

struct OrganisationRecord {
    std::string id;
    std::string name;
    std::uint16_t roles = 0;  // bit per Role
    std::string gln;          // GS1 Global Location Number or empty
    std::string country;      // ISO 3166-1 alpha-2 or empty
    bool suspended = false;
    bool council = false;
    std::vector<OrganisationKey> keys;
    bool operator==(const OrganisationRecord&) const = default;
    bool has(Role role) const { return (roles >> static_cast<int>(role)) & 1; }
    // Revoked ones too. nullptr: never was a key of this organisation.
    const OrganisationKey* find_key(const crypto::PublicKey& key) const;

    Bytes encode() const;
    static Result<OrganisationRecord> decode(ByteView bytes);  // error: record_malformed, as all below
};

// A recall in force, of a product or of a lot.
struct RecallMark {
    bool active = false;
    std::string by;
    std::string reason;
    WallTime since;
    std::vector<std::string> countries{};  // where it holds; empty: everywhere (ledger/identifiers/countries.h)
    bool operator==(const RecallMark&) const = default;
};

// What the programs of registrants do when serials of the product can be guessed (ledger/identifiers/serial_strength.h). The brand
// says it; the ledger can not check it, since it sees no serial.
enum class SerialPolicy : std::uint8_t { kWarn = 0, kRefuse = 1 };
std::string_view name_of(SerialPolicy policy);  // "warn", "refuse"
std::optional<SerialPolicy> serial_policy_from(std::string_view name);

struct ProductRecord {
    std::string gtin;  // GTIN-14
    std::string brand;
    std::string name;
    Hash256 image_hash;  // zero: none
    std::vector<Hash256> document_hashes;
    std::uint64_t lots_recalled = 0;
    RecallMark recall;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    std::vector<std::string> territories{};  // where its items may be sold; empty: everywhere (ledger/identifiers/countries.h)
    SerialPolicy serial_policy = SerialPolicy::kWarn;
    bool operator==(const ProductRecord&) const = default;

    Bytes encode() const;
    static Result<ProductRecord> decode(ByteView bytes);
};

struct LicenceRecord {
    std::string gtin;
    std::string manufacturer;
    std::uint64_t quota = 0;
    std::uint64_t used = 0;
    Day from = 0;
    Day until = 0;
    std::string facility;
    bool revoked = false;
    std::string revoke_reason;
    bool operator==(const LicenceRecord&) const = default;

    Bytes encode() const;
    static Result<LicenceRecord> decode(ByteView bytes);
};

struct LotRecord {
    std::string gtin;
    std::string lot;
    Day expiry = 0;
    bool made = false;  // items of it were registered; else only a recall has named it
    RecallMark recall;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    bool operator==(const LotRecord&) const = default;

    Bytes encode() const;
    static Result<LotRecord> decode(ByteView bytes);
};

// Under product_volume_key and lot_volume_key; absent: none.
struct VolumeRecord {
    std::uint64_t registered = 0;  // items
    bool operator==(const VolumeRecord&) const = default;

    Bytes encode() const;
    static Result<VolumeRecord> decode(ByteView bytes);
};

// Lifecycle: one state; flags are a set beside it.
// The same states serve containers, of which none is ever sold or decommissioned.
enum class ItemState : std::uint8_t {
    kActive = 1,
    kInTransit = 2,
    kSold = 3,
    kPacked = 4,  // in a container: who holds it, and whether it moves, is the outermost container's to say
    kExported = 5,
    kSampled = 6,
    kDestroyed = 7
};
std::string_view name_of(ItemState state);  // "active", "in_transit", …

enum class ItemFlag : std::uint8_t { kStolen = 0, kSuspect = 1, kQuarantined = 2 };
std::string_view name_of(ItemFlag flag);

struct ItemRecord {
    std::string gtin;
    std::string lot;
    Day expiry = 0;
    Day made_on = 0;
    ItemState state = ItemState::kActive;
    std::uint8_t flags = 0;  // bit per ItemFlag
    std::string maker;       // organisation that registered it
    std::string owner;
    std::string custodian;  // holds it; while in transit still the sender
    std::string receiver;   // while in transit; else empty
    std::string facility;
    WallTime registered_at;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    Hash256 container;               // while packed; else zero
    std::string offered_to;          // whom its owner offers it; else empty
    WallTime sold_at;                // while sold; else 0
    std::uint32_t open_reports = 0;  // about this item, not resolved
    bool operator==(const ItemRecord&) const = default;
    bool has(ItemFlag flag) const { return (flags >> static_cast<int>(flag)) & 1; }

    Bytes encode() const;
    static Result<ItemRecord> decode(ByteView bytes);
};

// A logistic unit: case, pallet, sea container. Named by its SSCC, which like a serial is not on the ledger.
struct ContainerRecord {
    ItemState state = ItemState::kActive;  // active, in transit or packed
    std::string custodian;
    std::string receiver;      // while in transit; else empty
    Hash256 container;         // while packed; else zero
    std::uint8_t levels = 1;   // of nesting, its own included; never less than there are
    std::uint32_t direct = 0;  // items and containers directly in it
    std::uint64_t items = 0;   // in it at all levels
    WallTime created_at;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    bool operator==(const ContainerRecord&) const = default;

    Bytes encode() const;
    static Result<ContainerRecord> decode(ByteView bytes);
};

// A transaction that is in a block and still valid: a repeat is answered from it, not executed.
struct TransactionRecord {
    Height height;
    std::uint32_t index = 0;
    std::uint64_t valid_until = 0;
    bool operator==(const TransactionRecord&) const = default;

    Bytes encode() const;
    static Result<TransactionRecord> decode(ByteView bytes);
};

// -- events: what happened to one item, product or lot

enum class EventKind : std::uint8_t {
    kDeclared = 1,
    kRegistered,
    kShipped,
    kShipmentCancelled,
    kReceived,
    kShipmentRejected,
    kSold,
    kReturned,
    kRecalled,
    kRecallLifted,
    kFlagged,
    kFlagCleared,
    // into a container and out of it: `other` is its key, `detail` the sequence of the first of its events that tells
    // of this subject, and of the first that does not any more
    kPacked,
    kUnpacked,
    kLoaded,
    kUnloaded,  // of a container: its content changed
    kMissing,
    kSurplus,  // a receiver's scan did not find the item, or found it without the ledger having it there
    kDecommissioned,
    kSaleCancelled,
    kOwnershipOffered,
    kOwnershipAccepted,
    kOwnershipRejected,
    kOwnershipOfferCancelled,
    kInspected = 30,
    kCorrected = 31,
    kReported = 32,
    kReportResponded = 33,
    kReportResolved = 34,
    kSellerRegistered = 35,
    kSellerStandingSet = 36,
    kTerritoriesSet = 37,
    kDocumented = 50  // `detail`: the document's hash
};
bool is_event_kind(std::uint8_t number);
std::string_view name_of(EventKind kind);         // "registered", "shipped", …
std::string_view biz_step_of(EventKind kind);     // CBV 2.0: "commissioning", "shipping", …
std::string_view disposition_of(EventKind kind);  // CBV 2.0: "active", "in_transit", "retail_sold", …

struct Event {
    EventKind kind = EventKind::kRegistered;
    std::uint32_t sequence = 0;  // 0, 1, … per subject
    Height height;
    WallTime time;  // of the block
    Hash256 transaction_id;
    std::string actor;   // organisation that signed
    std::string other;   // the other party: receiver of a shipment, … or empty
    std::string detail;  // reason, document, flag, country: by kind
    bool operator==(const Event&) const = default;

    Bytes encode() const;
    static Result<Event> decode(ByteView bytes);
};

// head' = SHA-256("touchstone/event/1" ‖ head ‖ subject key ‖ event bytes), from the zero hash.
Hash256 next_event_head(const Hash256& head, const Hash256& subject, ByteView event);

// Side-entry key of an event: 'e' ‖ subject key (32) ‖ u32 sequence.
Bytes event_side_key(const Hash256& subject, std::uint32_t sequence);

}  // namespace touchstone::ledger
