// What the ledger makes of one EPCIS event (docs/epcis.md has the table).
//
//   ObjectEvent        ADD commissioning or none            -> Register
//                      OBSERVE shipping, void_shipping      -> Ship, CancelShipment
//                      OBSERVE receiving, retail_selling    -> Receive (disposition returned: Return), Sell
//                      OBSERVE inspecting, with a finding   -> Inspect, for organisations whose finding counts
//                      DELETE                               -> Decommission
//   AggregationEvent   the parent has an SSCC: ADD, DELETE  -> Pack, Unpack
//   AssociationEvent   OBSERVE shipping, receiving          -> the same of the container
//   TransactionEvent   ADD with an owning_party             -> TransferOwnership, or AcceptOwnership by who gets it
//   TransformationEvent  serialised inputs and outputs      -> Decommission and Register
//   persistentDisposition  stolen, non_sellable_other, no_pedigree_match, mismatch_instance -> Flag, ClearFlag
//                      recalled, of a product or a lot      -> Recall, LiftRecall
//   errorDeclaration   of any of these, about items         -> Correct
// Everything else that is valid is kept by its hash. Nothing is half captured: an event that names, beside what the
// ledger can record, something it can not, is kept as a whole.
//
// Pure functions; any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/schema/operations.h"
#include "rpc/epcis/document.h"

namespace touchstone::epcis {

// GLN (13 digits) -> organisation id.
using Parties = std::map<std::string, std::string, std::less<>>;

// One that the ledger has under an SSCC. Custodian and receiver are those of the outermost container around it.
struct KnownContainer {
    std::string maker, custodian, receiver;
};

struct CaptureContext {
    Parties parties;
    std::string default_receiver;  // when a shipment names nobody whom `parties` knows
    std::string organisation;      // that captures; empty: not known
    std::uint16_t roles = 0;       // of it, bit per ledger::Role
    // The containers with this commitment: each organisation numbers its own, and an SSCC does not tell whose it is.
    // None: nothing is known of any.
    std::function<std::vector<KnownContainer>(const Hash256& commitment)> containers = {};
};

enum class PlanKind {
    kOperations,
    kCorrection,  // of the last event of `corrected` that the organisation recorded of each item
    kKeep,
    kRefused,  // understood, but it can not be done; code and reason say why
    kMalformed
};

struct NamedItem {
    std::string gtin;
    std::string serial;
};

struct Plan {
    PlanKind kind = PlanKind::kMalformed;
    std::size_t index = 0;
    std::string type;      // ObjectEvent, …
    std::string event_id;  // as given, or empty
    Hash256 event_hash;    // CBV 2.0
    Hash256 hash;          // under which it is kept: the same, or for an error declaration keeping_hash()
    std::string code;      // unless kOperations or kCorrection: why
    std::string reason;    // for people, with the remedy
    std::vector<ledger::Operation> operations;
    std::vector<ledger::ItemName> items;  // that the event names, registered or not
    std::vector<ledger::ContainerName> containers;
    std::vector<NamedItem> named;  // items whose serial is told, and not its commitment alone
    ledger::EventKind corrected = ledger::EventKind::kRegistered;
    std::string correction_reason;
};

Plan plan_event(const DocumentEvent& event, const CaptureContext& context);

// The operation that keeps it: with as many of the items and containers as a document may name.
ledger::op::RecordDocument keeping(const Plan& plan);
// An error declaration has the hash of the event that it declares wrong: it is kept under SHA-256(
// "touchstone/error-declaration/1" ‖ that hash ‖ u64 time of the declaration in milliseconds).
Hash256 keeping_hash(const Hash256& event, std::uint64_t declared_ms);

}  // namespace touchstone::epcis
