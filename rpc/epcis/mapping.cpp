#include "rpc/epcis/mapping.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "crypto/sha256.h"
#include "rpc/epcis/checks.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/reading.h"
#include "rpc/epcis/times.h"
#include "rpc/epcis/units.h"

namespace touchstone::epcis {

using nlohmann::json;
namespace op = ledger::op;
using Kind = ledger::EventKind;

namespace {

// "word: rest" as the ledger writes details.
std::pair<std::string, std::string> detail_parts(const std::string& detail) {
    const std::size_t colon = detail.find(": ");
    if (colon == std::string::npos) return {detail, {}};
    return {detail.substr(0, colon), detail.substr(colon + 2)};
}

// A persistent disposition that the ledger has as a flag.
std::optional<ledger::ItemFlag> flag_of(std::string_view disposition) {
    if (disposition == "stolen") return ledger::ItemFlag::kStolen;
    if (disposition == "non_sellable_other") return ledger::ItemFlag::kQuarantined;
    if (disposition == "no_pedigree_match" || disposition == "mismatch_instance") return ledger::ItemFlag::kSuspect;
    return std::nullopt;
}

class Planner {
  public:
    Planner(const DocumentEvent& from, const CaptureContext& context, Plan& plan)
        : from_(from), event_(from.event), context_(context), plan_(plan) {}

    Done plan() {
        if (const Status status = collect_units(from_, context_, plan_, units_); !status.ok()) return malformed(status.error());
        if (const std::string actor = own_text(from_, "actor");
            !actor.empty() && !context_.organisation.empty() && actor != context_.organisation)
            return Way{PlanKind::kRefused, "other_actor",
                       fmt::format("recorded by '{}': capture it with that organisation's key", actor)};
        if (plan_.type == "TransformationEvent" && own_text(from_, "kind").empty()) return plan_transformation();
        const auto kind = kind_of(from_, context_);
        if (event_.contains("errorDeclaration")) return plan_correction(kind);
        Done done = kind ? plan_kind(*kind) : Done(why_kept(from_, context_));
        if (done && done->kind != PlanKind::kKeep) return done;
        const std::size_t before = plan_.operations.size();
        if (Done flags = plan_persistent()) return flags;
        if (plan_.operations.size() > before && !kind) return std::nullopt;
        return done;
    }

  private:
    // -- operations on items and containers

    Done plan_kind(Kind kind) {
        if (kind == Kind::kDocumented) return plan_documented();
        if (Done other = check_units(kind)) return other;
        switch (kind) {
            case Kind::kRegistered:
                return plan_registration();
            case Kind::kShipped:
                return plan_shipment();
            case Kind::kPacked:
            case Kind::kUnpacked:
                return plan_packing(kind);
            case Kind::kOwnershipOffered:
                return plan_offer();
            case Kind::kDecommissioned:
                return plan_end();
            case Kind::kInspected:
                return plan_inspection();
            case Kind::kFlagged:
            case Kind::kFlagCleared:
                return plan_flag(kind);
            default:
                return plan_simple(kind);
        }
    }

    // Every identifier must be one that the operation can take.
    Done check_units(Kind kind) const {
        if (!units_.classes.empty())
            return keep("class_level", fmt::format("names a quantity of {}: this ledger records items one by one",
                                                   units_.classes.front()));
        if (!units_.others.empty())
            return keep("other_identifier",
                        fmt::format("names {}: this ledger has rules for serialised trade items (SGTIN) and logistic "
                                    "units (SSCC) alone",
                                    units_.others.front()));
        const bool packing = kind == Kind::kPacked || kind == Kind::kUnpacked;
        if (units_.items.empty() && units_.containers.empty() && (packing || plan_.containers.empty()))
            return keep("no_items", "names no item: nothing changes hands");
        const bool moves = kind == Kind::kShipped || kind == Kind::kShipmentCancelled || kind == Kind::kReceived ||
                           kind == Kind::kShipmentRejected;
        if (!moves && !packing && !units_.containers.empty())
            return keep("container", fmt::format("{} of a logistic unit: the ledger has that for items alone",
                                                 ledger::name_of(kind)));
        return std::nullopt;
    }

    template <class Operation>
    Done add(Operation operation) {
        plan_.operations.emplace_back(std::move(operation));
        return std::nullopt;
    }
    std::string detail() const { return own_text(from_, "detail"); }

    Done plan_simple(Kind kind) {
        const auto& [items, containers] = moved();
        switch (kind) {
            case Kind::kShipmentCancelled:
                return add(op::CancelShipment{items, containers});
            case Kind::kReceived:
                return add(op::Receive{items, containers, {}, {}, {}});
            case Kind::kShipmentRejected:
                return add(op::RejectShipment{items, detail(), containers});
            case Kind::kSold:
                return add(op::Sell{items, detail(), Hash256::from_hex(own_text(from_, "other")).value_or(Hash256{})});
            case Kind::kReturned:
                return add(op::Return{items, detail()});
            case Kind::kSaleCancelled:
                return add(op::CancelSale{items, detail()});
            case Kind::kOwnershipAccepted:
                return add(op::AcceptOwnership{items});
            case Kind::kOwnershipRejected:
                return add(op::RejectOwnership{items, detail()});
            case Kind::kOwnershipOfferCancelled:
                return add(op::CancelOwnershipTransfer{items});
            default:
                return keep("no_rule", fmt::format("'{}' is recorded by its own command and not by an EPCIS event",
                                                   ledger::name_of(kind)));
        }
    }

