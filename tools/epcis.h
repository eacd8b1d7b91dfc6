// EPCIS 2.0 documents in JSON-LD, and what this ledger makes of their events.
//
//   ObjectEvent ADD, bizStep commissioning or none      -> Register (lot and expiry from ilmd)
//   ObjectEvent OBSERVE, shipping / void_shipping       -> Ship (receiver from destinationList) / CancelShipment
//   ObjectEvent OBSERVE, receiving / retail_selling     -> Receive / Sell
// Everything else is kept aside and named, never half captured. Pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/item_file.h"
#include "tools/operations.h"

namespace touchstone::tools {

enum class CaptureState { kCovered, kNotCovered, kMalformed, kRefused };

struct CapturedEvent {
    std::size_t index = 0;  // 1 = first event of the document
    std::string type;
    std::string event_id;
    CaptureState state = CaptureState::kMalformed;
    std::string code;    // when not covered
    std::string reason;  // for people, with the remedy
    Operation pattern;   // when covered
    std::vector<ItemLine> items;
};

// GLN (13 digits) -> organisation id.
using Parties = std::map<std::string, std::string, std::less<>>;
// CSV with the columns gln (GLN, SGLN or PGLN URI, Digital Link) and organisation. Errors: bad_parties.
Result<Parties> parse_parties(std::string_view text);
// The GLN that a party or location identifier carries. nullopt: none.
std::optional<std::string> gln_of(std::string_view identifier);

struct CaptureContext {
    Parties parties;
    std::string default_receiver;  // when a shipment names nobody whom `parties` knows
};

// One result per event, in order. Error (the document as a whole): malformed_document.
Result<std::vector<CapturedEvent>> read_epcis(const std::string& text, const CaptureContext& context);

}  // namespace touchstone::tools
