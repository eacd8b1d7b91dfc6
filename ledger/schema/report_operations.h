// Operations on complaints, sellers, inspections, corrections and documents; part of ledger/schema/operations.h. Values
// only.
#pragma once

#include <fmt/format.h>

#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"
#include "ledger/schema/fields.h"

namespace touchstone::ledger {

enum class Finding : std::uint8_t { kConform = 1, kNonconform = 2, kCounterfeitSuspected = 3 };

namespace op {

struct Inspect {
    static constexpr OperationInfo kInfo{.name = "inspect",
                                         .command = "inspect",
                                         .event = EventKind::kInspected,
                                         .naming = Naming::kItems,
                                         .done = "inspected",
                                         .summary = "Record what an inspection found, on each item",
                                         .who = "an auditor, a regulator or a platform",
                                         .example = "--finding conform --document report.pdf --file serials.csv",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Items items;
    Finding finding = Finding::kConform;
    Hash256 document{};
    bool operator==(const Inspect&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::Choice{{"finding", "What was found", "--finding", field::Asked::kAlways}}, self.finding);
        visit(field::Digest{{"document_hash", "SHA-256 of the report", "--document"}, field::Need::kOptional, field::Given::kFile}, self.document);
    }
};

struct Correct {
    static constexpr OperationInfo kInfo{.name = "correct",
                                         .command = "correct",
                                         .event = EventKind::kCorrected,
                                         .naming = Naming::kNothing,
                                         .done = "corrected",
                                         .summary = "Declare an event of an item wrong that you recorded; it stays, with the correction",
                                         .who = "who recorded the event",
                                         .example = "--event 2 --reason 'wrong pallet' https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kCorrectedAlready}};
    ItemName item;
    std::uint32_t sequence = 0;  // of the event that is wrong
    Hash256 head_before{};       // of the chain up to, and without, that event
    std::vector<Bytes> events;   // canonical, from that event to the last one
    std::string reason;
    bool operator==(const Correct&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::OneItem{{"item", "The item"}}, self.item);
        visit(field::Number{{"sequence", "Number of the event that is wrong"}}, self.sequence);
        visit(field::Digest{{"head_before", "Head of the event chain before that event"}}, self.head_before);
        visit(field::Events{{"events", "That event and all after it, as the ledger wrote them"}, limits::kCorrectionEventsMax}, self.events);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct Report {
    static constexpr OperationInfo kInfo{.name = "report",
                                         .command = "report",
                                         .event = EventKind::kReported,
                                         .naming = Naming::kNothing,
                                         .done = "filed",
                                         .summary = "Complain about an item, a lot, a product or a listing on a platform",
                                         .who = "any organisation",
                                         .example = "--kind counterfeit --text 'seal differs' https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    ReportSubject subject;
    ReportKind kind = ReportKind::kOther;
    std::string text;
    std::vector<Hash256> evidence;
    Hash256 seller{};
    bool operator==(const Report&) const = default;

    std::optional<Rejection> fault() const {
        if (is_well_formed(subject)) return std::nullopt;
        return Rejection{Refusal::kBadReport, "the fields do not fit the subject"};
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Choice{{"subject", "What it is about"}}, self.subject.kind);
        visit(field::Gtin{{"gtin", "The product"}, field::Need::kOptional}, self.subject.gtin);
        visit(field::Digest{{"commitment", "Of the item's serial"}, field::Need::kOptional}, self.subject.commitment);
        visit(field::Lot{{"lot", "The lot"}}, self.subject.lot);
        visit(field::Organisation{{"platform", "The platform of the listing, or on which it was offered"}, field::Party::kConcerned, field::Need::kOptional}, self.subject.platform);
        visit(field::Digest{{"listing_hash", "SHA-256 of the listing's URL"}, field::Need::kOptional}, self.subject.listing);
        visit(field::Choice{{"kind", "What is wrong"}}, self.kind);
        visit(field::Text{{"text", "In words"}}, self.text);
        visit(field::Digests{{"evidence_hashes", "SHA-256 of evidence"}, limits::kEvidenceMax}, self.evidence);
        visit(field::Digest{{"seller", "Pseudonym of the shop, on that platform"}, field::Need::kOptional}, self.seller);
    }
};

struct Respond {
    static constexpr OperationInfo kInfo{.name = "respond",
                                         .command = "respond",
                                         .event = EventKind::kReportResponded,
                                         .naming = Naming::kNothing,
                                         .done = "answered",
                                         .summary = "Answer a complaint that is yours to handle",
                                         .who = "its handler",
                                         .example = "--text 'we look into it' REPORT",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Hash256 report;
    std::string text;
    bool operator==(const Respond&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"report", "The report's id", "report,--report"}}, self.report);
        visit(field::Text{{"text", "The answer", "--text", field::Asked::kAlways}}, self.text);
    }
};

struct Resolve {
    static constexpr OperationInfo kInfo{.name = "resolve",
                                         .command = "resolve",
                                         .event = EventKind::kReportResolved,
                                         .naming = Naming::kNothing,
                                         .done = "resolved",
                                         .summary = "Decide a complaint: upheld or rejected; or withdraw your own",
                                         .who = "a regulator, or a platform that has no part in it; its reporter: withdrawn",
                                         .example = "--outcome upheld --reason 'laboratory' REPORT",
                                         .repeat = Repeat::kNever,
                                         .done_refusals = {}};
    Hash256 report;
    ReportOutcome outcome = ReportOutcome::kUpheld;
    std::string reason;
    bool operator==(const Resolve&) const = default;

