#include "ledger/transitions.h"

#include "base/check.h"

namespace touchstone::ledger {
namespace {

constexpr Transition to(Lifecycle next) { return {Refusal::kNone, next}; }
constexpr Transition no(Refusal refusal) { return {refusal, Lifecycle::kAbsent}; }

constexpr Transition kActive = to(Lifecycle::kActive);
constexpr Transition kTransit = to(Lifecycle::kInTransit);
constexpr Transition kSold = to(Lifecycle::kSold);
constexpr Transition kUnknown = no(Refusal::kItemUnknown);
constexpr Transition kExists = no(Refusal::kItemExists);
constexpr Transition kMoving = no(Refusal::kInTransit);
constexpr Transition kNotMoving = no(Refusal::kNotInTransit);
constexpr Transition kGone = no(Refusal::kAlreadySold);
constexpr Transition kUnsold = no(Refusal::kNotSold);

using Row = std::array<Transition, kLifecycles.size()>;

constexpr std::array<Row, kItemOperations.size()> kTable{{
    //                 absent    active      in transit  sold
    /* register */ Row{kActive, kExists, kExists, kExists},
    /* ship     */ Row{kUnknown, kTransit, kMoving, kGone},
    /* cancel   */ Row{kUnknown, kNotMoving, kActive, kNotMoving},
    /* receive  */ Row{kUnknown, kNotMoving, kActive, kNotMoving},
    /* reject   */ Row{kUnknown, kNotMoving, kActive, kNotMoving},
    /* sell     */ Row{kUnknown, kSold, kMoving, kGone},
    /* return   */ Row{kUnknown, kUnsold, kUnsold, kActive},
    /* flag     */ Row{kUnknown, kActive, kTransit, kSold},
    /* clear    */ Row{kUnknown, kActive, kTransit, kSold},
    /* inspect  */ Row{kUnknown, kActive, kTransit, kSold},
}};

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
        case ItemOperation::kInspect:
            return "inspect";
    }
    INVARIANT(false);
}

}  // namespace touchstone::ledger
