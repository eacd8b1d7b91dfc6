// What can be said of an item, and what follows from it: every reason of a verdict, what it weighs for whom, and what is
// to be done. One table; the node, the command line, the documentation and docs/examples/verify.py all read it.
//
// What a fact weighs depends on why somebody asks. That an item was sold is good news for its owner and bad news for
// whoever is offered it as new. Thread safety: constants.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/enum_names.h"

namespace touchstone::rpc {

enum class VerdictKind : std::uint8_t { kGenuine, kCaution, kUnknown };
std::string_view name_of(VerdictKind kind);  // "genuine", "caution", "unknown"

// Why somebody asks.
enum class Purpose : std::uint8_t {
    kBuyNew,    // it is offered as new
    kOwn,       // it is mine, or in my hands
    kResale,    // it is offered second-hand
    kDispense,  // I am to hand it to a patient or use it up for somebody
    kInspect,   // I look into it for an authority, a brand or a platform
};
inline constexpr std::size_t kPurposeCount = 5;
// For who does not say. All that speaks against the thing itself weighs for an owner as for anybody, and his is the
// only purpose for which a rightly sold item is no trouble: a program that knows nothing of purposes must not warn
// everybody of what he bought. Whoever is offered something has to say so to be told whether it may be on offer.
inline constexpr Purpose kDefaultPurpose = Purpose::kOwn;
std::string_view name_of(Purpose purpose);  // "buy_new", …
std::optional<Purpose> purpose_from(std::string_view name);

// What to do, by urgency: of several reasons the most urgent action counts.
enum class Action : std::uint8_t {
    kKeep,      // nothing is to be done
    kBuy,       // nothing speaks against it
    kAsk,       // ask the seller, the maker or the brand before going on
    kDoNotUse,  // neither use it nor hand it out
    kTakeDown,  // take the offer down, and hand nothing out
    kReport,    // leave it alone, and tell the brand or an authority
};
inline constexpr std::size_t kActionCount = 6;
std::string_view name_of(Action action);      // "keep", …
std::string_view meaning_of(Action action);   // for people
Action default_action(Purpose purpose);       // when nothing speaks against it

// In the order in which they are told.
enum class Reason : std::uint8_t {
    kNeverRegistered,
    kProductUnknown,
    kRecalled,
    kRecalledElsewhere,
    kStolen,
    kCounterfeit,
    kSuspect,
    kQuarantined,
    kMissing,
    kNonconform,
    kLotMismatch,
    kLotNotRecorded,
    kExpiryMismatch,
    kExpiryNotRecorded,
    kExpired,
    kMakerSuspended,
    kMakerSuspendedLater,
    kBrandSuspended,
    kBrandSuspendedLater,
    kLicenceRevoked,
    kLicenceRevokedLater,
    kHolderSuspended,
    kExported,
    kSampled,
    kDestroyed,
    kLost,
    kVoided,
    kInTransit,
    kSold,
    kSoldBefore,
    kReturnedOften,
    kNotReleased,
    kReclaimed,
    kHeldByAuthority,
    kOwnershipOffered,
    kOpenReport,
    kOutsideTerritory,
    kHolderMismatch,
    kShopUnknown,
    kShopClosed,
    kShopReopened,
    kShopSuspended,
    kShopWarned,
};
inline constexpr std::size_t kReasonCount = 43;

// What a reason does for one purpose.
struct Effect {
    bool told = false;  // false: it is of no interest for this purpose, and is not named
    VerdictKind weight = VerdictKind::kGenuine;  // what this reason alone leads to; genuine: it is but a note
    Action action = Action::kKeep;
};

struct ReasonInfo {
    Reason reason;
    std::string_view code;              // "never_registered", …; stable
    std::array<Effect, kPurposeCount> effects;
    std::string_view meaning;           // for people
    std::string_view when;              // exactly, by the fields of the records
    const Effect& effect(Purpose purpose) const { return effects[static_cast<std::size_t>(purpose)]; }
};
const ReasonInfo& info(Reason reason);
std::span<const ReasonInfo, kReasonCount> reasons();

// The table for people (docs/rpc.md, docs/verify.md), and for programs (docs/examples/reasons.json).
std::string reasons_documentation();
std::string reasons_json();

// An item that came back this many times is one that somebody may be swapping for another.
inline constexpr std::uint32_t kReturnsOften = 3;

}  // namespace touchstone::rpc

template <>
inline constexpr auto touchstone::kEnumNames<touchstone::rpc::VerdictKind> =
    touchstone::enum_names<touchstone::rpc::VerdictKind>({{touchstone::rpc::VerdictKind::kGenuine, "genuine"},
                                                          {touchstone::rpc::VerdictKind::kCaution, "caution"},
                                                          {touchstone::rpc::VerdictKind::kUnknown, "unknown"}});
template <>
inline constexpr auto touchstone::kEnumNames<touchstone::rpc::Purpose> =
    touchstone::enum_names<touchstone::rpc::Purpose>({{touchstone::rpc::Purpose::kBuyNew, "buy_new"},
                                                      {touchstone::rpc::Purpose::kOwn, "own"},
                                                      {touchstone::rpc::Purpose::kResale, "resale"},
                                                      {touchstone::rpc::Purpose::kDispense, "dispense"},
                                                      {touchstone::rpc::Purpose::kInspect, "inspect"}});
template <>
inline constexpr auto touchstone::kEnumNames<touchstone::rpc::Action> =
    touchstone::enum_names<touchstone::rpc::Action>({{touchstone::rpc::Action::kKeep, "keep"},
                                                     {touchstone::rpc::Action::kBuy, "buy"},
                                                     {touchstone::rpc::Action::kAsk, "ask"},
                                                     {touchstone::rpc::Action::kDoNotUse, "do_not_use"},
                                                     {touchstone::rpc::Action::kTakeDown, "take_down"},
                                                     {touchstone::rpc::Action::kReport, "report"}});
