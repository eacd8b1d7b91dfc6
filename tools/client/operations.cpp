#include "tools/client/operations.h"

#include "crypto/sha256.h"
#include "ledger/schema/build.h"

namespace touchstone::tools {

std::string_view name_of(OperationKind kind) {
    switch (kind) {
        case OperationKind::kDeclareProduct:
            return "product declare";
        case OperationKind::kGrantLicence:
            return "licence grant";
        case OperationKind::kRevokeLicence:
            return "licence revoke";
        case OperationKind::kRegister:
            return "register";
        case OperationKind::kShip:
            return "ship";
        case OperationKind::kCancelShipment:
            return "cancel-shipment";
        case OperationKind::kReceive:
            return "receive";
        case OperationKind::kReject:
            return "reject";
        case OperationKind::kSell:
            return "sell";
        case OperationKind::kReturn:
            return "return";
        case OperationKind::kRecall:
            return "recall";
        case OperationKind::kLiftRecall:
            return "lift-recall";
        case OperationKind::kFlag:
            return "flag";
        case OperationKind::kClearFlag:
            return "clear-flag";
        case OperationKind::kPack:
            return "pack";
        case OperationKind::kUnpack:
            return "unpack";
        case OperationKind::kDecommission:
            return "decommission";
        case OperationKind::kCancelSale:
            return "cancel-sale";
        case OperationKind::kTransferOwnership:
            return "transfer-ownership";
        case OperationKind::kAcceptOwnership:
            return "accept-ownership";
        case OperationKind::kRejectOwnership:
            return "reject-ownership";
        case OperationKind::kCancelOwnershipTransfer:
            return "cancel-ownership-transfer";
        case OperationKind::kInspect:
            return "inspect";
        case OperationKind::kCorrect:
            return "correct";
        case OperationKind::kReport:
            return "report";
        case OperationKind::kRespond:
            return "respond";
        case OperationKind::kResolve:
            return "resolve";
        case OperationKind::kRegisterSeller:
            return "seller register";
        case OperationKind::kSetSellerStanding:
            return "seller standing";
        case OperationKind::kSetTerritories:
            return "territories";
        case OperationKind::kPropose:
            return "propose";
        case OperationKind::kVote:
            return "vote";
        case OperationKind::kWithdraw:
            return "withdraw";
        case OperationKind::kAddKey:
            return "keys add";
        case OperationKind::kRevokeKey:
            return "keys revoke";
        case OperationKind::kRecordDocument:
            return "document record";
    }
    return "";
}

namespace {

namespace op = ledger::op;

ledger::Operation business_of(const Operation& from) {
    switch (from.kind) {
        case OperationKind::kDeclareProduct:
            return op::DeclareProduct{from.gtin, from.text, from.image, from.documents, from.serial_policy};
        case OperationKind::kGrantLicence:
            return op::GrantLicence{from.gtin, from.party, from.quota, from.from, from.until, from.facility};
        case OperationKind::kRevokeLicence:
            return op::RevokeLicence{from.gtin, from.party, from.text};
        case OperationKind::kRecall:
            return op::Recall{from.gtin, from.lot, from.text, from.countries};
        default:
            return op::LiftRecall{from.gtin, from.lot, from.text};
    }
}

ledger::Operation later_operation(const Operation& from) {
    switch (from.kind) {
        case OperationKind::kPack:
            return op::Pack{from.container, from.items, from.containers};
        case OperationKind::kUnpack:
            return op::Unpack{from.container, from.items, from.containers};
        case OperationKind::kDecommission:
            return op::Decommission{from.items, from.into, from.text};
        case OperationKind::kCancelSale:
            return op::CancelSale{from.items, from.text};
        case OperationKind::kTransferOwnership:
            return op::TransferOwnership{from.items, from.party};
        case OperationKind::kAcceptOwnership:
            return op::AcceptOwnership{from.items};
        case OperationKind::kRejectOwnership:
            return op::RejectOwnership{from.items, from.text};
        default:
            return op::CancelOwnershipTransfer{from.items};
    }
}

ledger::Operation ledger_operation(const Operation& from) {
    if (from.exact) return *from.exact;
    switch (from.kind) {
        case OperationKind::kRegister:
            return op::Register{from.gtin,
                                from.items,
                                from.lot,
                                from.expiry,
                                from.made_on,
                                from.facility,
                                from.partial ? ledger::RegisterMode::kPartial : ledger::RegisterMode::kAtomic};
        case OperationKind::kShip:
            return op::Ship{from.items, from.party, from.text, from.containers};
        case OperationKind::kCancelShipment:
            return op::CancelShipment{from.items, from.containers};
        case OperationKind::kReceive:
            return op::Receive{from.items, from.containers, from.counted, from.missing, from.surplus};
        case OperationKind::kReject:
            return op::RejectShipment{from.items, from.text, from.containers};
        case OperationKind::kSell:
            return op::Sell{from.items, from.text, from.seller};
        case OperationKind::kReturn:
            return op::Return{from.items, from.text};
        case OperationKind::kFlag:
            return op::Flag{from.items, from.flag, from.text};
        case OperationKind::kClearFlag:
            return op::ClearFlag{from.items, from.flag, from.text};
        case OperationKind::kInspect:
            return op::Inspect{from.items, from.finding, from.image};
        default:
            return from.kind >= OperationKind::kPack ? later_operation(from) : business_of(from);
    }
}

}  // namespace

Envelope make_transaction(const TransactionContext& context, const crypto::SecretKey& key,
                          std::span<const Operation> operations) {
    std::vector<ledger::Operation> converted;
    converted.reserve(operations.size());
    for (const Operation& operation : operations) converted.push_back(ledger_operation(operation));
    ledger::PayloadHead head{context.chain_id, context.organisation, key.public_key(), context.valid_until, {}};
    const Hash256 nonce = crypto::tagged_hash("touchstone/nonce/1", {ledger::build_payload(head, converted)});
    head.nonce = to_bytes(nonce.view().first(16));
    const ledger::SignedTransaction transaction = ledger::sign_payload(ledger::build_payload(head, converted), key);
    return {transaction.to_envelope(), transaction.id()};
}

}  // namespace touchstone::tools
