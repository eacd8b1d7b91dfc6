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

struct Row {
    ItemOperation operation;
    std::string_view name;
    // From absent, active, in transit, sold, packed, exported, sampled, destroyed, lost, voided.
    std::array<Transition, kLifecycles.size()> cells;
    // For people, beside the state.
    std::string_view who;
    std::string_view hindered_by;
};

// clang-format off
constexpr Row kTable[]{
    {ItemOperation::kRegister, "register",
     {kActive, kExists, kExists, kExists, kExists, kExists, kExists, kExists, kExists, kActive},
     "the product's brand, or a manufacturer with a licence in force; what was voided, who made it or the brand",
     "the licence's dates, facility and quota; another expiry of the lot; of what was voided, a recall of another that would "
     "not find the item any more"},
    {ItemOperation::kShip, "ship",
     {kUnknown, kTransit, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the custodian",
     "stolen, save to a regulator; quarantined or recalled, save to brand, maker or owner, an auditor or a regulator"},
    {ItemOperation::kCancelShipment, "cancel_shipment",
     {kUnknown, kNotMoving, kActive, kNotMoving, kInside, kNotMoving, kNotMoving, kNotMoving, kNotMoving, kNotMoving},
     "the sender",
     ""},
    {ItemOperation::kReceive, "receive",
     {kUnknown, kNotMoving, kActive, kNotMoving, kInside, kNotMoving, kNotMoving, kNotMoving, kNotMoving, kNotMoving},
     "the receiver that the shipment names",
     "nothing: the goods are there, and their flags stay"},
    {ItemOperation::kRejectShipment, "reject_shipment",
     {kUnknown, kNotMoving, kActive, kNotMoving, kInside, kNotMoving, kNotMoving, kNotMoving, kNotMoving, kNotMoving},
     "the receiver that the shipment names",
     "nothing"},
    {ItemOperation::kSell, "sell",
     {kUnknown, kSold, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the custodian with the role retailer, brand or platform",
     "stolen or quarantined; a recall; a country outside the product's territories; a shop that the platform "
     "suspended or closed"},
    {ItemOperation::kReturn, "return",
     {kUnknown, kUnsold, kUnsold, kActive, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold},
     "the organisation that sold the item, the product's brand, or a return point of the product; it is in "
     "the custody of whoever takes it back",
     ""},
    {ItemOperation::kFlag, "flag",
     {kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kVoided},
     "stolen, quarantined: the holder (of a packed item: of its outermost container), the owner, the "
     "product's brand, a regulator; suspect: these, a platform or an auditor; recalled: the product's brand "
     "or a regulator",
     "you set it already; a regulator: goods that are held in another country; others than brand, owner and regulators: "
     "as many marks of this kind as there is room for"},
    {ItemOperation::kClearFlag, "clear_flag",
     {kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kVoided},
     "who set it; a regulator, whoever set it, on goods held in its country; counterfeit: a regulator alone; recalled, set "
     "as the brand: the product's brand, whoever that was then",
     "it is not there"},
    {ItemOperation::kPack, "pack",
     {kUnknown, kPacked, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "who holds the outermost container, which must be at rest",
     "stolen, quarantined or recalled; deeper than five levels"},
    {ItemOperation::kUnpack, "unpack",
     {kUnknown, kOutside, kOutside, kOutside, kActive, kOutside, kOutside, kOutside, kOutside, kOutside},
     "the custodian of the outermost container, which must be at rest",
     ""},
    {ItemOperation::kExport, "decommission: exported",
     {kUnknown, kExported, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the owner, whoever holds the item; a regulator, of what it holds",
     ""},
    {ItemOperation::kSample, "decommission: sampled",
     {kUnknown, kSampled, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the owner, whoever holds the item; a regulator, of what it holds",
     ""},
    {ItemOperation::kDestroy, "decommission: destroyed",
     {kUnknown, kDestroyed, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the owner, whoever holds the item; a regulator, of what it holds",
     ""},
    {ItemOperation::kCancelSale, "cancel_sale",
     {kUnknown, kUnsold, kUnsold, kActive, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold, kUnsold},
     "the organisation that sold the item",
     "more than 24 hours by the chain's clock"},
    {ItemOperation::kTransferOwnership, "transfer_ownership",
     {kUnknown, kActive, kTransit, kGone, kPacked, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the owner, to an organisation that does more than carry goods",
     "an offer that is pending"},
    {ItemOperation::kAnswerOwnership, "accept, reject or cancel ownership",
     {kUnknown, kActive, kTransit, kGone, kPacked, kEnded, kEnded, kEnded, kEnded, kEnded},
     "accept and reject: the organisation that it is offered to; cancel: the owner",
     "nothing is offered"},
    {ItemOperation::kMiss, "receive: missing",
     {kUnknown, kOutside, kOutside, kOutside, kActive, kOutside, kOutside, kOutside, kOutside, kOutside},
     "the receiver of a container, whose scan did not find the item in it",
     ""},
    {ItemOperation::kInspect, "inspect",
     {kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kVoided},
     "an auditor, a regulator, a platform",
     "nothing; nonconform and counterfeit_suspected set a flag"},
    {ItemOperation::kAmend, "amend_registration",
     {kUnknown, kActive, kTransit, kSold, kPacked, kExported, kSampled, kDestroyed, kLost, kEnded},
     "the maker, or the product's brand",
     "another expiry of the lot; a recall of another that would not find the item any more"},
    {ItemOperation::kVoid, "void_registration",
     {kUnknown, kVoided, kMoving, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the maker, or the product's brand",
     "the item left its maker's hands or the brand's ownership, or was sold"},
    {ItemOperation::kLose, "lose",
     {kUnknown, kLost, kLost, kGone, kInside, kEnded, kEnded, kEnded, kEnded, kEnded},
     "the custodian, who of a shipment is its sender; of items the owner too",
     ""},
    {ItemOperation::kUndoEnd, "undo_end",
     {kUnknown, kNoEnd, kNoEnd, kNoEnd, kActive, kActive, kActive, kActive, kActive, kNoEnd},
     "who ended it; of lost items the owner too, of a lost container its maker; of items packed in a lost container the "
     "owner, who has them in its own hands then",
     "more than 10 days by the chain's clock, save for what was lost; what is packed in a container that is not lost"},
    {ItemOperation::kReclaim, "reclaim",
     {kUnknown, kActive, kTransit, kGone, kPacked, kEnded, kEnded, kEnded, kLost, kEnded},
     "the owner; of a container its maker",
     "at once only where the holder, or the receiver of goods in transit, is suspended, and never of a "
     "container; else it waits for `reassign`"},
    {ItemOperation::kReassign, "reassign",
     {kUnknown, kActive, kActive, kGone, kActive, kEnded, kEnded, kEnded, kActive, kEnded},
     "a regulator",
     "goods that are held in another country; nothing is reclaimed"},
    {ItemOperation::kSeize, "seize",
     {kUnknown, kActive, kActive, kActive, kActive, kEnded, kEnded, kEnded, kActive, kEnded},
     "a regulator",
     "goods that are held in another country"},
};
// clang-format on

// One row for each operation, in their order, and no cell that was left out: it would lead to `absent`.
constexpr bool is_complete() {
    for (std::size_t i = 0; i < std::size(kTable); ++i) {
        if (kTable[i].operation != kItemOperations[i]) return false;
        for (const Transition& cell : kTable[i].cells)
            if (cell.allowed() && cell.next == Lifecycle::kAbsent) return false;
    }
    return std::size(kTable) == kItemOperations.size();
}
static_assert(is_complete());

const Row& row_of(ItemOperation operation) { return kTable[static_cast<std::size_t>(operation)]; }

}  // namespace

Transition transition(Lifecycle state, ItemOperation operation) {
    return row_of(operation).cells.at(static_cast<std::size_t>(state));
}

std::string_view name_of(Lifecycle state) {
    return state == Lifecycle::kAbsent ? "absent" : name_of(item_state(state));
}

std::string_view name_of(ItemOperation operation) { return row_of(operation).name; }
std::string_view who_may(ItemOperation operation) { return row_of(operation).who; }
std::string_view hindrances_of(ItemOperation operation) { return row_of(operation).hindered_by; }

}  // namespace touchstone::ledger
