// Operations on products: declaring, licensing, registering, recalling; part of ledger/schema/operations.h. Values only.
#pragma once

#include <fmt/format.h>

#include "ledger/schema/fields.h"

namespace touchstone::ledger {

enum class RegisterMode : std::uint8_t { kAtomic, kPartial };

namespace op {

struct DeclareProduct {
    static constexpr OperationInfo kInfo{
        .name = "declare_product",
        .command = "product declare",
        .event = EventKind::kDeclared,
        .naming = Naming::kNothing,
        .done = "declared",
        .summary = "Declare a product under a GTIN of one of your GS1 company prefixes",
        .who = "an organisation with the role brand whose company prefix covers the GTIN",
        .example = "--gtin 09506000134352 --name 'Face cream'",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kProductExists}};
    std::string gtin;
    std::string name;
    Hash256 image_hash;  // zero: none
    std::vector<Hash256> document_hashes;
    SerialPolicy serial_policy = SerialPolicy::kWarn;
    bool operator==(const DeclareProduct&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN", "gtin,--gtin"}}, self.gtin);
        visit(field::Text{{"name", "Its name, as shoppers see it"}, limits::kNameBytesMax, field::Need::kRequired},
              self.name);
        visit(field::Digest{{"image_hash", "SHA-256 of its picture", "--image"}, field::Need::kOptional, field::Given::kFile}, self.image_hash);
        visit(field::Digests{{"document_hashes", "SHA-256 of documents", "--document"}, limits::kProductDocumentsMax},
              self.document_hashes);
        visit(field::Choice{{"serial_policy", "What registrants' programs do about serials that can be guessed", "--guessable-serials"}},
              self.serial_policy);
    }
};

struct GrantLicence {
    static constexpr OperationInfo kInfo{.name = "grant_licence",
                                         .command = "licence grant",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "granted",
                                         .summary = "Let a manufacturer register items of a product, up to a quota",
                                         .who = "the product's brand",
                                         .example = "--gtin 09506000134352 --to works --quota 10000",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::string gtin;
    std::string manufacturer;
    std::uint64_t quota = 0;
    Day from = 0;
    Day until = 0;
    std::string facility;
    bool add = false;
    bool operator==(const GrantLicence&) const = default;

    std::optional<Rejection> fault() const {
        if (until != 0 && from > until) return Rejection{Refusal::kBadDate, "from_day is after until_day"};
        return std::nullopt;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN", "gtin,--gtin"}}, self.gtin);
        visit(field::Organisation{{"manufacturer", "Who may register", "manufacturer,--to"}}, self.manufacturer);
        visit(field::Number{{"quota", "Items that it may register", "--quota", field::Asked::kAlways}}, self.quota);
        visit(field::Date{{"from_day", "First day"}}, self.from);
        visit(field::Date{{"until_day", "Last day"}}, self.until);
        visit(field::Gln{{"facility", "GLN of the only facility that it may register for"}}, self.facility);
        visit(field::Yes{{"add", "Adds the quota to the one there is; days and facility stay where none are named"}}, self.add);
    }
};

struct RevokeLicence {
    static constexpr OperationInfo kInfo{.name = "revoke_licence",
                                         .command = "licence revoke",
                                         .event = std::nullopt,
                                         .naming = Naming::kNothing,
                                         .done = "revoked",
                                         .summary = "End a manufacturer's licence; what it registered stays",
                                         .who = "the product's brand",
                                         .example = "--gtin 09506000134352 --from works --reason 'contract ended'",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kLicenceRevoked}};
    std::string gtin;
    std::string manufacturer;
    std::string reason;
    bool operator==(const RevokeLicence&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN", "gtin,--gtin"}}, self.gtin);
        visit(field::Organisation{{"manufacturer", "Whose licence ends", "manufacturer,--from,--to"}}, self.manufacturer);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct Register {
    static constexpr OperationInfo kInfo{
        .name = "register",
        .command = "register",
        .event = EventKind::kRegistered,
        .naming = Naming::kItems,
        .done = "registered",
        .summary = "Register items: they exist from now on, and were made by you",
        .who = "the product's brand, or a manufacturer with a licence in force, within its quota",
        .example = "--gtin 09506000134352 --lot A1 --expiry 2027-12-31 --file serials.csv",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kItemExists}};
    Items items;  // all of one GTIN
    std::string lot;
    Day expiry = 0;
    Day made_on = 0;
    std::string facility;
    RegisterMode mode = RegisterMode::kAtomic;
    bool operator==(const Register&) const = default;

    // Precondition: items are named.
    const std::string& gtin() const { return items.groups().front().of; }
    std::optional<Rejection> fault() const {
        if (items.groups().size() > 1) return Rejection{Refusal::kBadItemKeys, "the items of one operation are of one GTIN"};
        if (expiry != 0 && made_on > expiry) return Rejection{Refusal::kBadDate, "made_on_day is after expiry_day"};
        return std::nullopt;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Lot{{"lot", "Lot or batch, for lines without one"}}, self.lot);
        visit(field::Date{{"expiry_day", "Expiry date, for lines without one"}}, self.expiry);
        visit(field::Date{{"made_on_day", "Date of manufacture"}}, self.made_on);
        visit(field::Gln{{"facility", "GLN of the facility"}}, self.facility);
        visit(field::Choice{{"mode", "partial: good items go through; atomic: all or none"}}, self.mode);
    }
};

struct Recall {
    static constexpr OperationInfo kInfo{
        .name = "recall",
        .command = "recall",
        .event = EventKind::kRecalled,
        .naming = Naming::kNothing,
        .done = "recalled",
        .summary = "Recall a product, or what of it is of a lot, of a maker or of days of manufacture",
        .who = "the product's brand; a regulator, for its country",
        .example = "--gtin 09506000134352 --lot A1 --reason 'glass in it'",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kRecallActive}};
    std::string gtin;
    std::string lot;
    std::string reason;
    std::vector<std::string> countries{};  // ascending, each once; empty: everywhere
    std::string maker{};
    Day made_from = 0;
    Day made_until = 0;
    bool unregistered = false;  // the lot may be one of which nothing is registered yet
    bool replace = false;       // in the place of one's recall of the same scope, instead of widening it
    bool operator==(const Recall&) const = default;

