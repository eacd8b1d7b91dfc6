// Operations on custody, containers, ownership, flags and the end of items; part of ledger/schema/operations.h.
// Values only.
#pragma once

#include "ledger/schema/fields.h"

namespace touchstone::ledger::op {

struct Ship {
    static constexpr OperationInfo kInfo{.name = "ship",
                                         .command = "ship",
                                         .event = EventKind::kShipped,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "shipped",
                                         .summary = "Ship items to another organisation; they stay yours until it accepts",
                                         .who = "their custodian",
                                         .example = "--to carrier --document DN-4711 --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kInTransit}};
    Items items;
    std::string to;
    std::string document;
    Containers containers = {};
    bool operator==(const Ship&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.state == ItemState::kInTransit && unit.custodian == actor && unit.receiver == to;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Organisation{{"to", "Organisation that shall receive them"}}, self.to);
        visit(field::Text{{"document", "Delivery note or other reference"}, limits::kNameBytesMax}, self.document);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
    }
};

struct CancelShipment {
    static constexpr OperationInfo kInfo{.name = "cancel_shipment",
                                         .command = "cancel-shipment",
                                         .event = EventKind::kShipmentCancelled,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "taken back",
                                         .summary = "Take back a shipment that was not accepted yet",
                                         .who = "its sender",
                                         .example = "--file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kNotInTransit}};
    Items items;
    Containers containers = {};
    bool operator==(const CancelShipment&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.state == ItemState::kActive && unit.custodian == actor;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
    }
};

struct Receive {
    static constexpr OperationInfo kInfo{.name = "receive",
                                         .command = "receive",
                                         .event = EventKind::kReceived,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "received",
                                         .summary = "Accept items that were shipped to you",
                                         .who = "the receiver that the shipment names",
                                         .example = "https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kNotInTransit}};
    Items items;
    Containers containers = {};
    std::optional<std::uint64_t> counted = {};  // this and what follows: of one container
    Items missing = {};
    Items surplus = {};
    bool operator==(const Receive&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        // A count or a scan is a word of its own, which the earlier receipt does not have.
        return !counted && unit.state == ItemState::kActive && unit.custodian == actor;
    }
    std::optional<Rejection> fault() const {
        const bool found = counted || !missing.empty() || !surplus.empty();
        if (found && (!counted || !items.empty() || containers.size() != 1))
            return Rejection{Refusal::kMalformed,
                             "a count, with what is missing or surplus, is of one container and no items"};
        return std::nullopt;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
        visit(field::Number{{"counted", "Items found in the container, at all levels"}}, self.counted);
        visit(field::ItemUnits{{"missing", "Items that are not in it"}}, self.missing);
        visit(field::ItemUnits{{"surplus", "Items found in it that the ledger has elsewhere"}}, self.surplus);
    }
};

struct RejectShipment {
    static constexpr OperationInfo kInfo{.name = "reject_shipment",
                                         .command = "reject",
                                         .event = EventKind::kShipmentRejected,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "rejected",
                                         .summary = "Refuse items that were shipped to you; the sender keeps them",
                                         .who = "the receiver that the shipment names",
                                         .example = "--reason 'seal broken' --file serials.csv",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Items items;
    std::string reason;
    Containers containers = {};
    bool operator==(const RejectShipment&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
    }
};

struct Sell {
    static constexpr OperationInfo kInfo{.name = "sell",
                                         .command = "sell",
                                         .event = EventKind::kSold,
                                         .naming = Naming::kItems,
                                         .done = "sold",
                                         .summary = "Record the sale of items to consumers",
                                         .who = "their custodian with the role retailer, brand or platform",
                                         .example = "--country FR https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kAlreadySold}};
    Items items;
    std::string country;
    Hash256 seller{};
    bool operator==(const Sell&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.state == ItemState::kSold && unit.custodian == actor;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Country{{"country", "Country of sale; yours when none is named"}}, self.country);
        visit(field::Digest{{"seller", "Pseudonym of the shop; for platforms"}, field::Need::kOptional}, self.seller);
    }
};

struct Return {
    static constexpr OperationInfo kInfo{.name = "return_item",
                                         .command = "return",
                                         .event = EventKind::kReturned,
                                         .naming = Naming::kItems,
                                         .done = "returned",
                                         .summary = "Record that sold items came back",
                                         .who = "who sold them, the brand, or a return point of the product",
                                         .example = "--reason 'changed mind' https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kNotSold}};
    Items items;
    std::string reason;
    bool operator==(const Return&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.state == ItemState::kActive && unit.custodian == actor;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct CancelSale {
    static constexpr OperationInfo kInfo{.name = "cancel_sale",
                                         .command = "cancel-sale",
                                         .event = EventKind::kSaleCancelled,
                                         .naming = Naming::kItems,
                                         .done = "undone",
                                         .summary = "Undo a sale recorded by mistake, within 24 hours",
                                         .who = "who recorded it",
                                         .example = "https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kNotSold}};
    Items items;
    std::string reason;
    bool operator==(const CancelSale&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.state == ItemState::kActive && unit.custodian == actor;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct Flag {
    static constexpr OperationInfo kInfo{.name = "flag",
                                         .command = "flag",
                                         .event = EventKind::kFlagged,
                                         .naming = Naming::kItems,
                                         .done = "flagged",
                                         .summary = "Mark items: stolen, suspect, quarantined, or recalled one by one",
                                         .who = "by flag: custodian, owner, brand, regulator, platform, auditor",
                                         .example = "--flag stolen --reason 'truck 17' --file serials.csv",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kFlagPresent}};
    Items items;
    ItemFlag flag = ItemFlag::kStolen;
    std::string reason;
    bool operator==(const Flag&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Choice{{"flag", "Which mark", "--flag", field::Asked::kAlways}}, self.flag);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct ClearFlag {
    static constexpr OperationInfo kInfo{.name = "clear_flag",
                                         .command = "clear-flag",
                                         .event = EventKind::kFlagCleared,
                                         .naming = Naming::kItems,
                                         .done = "cleared",
                                         .summary = "Take a mark away",
                                         .who = "who set it; a regulator, in its country; recalled: the brand of today",
                                         .example = "--flag stolen --reason found --file serials.csv",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kFlagAbsent}};
    Items items;
    ItemFlag flag = ItemFlag::kStolen;
    std::string reason;
    bool operator==(const ClearFlag&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Choice{{"flag", "Which mark", "--flag", field::Asked::kAlways}}, self.flag);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct Pack {
    static constexpr OperationInfo kInfo{.name = "pack",
                                         .command = "pack",
                                         .event = EventKind::kPacked,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "packed",
                                         .summary = "Pack items, or containers, into a container named by its SSCC",
                                         .who = "who holds the container, or makes it",
                                         .example = "--into 106141412345678908 --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kPacked}};
    ContainerName container;
    Items items;
    Containers containers;
    bool operator==(const Pack&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view ) const {
        return unit.container == container.key().hex();
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::OneContainer{{"container", "SSCC of the container; made by its first pack", "--into"}}, self.container);
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
    }
};

struct Unpack {
    static constexpr OperationInfo kInfo{.name = "unpack",
                                         .command = "unpack",
                                         .event = EventKind::kUnpacked,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "unpacked",
                                         .summary = "Take items, or containers, out of a container",
                                         .who = "who holds the container",
                                         .example = "--from 106141412345678908 --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kNotPacked}};
    ContainerName container;
    Items items;
    Containers containers;
    bool operator==(const Unpack&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.state == ItemState::kActive && unit.custodian == actor;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::OneContainer{{"container", "SSCC of the container", "--from"}}, self.container);
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
    }
};

struct Decommission {
    static constexpr OperationInfo kInfo{.name = "decommission",
                                         .command = "decommission",
                                         .event = EventKind::kDecommissioned,
                                         .naming = Naming::kItems,
                                         .done = "decommissioned",
                                         .summary = "End items for good: exported, sampled or destroyed",
                                         .who = "their owner; a regulator, of what it holds",
                                         .example = "--as destroyed --reason 'water damage' --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kDecommissioned}};
    Items items;
    ItemState into = ItemState::kDestroyed;
    std::string reason;
    bool operator==(const Decommission&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view ) const {
        return unit.state == into;
    }
    std::optional<Rejection> fault() const {
        if (into == ItemState::kExported || into == ItemState::kSampled || into == ItemState::kDestroyed)
            return std::nullopt;
        return Rejection{Refusal::kMalformed, "into is not exported, sampled or destroyed"};
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Choice{{"into", "How they end", "--as", field::Asked::kAlways}}, self.into);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct TransferOwnership {
    static constexpr OperationInfo kInfo{.name = "transfer_ownership",
                                         .command = "transfer-ownership",
                                         .event = EventKind::kOwnershipOffered,
                                         .naming = Naming::kItems,
                                         .done = "offered",
                                         .summary = "Offer the ownership of items to another organisation",
                                         .who = "their owner",
                                         .example = "--to shop --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kOfferPending, Refusal::kNotOwner}};
    Items items;
    std::string to;
    bool operator==(const TransferOwnership&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return (unit.owner == actor && unit.offered_to == to) || unit.owner == to;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Organisation{{"to", "Organisation that shall own them"}}, self.to);
    }
};

struct AcceptOwnership {
    static constexpr OperationInfo kInfo{.name = "accept_ownership",
                                         .command = "accept-ownership",
                                         .event = EventKind::kOwnershipAccepted,
                                         .naming = Naming::kItems,
                                         .done = "accepted",
                                         .summary = "Accept the ownership that was offered to you",
                                         .who = "whom it is offered to",
                                         .example = "--file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kNotOffered}};
    Items items;
    bool operator==(const AcceptOwnership&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const {
        return unit.owner == actor;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
    }
};

struct RejectOwnership {
    static constexpr OperationInfo kInfo{.name = "reject_ownership",
                                         .command = "reject-ownership",
                                         .event = EventKind::kOwnershipRejected,
                                         .naming = Naming::kItems,
                                         .done = "rejected",
                                         .summary = "Refuse it; the owner stays what it was",
                                         .who = "whom it is offered to",
                                         .example = "--reason price --file serials.csv",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Items items;
    std::string reason;
    bool operator==(const RejectOwnership&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct CancelOwnershipTransfer {
    static constexpr OperationInfo kInfo{.name = "cancel_ownership_transfer",
                                         .command = "cancel-ownership-transfer",
                                         .event = EventKind::kOwnershipOfferCancelled,
                                         .naming = Naming::kItems,
                                         .done = "taken back",
                                         .summary = "Take back an offer that was not answered yet",
                                         .who = "their owner",
                                         .example = "--file serials.csv",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Items items;
    bool operator==(const CancelOwnershipTransfer&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
    }
};

}  // namespace touchstone::ledger::op