    // Of an aggregation that is observed, the parent moves and takes its children along.
    std::pair<ledger::Items, ledger::Containers> moved() const {
        const bool aggregated = plan_.type == "AggregationEvent" || plan_.type == "AssociationEvent";
        if (!aggregated) return {units_.items, units_.containers};
        return {{}, units_.parent ? ledger::Containers{*units_.parent} : ledger::Containers{}};
    }

    Done plan_registration() {
        std::string facility;
        for (const char* member : {"bizLocation", "readPoint"})
            if (const auto at = event_.find(member); facility.empty() && at != event_.end() && at->is_object())
                facility = gln_of(text_at(*at, "id")).value_or("");
        return add_registrations(units_.items, facility);
    }

    Done add_registrations(const std::vector<ledger::ItemName>& items, const std::string& facility) {
        const auto master = read_master_data(event_);
        if (!master.ok()) return malformed(master.error());
        std::map<std::string, ledger::Items> by_gtin;
        for (const ledger::ItemName& item : items) by_gtin[item.gtin].add(item);
        for (auto& [gtin, named] : by_gtin)
            add(op::Register{std::move(named), master->lot, master->expiry, master->made_on, facility,
                             ledger::RegisterMode::kAtomic});
        return std::nullopt;
    }

    Done plan_shipment() {
        auto to = own_text(from_, "other");
        if (to.empty())
            to = party_of(event_, "destinationList", {"possessing_party", "owning_party", "location"}, context_.parties)
                     .value_or(context_.default_receiver);
        if (to.empty())
            return Way{
                PlanKind::kRefused, "unknown_recipient",
                "no party of the destinationList is known as a member: give --parties FILE with its GLN, or --to ORG"};
        auto [items, containers] = moved();
        return add(op::Ship{std::move(items), to, despatch_advice(event_), std::move(containers)});
    }

    Done plan_packing(Kind kind) {
        if (!units_.parent) return keep("parent", "names no container with an SSCC");
        if (kind == Kind::kPacked) return add(op::Pack{*units_.parent, units_.items, units_.containers});
        return add(op::Unpack{*units_.parent, units_.items, units_.containers});
    }

    Done plan_offer() {
        auto to = own_text(from_, "other");
        if (to.empty()) to = party_of(event_, "destinationList", {"owning_party"}, context_.parties).value_or("");
        return add(op::TransferOwnership{units_.items, to});
    }

    Done plan_end() {
        const auto [word, reason] = detail_parts(detail());
        op::Decommission end{units_.items, ledger::ItemState::kDestroyed, reason};
        if (word == "exported") end.into = ledger::ItemState::kExported;
        if (word == "sampled" || step_of(event_) == "sampling") end.into = ledger::ItemState::kSampled;
        return add(std::move(end));
    }

    Done plan_inspection() {
        const auto [word, reason] = detail_parts(detail());
        auto finding = ledger::finding_from(word);
        if (!finding)
            finding = disposition_of(event_) == "conformant" ? ledger::Finding::kConform : ledger::Finding::kNonconform;
        constexpr std::string_view kDocument = "document ";
        Hash256 document;
        if (reason.starts_with(kDocument))
            document = Hash256::from_hex(std::string_view(reason).substr(kDocument.size())).value_or(Hash256{});
        return add(op::Inspect{units_.items, *finding, document});
    }

    Done plan_flag(Kind kind) {
        const auto [word, reason] = detail_parts(detail());
        const auto flag = enum_from<ledger::ItemFlag>(word);
        if (!flag) return keep("no_rule", fmt::format("'{}' is no flag of this ledger", word));
        if (kind == Kind::kFlagged) return add(op::Flag{units_.items, *flag, reason});
        return add(op::ClearFlag{units_.items, *flag, reason});
    }

    Done plan_documented() {
        const auto document = Hash256::from_hex(detail());
        if (!document) return keep("no_rule", "names no document");
        return add(op::RecordDocument{*document, units_.items, units_.containers});
    }

    // -- persistent dispositions

    Done plan_persistent() {
        const auto persistent = event_.find("persistentDisposition");
        if (persistent == event_.end() || !own_text(from_, "kind").empty()) return std::nullopt;
        if (!persistent->is_object())
            return malformed({"malformed_event", "persistentDisposition is no object with set and unset"});
        for (const char* part : {"set", "unset"}) {
            const auto list = persistent->find(part);
            if (list == persistent->end()) continue;
            if (!list->is_array()) return malformed({"malformed_event", "persistentDisposition is no list"});
            for (const json& one : *list) {
                if (!one.is_string()) return malformed({"malformed_event", "a persistentDisposition is no text"});
                const auto name = vocabulary_name(one.get_ref<const std::string&>(), Vocabulary::kDisposition);
                if (!name)
                    return malformed({"malformed_event", fmt::format("persistentDisposition '{}' is neither of the "
                                                                     "Core Business Vocabulary nor a URI",
                                                                     one.get<std::string>())});
                add_persistent(*name, std::string_view(part) == "set" ? Kind::kFlagged : Kind::kFlagCleared);
            }
        }
        return std::nullopt;
    }