    std::optional<Rejection> fault() const {
        if (outcome != ReportOutcome::kNone) return std::nullopt;
        return Rejection{Refusal::kMalformed, "outcome is missing"};
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"report", "The report's id", "report,--report"}}, self.report);
        visit(field::Choice{{"outcome", "upheld, rejected or withdrawn", "--outcome", field::Asked::kAlways}}, self.outcome);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct RegisterSeller {
    static constexpr OperationInfo kInfo{.name = "register_seller",
                                         .command = "seller register",
                                         .event = EventKind::kSellerRegistered,
                                         .naming = Naming::kNothing,
                                         .done = "registered",
                                         .summary = "Register a shop that sells on your platform, under its pseudonym",
                                         .who = "a platform",
                                         .example = "--country CN --registration 91310000123456789X",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kSellerExists}};
    Hash256 pseudonym;
    std::string country;
    bool operator==(const RegisterSeller&) const = default;

    // Records say with zeros that no shop is named.
    std::optional<Rejection> fault() const {
        if (!pseudonym.is_zero()) return std::nullopt;
        return Rejection{Refusal::kBadPseudonym, "it is zero"};
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"pseudonym", "The shop's pseudonym"}}, self.pseudonym);
        visit(field::Country{{"country", "Its country"}, field::Need::kRequired}, self.country);
    }
};

struct SetSellerStanding {
    static constexpr OperationInfo kInfo{.name = "set_seller_standing",
                                         .command = "seller standing",
                                         .event = EventKind::kSellerStandingSet,
                                         .naming = Naming::kNothing,
                                         .done = "set",
                                         .summary = "Say how a shop is regarded on your platform: active, warned, suspended, closed",
                                         .who = "a platform, of a shop that is registered with it",
                                         .example = "PSEUDONYM --standing suspended --reason 'fakes'",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kStandingUnchanged}};
    Hash256 pseudonym;
    SellerStanding standing = SellerStanding::kActive;
    std::string reason;
    bool operator==(const SetSellerStanding&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"pseudonym", "The shop's pseudonym"}}, self.pseudonym);
        visit(field::Choice{{"standing", "How it is regarded"}}, self.standing);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct AttestSeller {
    static constexpr OperationInfo kInfo{.name = "attest_seller",
                                         .command = "seller attest",
                                         .event = EventKind::kSellerAttested,
                                         .naming = Naming::kNothing,
                                         .done = "attested",
                                         .summary = "Say that a shop which a platform closed may come back; a regulator's word suffices, or that of two platforms without part in it",
                                         .who = "a regulator or a platform",
                                         .example = "PSEUDONYM --reason 'new owner'",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kAttestedAlready}};
    Hash256 pseudonym;
    std::string reason;
    bool operator==(const AttestSeller&) const = default;

    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"pseudonym", "The shop's pseudonym", "pseudonym,--pseudonym"}}, self.pseudonym);
        visit(field::Text{{"reason", "Why, for the record"}}, self.reason);
    }
};

struct RecordDocument {
    static constexpr OperationInfo kInfo{.name = "record_document",
                                         .command = "document record",
                                         .event = EventKind::kDocumented,
                                         .naming = Naming::kNothing,
                                         .done = "recorded",
                                         .summary = "Keep the hash of a document, and attach it to items and containers",
                                         .who = "any organisation; attached where it has to do with the goods",
                                         .example = "--document invoice.pdf --item https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H",
                                         .repeat = Repeat::kRefusal,
                                         .done_refusals = {Refusal::kDocumentRecorded}};
    Hash256 document;
    Items items{};
    Containers containers{};
    bool operator==(const RecordDocument&) const = default;

    std::optional<Rejection> fault() const {
        if (document.is_zero()) return Rejection{Refusal::kBadDocument, "document_hash is zero"};
        if (items.size() + containers.size() <= limits::kDocumentKeysMax) return std::nullopt;
        return Rejection{Refusal::kBadDocument,
                         fmt::format("more than {} items and containers", limits::kDocumentKeysMax)};
    }
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
        visit(field::Digest{{"document_hash", "SHA-256 of the document; of an EPCIS event, its CBV 2.0 event hash"}}, self.document);
        visit(field::ItemUnits{{"items", "The items"}}, self.items);
        visit(field::ContainerUnits{{"containers", "Containers, each with all that is in it", "--sscc"}}, self.containers);
    }
};

}  // namespace op
}  // namespace touchstone::ledger

namespace touchstone {

template <>
inline constexpr auto kEnumNames<ledger::Finding> =
    enum_names<ledger::Finding>({{ledger::Finding::kConform, "conform"},
                                 {ledger::Finding::kNonconform, "nonconform"},
                                 {ledger::Finding::kCounterfeitSuspected, "counterfeit_suspected"}});

}  // namespace touchstone

namespace touchstone::ledger {

inline std::string_view name_of(Finding finding) { return enum_name(finding); }
inline std::optional<Finding> finding_from(std::string_view name) { return enum_from<Finding>(name); }

}  // namespace touchstone::ledger
