#include "ledger/refusal.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace touchstone::ledger {
namespace {

// Sorted by number.
constexpr std::array kRefusals{
    RefusalInfo{Refusal::kNone, "none", "Not refused.", "Nothing to do."},
    // the transaction as a whole
    RefusalInfo{
        Refusal::kMalformed, "malformed",
        "The transaction is not what the schema in transaction.proto says: it can not be read, a field has the wrong "
        "size, or it has a field that this version does not know.",
        "Build the payload with the schema of the version that the validators run; the detail names the field."},
    RefusalInfo{Refusal::kTooLarge, "too_large",
                "The transaction has more bytes, operations or documents than the chain's parameters allow.",
                "Split it into several transactions; the detail names the bound."},
    RefusalInfo{Refusal::kWrongChain, "wrong_chain", "The transaction names another chain.",
                "Use the chain id that chain_status answers, and sign again."},
    RefusalInfo{
        Refusal::kExpired, "expired", "The last height at which the transaction may be in a block has passed.",
        "Check with tx_get whether it was recorded in time; if it was not, sign it again with a later valid_until."},
    RefusalInfo{Refusal::kValidityTooLong, "validity_too_long",
                "valid_until is further ahead than the chain's parameters allow.",
                "Sign it again with a valid_until nearer to the present height; chain_status shows the bound."},
    RefusalInfo{Refusal::kUnknownOrganisation, "unknown_organisation",
                "The organisation that the transaction acts for is not on this chain.",
                "Check the organisation id; org_list shows those that exist."},
    RefusalInfo{Refusal::kSuspendedOrganisation, "suspended_organisation",
                "The organisation that acts, or that is named as the other party, is suspended.",
                "Ask the council of the chain why, and to lift the suspension; choose another party meanwhile."},
    RefusalInfo{Refusal::kUnknownKey, "unknown_key", "The key is not one of the organisation's keys.",
                "Sign with a key that org_get shows for the organisation, or have this key added."},
    RefusalInfo{Refusal::kRevokedKey, "revoked_key", "The key was revoked.",
                "Sign with a key of the organisation that is in force."},
    RefusalInfo{Refusal::kBadSignature, "bad_signature", "The signature does not fit the payload and the key.",
                "Sign the bytes \"touchstone/sign/1\" followed by the payload exactly as it is sent, with the key that "
                "the payload names."},
    RefusalInfo{Refusal::kDuplicateTransaction, "duplicate_transaction", "The same transaction is recorded already.",
                "Do not send it again: tx_get answers with its result. To do the same once more, use another nonce."},
    // fields
    RefusalInfo{Refusal::kBadGtin, "bad_gtin", "The GTIN is not 14 digits with a valid check digit.",
                "Pad a shorter GTIN with zeros on the left to 14 digits, and check the last digit."},
    RefusalInfo{Refusal::kBadLot, "bad_lot", "The lot is not 1 to 20 characters of the GS1 character set.",
                "Use the lot as it stands in the code on the package, application identifier (10)."},
    RefusalInfo{Refusal::kBadDate, "bad_date", "A date is out of range, or an end lies before its start.",
                "Give dates as days since 1970-01-01, the earlier one first; 0 stands for none."},
    RefusalInfo{Refusal::kBadText, "bad_text",
                "A text is too long, missing, not UTF-8, has control characters, or is not of its prescribed form.",
                "Correct the field that the detail names."},
    RefusalInfo{Refusal::kBadItemKeys, "bad_item_keys", "Item keys must be one or more digests of 32 bytes, joined.",
                "Compute each as SHA-256 of \"touchstone/item/1\", the GTIN-14 and the serial, and join them."},
    RefusalInfo{Refusal::kTooManyItems, "too_many_items",
                "More items than the chain's parameters allow in one operation or block.",
                "Split the items over several transactions."},
    RefusalInfo{Refusal::kBadRole, "bad_role", "An organisation lacks the role that the operation needs of it.",
                "Name a manufacturer for a licence; roles are given by the council, and org_get shows them."},
    RefusalInfo{Refusal::kUnknownRecipient, "unknown_recipient",
                "The other party does not exist on this chain, or is the one that acts.",
                "Check the organisation id; org_list shows those that exist."},
    // products and licences
    RefusalInfo{Refusal::kProductUnknown, "product_unknown", "The product has not been declared.",
                "Let the brand declare the GTIN first."},
    RefusalInfo{
        Refusal::kProductExists, "product_exists", "The GTIN has been declared already.",
        "Use the product as it is (product_get shows it); if another brand declared your GTIN, tell the council."},
    RefusalInfo{Refusal::kNotBrand, "not_brand", "Only the brand of the product may do this.",
                "Ask the brand that product_get shows."},
    RefusalInfo{Refusal::kNotLicensed, "not_licensed",
                "The organisation has no licence to register items of this product.",
                "Ask the product's brand for a licence."},
    RefusalInfo{Refusal::kLicenceRevoked, "licence_revoked", "The licence was revoked.",
                "Ask the product's brand; a new grant puts the licence in force again."},
    RefusalInfo{Refusal::kLicenceNotInForce, "licence_not_in_force",
                "The licence is not in force on the day of the block.",
                "Wait for its first day, or ask the product's brand to extend it; licence_get shows the dates."},
    RefusalInfo{Refusal::kLicenceFacility, "licence_facility", "The licence is for another facility.",
                "Register with the facility that licence_get shows."},
    RefusalInfo{
        Refusal::kQuotaExceeded, "quota_exceeded", "The licence's quota does not suffice.",
        "Register no more than the rest that licence_get shows, or ask the product's brand for a larger quota."},
    RefusalInfo{Refusal::kLotMismatch, "lot_mismatch", "The lot is registered with another expiry date.",
                "Use the expiry that lot_get shows, or another lot: all items of a lot expire on one day."},
    // items
    RefusalInfo{Refusal::kItemExists, "item_exists",
                "The item is registered already, by the same organisation for the same product.",
                "Nothing to do if this is a repeat: the item is there, and was not counted twice."},
    RefusalInfo{
        Refusal::kItemTaken, "item_taken",
        "The item is registered already, by another organisation or for another product.",
        "Compare the serial with your records: two parties use the same one. Report it to the product's brand."},
    RefusalInfo{Refusal::kItemRepeated, "item_repeated", "The item stands more than once in one operation.",
                "Name each item once."},
    RefusalInfo{Refusal::kItemUnknown, "item_unknown", "The item is not registered.",
                "Check GTIN and serial; if they are right, the item was never registered: treat it with suspicion."},
    RefusalInfo{Refusal::kNotCustodian, "not_custodian", "The item is in the custody of another organisation.",
                "Let its custodian act, or have it shipped to you and receive it first."},
    RefusalInfo{Refusal::kNotReceiver, "not_receiver", "The shipment is for another organisation.",
                "Let the receiver that item_get shows act, or have the sender cancel and ship it to you."},
    RefusalInfo{Refusal::kNotInTransit, "not_in_transit", "The item is not in transit.",
                "Check item_history: it was received, rejected or cancelled already, or never shipped."},
    RefusalInfo{Refusal::kInTransit, "in_transit", "The item is in transit.",
                "Let the receiver receive or reject it, or cancel the shipment."},
    RefusalInfo{Refusal::kAlreadySold, "already_sold", "The item has been sold.",
                "Record its return first; if you hold it and did not sell it, one of the two is not genuine."},
    RefusalInfo{Refusal::kNotSold, "not_sold", "The item has not been sold.",
                "A return needs a sale; use receive or reject for goods in transit."},
    RefusalInfo{Refusal::kRecalled, "recalled", "The product or the lot is recalled.",
                "Take the item out of sale and ship it to the product's brand or to its maker."},
    RefusalInfo{Refusal::kFlagged, "flagged",
                "The item is flagged as stolen or quarantined, and may not be shipped or sold.",
                "Keep it where it is; whoever may set the flag may clear it (clear_flag)."},
    RefusalInfo{Refusal::kFlagAbsent, "flag_absent", "The item does not have this flag.",
                "Nothing to clear; item_get shows the flags."},
    RefusalInfo{Refusal::kFlagPresent, "flag_present", "The item has this flag already.",
                "Nothing to do; item_history shows who set it and why."},
    RefusalInfo{Refusal::kNotAllowed, "not_allowed",
                "The organisation's roles and its relation to the subject do not permit this.",
                "Let an organisation with the right role act; the detail names which."},
    RefusalInfo{Refusal::kRecallActive, "recall_active", "The product or the lot is recalled already.",
                "Nothing to do; recall_list shows the recalls in force."},
    RefusalInfo{Refusal::kRecallAbsent, "recall_absent", "No such recall is in force.",
                "Check GTIN and lot against recall_list; a recall of the whole product is lifted without a lot."},
    // containers, ownership, the end
    RefusalInfo{Refusal::kContainerUnknown, "container_unknown", "There is no such container.",
                "Check the SSCC; a container exists from its first pack on."},
    RefusalInfo{Refusal::kPacked, "packed", "It is in a container, and moves with it.",
                "Act on the outermost container (container_get shows it), or unpack it first."},
    RefusalInfo{Refusal::kNotPacked, "not_packed", "It is in no container.",
                "Nothing to take out; item_get shows where it is."},
    RefusalInfo{Refusal::kNotInThisContainer, "not_in_this_container", "It is in another container, or in none.",
                "Name the container that item_get shows."},
    RefusalInfo{Refusal::kContainerMoving, "container_moving",
                "The container, or the one that it is in, is in transit.",
                "Change its content before it is shipped, or after it was received, rejected or cancelled."},
    RefusalInfo{Refusal::kContainerTooDeep, "container_too_deep", "Containers would be nested too deeply.",
                "Unpack an inner level first; five levels are allowed."},
    RefusalInfo{Refusal::kContainerCycle, "container_cycle", "A container can not be in itself.",
                "Check the SSCCs: one of them is, directly or not, in the other."},
    RefusalInfo{Refusal::kCountMismatch, "count_mismatch",
                "Count, missing and surplus do not agree with the container's content.",
                "counted must be the content that container_get shows, less the missing, plus the surplus."},
    RefusalInfo{Refusal::kDecommissioned, "decommissioned", "The item was decommissioned.",
                "Nothing more can be recorded of it; item_history shows who ended it and why. If the item is in your "
                "hands, report it."},
    RefusalInfo{Refusal::kTooLate, "too_late", "The time in which a sale may be cancelled is over.",
                "Record a return instead."},
    RefusalInfo{Refusal::kNotOwner, "not_owner", "The item is owned by another organisation.",
                "Let the owner that item_get shows act."},
    RefusalInfo{Refusal::kNotOffered, "not_offered", "The item's ownership is not offered to this organisation.",
                "Let its owner transfer it to you first; item_get shows to whom it is offered."},
    RefusalInfo{Refusal::kOfferPending, "offer_pending", "The item's ownership is being offered already.",
                "Wait for the answer, or cancel the transfer first."},
    RefusalInfo{Refusal::kCarrierOwns, "carrier_owns", "An organisation that only carries goods can not own them.",
                "Transfer the ownership to the party that buys; ship the goods through the carrier."},
    // reports
    RefusalInfo{Refusal::kBadReport, "bad_report",
                "The report's fields do not fit its subject, or it has no or an unknown kind.",
                "Give an item's key, or a GTIN, or a GTIN and a lot, or a platform and the hash of the listing's URL, "
                "and nothing of the others."},
    RefusalInfo{Refusal::kReportUnknown, "report_unknown", "There is no report with this id.",
                "Check the id; report_list shows the reports that exist."},
    RefusalInfo{Refusal::kReportResponded, "report_responded", "The report was responded to already.",
                "Nothing to do; report_get shows the response. What is to be added belongs into the resolution."},
    RefusalInfo{Refusal::kReportResolved, "report_resolved", "The report is resolved, and nothing can be added to it.",
                "File a new report if there is something new; report_get shows how this one was resolved."},
    RefusalInfo{Refusal::kNotHandler, "not_handler",
                "Only the organisation that has to answer the report may respond: the product's brand, or the platform "
                "of the listing.",
                "Let the handler that report_get shows respond."},
    RefusalInfo{Refusal::kNotReporter, "not_reporter", "Only who filed a report may withdraw it.",
                "Let the reporter withdraw it, or let a platform or a regulator reject it."},
    RefusalInfo{Refusal::kNotPlatform, "not_platform", "The organisation that the listing names is not a platform.",
                "Name the platform on which the listing is; org_list shows the roles."},
    RefusalInfo{Refusal::kLotUnknown, "lot_unknown", "Nothing of this lot was ever registered or recalled.",
                "Check the lot as it is printed; if it is right, report the product, and name the lot in the text."},
    // sellers
    RefusalInfo{Refusal::kSellerUnknown, "seller_unknown", "No platform has registered a shop with this pseudonym.",
                "Check country and registration number that the pseudonym was computed from, or register the shop."},
    RefusalInfo{Refusal::kSellerNotYours, "seller_not_registered",
                "The shop is registered, but not with the platform that acts.",
                "Look at what other platforms say of it (seller_get), and register it with yours if you want it."},
    RefusalInfo{Refusal::kSellerSuspended, "seller_suspended",
                "The shop is suspended or closed on the platform that acts, and may not sell there.",
                "Set its standing first, with a reason, if that is what you decided."},
    RefusalInfo{Refusal::kSellerExists, "seller_exists", "The shop is registered with this platform already.",
                "Nothing to do; seller_get shows it."},
    RefusalInfo{Refusal::kSellerClosed, "seller_closed",
                "This platform closed the shop: it does not come back as a new one.",
                "Set its standing to active or warned, with a reason, if you let it sell again."},
    RefusalInfo{Refusal::kSellerCountry, "seller_country", "The shop is registered in another country.",
                "Use the country of its business registration: it is part of what the pseudonym is computed from."},
    RefusalInfo{Refusal::kStandingUnchanged, "standing_unchanged", "The shop has this standing already.",
                "Nothing to do; seller_get shows since when and why."},
    // corrections
    RefusalInfo{Refusal::kCorrectionSequence, "correction_sequence", "The item has no event with this number.",
                "Take the number from item_history; the first event is number 0."},
    RefusalInfo{Refusal::kCorrectionTooOld, "correction_too_old",
                "Too many events lie between the wrong one and the last one.",
                "It can no longer be corrected on the ledger; tell the product's brand, or let an auditor inspect."},
    RefusalInfo{Refusal::kCorrectionChain, "correction_chain",
                "The events that the correction carries are not the item's last ones.",
                "Read item_history again and build the correction from it: an event may have been added meanwhile."},
    RefusalInfo{Refusal::kCorrectionNotYours, "correction_not_yours", "Another organisation recorded the event.",
                "Ask the organisation that the detail names to correct it, or file a report."},
    RefusalInfo{Refusal::kCorrectionOfCorrection, "correction_of_correction", "The event is itself a correction.",
                "Record what is true by an ordinary operation; a correction is not taken back."},
    RefusalInfo{Refusal::kCorrectedAlready, "corrected_already", "The event was corrected already.",
                "Nothing to do; item_history shows by which event."},
    // territories
    RefusalInfo{Refusal::kBadCountries, "bad_countries",
                "A list of countries is not of two capital letters each, in ascending order and each once.",
                "Write ISO 3166-1 alpha-2 codes, sorted; an empty list stands for everywhere."},
    RefusalInfo{Refusal::kOutsideTerritory, "outside_territory",
                "The brand does not offer this product in that country: the goods are meant for another market "
                "(parallel trade, the grey market). That says nothing against the goods themselves.",
                "Sell in a country that product_get shows under territories, or ask the brand to add this one."},
    // documents
    RefusalInfo{Refusal::kBadDocument, "bad_document",
                "The document's hash is missing, or it names too many items and containers.",
                "Give the SHA-256 of the document, and at most 256 items and containers that it is about."},
    RefusalInfo{Refusal::kDocumentRecorded, "document_recorded", "The organisation has recorded this document already.",
                "Nothing to do; document_get shows since when."},
    RefusalInfo{Refusal::kNotRelated, "not_related",
                "The organisation does not hold, own or make the item, nor is it its brand: the document is kept, and "
                "does not stand in the item's history.",
                "Nothing to do; an organisation that has to do with the item may record the document as well."},
};

const RefusalInfo* find(Refusal refusal) {
    const auto at = std::lower_bound(kRefusals.begin(), kRefusals.end(), refusal,
                                     [](const RefusalInfo& known, Refusal wanted) { return known.refusal < wanted; });
    return at != kRefusals.end() && at->refusal == refusal ? &*at : nullptr;
}

}  // namespace

const RefusalInfo& info(Refusal refusal) {
    const RefusalInfo* const found = find(refusal);
    INVARIANT(found != nullptr);
    return *found;
}

bool is_refusal(std::uint16_t number) { return find(static_cast<Refusal>(number)) != nullptr; }

std::span<const RefusalInfo> refusals() { return kRefusals; }

}  // namespace touchstone::ledger
