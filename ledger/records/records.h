// The records of the state, their keys and their canonical encodings.
//
// Where each is kept: ledger/records/keys.h. Each encoding starts with u8 kind ‖ u8 version and uses base/codec.h, so
// that no record can be read as one of another kind; tests/golden pins the digest of one worked example of each.
// decode() refuses anything that encode() would not have written.
//
// Whatever has a content that could be guessed has a salt: a proof about something else may show the hash of such a
// record, and must not tell its content. Of items and containers it comes from the transaction that made them, and stays:
// who buys one of a lot can compute what the others' records would be but for it. Of volumes, licences, lots and
// statistics it comes from all transactions that ever wrote the record (next_salt in ledger/rules/rules.h): nobody who
// wrote only some of them knows it.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/codec.h"
#include "base/enum_names.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/strong.h"
#include "base/time.h"
#include "crypto/ed25519.h"
#include "ledger/records/event_kinds.h"
#include "ledger/records/keys.h"

namespace touchstone::ledger {

using Day = std::uint32_t;  // days since 1970-01-01; 0 = none
Day day_of(std::uint64_t time_ms);
std::string day_text(Day day);  // YYYY-MM-DD; empty for none
std::string time_text(WallTime time);  // YYYY-MM-DD hh:mm:ss UTC

// -- records

enum class Role : std::uint8_t { kBrand, kManufacturer, kLogistics, kRetailer, kPlatform, kRegulator, kAuditor };
inline constexpr std::size_t kRoleCount = 7;
std::string_view name_of(Role role);  // "brand", …
std::optional<Role> role_from(std::string_view name);

// admin: everything, its organisation's keys and the council's business too. operate: all but these. validate: a
// validator's own, which says nothing but that its node is ready.
enum class KeyPurpose : std::uint8_t { kAdmin = 1, kOperate = 2, kValidate = 3 };
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
    std::vector<std::string> prefixes{};  // GS1 company prefixes, ascending: whose GTINs it may declare
    WallTime suspended_at{};              // while suspended; else 0
    bool operator==(const OrganisationRecord&) const = default;
    bool has(Role role) const { return (roles >> static_cast<int>(role)) & 1; }
    // Revoked ones too. nullptr: never was a key of this organisation.
    const OrganisationKey* find_key(const crypto::PublicKey& key) const;

    Bytes encode() const;
    static Result<OrganisationRecord> decode(ByteView bytes);  // error: record_malformed, as all below
};

// What a recall is of, within one product. Empty and 0: any. Dates are those of manufacture, both included.
struct RecallScope {
    std::string lot;
    std::string maker;
    Day made_from = 0;
    Day made_until = 0;
    bool operator==(const RecallScope&) const = default;
};

// A recall in force. Each issuer has its own, which it widens, narrows and lifts; one for each scope.
struct RecallMark {
    std::string by;
    bool as_brand = false;  // issued as the product's brand: the brand's to lift, whoever owns it by then
    RecallScope scope;
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

// A licence that its brand revoked, and did not grant again.
struct RevokedLicence {
    std::string maker;
    WallTime since;
    bool operator==(const RevokedLicence&) const = default;
};

struct ProductRecord {
    std::string gtin;  // GTIN-14
    std::string brand;
    std::string name;
    Hash256 image_hash;  // zero: none
    std::vector<Hash256> document_hashes;
    std::vector<RecallMark> recalls;  // in force, in the order of issue; what was lifted is in the product's events
    std::uint32_t event_count = 0;
    Hash256 event_head;
    std::vector<std::string> territories{};  // where its items may be sold; empty: everywhere
    WallTime territories_since{};            // what was sold before this was sold under an earlier list
    SerialPolicy serial_policy = SerialPolicy::kWarn;
    std::string offered_to{};                // the brand that it is being handed over to; else empty
    std::vector<std::string> return_points{};  // organisations that may take sold items back, beside seller and brand
    // Everybody may know that a maker lost its licence, and nobody its quota, which stands in the licence: so it is
    // here, with what each verdict proves. In the order of revoking, each maker once.
    std::vector<RevokedLicence> revoked_licences{};
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
    WallTime revoked_at{};
    Hash256 salt{};
    bool operator==(const LicenceRecord&) const = default;

    Bytes encode() const;
    static Result<LicenceRecord> decode(ByteView bytes);
};

// A lot number of a product. Makers number their lots each for himself: one's lot says nothing of another's.
struct LotRecord {
    struct Made {
        std::string maker;
        Day expiry = 0;            // 0: none was given so far
        std::uint64_t items = 0;   // of the lot now; 0: all were voided or amended, and a recall still knows the lot
        bool operator==(const Made&) const = default;
    };
    std::string gtin;
    std::string lot;
    std::vector<Made> made;  // ascending by maker, at least one
    Hash256 salt{};
    bool operator==(const LotRecord&) const = default;
    const Made* of(std::string_view maker) const;

