#include "rpc/epcis/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "rpc/epcis/times.h"

namespace touchstone::epcis {

using nlohmann::json;

namespace {

// CBV 2.0, tables 7-1, 7-2 and 7-5.
constexpr std::array<std::string_view, 41> kBizSteps = {"accepting",
                                                        "arriving",
                                                        "assembling",
                                                        "collecting",
                                                        "commissioning",
                                                        "consigning",
                                                        "creating_class_instance",
                                                        "cycle_counting",
                                                        "decommissioning",
                                                        "departing",
                                                        "destroying",
                                                        "disassembling",
                                                        "dispensing",
                                                        "encoding",
                                                        "entering_exiting",
                                                        "holding",
                                                        "inspecting",
                                                        "installing",
                                                        "killing",
                                                        "loading",
                                                        "other",
                                                        "packing",
                                                        "picking",
                                                        "receiving",
                                                        "removing",
                                                        "repackaging",
                                                        "repairing",
                                                        "replacing",
                                                        "reserving",
                                                        "retail_selling",
                                                        "sampling",
                                                        "sensor_reporting",
                                                        "shipping",
                                                        "staging_outbound",
                                                        "stock_taking",
                                                        "stocking",
                                                        "storing",
                                                        "transporting",
                                                        "unloading",
                                                        "unpacking",
                                                        "void_shipping"};
constexpr std::array<std::string_view, 33> kDispositions = {"active",
                                                            "available",
                                                            "completeness_inferred",
                                                            "completeness_verified",
                                                            "conformant",
                                                            "container_closed",
                                                            "container_open",
                                                            "damaged",
                                                            "destroyed",
                                                            "dispensed",
                                                            "disposed",
                                                            "encoded",
                                                            "expired",
                                                            "in_progress",
                                                            "in_transit",
                                                            "inactive",
                                                            "mismatch_class",
                                                            "mismatch_instance",
                                                            "mismatch_quantity",
                                                            "needs_replacement",
                                                            "no_pedigree_match",
                                                            "non_conformant",
                                                            "non_sellable_other",
                                                            "partially_dispensed",
                                                            "recalled",
                                                            "reserved",
                                                            "retail_sold",
                                                            "returned",
                                                            "sellable_accessible",
                                                            "sellable_not_accessible",
                                                            "stolen",
                                                            "unavailable",
                                                            "unknown"};
constexpr std::array<std::string_view, 3> kSourceDestinations = {"location", "owning_party", "possessing_party"};

struct Forms {
    std::span<const std::string_view> names;
    std::string_view urn;
    std::string_view web;
};

Forms forms_of(Vocabulary vocabulary) {
    switch (vocabulary) {
        case Vocabulary::kBizStep:
            return {kBizSteps, "urn:epcglobal:cbv:bizstep:", "cbv/BizStep-"};
        case Vocabulary::kDisposition:
            return {kDispositions, "urn:epcglobal:cbv:disp:", "cbv/Disp-"};
        case Vocabulary::kSourceDestination:
            break;
    }
    return {kSourceDestinations, "urn:epcglobal:cbv:sdt:", "cbv/SDT-"};
}

Error malformed(std::string_view what) { return {"malformed_event", std::string(what)}; }

bool is_offset(std::string_view text) {
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    return text.size() == 6 && (text[0] == '+' || text[0] == '-') && digit(1) && digit(2) && text[3] == ':' &&
           digit(4) && digit(5);
}

const std::string* text_at(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? &at->get_ref<const std::string&>() : nullptr;
}

Status check_mandatory(const json& event, const std::string& type) {
    const std::string* time = text_at(event, "eventTime");
    if (!time) return malformed("eventTime is missing");
    if (!is_iso_date(*time) || time->size() < 16)
        return malformed(fmt::format("eventTime '{}' is no date and time", *time));
    const std::string* offset = text_at(event, "eventTimeZoneOffset");
    if (!offset) return malformed("eventTimeZoneOffset is missing");
    if (!is_offset(*offset)) return malformed(fmt::format("eventTimeZoneOffset '{}' is not like +02:00", *offset));
    if (type == "TransformationEvent") return Ok{};
    const std::string* action = text_at(event, "action");
    if (!action) return malformed("action is missing");
    if (*action != "ADD" && *action != "OBSERVE" && *action != "DELETE")
        return malformed(fmt::format("action '{}' is none of ADD, OBSERVE, DELETE", *action));
    return Ok{};
}

Status check_vocabulary(const json& event, const char* member, Vocabulary vocabulary) {
    const auto at = event.find(member);
    if (at == event.end()) return Ok{};
    if (!at->is_string()) return malformed(fmt::format("{} is not a text", member));
    if (!vocabulary_name(at->get_ref<const std::string&>(), vocabulary))
        return malformed(fmt::format("{} '{}' is neither of the Core Business Vocabulary nor a URI", member,
                                     at->get<std::string>()));
    return Ok{};
}

bool has_namespace(std::string_view name) { return name.find(':') != std::string_view::npos || name.starts_with('@'); }

Status check_ilmd(const json& event) {
    const auto ilmd = event.find("ilmd");
    if (ilmd == event.end()) return Ok{};
    if (!ilmd->is_object()) return malformed("ilmd is no object");
    for (const auto& [name, value] : ilmd->items())
        if (!has_namespace(name)) return malformed(fmt::format("the ilmd field '{}' has no namespace", name));
    return Ok{};
}

Status check_quantities(const json& event, const char* member) {
    const auto list = event.find(member);
    if (list == event.end()) return Ok{};
    if (!list->is_array()) return malformed(fmt::format("{} is no list", member));
    for (const json& entry : *list) {
        if (!entry.is_object() || !text_at(entry, "epcClass"))
            return malformed(fmt::format("{} has an entry without epcClass", member));
        for (const auto& [name, value] : entry.items())
            if (name != "epcClass" && name != "quantity" && name != "uom" && !has_namespace(name))
                return malformed(fmt::format("unknown field '{}' in {}", name, member));
    }
    return Ok{};
}

Status check_certification(const json& value) {
    if (value.is_string()) return Ok{};
    if (value.is_array()) {
        for (const json& entry : value) TRY(check_certification(entry));
        return Ok{};
    }
    if (!value.is_object()) return malformed("certificationInfo is neither a URI nor certification details");
    for (const auto& [name, member] : value.items()) {
        if (member.is_object() || member.is_array()) TRY(check_certification(member));
        if (name.ends_with("Date") && (!member.is_string() || !is_iso_date(member.get_ref<const std::string&>())))
            return malformed(fmt::format("{} in certificationInfo is no date: {}", name, member.dump()));
    }
    return Ok{};
}

Status check_identifiers(const json& event) {
    const auto filled = [&](const char* member) {
        const auto at = event.find(member);
        return at != event.end() && at->is_array() && !at->empty();
    };
    if (const auto list = event.find("epcList"); list != event.end()) {
        if (!list->is_array()) return malformed("epcList is no list");
        for (const json& epc : *list)
            if (!epc.is_string()) return malformed("epcList has an entry that is no text");
    }
    if (filled("epcList") || filled("quantityList") || filled("sensorElementList")) return Ok{};
    return malformed("an ObjectEvent needs an epcList or a quantityList");
}

}  // namespace

std::optional<std::string> vocabulary_name(std::string_view text, Vocabulary vocabulary) {
    const Forms forms = forms_of(vocabulary);
    std::string_view name = text;
    bool standard_form = true;
    if (text.starts_with(forms.urn))
        name.remove_prefix(forms.urn.size());
    else if (const auto at = text.find(forms.web); at != std::string_view::npos)
        name.remove_prefix(at + forms.web.size());
    else if (text.starts_with("cbv:"))
        return std::string(text);
    else
        standard_form = text.find(':') == std::string_view::npos;
    if (!standard_form) return std::string(text);
    if (std::find(forms.names.begin(), forms.names.end(), name) == forms.names.end()) return std::nullopt;
    return std::string(name);
}

Status check_event(const json& event) {
    if (!event.is_object()) return malformed("an event is no object");
    const std::string* type = text_at(event, "type");
    if (!type) return malformed("type is missing");
    constexpr std::array<std::string_view, 5> kTypes = {"ObjectEvent", "AggregationEvent", "TransactionEvent",
                                                        "TransformationEvent", "AssociationEvent"};
    if (std::find(kTypes.begin(), kTypes.end(), *type) == kTypes.end()) {
        if (has_namespace(*type)) return Ok{};
        return malformed(fmt::format("unknown event type '{}'", *type));
    }
    TRY(check_mandatory(event, *type));
    TRY(check_vocabulary(event, "bizStep", Vocabulary::kBizStep));
    TRY(check_vocabulary(event, "disposition", Vocabulary::kDisposition));
    TRY(check_ilmd(event));
    for (const char* list : {"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})
        TRY(check_quantities(event, list));
    if (const auto certification = event.find("certificationInfo"); certification != event.end())
        TRY(check_certification(*certification));
    if (*type == "ObjectEvent") TRY(check_identifiers(event));
    return Ok{};
}

}  // namespace touchstone::epcis