    RecallScope scope() const { return {lot, maker, made_from, made_until}; }
    std::optional<Rejection> fault() const {
        if (made_until != 0 && made_from > made_until) return Rejection{Refusal::kBadDate, "made_from is after made_until"};
        return std::nullopt;
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN", "gtin,--gtin"}}, self.gtin);
        visit(field::Lot{{"lot", "Only this lot, and items of which no lot is recorded"}}, self.lot);
        visit(field::Text{{"reason", "Why: shoppers read it", "--reason", field::Asked::kAlways}}, self.reason);
        visit(field::Countries{{"countries", "Only in these countries", "--country"}}, self.countries);
        visit(field::Organisation{{"maker", "Only what this organisation made"}, field::Party::kNamed, field::Need::kOptional},
              self.maker);
        visit(field::Date{{"made_from", "Only what was made on this day or later"}}, self.made_from);
        visit(field::Date{{"made_until", "Only what was made on this day or earlier"}}, self.made_until);
        visit(field::Yes{{"unregistered", "The lot may be one of which nothing is registered yet"}}, self.unregistered);
        visit(field::Yes{{"replace", "Put it in the place of your recall of the same scope; without this it is widened"}},
              self.replace);
    }
};

struct LiftRecall {
    static constexpr OperationInfo kInfo{.name = "lift_recall",
                                         .command = "lift-recall",
                                         .event = EventKind::kRecallLifted,
                                         .naming = Naming::kNothing,
                                         .done = "lifted",
                                         .summary = "Lift your own recall; that there was one stays in the history",
                                         .who = "who issued it",
                                         .example = "--gtin 09506000134352 --lot A1 --reason 'tested'",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::string gtin;
    std::string lot;
    std::string reason;
    std::string maker{};
    Day made_from = 0;
    Day made_until = 0;
    bool operator==(const LiftRecall&) const = default;

    RecallScope scope() const { return {lot, maker, made_from, made_until}; }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN", "gtin,--gtin"}}, self.gtin);
        visit(field::Lot{{"lot", "As in the recall"}}, self.lot);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
        visit(field::Organisation{{"maker", "As in the recall"}, field::Party::kNamed, field::Need::kOptional}, self.maker);
        visit(field::Date{{"made_from", "As in the recall"}}, self.made_from);
        visit(field::Date{{"made_until", "As in the recall"}}, self.made_until);
    }
};