    Bytes encode() const;
    static Result<LotRecord> decode(ByteView bytes);
};

// Under product_volume_key and lot_volume_key; absent: none.
struct VolumeRecord {
    std::uint64_t registered = 0;  // items, without those that were voided
    Hash256 salt{};
    bool operator==(const VolumeRecord&) const = default;

    Bytes encode() const;
    static Result<VolumeRecord> decode(ByteView bytes);
};

// Lifecycle: one state; flags are a set beside it.
// The same states serve containers, which are active, in transit, packed or lost.
enum class ItemState : std::uint8_t {
    kActive = 1,
    kInTransit = 2,
    kSold = 3,
    kPacked = 4,  // in a container: who holds it, and whether it moves, is the outermost container's to say
    kExported = 5,
    kSampled = 6,
    kDestroyed = 7,
    kLost = 8,
    kVoided = 9,  // registered by mistake, and never moved
};
std::string_view name_of(ItemState state);  // "active", "in_transit", …

// Who may set which, and what it does, is in ledger/rules/flags.cpp. Whoever set a flag clears it, or a regulator.
enum class ItemFlag : std::uint8_t {
    kStolen = 1,
    kSuspect = 2,
    kQuarantined = 3,
    kRecalled = 4,     // a recall by a list of serials
    kMissing = 5,      // not found in the container that it was in, by a receiver's scan
    kNonconform = 6,   // an inspector's finding
    kCounterfeit = 7,  // a report that was upheld, or an inspector's finding
};
std::string_view name_of(ItemFlag flag);

struct FlagMark {
    ItemFlag flag = ItemFlag::kSuspect;
    std::string by;
    bool operator==(const FlagMark&) const = default;
};

struct ItemRecord {
    std::string gtin;
    std::string lot;
    Day expiry = 0;
    Day made_on = 0;
    ItemState state = ItemState::kActive;
    std::vector<FlagMark> flags;  // in the order of setting; each organisation sets a flag once
    std::string maker;            // organisation that registered it
    std::string owner;            // while sold: whose it was until then. A sold item is the consumer's
    std::string custodian;        // holds it; while in transit still the sender, while sold the seller
    std::string receiver;         // while in transit; else empty
    std::string facility;
    WallTime registered_at;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    StateKey container;              // while packed; else zero
    std::string offered_to;          // whom its owner offers it; else empty
    WallTime ended_at;               // while sold, or at an end (exported … voided); else 0, as is `ended_by`
    std::string ended_by;
    std::uint32_t open_reports = 0;  // about this item, not resolved, of reporters that count
    std::uint32_t returns = 0;       // how often it came back from a sale
    std::uint32_t cancelled_sales = 0;
    Hash256 shop{};                  // pseudonym of the shop that it was last sold through; zero: none was named
    std::string reclaimed_to{};      // whom its owner wants it handed to, against its holder; else empty
    std::uint64_t salt = 0;          // of its first registration
    bool operator==(const ItemRecord&) const = default;
    bool has(ItemFlag flag) const;
    bool has(ItemFlag flag, std::string_view by) const;

    Bytes encode() const;
    static Result<ItemRecord> decode(ByteView bytes);
};

// A logistic unit: case, pallet, sea container. Named by its SSCC, which like a serial is not on the ledger, among those
// of the organisation that made it. What was emptied is its maker's again, who may use the number once more.
struct ContainerRecord {
    ItemState state = ItemState::kActive;  // active, in transit, packed or lost
    std::string maker;
    std::string custodian;
    std::string receiver;      // while in transit; else empty
    StateKey container;        // while packed; else zero
    // Containers directly in it, by how deep they are: of one level, of two, …
    std::array<std::uint32_t, limits::kContainerLevelsMax - 1> inner{};
    std::uint32_t direct = 0;  // items and containers directly in it
    std::uint64_t items = 0;   // in it at all levels
    WallTime created_at;
    std::uint32_t event_count = 0;
    Hash256 event_head;
    std::string reclaimed_to{};  // as an item's
    WallTime ended_at{};         // while lost; else 0, as is `ended_by`
    std::string ended_by{};
    bool was_lost = false;       // and found, with what is in it (ledger/rules/claims.h)
    std::uint64_t salt = 0;      // of its making
    bool operator==(const ContainerRecord&) const = default;
    std::uint8_t levels() const;  // of nesting, its own included

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
Hash256 next_event_head(const Hash256& head, const StateKey& subject, ByteView event);

// Side-entry key of an event: 'e' ‖ subject key (32) ‖ u32 sequence.
Bytes event_side_key(const StateKey& subject, std::uint32_t sequence);

}  // namespace touchstone::ledger

#include "ledger/records/record_names.h"
