// The operations in the ledger's own terms: what parse() makes of a payload and what clients build one from.
//
// Values only. An Operation that parse() made is well-formed (checked fields, item keys not empty); one that a client
// fills in is whatever the client says, and the ledger judges it. Fields as in transaction.proto.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/schema/governance_operations.h"
#include "ledger/records/records.h"
#include "ledger/schema/report_operations.h"

namespace touchstone::ledger {

enum class RegisterMode : std::uint8_t { kAtomic, kPartial };

namespace op {

struct DeclareProduct {
    std::string gtin;
    std::string name;
    Hash256 image_hash;  // zero: none
    std::vector<Hash256> document_hashes;
    SerialPolicy serial_policy = SerialPolicy::kWarn;
    bool operator==(const DeclareProduct&) const = default;
};
struct GrantLicence {
    std::string gtin;
    std::string manufacturer;
    std::uint64_t quota = 0;
    Day from = 0;
    Day until = 0;
    std::string facility;
    bool operator==(const GrantLicence&) const = default;
};
struct RevokeLicence {
    std::string gtin;
    std::string manufacturer;
    std::string reason;
    bool operator==(const RevokeLicence&) const = default;
};
struct Register {
    std::string gtin;
    std::vector<Hash256> items;
    std::string lot;
    Day expiry = 0;
    Day made_on = 0;
    std::string facility;
    RegisterMode mode = RegisterMode::kAtomic;
    bool operator==(const Register&) const = default;
};
struct Ship {
    std::vector<Hash256> items;
    std::string to;
    std::string document;
    std::vector<Hash256> containers = {};
    bool operator==(const Ship&) const = default;
};
struct CancelShipment {
    std::vector<Hash256> items;
    std::vector<Hash256> containers = {};
    bool operator==(const CancelShipment&) const = default;
};
struct Receive {
    std::vector<Hash256> items;
    std::vector<Hash256> containers = {};
    std::optional<std::uint64_t> counted = {};  // this and what follows: of one container
    std::vector<Hash256> missing = {};
    std::vector<Hash256> surplus = {};
    bool operator==(const Receive&) const = default;
};
struct RejectShipment {
    std::vector<Hash256> items;
    std::string reason;
    std::vector<Hash256> containers = {};
    bool operator==(const RejectShipment&) const = default;
};
struct Sell {
    std::vector<Hash256> items;
    std::string country;
    Hash256 seller{};  // pseudonym of the shop; zero: none
    bool operator==(const Sell&) const = default;
};
struct Return {
    std::vector<Hash256> items;
    std::string reason;
    bool operator==(const Return&) const = default;
};
struct Recall {
    std::string gtin;
    std::string lot;
    std::string reason;
    std::vector<std::string> countries{};  // ascending, each once; empty: everywhere
    bool operator==(const Recall&) const = default;
};
struct LiftRecall {
    std::string gtin;
    std::string lot;
    std::string reason;
    bool operator==(const LiftRecall&) const = default;
};
struct Flag {
    std::vector<Hash256> items;
    ItemFlag flag = ItemFlag::kStolen;
    std::string reason;
    bool operator==(const Flag&) const = default;
};
struct ClearFlag {
    std::vector<Hash256> items;
    ItemFlag flag = ItemFlag::kStolen;
    std::string reason;
    bool operator==(const ClearFlag&) const = default;
};
struct Pack {
    Hash256 container;
    std::vector<Hash256> items;
    std::vector<Hash256> containers;
    bool operator==(const Pack&) const = default;
};
struct Unpack {
    Hash256 container;
    std::vector<Hash256> items;
    std::vector<Hash256> containers;
    bool operator==(const Unpack&) const = default;
};
struct Decommission {
    std::vector<Hash256> items;
    ItemState into = ItemState::kDestroyed;  // exported, sampled or destroyed
    std::string reason;
    bool operator==(const Decommission&) const = default;
};
struct CancelSale {
    std::vector<Hash256> items;
    std::string reason;
    bool operator==(const CancelSale&) const = default;
};
struct TransferOwnership {
    std::vector<Hash256> items;
    std::string to;
    bool operator==(const TransferOwnership&) const = default;
};
struct AcceptOwnership {
    std::vector<Hash256> items;
    bool operator==(const AcceptOwnership&) const = default;
};
struct RejectOwnership {
    std::vector<Hash256> items;
    std::string reason;
    bool operator==(const RejectOwnership&) const = default;
};
struct CancelOwnershipTransfer {
    std::vector<Hash256> items;
    bool operator==(const CancelOwnershipTransfer&) const = default;
};

}  // namespace op

using Operation =
    std::variant<op::DeclareProduct, op::GrantLicence, op::RevokeLicence, op::Register, op::Ship, op::CancelShipment,
                 op::Receive, op::RejectShipment, op::Sell, op::Return, op::Recall, op::LiftRecall, op::Flag,
                 op::ClearFlag, op::Pack, op::Unpack, op::Decommission, op::CancelSale, op::TransferOwnership,
                 op::AcceptOwnership, op::RejectOwnership, op::CancelOwnershipTransfer, op::Inspect, op::Correct,
                 op::Report, op::Respond, op::Resolve, op::RegisterSeller, op::SetSellerStanding, op::SetTerritories,
                 op::Propose, op::VoteOnProposal, op::WithdrawProposal, op::AddKey, op::RevokeKey, op::ValidatorReady,
                 op::RecordDocument>;

}  // namespace touchstone::ledger