struct SetTerritories {
    static constexpr OperationInfo kInfo{
        .name = "set_territories",
        .command = "territories",
        .event = EventKind::kTerritoriesSet,
        .naming = Naming::kNothing,
        .done = "set",
        .summary = "Say in which countries a product may be sold from now on; none: everywhere",
        .who = "the product's brand",
        .example = "--gtin 09506000134352 --country CH --country FR",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kNothingChanges}};
    std::string gtin;
    std::vector<std::string> countries;  // ascending, each once; empty: everywhere
    bool operator==(const SetTerritories&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN", "gtin,--gtin"}}, self.gtin);
        visit(field::Countries{{"countries", "ISO 3166-1 alpha-2", "countries,--country"}, "--everywhere"}, self.countries);
    }
};

struct AmendProduct {
    static constexpr OperationInfo kInfo{
        .name = "amend_product",
        .command = "product amend",
        .event = EventKind::kAmended,
        .naming = Naming::kNothing,
        .done = "amended",
        .summary = "Describe a product anew; what is not given is none from now on",
        .who = "the product's brand",
        .example = "--gtin 09506000134352 --name 'Face cream, 50 ml' --return-points shop",
        .repeat = Repeat::kRefusal,
        .done_refusals = {Refusal::kNothingChanges}};
    std::string gtin;
    std::string name;
    Hash256 image_hash{};  // zero: none
    std::vector<Hash256> document_hashes{};
    SerialPolicy serial_policy = SerialPolicy::kWarn;
    std::vector<std::string> return_points{};
    bool operator==(const AmendProduct&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN"}}, self.gtin);
        visit(field::Text{{"name", "Its name, as shoppers see it"}, limits::kNameBytesMax, field::Need::kRequired},
              self.name);
        visit(field::Digest{{"image_hash", "SHA-256 of its picture"}, field::Need::kOptional}, self.image_hash);
        visit(field::Digests{{"document_hashes", "SHA-256 of documents"}, limits::kProductDocumentsMax},
              self.document_hashes);
        visit(field::Choice{{"serial_policy", "What registrants' programs do about serials that can be guessed"}},
              self.serial_policy);
        visit(field::Organisations{{"return_points", "Who may take sold items back, beside seller and brand"},
                                   limits::kReturnPointsMax},
              self.return_points);
    }
};

struct OfferProduct {
    static constexpr OperationInfo kInfo{.name = "offer_product",
                                         .command = "product offer",
                                         .event = EventKind::kHandoverOffered,
                                         .naming = Naming::kNothing,
                                         .done = "offered",
                                         .summary = "Offer a product to another brand, with its licences and recalls",
                                         .who = "the product's brand",
                                         .example = "--gtin 09506000134352 --to borea",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::string gtin;
    std::string to;
    bool operator==(const OfferProduct&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN"}}, self.gtin);
        visit(field::Organisation{{"to", "The brand that it shall be of"}}, self.to);
    }
};

struct AcceptProduct {
    static constexpr OperationInfo kInfo{.name = "accept_product",
                                         .command = "product accept",
                                         .event = EventKind::kHandoverAccepted,
                                         .naming = Naming::kNothing,
                                         .done = "accepted",
                                         .summary = "Take over a product that was offered to you",
                                         .who = "the brand that it is offered to",
                                         .example = "--gtin 09506000134352",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::string gtin;
    bool operator==(const AcceptProduct&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN"}}, self.gtin);
    }
};

struct DeclineProduct {
    static constexpr OperationInfo kInfo{.name = "decline_product",
                                         .command = "product decline",
                                         .event = EventKind::kHandoverEnded,
                                         .naming = Naming::kNothing,
                                         .done = "declined",
                                         .summary = "Refuse a product that was offered to you, or take your offer back",
                                         .who = "the brand that it is offered to, or the product's brand",
                                         .example = "--gtin 09506000134352",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    std::string gtin;
    bool operator==(const DeclineProduct&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Gtin{{"gtin", "The product's GTIN"}}, self.gtin);
    }
};

}  // namespace op
}  // namespace touchstone::ledger

template <>
inline constexpr auto touchstone::kEnumNames<touchstone::ledger::RegisterMode> =
    touchstone::enum_names<touchstone::ledger::RegisterMode>({{touchstone::ledger::RegisterMode::kAtomic, "atomic"},
                                                              {touchstone::ledger::RegisterMode::kPartial, "partial"}});
