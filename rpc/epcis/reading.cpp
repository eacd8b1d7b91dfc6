#include "rpc/epcis/reading.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "rpc/epcis/checks.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/units.h"

namespace touchstone::epcis {

using nlohmann::json;
using Kind = ledger::EventKind;

namespace {

class Reading {
  public:
    Reading(const DocumentEvent& from, const CaptureContext& context)
        : from_(from), event_(from.event), context_(context), type_(text_at(event_, "type")) {}

    std::optional<Kind> kind() const {
        if (const std::string own = own_text(from_, "kind"); !own.empty()) return enum_from<Kind>(own);
        const std::string action = text_at(event_, "action");
        if (type_ == "ObjectEvent") return object_kind(action);
        if (type_ == "AggregationEvent" || type_ == "AssociationEvent") return aggregation_kind(action);
        if (type_ == "TransactionEvent" && action == "ADD") return ownership_kind();
        return std::nullopt;
    }
    // Why kind() knows none.
    Way unknown() const {
        if (type_ == "AggregationEvent" || type_ == "AssociationEvent") {
            const auto parent = read_identifier(text_at(event_, "parentID"));
            if (!parent.ok() || parent->kind != IdentifierKind::kContainer)
                return keep("parent", fmt::format("the parent {} is no logistic unit with an SSCC",
                                                  text_at(event_, "parentID").empty() ? "that it does not name"
                                                                                      : text_at(event_, "parentID")));
        }
        if (type_ == "TransactionEvent" && !ownership_kind())
            return keep("no_owner",
                        "names no owning_party in its destinationList that is a member: ownership stays where it is");
        const std::string step = step_of(event_);
        return keep("no_rule", fmt::format("{}{}{} is no operation of this ledger", type_,
                                           text_at(event_, "action").empty() ? "" : " " + text_at(event_, "action"),
                                           step.empty() ? " without a bizStep" : " with bizStep " + step));
    }

  private:
    std::optional<Kind> object_kind(const std::string& action) const {
        const std::string step = step_of(event_);
        if (action == "ADD" && (step.empty() || step == "commissioning")) return Kind::kRegistered;
        if (action == "DELETE")
            for (const char* known : {"", "decommissioning", "destroying", "sampling"})
                if (step == known) return Kind::kDecommissioned;
        return action == "OBSERVE" ? observed_kind(step) : std::nullopt;
    }
    std::optional<Kind> observed_kind(const std::string& step) const {
        if (step == "shipping") return Kind::kShipped;
        if (step == "void_shipping") return Kind::kShipmentCancelled;
        if (step == "receiving") return disposition_of(event_) == "returned" ? Kind::kReturned : Kind::kReceived;
        if (step == "retail_selling") return Kind::kSold;
        constexpr std::uint16_t kFinders = 1u << static_cast<int>(ledger::Role::kAuditor) |
                                           1u << static_cast<int>(ledger::Role::kRegulator) |
                                           1u << static_cast<int>(ledger::Role::kPlatform);
        const std::string found = disposition_of(event_);
        const bool finding = found == "conformant" || found == "non_conformant";
        if (step == "inspecting" && finding && (context_.roles & kFinders) != 0) return Kind::kInspected;
        return std::nullopt;
    }
    std::optional<Kind> aggregation_kind(const std::string& action) const {
        const auto parent = read_identifier(text_at(event_, "parentID"));
        if (!parent.ok() || parent->kind != IdentifierKind::kContainer) return std::nullopt;
        if (action == "ADD") return Kind::kPacked;
        if (action == "DELETE") return Kind::kUnpacked;
        const auto observed = observed_kind(step_of(event_));
        const bool moves =
            observed == Kind::kShipped || observed == Kind::kShipmentCancelled || observed == Kind::kReceived;
        return moves ? observed : std::nullopt;
    }
    std::optional<Kind> ownership_kind() const {
        const auto to = party_of(event_, "destinationList", {"owning_party"}, context_.parties);
        if (!to) return std::nullopt;
        return *to == context_.organisation ? Kind::kOwnershipAccepted : Kind::kOwnershipOffered;
    }

    const DocumentEvent& from_;
    const json& event_;
    const CaptureContext& context_;
    std::string type_;
};

}  // namespace

Way keep(std::string code, std::string reason) { return {PlanKind::kKeep, std::move(code), std::move(reason)}; }
Way malformed(const Error& error) { return {PlanKind::kMalformed, error.code, error.message}; }

std::string step_of(const json& event) {
    return vocabulary_name(text_at(event, "bizStep"), Vocabulary::kBizStep).value_or("");
}

std::string disposition_of(const json& event) {
    return vocabulary_name(text_at(event, "disposition"), Vocabulary::kDisposition).value_or("");
}

std::optional<Kind> kind_of(const DocumentEvent& event, const CaptureContext& context) {
    return Reading(event, context).kind();
}

Way why_kept(const DocumentEvent& event, const CaptureContext& context) { return Reading(event, context).unknown(); }

}  // namespace touchstone::epcis
