// The names of the records' enumerations, one table each. Included by records.h.
#pragma once

#include "base/enum_names.h"

namespace touchstone {

template <>
inline constexpr auto kEnumNames<ledger::Role> = enum_names<ledger::Role>({{ledger::Role::kBrand, "brand"},
                                                                            {ledger::Role::kManufacturer, "manufacturer"},
                                                                            {ledger::Role::kLogistics, "logistics"},
                                                                            {ledger::Role::kRetailer, "retailer"},
                                                                            {ledger::Role::kPlatform, "platform"},
                                                                            {ledger::Role::kRegulator, "regulator"},
                                                                            {ledger::Role::kAuditor, "auditor"}});

template <>
inline constexpr auto kEnumNames<ledger::KeyPurpose> =
    enum_names<ledger::KeyPurpose>({{ledger::KeyPurpose::kAdmin, "admin"},
                                    {ledger::KeyPurpose::kOperate, "operate"},
                                    {ledger::KeyPurpose::kValidate, "validate"}});

template <>
inline constexpr auto kEnumNames<ledger::SerialPolicy> = enum_names<ledger::SerialPolicy>(
    {{ledger::SerialPolicy::kWarn, "warn"}, {ledger::SerialPolicy::kRefuse, "refuse"}});

template <>
inline constexpr auto kEnumNames<ledger::ItemState> =
    enum_names<ledger::ItemState>({{ledger::ItemState::kActive, "active"},
                                   {ledger::ItemState::kInTransit, "in_transit"},
                                   {ledger::ItemState::kSold, "sold"},
                                   {ledger::ItemState::kPacked, "packed"},
                                   {ledger::ItemState::kExported, "exported"},
                                   {ledger::ItemState::kSampled, "sampled"},
                                   {ledger::ItemState::kDestroyed, "destroyed"},
                                   {ledger::ItemState::kLost, "lost"},
                                   {ledger::ItemState::kVoided, "voided"}});

template <>
inline constexpr auto kEnumNames<ledger::ItemFlag> =
    enum_names<ledger::ItemFlag>({{ledger::ItemFlag::kStolen, "stolen"},
                                  {ledger::ItemFlag::kSuspect, "suspect"},
                                  {ledger::ItemFlag::kQuarantined, "quarantined"},
                                  {ledger::ItemFlag::kRecalled, "recalled"},
                                  {ledger::ItemFlag::kMissing, "missing"},
                                  {ledger::ItemFlag::kNonconform, "nonconform"},
                                  {ledger::ItemFlag::kCounterfeit, "counterfeit"}});

template <>
inline constexpr auto kEnumNames<ledger::EventKind> =
    enum_names<ledger::EventKind>({{ledger::EventKind::kDeclared, "declared"},
                                   {ledger::EventKind::kRegistered, "registered"},
                                   {ledger::EventKind::kShipped, "shipped"},
                                   {ledger::EventKind::kShipmentCancelled, "shipment_cancelled"},
                                   {ledger::EventKind::kReceived, "received"},
                                   {ledger::EventKind::kShipmentRejected, "shipment_rejected"},
                                   {ledger::EventKind::kSold, "sold"},
                                   {ledger::EventKind::kReturned, "returned"},
                                   {ledger::EventKind::kRecalled, "recalled"},
                                   {ledger::EventKind::kRecallLifted, "recall_lifted"},
                                   {ledger::EventKind::kFlagged, "flagged"},
                                   {ledger::EventKind::kFlagCleared, "flag_cleared"},
                                   {ledger::EventKind::kPacked, "packed"},
                                   {ledger::EventKind::kUnpacked, "unpacked"},
                                   {ledger::EventKind::kLoaded, "loaded"},
                                   {ledger::EventKind::kUnloaded, "unloaded"},
                                   {ledger::EventKind::kMissing, "missing"},
                                   {ledger::EventKind::kSurplus, "surplus"},
                                   {ledger::EventKind::kDecommissioned, "decommissioned"},
                                   {ledger::EventKind::kSaleCancelled, "sale_cancelled"},
                                   {ledger::EventKind::kOwnershipOffered, "ownership_offered"},
                                   {ledger::EventKind::kOwnershipAccepted, "ownership_accepted"},
                                   {ledger::EventKind::kOwnershipRejected, "ownership_rejected"},
                                   {ledger::EventKind::kOwnershipOfferCancelled, "ownership_offer_cancelled"},
                                   {ledger::EventKind::kInspected, "inspected"},
                                   {ledger::EventKind::kCorrected, "corrected"},
                                   {ledger::EventKind::kReported, "reported"},
                                   {ledger::EventKind::kReportResponded, "report_responded"},
                                   {ledger::EventKind::kReportResolved, "report_resolved"},
                                   {ledger::EventKind::kSellerRegistered, "seller_registered"},
                                   {ledger::EventKind::kSellerStandingSet, "seller_standing_set"},
                                   {ledger::EventKind::kTerritoriesSet, "territories_set"},
                                   {ledger::EventKind::kDocumented, "documented"},
                                   {ledger::EventKind::kAmended, "amended"},
                                   {ledger::EventKind::kVoided, "voided"},
                                   {ledger::EventKind::kLost, "lost"},
                                   {ledger::EventKind::kFound, "found"},
                                   {ledger::EventKind::kEndUndone, "end_undone"},
                                   {ledger::EventKind::kReclaimed, "reclaimed"},
                                   {ledger::EventKind::kReassigned, "reassigned"},
                                   {ledger::EventKind::kSeized, "seized"},
                                   {ledger::EventKind::kHandoverOffered, "handover_offered"},
                                   {ledger::EventKind::kHandoverAccepted, "handover_accepted"},
                                   {ledger::EventKind::kHandoverEnded, "handover_ended"},
                                   {ledger::EventKind::kProductReassigned, "product_reassigned"},
                                   {ledger::EventKind::kSellerAttested, "seller_attested"}});

}  // namespace touchstone