    // What the ledger has no rule for changes nothing: the event is kept, or recorded by what else it says.
    void add_persistent(const std::string& name, Kind kind) {
        const auto flag = flag_of(name);
        if (flag && !units_.items.empty() && units_.others.empty() && units_.classes.empty()) {
            if (kind == Kind::kFlagged)
                add(op::Flag{units_.items, *flag, {}});
            else
                add(op::ClearFlag{units_.items, *flag, {}});
        }
        // One item that is recalled is no reason to recall its lot: only an event about the lot or the product is.
        if (name != "recalled" || !units_.items.empty() || !units_.others.empty()) return;
        for (const Identifier& one : units_.known_classes) {
            if (kind == Kind::kFlagged)
                add(op::Recall{.gtin = one.gtin, .lot = one.lot, .reason = {}});
            else
                add(op::LiftRecall{.gtin = one.gtin, .lot = one.lot, .reason = {}});
        }
    }

    // -- the others

    Done plan_correction(std::optional<Kind> kind) {
        const json& declaration = event_["errorDeclaration"];
        const auto declared = read_time(text_at(declaration, "declarationTime"));
        if (!declared)
            return malformed({"malformed_event", "errorDeclaration has no declarationTime with a date and time"});
        plan_.correction_reason = own_reason(declaration);
        if (kind && !check_units(*kind) && !units_.items.empty() && units_.containers.empty()) {
            plan_.kind = PlanKind::kCorrection;
            plan_.corrected = *kind;
            return std::nullopt;
        }
        plan_.hash = keeping_hash(plan_.hash, declared->ms);
        return keep("error_declaration", "declares an event erroneous that the ledger keeps by its hash as well");
    }

    // What people said, or the standard's word for it.
    std::string own_reason(const json& declaration) const {
        DocumentEvent inner{0, declaration, from_.namespaces};
        if (std::string own = own_text(inner, "reason"); !own.empty()) return own;
        const std::string reason = text_at(declaration, "reason");
        const std::size_t end = reason.find_last_of("-:/");
        return end == std::string::npos ? reason : reason.substr(end + 1);
    }

    Done plan_transformation() {
        if (event_.contains("errorDeclaration")) return plan_correction(std::nullopt);
        if (!units_.classes.empty() || !units_.others.empty() || !units_.containers.empty())
            return keep("class_level",
                        "transforms quantities, or what is no serialised trade item: this ledger "
                        "records items one by one");
        if (units_.inputs.empty() && units_.outputs.empty()) return keep("no_items", "names no item");
        if (!units_.inputs.empty()) add(op::Decommission{units_.inputs, ledger::ItemState::kDestroyed, "transformed"});
        if (units_.outputs.empty()) return std::nullopt;
        return plan_outputs();
    }
    Done plan_outputs() {
        const auto place = event_.find("bizLocation");
        const bool known = place != event_.end() && place->is_object();
        return add_registrations(units_.outputs, known ? gln_of(text_at(*place, "id")).value_or("") : "");
    }

    const DocumentEvent& from_;
    const json& event_;
    const CaptureContext& context_;
    Plan& plan_;
    Units units_;
};

}  // namespace

Plan plan_event(const DocumentEvent& from, const CaptureContext& context) {
    Plan plan;
    plan.index = from.index;
    if (from.event.is_object()) {
        plan.type = text_at(from.event, "type");
        plan.event_id = text_at(from.event, "eventID");
    }
    if (const Status status = check_event(from.event); !status.ok()) {
        plan.code = status.error().code;
        plan.reason = status.error().message;
        return plan;
    }
    plan.event_hash = event_hash(from.event, from.namespaces);
    plan.hash = plan.event_hash;
    plan.kind = PlanKind::kOperations;
    if (Done done = Planner(from, context, plan).plan()) {
        plan.kind = done->kind;
        plan.code = std::move(done->code);
        plan.reason = std::move(done->reason);
        plan.operations.clear();
    }
    return plan;
}

ledger::op::RecordDocument keeping(const Plan& plan) {
    op::RecordDocument made{plan.hash};
    for (std::size_t i = 0; i < plan.items.size() && i < limits::kDocumentKeysMax; ++i) made.items.add(plan.items[i]);
    const std::size_t rest = limits::kDocumentKeysMax - made.items.size();
    for (std::size_t i = 0; i < plan.containers.size() && i < rest; ++i) made.containers.add(plan.containers[i]);
    return made;
}

Hash256 keeping_hash(const Hash256& event, std::uint64_t declared_ms) {
    const Bytes time = std::move(Writer{}.u64(declared_ms)).take();
    return crypto::tagged_hash("touchstone/error-declaration/1", {event.view(), time});
}

}  // namespace touchstone::epcis
