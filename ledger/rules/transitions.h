// The life of an item as one table: state × operation -> next state, or the refusal. docs/transitions.md shows it.
//
// The table says what the state permits; who may act, flags and recalls are judged beside it (the other files of this folder). Containers
// live by the rows of shipment and packing. Pure.
#pragma once

#include <array>
#include <string_view>

#include "ledger/records/records.h"
#include "ledger/schema/refusal.h"

namespace touchstone::ledger {

// kAbsent: there is no record. The others equal the ItemState of the same name.
enum class Lifecycle : std::uint8_t {
    kAbsent = 0,
    kActive = 1,
    kInTransit = 2,
    kSold = 3,
    kPacked = 4,
    kExported = 5,
    kSampled = 6,
    kDestroyed = 7,
    kLost = 8,
    kVoided = 9
};
inline constexpr std::array kLifecycles{Lifecycle::kAbsent,  Lifecycle::kActive,   Lifecycle::kInTransit,
                                        Lifecycle::kSold,    Lifecycle::kPacked,   Lifecycle::kExported,
                                        Lifecycle::kSampled, Lifecycle::kDestroyed, Lifecycle::kLost,
                                        Lifecycle::kVoided};

enum class ItemOperation : std::uint8_t {
    kRegister,
    kShip,
    kCancelShipment,
    kReceive,
    kRejectShipment,
    kSell,
    kReturn,
    kFlag,
    kClearFlag,
    kPack,
    kUnpack,
    kExport,  // the three ways of Decommission
    kSample,
    kDestroy,
    kCancelSale,
    kTransferOwnership,
    kAnswerOwnership,  // accept, reject, cancel
    kMiss,             // a receiver's scan of a container: not found in it
    kInspect,
    kAmend,
    kVoid,
    kLose,
    kUndoEnd,
    kReclaim,
    kReassign,  // a claim that takes effect; handed on to another than the claimant, it is on its way from there
    kSeize
};
inline constexpr std::array kItemOperations{ItemOperation::kRegister,        ItemOperation::kShip,
                                            ItemOperation::kCancelShipment,  ItemOperation::kReceive,
                                            ItemOperation::kRejectShipment,  ItemOperation::kSell,
                                            ItemOperation::kReturn,          ItemOperation::kFlag,
                                            ItemOperation::kClearFlag,       ItemOperation::kPack,
                                            ItemOperation::kUnpack,          ItemOperation::kExport,
                                            ItemOperation::kSample,          ItemOperation::kDestroy,
                                            ItemOperation::kCancelSale,      ItemOperation::kTransferOwnership,
                                            ItemOperation::kAnswerOwnership, ItemOperation::kMiss,
                                            ItemOperation::kInspect,         ItemOperation::kAmend,
                                            ItemOperation::kVoid,            ItemOperation::kLose,
                                            ItemOperation::kUndoEnd,         ItemOperation::kReclaim,
                                            ItemOperation::kReassign,        ItemOperation::kSeize};

std::string_view name_of(Lifecycle state);          // "absent", then as ItemState
std::string_view name_of(ItemOperation operation);  // "register", "ship", …
// For people: what is judged beside the state. The second is empty where nothing hinders.
std::string_view who_may(ItemOperation operation);
std::string_view hindrances_of(ItemOperation operation);

struct Transition {
    Refusal refusal = Refusal::kNone;
    Lifecycle next = Lifecycle::kAbsent;  // only where not refused
    constexpr bool allowed() const { return refusal == Refusal::kNone; }
    bool operator==(const Transition&) const = default;
};

Transition transition(Lifecycle state, ItemOperation operation);

// nullptr: absent. An item or a container.
template <class Record>
Lifecycle lifecycle_of(const Record* record) {
    return record == nullptr ? Lifecycle::kAbsent : static_cast<Lifecycle>(record->state);
}
// Precondition: not absent.
inline ItemState item_state(Lifecycle state) { return static_cast<ItemState>(state); }

}  // namespace touchstone::ledger
