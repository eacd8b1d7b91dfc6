// Where the records of the state are kept. Nobody but the functions here makes a state key, each from a kind of record
// and its natural key: bytes that a client sends are never one, so that no operation can reach a record of another kind
// or one that it did not name.
//
// key = SHA-256(tag of the kind ‖ natural key), with its first bits set by its region of the tree:
//   0   what anybody may ask for: items, products, organisations, sellers, documents. Absence is proven of these alone.
//   10  what a member names as it likes, or nearly: containers, lots and their volumes, reports, transactions, and lists of
//       transactions. Who makes many names finds one that is next to a name that he guesses, and sees in the proof of his
//       own whether it is there.
//   11  all others: licences, volumes of products, statistics, what the ledger itself keeps. Nobody can name anything here,
//       so nobody is shown what is next to it.
// A proof shows what is next to a record, and a proof of absence names it; so what cannot be guessed, what can, and what
// must not be, are apart. Items and containers are named by commitments, from which the key follows and not the other way:
// who sees a key in a proof can look nothing up with it.
// Pure functions; any thread.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/hash256.h"
#include "base/strong.h"

namespace touchstone::ledger {

class StateKey {
  public:
    StateKey() = default;  // zero: none
    const Hash256& hash() const { return hash_; }
    operator const Hash256&() const { return hash_; }
    ByteView view() const { return hash_.view(); }
    std::string hex() const { return hash_.hex(); }
    bool is_zero() const { return hash_.is_zero(); }
    auto operator<=>(const StateKey&) const = default;

    // Of a key that the ledger itself wrote: into a record, or as the key of an entry of the state.
    static StateKey written(const Hash256& hash) { return StateKey(hash); }

  private:
    explicit StateKey(const Hash256& hash) : hash_(hash) {}
    Hash256 hash_{};
};

// What each record of the state begins with.
enum class RecordKind : std::uint8_t {
    kOrganisation = 1,
    kProduct = 2,
    kLicence = 3,
    kLot = 4,
    kVolume = 5,
    kItem = 6,
    kContainer = 7,
    kTransaction = 8,
    kExpiry = 9,
    kExpiryChunk = 10,
    kParameters = 11,
    kValidators = 12,
    kActivity = 13,
    kCouncil = 14,
    kProposal = 15,
    kReport = 16,
    kReportStats = 17,
    kSeller = 18,
    kDocument = 19,
    kPrefixes = 20,
    kReporter = 21,
    kOrganisationName = 22,
};

// SHA-256("touchstone/serial/1" ‖ gtin14 ‖ serial): what clients send in the place of a serial.
Hash256 serial_commitment(std::string_view gtin14, std::string_view serial);
// SHA-256("touchstone/sscc/1" ‖ sscc), of 18 digits.
Hash256 sscc_commitment(std::string_view sscc);

// Of a kind whose records anybody may ask for, and whose absence is proven.
inline bool is_public(const Hash256& key) { return !key.bit(0); }

// SHA-256("touchstone/item/2" ‖ gtin14 ‖ commitment), first bit 0.
StateKey item_key(std::string_view gtin14, const Hash256& commitment);
// SHA-256("touchstone/container/2" ‖ commitment ‖ id of the organisation that made the container), first bits 10.
StateKey container_key(std::string_view maker, const Hash256& commitment);
StateKey organisation_key(std::string_view id);
StateKey product_key(std::string_view gtin14);
StateKey licence_key(std::string_view gtin14, std::string_view manufacturer);
StateKey lot_key(std::string_view gtin14, std::string_view lot);
// How many items there are of a product, or of a lot, is apart from what a verdict rests on: whoever verifies one item
// is shown the records of its product and may not learn from them how much is made.
StateKey product_volume_key(std::string_view gtin14);
StateKey lot_volume_key(std::string_view gtin14, std::string_view lot);
StateKey transaction_key(const Hash256& transaction_id);  // a transaction within its validity
StateKey expiry_key(Height height);                       // transactions whose validity ends at this height
// Of the ids that the block of `recorded` recorded with that valid_until.
StateKey expiry_chunk_key(std::uint64_t valid_until, Height recorded);
StateKey parameters_key();
StateKey validators_key();
StateKey activity_key();
// Where the validators record is kept as it was when an epoch began; of the first epoch only the genesis tells.
StateKey epoch_key(Epoch epoch);
StateKey council_key();
StateKey proposal_key(std::uint64_t number);
StateKey organisation_name_key(std::string_view identity);  // name_identity() of its name
StateKey prefixes_key();  // the GS1 company prefixes of all organisations
// A report's id is SHA-256("touchstone/report-id/1" ‖ transaction id ‖ u32 operation index).
Hash256 report_id(const Hash256& transaction_id, std::uint32_t operation);
StateKey report_key(const Hash256& id);
StateKey report_stats_key(std::string_view organisation, std::string_view month);
StateKey reporter_key(std::string_view organisation);
StateKey seller_key(const Hash256& pseudonym);
StateKey document_key(const Hash256& document, std::string_view organisation);

}  // namespace touchstone::ledger

template <>
struct std::hash<touchstone::ledger::StateKey> {
    std::size_t operator()(const touchstone::ledger::StateKey& key) const {
        return touchstone::Hash256Hasher{}(key.hash());
    }
};
