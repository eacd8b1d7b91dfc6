// The operations in the ledger's own terms: what parse() makes of a payload and what clients build one from. Each is
// described once, in the header of its group (ledger/schema/fields.h says how).
//
// Values only. An Operation that parse() made is well-formed (checked fields, something named where it must be); one
// that a client fills in is whatever the client says, and the ledger judges it.
#pragma once

#include <variant>

#include "ledger/schema/custody_operations.h"
#include "ledger/schema/governance_operations.h"
#include "ledger/schema/product_operations.h"
#include "ledger/schema/recovery_operations.h"
#include "ledger/schema/report_operations.h"

namespace touchstone::ledger {

using Operation =
    std::variant<op::DeclareProduct, op::GrantLicence, op::RevokeLicence, op::Register, op::Ship, op::CancelShipment,
                 op::Receive, op::RejectShipment, op::Sell, op::Return, op::Recall, op::LiftRecall, op::Flag,
                 op::ClearFlag, op::Pack, op::Unpack, op::Decommission, op::CancelSale, op::TransferOwnership,
                 op::AcceptOwnership, op::RejectOwnership, op::CancelOwnershipTransfer, op::Inspect, op::Correct,
                 op::Report, op::Respond, op::Resolve, op::RegisterSeller, op::SetSellerStanding, op::AttestSeller,
                 op::SetTerritories, op::Propose, op::VoteOnProposal, op::WithdrawProposal, op::CarryOut,
                 op::VetoProposal, op::AddKey, op::RevokeKey, op::ValidatorReady, op::RecordDocument,
                 op::AmendRegistration, op::VoidRegistration, op::Lose, op::UndoEnd, op::Reclaim, op::Reassign,
                 op::Seize, op::AmendProduct, op::OfferProduct, op::AcceptProduct, op::DeclineProduct>;

inline const OperationInfo& info(const Operation& operation) {
    return std::visit([](const auto& one) -> const OperationInfo& { return one.kInfo; }, operation);
}

// Calls `each` with the description of every operation, in their order.
template <class Each>
void for_each_operation(const Each& each) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (each(std::variant_alternative_t<I, Operation>::kInfo), ...);
    }(std::make_index_sequence<std::variant_size_v<Operation>>{});
}

// The units that an operation acts on, if it names any; not those that it only mentions (missing, surplus).
const Items* items_of(const Operation& operation);
Items* items_of(Operation& operation);
const Containers* containers_of(const Operation& operation);
Containers* containers_of(Operation& operation);
// Whether an organisation is named as a party, not counting who acts.
bool concerns(const Operation& operation, std::string_view organisation);

// Whether items or containers may exist after it that did not before.
bool creates_units(const Operation& operation);
// Whether one unit that is refused makes all of it fail.
bool is_all_or_nothing(const Operation& operation);

// Whether a refusal of one unit, or of the whole operation, says that what the operation would do is done. `unit`: what
// is known of the refused unit; null: nothing, or there is none.
bool is_done(const Operation& operation, Refusal refusal, std::string_view actor, const UnitFacts* unit);

}  // namespace touchstone::ledger
