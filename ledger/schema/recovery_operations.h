// Operations that put right what went wrong: registrations amended or voided, ends undone, goods that are lost, reclaimed,
// reassigned or seized; part of ledger/schema/operations.h. Values only.
#pragma once

#include "ledger/schema/fields.h"

namespace touchstone::ledger::op {

struct AmendRegistration {
    static constexpr OperationInfo kInfo{
        .name = "amend_registration",
        .command = "amend",
        .event = EventKind::kAmended,
        .naming = Naming::kItems,
        .done = "amended",
        .summary = "Correct lot, expiry or date of manufacture of registered items; recalls find them under the new ones",
        .who = "who made them, or the product's brand",
        .example = "--lot L9 --reason 'label of the other line' --file serials.csv",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kNothingChanges}};
    Items items;  // all of one GTIN
    std::string lot;
    Day expiry = 0;
    Day made_on = 0;
    bool clear_lot = false;
    bool clear_expiry = false;
    bool clear_made_on = false;
    std::string reason;
    bool operator==(const AmendRegistration&) const = default;

    // Precondition: items are named.
    const std::string& gtin() const { return items.groups().front().of; }
    std::optional<Rejection> fault() const {
        if (items.groups().size() > 1)
            return Rejection{Refusal::kBadItemKeys, "the items of one operation are of one GTIN"};
        const bool sets = !lot.empty() || expiry != 0 || made_on != 0;
        if (!sets && !clear_lot && !clear_expiry && !clear_made_on)
            return Rejection{Refusal::kMalformed, "neither lot, expiry nor date of manufacture is amended"};
        if ((clear_lot && !lot.empty()) || (clear_expiry && expiry != 0) || (clear_made_on && made_on != 0))
            return Rejection{Refusal::kMalformed, "a field is both set and cleared"};
        if (expiry != 0 && made_on > expiry) return Rejection{Refusal::kBadDate, "made_on_day is after expiry_day"};
        return std::nullopt;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Lot{{"lot", "The lot that they are of"}}, self.lot);
        visit(field::Date{{"expiry_day", "Their expiry date"}}, self.expiry);
        visit(field::Date{{"made_on_day", "Their date of manufacture"}}, self.made_on);
        visit(field::Yes{{"clear_lot", "They are of no lot"}}, self.clear_lot);
        visit(field::Yes{{"clear_expiry", "They have no expiry date"}}, self.clear_expiry);
        visit(field::Yes{{"clear_made_on", "Their date of manufacture is not recorded"}}, self.clear_made_on);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct VoidRegistration {
    static constexpr OperationInfo kInfo{.name = "void_registration",
                                         .command = "void",
                                         .event = EventKind::kVoided,
                                         .naming = Naming::kItems,
                                         .done = "voided",
                                         .summary = "Take back registrations made by mistake; their quota comes back",
                                         .who = "who made them, or the product's brand, while they never moved",
                                         .example = "--reason 'never printed' --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kDecommissioned}};
    Items items;  // all of one GTIN
    std::string reason;
    bool operator==(const VoidRegistration&) const = default;

    // Precondition: items are named.
    const std::string& gtin() const { return items.groups().front().of; }
    bool is_done(const UnitFacts& unit, std::string_view) const { return unit.state == ItemState::kVoided; }
    std::optional<Rejection> fault() const {
        if (items.groups().size() > 1)
            return Rejection{Refusal::kBadItemKeys, "the items of one operation are of one GTIN"};
        return std::nullopt;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct Lose {
    static constexpr OperationInfo kInfo{.name = "lose",
                                         .command = "lose",
                                         .event = EventKind::kLost,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "lost",
                                         .summary = "Record that goods, or a shipment on its way, are lost",
                                         .who = "their custodian or sender, or their owner",
                                         .example = "--reason 'truck 17 burnt out' --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kDecommissioned}};
    Items items;
    std::string reason;
    Containers containers = {};
    bool operator==(const Lose&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view) const { return unit.state == ItemState::kLost; }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it"}}, self.containers);
    }
};

struct UndoEnd {
    static constexpr OperationInfo kInfo{
        .name = "undo_end",
        .command = "undo-end",
        .event = EventKind::kEndUndone,
        .naming = Naming::kItemsOrContainers,
        .done = "undone",
        .summary = "Undo an end within 10 days, or record that lost goods were found, at any time",
        .who = "who ended them; of what was lost the owner too, and of a container its maker",
        .example = "--reason 'wrong pallet scanned' --file serials.csv",
        .repeat = Repeat::kCompared,
        .done_refusals = {Refusal::kNotEnded}};
    Items items;
    std::string reason;
    Containers containers = {};
    bool operator==(const UndoEnd&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view) const { return unit.state == ItemState::kActive; }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::ContainerUnits{{"containers", "Containers that were lost"}}, self.containers);
    }
};

struct Reclaim {
    static constexpr OperationInfo kInfo{
        .name = "reclaim",
        .command = "reclaim",
        .event = EventKind::kReclaimed,
        .naming = Naming::kItemsOrContainers,
        .done = "reclaimed",
        .summary = "Claim what another holds and does not hand over; at once if it is suspended, else a regulator decides",
        .who = "the owner of items, the maker of containers",
        .example = "--to acme --reason 'warehouse is bankrupt' --file serials.csv",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kNothingChanges, Refusal::kHeldAlready}};
    Items items;
    std::string to;
    std::string reason;
    Containers containers = {};
    bool operator==(const Reclaim&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Organisation{{"to", "Organisation that shall have them: you, or one that receives them for you"}},
              self.to);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it"}}, self.containers);
    }
};

struct Reassign {
    static constexpr OperationInfo kInfo{.name = "reassign",
                                         .command = "reassign",
                                         .event = EventKind::kReassigned,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "reassigned",
                                         .summary = "Confirm a claim: custody goes to whom the claim names",
                                         .who = "a regulator, for its country",
                                         .example = "--reason 'court order 12/2026' --file serials.csv",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Items items;
    std::string reason;
    Containers containers = {};
    bool operator==(const Reassign&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it"}}, self.containers);
    }
};

struct Seize {
    static constexpr OperationInfo kInfo{.name = "seize",
                                         .command = "seize",
                                         .event = EventKind::kSeized,
                                         .naming = Naming::kItemsOrContainers,
                                         .done = "seized",
                                         .summary = "Take goods into your custody, whoever holds them",
                                         .who = "a regulator, for its country",
                                         .example = "--reason 'suspected counterfeits' --file serials.csv",
                                         .repeat = Repeat::kCompared,
                                         .done_refusals = {Refusal::kHeldAlready}};
    Items items;
    std::string reason;
    Containers containers = {};
    bool operator==(const Seize&) const = default;

    bool is_done(const UnitFacts& unit, std::string_view actor) const { return unit.custodian == actor; }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it"}}, self.containers);
    }
};

}  // namespace touchstone::ledger::op
