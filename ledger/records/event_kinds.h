// What can happen to an item, a container, a product, a lot or a shop: the kinds of events, what each is called, and what
// EPCIS calls it. Constants; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/enum_names.h"

namespace touchstone::ledger {

// The numbers are stored and hashed: one that was given is never given again.
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
    kDocumented = 50,  // `detail`: the document's hash
    kAmended = 60,     // `detail`: what was, and what is now
    kVoided,
    kLost,
    kFound,
    kEndUndone,
    kReclaimed,  // `other`: whom the owner wants it handed to
    kReassigned,
    kSeized,
    kHandoverOffered,  // of a product, to another brand
    kHandoverAccepted,
    kHandoverEnded,  // declined or called back
    kProductReassigned,
    kSellerAttested = 90,
};

struct EventWords {
    EventKind kind;
    std::string_view name;
    // CBV 2.0 sections 7.1 and 7.2. What CBV has no word for takes the nearest, and its own name tells the difference.
    std::string_view biz_step;
    std::string_view disposition;
};
inline constexpr EventWords kEventWords[]{
    {EventKind::kDeclared, "declared", "creating_class_instance", "active"},
    {EventKind::kRegistered, "registered", "commissioning", "active"},
    {EventKind::kShipped, "shipped", "shipping", "in_transit"},
    {EventKind::kShipmentCancelled, "shipment_cancelled", "void_shipping", "in_progress"},
    {EventKind::kReceived, "received", "receiving", "in_progress"},
    {EventKind::kShipmentRejected, "shipment_rejected", "void_shipping", "in_progress"},
    {EventKind::kSold, "sold", "retail_selling", "retail_sold"},
    {EventKind::kReturned, "returned", "receiving", "returned"},
    {EventKind::kRecalled, "recalled", "holding", "recalled"},
    {EventKind::kRecallLifted, "recall_lifted", "inspecting", "conformant"},
    {EventKind::kFlagged, "flagged", "holding", "non_sellable_other"},
    {EventKind::kFlagCleared, "flag_cleared", "inspecting", "conformant"},
    {EventKind::kPacked, "packed", "packing", "in_progress"},
    {EventKind::kUnpacked, "unpacked", "unpacking", "in_progress"},
    {EventKind::kLoaded, "loaded", "packing", "in_progress"},
    {EventKind::kUnloaded, "unloaded", "unpacking", "in_progress"},
    {EventKind::kMissing, "missing", "receiving", "unknown"},
    {EventKind::kSurplus, "surplus", "receiving", "in_progress"},
    {EventKind::kDecommissioned, "decommissioned", "decommissioning", "inactive"},
    {EventKind::kSaleCancelled, "sale_cancelled", "retail_selling", "sellable_accessible"},
    {EventKind::kOwnershipOffered, "ownership_offered", "other", "in_progress"},
    {EventKind::kOwnershipAccepted, "ownership_accepted", "other", "in_progress"},
    {EventKind::kOwnershipRejected, "ownership_rejected", "other", "in_progress"},
    {EventKind::kOwnershipOfferCancelled, "ownership_offer_cancelled", "other", "in_progress"},
    {EventKind::kInspected, "inspected", "inspecting", "in_progress"},
    {EventKind::kCorrected, "corrected", "other", "in_progress"},
    {EventKind::kReported, "reported", "other", "unknown"},
    {EventKind::kReportResponded, "report_responded", "other", "unknown"},
    {EventKind::kReportResolved, "report_resolved", "other", "unknown"},
    {EventKind::kSellerRegistered, "seller_registered", "other", "active"},
    {EventKind::kSellerStandingSet, "seller_standing_set", "other", "active"},
    {EventKind::kTerritoriesSet, "territories_set", "other", "active"},
    {EventKind::kDocumented, "documented", "other", "in_progress"},
    {EventKind::kAmended, "amended", "other", "in_progress"},
    {EventKind::kVoided, "voided", "decommissioning", "inactive"},
    {EventKind::kLost, "lost", "other", "unknown"},
    {EventKind::kFound, "found", "other", "in_progress"},
    {EventKind::kEndUndone, "end_undone", "other", "in_progress"},
    {EventKind::kReclaimed, "reclaimed", "other", "in_progress"},
    {EventKind::kReassigned, "reassigned", "other", "in_progress"},
    {EventKind::kSeized, "seized", "holding", "non_sellable_other"},
    {EventKind::kHandoverOffered, "handover_offered", "other", "active"},
    {EventKind::kHandoverAccepted, "handover_accepted", "other", "active"},
    {EventKind::kHandoverEnded, "handover_ended", "other", "active"},
    {EventKind::kProductReassigned, "product_reassigned", "other", "active"},
    {EventKind::kSellerAttested, "seller_attested", "other", "active"},
};

std::string_view name_of(EventKind kind);         // "registered", "shipped", …
std::string_view biz_step_of(EventKind kind);     // CBV 2.0: "commissioning", "shipping", …
std::string_view disposition_of(EventKind kind);  // CBV 2.0: "active", "in_transit", "retail_sold", …

}  // namespace touchstone::ledger

namespace touchstone {

template <>
inline constexpr auto kEnumNames<ledger::EventKind> = [] {
    std::array<std::pair<ledger::EventKind, std::string_view>, std::size(ledger::kEventWords)> names;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = {ledger::kEventWords[i].kind, ledger::kEventWords[i].name};
    return names;
}();

}  // namespace touchstone
