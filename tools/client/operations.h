// Operations in the client's own terms, and the bytes of transactions made of them (ledger/schema/transaction.proto).
//
// Values and pure functions. The nonce is derived from everything else in the payload, so that the same operations with
// the same last height are the same bytes and the same id: a re-send can not double anything.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash256.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/ed25519.h"
#include "ledger/schema/operations.h"

namespace touchstone::tools {

enum class OperationKind {
    kDeclareProduct,
    kGrantLicence,
    kRevokeLicence,
    kRegister,
    kShip,
    kCancelShipment,
    kReceive,
    kReject,
    kSell,
    kReturn,
    kRecall,
    kLiftRecall,
    kFlag,
    kClearFlag,
    kPack,
    kUnpack,
    kDecommission,
    kCancelSale,
    kTransferOwnership,
    kAcceptOwnership,
    kRejectOwnership,
    kCancelOwnershipTransfer,
    kInspect,
    kCorrect,
    kReport,
    kRespond,
    kResolve,
    kRegisterSeller,
    kSetSellerStanding,
    kSetTerritories,
    kPropose,
    kVote,
    kWithdraw,
    kAddKey,
    kRevokeKey,
    kRecordDocument,
};
std::string_view name_of(OperationKind kind);  // "register", "ship", … as commands are called

// Which fields mean something depends on the kind; see operations.cpp.
struct Operation {
    OperationKind kind = OperationKind::kRegister;
    std::vector<Hash256> items;
    std::string gtin;
    std::string lot;
    std::string party;  // receiver of a shipment, manufacturer of a licence
    std::string text;   // reason, document, country or the product's name: by kind
    std::string facility;
    ledger::Day expiry = 0;
    ledger::Day made_on = 0;
    ledger::Day from = 0;
    ledger::Day until = 0;
    std::uint64_t quota = 0;
    ledger::ItemFlag flag = ledger::ItemFlag::kSuspect;
    bool partial = false;  // register only
    Hash256 image;         // zero: none; the document of an inspection
    std::vector<Hash256> documents;
    ledger::ItemState into = ledger::ItemState::kDestroyed;  // decommission only
    Hash256 container;                                       // pack and unpack
    std::vector<Hash256> containers;                         // beside the items, or in their place
    std::optional<std::uint64_t> counted;                    // this and what follows: receive of one container
    std::vector<Hash256> missing;
    std::vector<Hash256> surplus;
    ledger::Finding finding = ledger::Finding::kConform;
    Hash256 seller;                                                    // of a sale; zero: none
    std::vector<std::string> countries;                                // of a recall
    ledger::SerialPolicy serial_policy = ledger::SerialPolicy::kWarn;  // declare product
    // From kCorrect on: the operation in the ledger's own terms, and the fields above say nothing.
    std::optional<ledger::Operation> exact;
};

struct Envelope {
    Bytes bytes;  // what tx_submit takes
    Hash256 id;
};

struct TransactionContext {
    Hash256 chain_id;
    std::string organisation;
    std::uint64_t valid_until = 0;
};

Envelope make_transaction(const TransactionContext& context, const crypto::SecretKey& key,
                          std::span<const Operation> operations);

}  // namespace touchstone::tools
