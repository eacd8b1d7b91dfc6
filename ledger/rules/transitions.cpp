#include "ledger/rules/transitions.h"

#include "base/check.h"

namespace touchstone::ledger {
namespace {

constexpr Transition to(Lifecycle next) { return {Refusal::kNone, next}; }
constexpr Transition no(Refusal refusal) { return {refusal, Lifecycle::kAbsent}; }

constexpr Transition kActive = to(Lifecycle::kActive);
constexpr Transition kTransit = to(Lifecycle::kInTransit);
constexpr Transition kSold = to(Lifecycle::kSold);
constexpr Transition kPacked = to(Lifecycle::kPacked);
constexpr Transition kExported = to(Lifecycle::kExported);
constexpr Transition kSampled = to(Lifecycle::kSampled);
constexpr Transition kDestroyed = to(Lifecycle::kDestroyed);
constexpr Transition kLost = to(Lifecycle::kLost);
constexpr Transition kVoided = to(Lifecycle::kVoided);
constexpr Transition kUnknown = no(Refusal::kItemUnknown);
constexpr Transition kExists = no(Refusal::kItemExists);
constexpr Transition kMoving = no(Refusal::kInTransit);
constexpr Transition kNotMoving = no(Refusal::kNotInTransit);
constexpr Transition kGone = no(Refusal::kAlreadySold);
constexpr Transition kUnsold = no(Refusal::kNotSold);
constexpr Transition kInside = no(Refusal::kPacked);
constexpr Transition kOutside = no(Refusal::kNotPacked);
constexpr Transition kEnded = no(Refusal::kDecommissioned);
constexpr Transition kNoEnd = no(Refusal::kNotEnded);

using Row = std::array<Transition, kLifecycles.size()>;

// clang-format off
constexpr std::array<Row, kItemOperations.size()> kTable{{
    //                 absent, active, in transit, sold, packed, exported, sampled, destroyed, lost, voided
    /* register  */ Row{kActive, kExists, kExists, kExists, kExists, kExists, kExists, kExists, kExists, kActive},
    /* ship      */ Row{kUnknown, kTransit, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* cancel    */ Row{kUnknown, kNotMoving, kActive, kNotMoving, kInside, kNotMoving, kNotMoving, kNotMoving, kNotMoving, kNotMoving},
    /* receive   */ Row{kUnknown, kNotMoving, kActive, kNotMoving, kInside, kNotMoving, kNotMoving, kNotMoving, kNotMoving, kNotMoving},
    /* reject    */ Row{kUnknown, kNotMoving, kActive, kNotMoving, kInside, kNotMoving, kNotMoving, kNotMoving, kNotMoving, kNotMoving},
    /* sell      */ Row{kUnknown, kSold, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* return    */ Row{kUnknown, kUnsold, kUnsold, kActive, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold},
    /* flag      */ Row{kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kVoided},
    /* clear     */ Row{kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kVoided},
    /* pack      */ Row{kUnknown, kPacked, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* unpack    */ Row{kUnknown, kOutside, kOutside, kOutside, kActive, kOutside, kOutside, kOutside, kOutside, kOutside},
    /* export    */ Row{kUnknown, kExported, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* sample    */ Row{kUnknown, kSampled, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* destroy   */ Row{kUnknown, kDestroyed, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* unsell    */ Row{kUnknown, kUnsold, kUnsold, kActive, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold},
    /* transfer  */ Row{kUnknown, kActive, kTransit, kGone, kPacked, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* answer    */ Row{kUnknown, kActive, kTransit, kGone, kPacked, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* miss      */ Row{kUnknown, kOutside, kOutside, kOutside, kActive, kOutside, kOutside, kOutside, kOutside, kOutside},
    /* inspect   */ Row{kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kVoided},
    /* amend     */ Row{kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kEnded},
    /* void      */ Row{kUnknown, kVoided, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* lose      */ Row{kUnknown, kLost, kLost, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* undo end  */ Row{kUnknown, kNoEnd, kNoEnd, kNoEnd, kNoEnd, kActive, kActive, kActive, kActive, kNoEnd},
    /* reclaim   */ Row{kUnknown, kActive, kTransit, kGone, kPacked, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* reassign  */ Row{kUnknown, kActive, kActive, kGone, kActive, kEnded, kEnded, kEnded, kEnded, kEnded},
    /* seize     */ Row{kUnknown, kActive, kActive, kActive, kActive, kEnded, kEnded, kEnded, kEnded, kEnded},
}};
// clang-format on

}  // namespace

Transition transition(Lifecycle state, ItemOperation operation) {
    return kTable.at(static_cast<std::size_t>(operation)).at(static_cast<std::size_t>(state));
}

std::string_view name_of(Lifecycle state) {
    return state == Lifecycle::kAbsent ? "absent" : name_of(item_state(state));
}

std::string_view name_of(ItemOperation operation) {
    switch (operation) {
        case ItemOperation::kRegister:
            return "register";
        case ItemOperation::kShip:
            return "ship";
        case ItemOperation::kCancelShipment:
            return "cancel_shipment";
        case ItemOperation::kReceive:
            return "receive";
        case ItemOperation::kRejectShipment:
            return "reject_shipment";
        case ItemOperation::kSell:
            return "sell";
        case ItemOperation::kReturn:
            return "return";
        case ItemOperation::kFlag:
            return "flag";
        case ItemOperation::kClearFlag:
            return "clear_flag";
        case ItemOperation::kPack:
            return "pack";
        case ItemOperation::kUnpack:
            return "unpack";
        case ItemOperation::kExport:
            return "decommission: exported";
        case ItemOperation::kSample:
            return "decommission: sampled";
        case ItemOperation::kDestroy:
            return "decommission: destroyed";
        case ItemOperation::kCancelSale:
            return "cancel_sale";
        case ItemOperation::kTransferOwnership:
            return "transfer_ownership";
        case ItemOperation::kAnswerOwnership:
            return "accept, reject or cancel ownership";
        case ItemOperation::kMiss:
            return "receive: missing";
        case ItemOperation::kInspect:
            return "inspect";
        case ItemOperation::kAmend:
            return "amend_registration";
        case ItemOperation::kVoid:
            return "void_registration";
        case ItemOperation::kLose:
            return "lose";
        case ItemOperation::kUndoEnd:
            return "undo_end";
        case ItemOperation::kReclaim:
            return "reclaim";
        case ItemOperation::kReassign:
            return "reassign";
        case ItemOperation::kSeize:
            return "seize";
    }
    INVARIANT(false);
}

}  // namespace touchstone::ledger
