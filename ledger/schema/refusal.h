// Every reason for which the ledger refuses a transaction or an item, with its meaning and its remedy.
// docs/errors.md is generated from refusals().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace touchstone::ledger {

enum class Refusal : std::uint16_t {
    kNone = 0,
    // the transaction as a whole
    kMalformed = 1,
    kTooLarge,
    kWrongChain,
    kExpired,
    kValidityTooLong,
    kUnknownOrganisation,
    kSuspendedOrganisation,
    kUnknownKey,
    kRevokedKey,
    kBadSignature,
    kDuplicateTransaction,
    // fields
    kBadGtin = 100,
    kBadLot,
    kBadDate,
    kBadText,
    kBadItemKeys,
    kTooManyItems,
    kBadRole,
    kUnknownRecipient,
    // products and licences
    kProductUnknown = 200,
    kProductExists,
    kNotBrand,
    kNotLicensed,
    kLicenceRevoked,
    kLicenceNotInForce,
    kLicenceFacility,
    kQuotaExceeded,
    kLotMismatch,
    kPrefixMissing,  // no company prefix of the organisation covers the GTIN
    kPrefixTaken,
    kTooManyMakers,  // of one lot number
    kTooManyRecalls,
    kQuotaBelowUsed,
    // items
    kItemExists = 300,  // registered by this organisation already, with the same product
    kItemTaken,         // registered by another organisation
    kRegistrationDiffers,  // registered by this organisation, with another lot or expiry
    kItemRepeated,      // twice in one operation
    kItemUnknown,
    kNotCustodian,
    kNotReceiver,
    kNotInTransit,
    kInTransit,
    kAlreadySold,
    kNotSold,
    kRecalled,
    kFlagged,  // stolen or quarantined: may not move
    kFlagAbsent,
    kFlagPresent,
    kFlagNotYours,  // another organisation set it
    kTooManyFlags,
    kNotAllowed,  // role or relation does not permit
    kRecallActive,
    kRecallAbsent,
    kNotMaker,        // neither the maker nor the brand
    kMovedAlready,    // a registration is voided, and amended by its maker, only before the item moves
    kNotReturnPoint,  // who did not sell it, and may not take it back
    // containers, ownership, the end
    kContainerUnknown = 400,
    kContainerNotYours,  // only its maker makes a container
    kPacked,
    kNotPacked,
    kNotInThisContainer,
    kContainerMoving,
    kContainerTooDeep,
    kContainerCycle,
    kCountMismatch,
    kDecommissioned,
    kTooLate,
    kNotOwner,
    kNotOffered,
    kOfferPending,
    kCarrierOwns,
    kNotEnded,
    kEndedByOther,
    kHeldAlready,   // by whom it shall go to
    kNotReclaimed,  // nobody claims it, so that there is nothing to confirm
    kOutOfReach,    // of a regulator of another country
    // reports
    kBadReport = 450,
    kReportUnknown,
    kReportResponded,
    kReportResolved,
    kNotHandler,
    kNotReporter,
    kNotPlatform,  // the platform that a listing names is none
    kLotUnknown,
    kTooManyReports,  // of one reporter, open at a time
    kOwnCase,         // nobody decides about itself
    // sellers
    kSellerUnknown = 470,
    kSellerNotYours,   // registered, but not with the platform that acts
    kSellerSuspended,  // or closed: may not sell
    kSellerExists,
    kSellerClosed,  // by a platform, and not attested since
    kBadPseudonym,
    kStandingUnchanged,
    kSellerMissing,    // a sale on a platform names its shop
    kSellerNotClosed,  // there is nothing to attest
    kAttestedAlready,
    // corrections
    kCorrectionSequence = 490,
    kCorrectionTooOld,
    kCorrectionChain,  // the events that it carries are not the item's
    kCorrectionNotYours,
    kCorrectionOfCorrection,
    kCorrectedAlready,
    // territories
    kBadPrefix = 505,
    kBadCountries = 510,
    kOutsideTerritory,
    // keys
    kAdminKeyNeeded = 520,
    kKeyExists,
    kTooManyKeys,
    kBadPossession,
    kLastAdminKey,
    kValidatorKeyOnly,  // a validator's key signs nothing but that its node is ready
    kBadKey,            // one that nobody can have the secret of
    // the council
    kNotCouncil = 530,
    kProposalUnknown,
    kProposalClosed,
    kVotedAlready,
    kNotProposer,
    kTooManyProposals,
    kNothingChanges,
    kBadChange,
    kOrganisationExists,
    kOrganisationUnknown,
    kLastCouncilMember,
    kBadParameter,
    // validators
    kValidatorExists,
    kValidatorUnknown,
    kTooManyValidators,
    kQuorumWouldBreak,
    kNotVotedIn,
    kNotSynced,
    // documents
    kBadDocument = 550,
    kDocumentRecorded,
    kNotRelated,  // a document is not attached to it
    // proposals of the council that wait
    kTooManyOwnProposals = 580,
    kNotWaiting,
    kNotDue,
    kNotConcerned,
    kNoVeto,
    // names of organisations
    kNameTaken,
    // what is sent again, and was sent otherwise before
    kRecordedOtherwise = 590,
};

// One that happened: why, and what it was about, for people.
struct Rejection {
    Refusal refusal;
    std::string detail;
    bool operator==(const Rejection&) const = default;
};

struct RefusalInfo {
    Refusal refusal;
    std::string_view code;  // snake_case, stable: "quota_exceeded"
    std::string_view meaning;
    std::string_view remedy;
};

const RefusalInfo& info(Refusal refusal);
// All of them in order of their numbers, kNone first.
std::span<const RefusalInfo> refusals();
// Whether a number that was read stands for one of them.
bool is_refusal(std::uint16_t number);

}  // namespace touchstone::ledger
