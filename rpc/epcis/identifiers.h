// What the URIs in an EPCIS event identify: EPC URNs (GS1 Tag Data Standard 2.0, section 6) and GS1 Digital Links (URI
// Syntax 1.2), and one of them into the other.
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/schema/units.h"

namespace touchstone::epcis {

enum class IdentifierKind {
    kItem,       // SGTIN
    kContainer,  // SSCC
    kLot,        // LGTIN
    kProduct,    // GTIN without serial or lot
    kLocation,   // SGLN
    kParty,      // PGLN
    kOther       // another GS1 key, or somebody's own URI
};

struct Identifier {
    IdentifierKind kind = IdentifierKind::kOther;
    std::string gtin;  // GTIN-14: item, lot, product
    std::string serial;
    std::string lot;
    std::string sscc;
    std::string gln;  // location, party
    std::string extension;
    std::string maker = {};  // of a container that is named by maker and commitment
    // Of an item or container whose serial or SSCC is not told (urn:touchstone:item:…, :container:…).
    std::optional<Hash256> commitment = {};
    bool operator==(const Identifier&) const = default;
};

// Errors: bad_identifier, bad_gtin, bad_serial, bad_lot, bad_sscc, bad_gln: a GS1 key that is not well-formed. What is
// no GS1 key is kOther and no error.
Result<Identifier> read_identifier(std::string_view uri);

// As the ledger names it. Precondition: an item.
ledger::ItemName item_name(const Identifier& identifier);
// What the ledger knows of an SSCC; whose container it is, only `maker` tells. Precondition: a container.
Hash256 container_commitment(const Identifier& identifier);

// The canonical GS1 Digital Link of any GS1 key, as the event hash wants it: https://id.gs1.org, the finest level of
// identification, no query. nullopt: no GS1 key.
std::optional<std::string> canonical_link(std::string_view uri);

// The EPC URN of an item, container, lot, location or party whose GS1 company prefix has so many digits. nullopt: there
// is none, or the prefix can not have that length.
std::optional<std::string> epc_urn(const Identifier& identifier, std::size_t prefix_digits);

// The GLN that a party or location identifier carries, as such or in a URI. nullopt: none.
std::optional<std::string> gln_of(std::string_view identifier);

// This project's own names for what has no GS1 key, or whose key is not known to whoever writes.
inline constexpr std::string_view kItemUrn = "urn:touchstone:item:";            // GTIN-14 ‖ : ‖ commitment
inline constexpr std::string_view kContainerUrn = "urn:touchstone:container:";  // maker's id ‖ : ‖ commitment
// A container of which no more is known than the key that the events of its content name. The ledger takes it from
// nobody, so that it is told and can not be captured.
inline constexpr std::string_view kContainerKeyUrn = "urn:touchstone:container-key:";
inline constexpr std::string_view kOrganisationUrn = "urn:touchstone:organisation:";
inline constexpr std::string_view kDocumentUrn = "urn:touchstone:document:";  // percent-encoded
inline constexpr std::string_view kTransactionUrn = "urn:touchstone:transaction:";

// RFC 3986, all but the unreserved characters; decoding answers nullopt when it is malformed.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace touchstone::epcis
