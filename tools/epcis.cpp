#include "tools/epcis.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "ledger/gs1.h"
#include "tools/epcis_checks.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

std::string text_at(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

CapturedEvent aside(CapturedEvent event, CaptureState state, std::string code, std::string reason) {
    event.state = state;
    event.code = std::move(code);
    event.reason = std::move(reason);
    return event;
}

CapturedEvent not_covered(CapturedEvent event, std::string code, std::string reason) {
    return aside(std::move(event), CaptureState::kNotCovered, std::move(code), std::move(reason));
}

enum class Epc { kItem, kOther, kUnknown };

Epc kind_of(std::string_view epc) {
    if (epc.starts_with("urn:epc:id:sgtin:")) return Epc::kItem;
    const bool web = epc.starts_with("http://") || epc.starts_with("https://");
    if (web && epc.find("/01/") != std::string_view::npos && epc.find("/21/") != std::string_view::npos)
        return Epc::kItem;
    return web || epc.starts_with("urn:") ? Epc::kOther : Epc::kUnknown;
}

std::optional<OperationKind> operation_of(const std::string& action, const std::string& step) {
    if (action == "ADD" && (step.empty() || step == "commissioning")) return OperationKind::kRegister;
    if (action != "OBSERVE") return std::nullopt;
    if (step == "shipping") return OperationKind::kShip;
    if (step == "void_shipping") return OperationKind::kCancelShipment;
    if (step == "receiving") return OperationKind::kReceive;
    if (step == "retail_selling") return OperationKind::kSell;
    return std::nullopt;
}

// A member of ilmd by its local name, whatever its prefix or namespace URI.
std::string ilmd_text(const json& event, std::string_view local) {
    const auto ilmd = event.find("ilmd");
    if (ilmd == event.end() || !ilmd->is_object()) return {};
    for (const auto& [name, value] : ilmd->items()) {
        const auto end = name.find_last_of(":/#");
        if (end != std::string::npos && name.substr(end + 1) == local && value.is_string())
            return value.get<std::string>();
    }
    return {};
}

// Receivers in order of preference: who will hold the goods, who will own them, where they go.
std::optional<std::string> receiver_of(const json& event, const CaptureContext& context) {
    const auto list = event.find("destinationList");
    for (const char* wanted : {"possessing_party", "owning_party", "location"}) {
        if (list == event.end() || !list->is_array()) break;
        for (const json& destination : *list) {
            if (!destination.is_object()) continue;
            if (vocabulary_name(text_at(destination, "type"), Vocabulary::kSourceDestination) != wanted) continue;
            const auto gln = gln_of(text_at(destination, "destination"));
            if (!gln) continue;
            if (const auto party = context.parties.find(*gln); party != context.parties.end()) return party->second;
        }
    }
    if (!context.default_receiver.empty()) return context.default_receiver;
    return std::nullopt;
}

std::string place_gln(const json& event) {
    for (const char* member : {"bizLocation", "readPoint"})
        if (const auto at = event.find(member); at != event.end() && at->is_object())
            if (const auto gln = gln_of(text_at(*at, "id"))) return *gln;
    return {};
}

Status fill_registration(const json& event, CapturedEvent& captured) {
    captured.pattern.facility = place_gln(event);
    const std::string lot = ilmd_text(event, "lotNumber");
    if (!lot.empty() && !ledger::is_lot(lot)) return Error{"bad_lot", fmt::format("the lot '{}' is no GS1 lot", lot)};
    const auto day = [&](const char* name) -> Result<ledger::Day> {
        const std::string text = ilmd_text(event, name);
        if (text.empty()) return ledger::Day{0};
        if (!is_iso_date(text)) return Error{"bad_date", fmt::format("{} '{}' is no date", name, text)};
        return *parse_day(std::string_view(text).substr(0, 10));
    };
    TRY_ASSIGN(const ledger::Day expiry, day("itemExpirationDate"));
    TRY_ASSIGN(const ledger::Day made_on, day("productionDate"));
    for (ItemLine& item : captured.items) {
        if (!lot.empty()) item.lot = lot;
        if (expiry != 0) item.expiry = expiry;
        if (made_on != 0) item.made_on = made_on;
    }
    return Ok{};
}

CapturedEvent with_items(const json& event, CapturedEvent captured) {
    if (const auto quantities = event.find("quantityList"); quantities != event.end() && !quantities->empty())
        return not_covered(
            std::move(captured), "class_level",
            fmt::format("names a quantity of {}: this ledger records items one by one and has no rule for "
                        "class-level identifiers",
                        text_at((*quantities)[0], "epcClass")));
    const auto list = event.find("epcList");
    if (list == event.end() || list->empty())
        return not_covered(std::move(captured), "no_items", "names no item: nothing changes hands");
    std::vector<std::string> names;
    for (const json& epc : *list) {
        const std::string name = epc.get<std::string>();
        if (kind_of(name) == Epc::kOther)
            return not_covered(
                std::move(captured), "other_identifier",
                fmt::format("names {}: this ledger has rules for serialised trade items (SGTIN) alone", name));
        names.push_back(name);
    }
    ItemFile file = parse_item_arguments(names, {});
    if (!file.bad.empty())
        return aside(std::move(captured), CaptureState::kMalformed, file.bad[0].code,
                     fmt::format("{}: {}", file.bad[0].text, file.bad[0].message));
    captured.items = std::move(file.items);
    captured.state = CaptureState::kCovered;
    return captured;
}

CapturedEvent capture_object_event(const json& event, CapturedEvent captured, const CaptureContext& context) {
    if (event.contains("errorDeclaration"))
        return not_covered(std::move(captured), "error_declaration",
                           "declares an earlier event erroneous: this ledger has no rule for corrections yet");
    const std::string action = text_at(event, "action");
    const std::string step = vocabulary_name(text_at(event, "bizStep"), Vocabulary::kBizStep).value_or("");
    const auto kind = operation_of(action, step);
    if (!kind)
        return not_covered(std::move(captured), "biz_step",
                           fmt::format("{} with bizStep {} changes nothing that this ledger records", action,
                                       step.empty() ? "absent" : step));
    captured = with_items(event, std::move(captured));
    if (captured.state != CaptureState::kCovered) return captured;
    captured.pattern.kind = *kind;
    if (kind == OperationKind::kRegister) {
        if (const Status status = fill_registration(event, captured); !status.ok())
            return aside(std::move(captured), CaptureState::kMalformed, status.error().code, status.error().message);
    } else if (kind == OperationKind::kShip) {
        const auto receiver = receiver_of(event, context);
        if (!receiver)
            return aside(
                std::move(captured), CaptureState::kRefused, "unknown_recipient",
                "no party of the destinationList is known as a member: give --parties FILE with its GLN, or --to ORG");
        captured.pattern.party = *receiver;
    }
    return captured;
}

CapturedEvent capture_event(const json& event, std::size_t index, const CaptureContext& context) {
    CapturedEvent captured;
    captured.index = index;
    if (event.is_object()) {
        captured.type = text_at(event, "type");
        captured.event_id = text_at(event, "eventID");
    }
    if (const Status status = check_event(event); !status.ok())
        return aside(std::move(captured), CaptureState::kMalformed, status.error().code, status.error().message);
    if (captured.type != "ObjectEvent") {
        const std::string type = captured.type;
        return not_covered(std::move(captured), "event_type",
                           fmt::format("this ledger has no rule for a {} yet", type));
    }
    return capture_object_event(event, std::move(captured), context);
}

const json* event_list(const json& document) {
    const auto body = document.find("epcisBody");
    if (body == document.end() || !body->is_object()) return nullptr;
    const json* holder = &*body;
    if (const auto results = body->find("queryResults"); results != body->end() && results->is_object())
        if (const auto inner = results->find("resultsBody"); inner != results->end() && inner->is_object())
            holder = &*inner;
    for (const char* name : {"eventList", "event"})
        if (const auto at = holder->find(name); at != holder->end()) return &*at;
    return nullptr;
}

}  // namespace

std::optional<std::string> gln_of(std::string_view identifier) {
    if (ledger::is_gln(identifier)) return std::string(identifier);
    for (const std::string_view urn : {"urn:epc:id:sgln:", "urn:epc:id:pgln:"}) {
        if (!identifier.starts_with(urn)) continue;
        // company prefix . location reference [. extension]: twelve digits, to which the check digit is added
        const std::string_view rest = identifier.substr(urn.size());
        const auto first = rest.find('.');
        if (first == std::string_view::npos) return std::nullopt;
        const auto second = rest.find('.', first + 1);
        std::string digits(rest.substr(0, first));
        digits += rest.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
        if (digits.size() != 12 || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
        return digits + ledger::check_digit(digits);
    }
    for (const std::string_view path : {"/414/", "/417/"})
        if (const auto at = identifier.find(path); at != std::string_view::npos)
            if (const auto gln = identifier.substr(at + path.size(), 13); ledger::is_gln(gln)) return std::string(gln);
    return std::nullopt;
}

Result<Parties> parse_parties(std::string_view text) {
    Parties parties;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        if (line.empty() || (number == 1 && line == "gln,organisation")) continue;
        const auto fields = split_csv(line, ',');
        const auto gln = fields && fields->size() == 2 ? gln_of((*fields)[0]) : std::nullopt;
        if (!gln || (*fields)[1].empty())
            return Error{"bad_parties",
                         fmt::format("line {} of the parties: expected a GLN (or SGLN, PGLN, Digital Link) and "
                                     "an organisation, with a comma between them",
                                     number)};
        parties[*gln] = (*fields)[1];
    }
    return parties;
}

Result<std::vector<CapturedEvent>> read_epcis(const std::string& text, const CaptureContext& context) {
    const auto malformed = [](std::string_view why) {
        return Error{"malformed_document", fmt::format("not an EPCIS 2.0 JSON document: {}", why)};
    };
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded()) return malformed("it is no JSON");
    const json single = json::array({document});
    const json* events = &document;
    if (document.is_object()) {
        const std::string type = text_at(document, "type");
        if (type == "EPCISDocument" || type == "EPCISQueryDocument" || document.contains("epcisBody")) {
            if (text_at(document, "schemaVersion").substr(0, 1) != "2") return malformed("schemaVersion is not 2");
            events = event_list(document);
            if (!events) return malformed("it has no eventList");
        } else {
            events = &single;
        }
    }
    if (!events->is_array()) return malformed("its eventList is no list");
    std::vector<CapturedEvent> captured;
    for (const json& event : *events) captured.push_back(capture_event(event, captured.size() + 1, context));
    return captured;
}

}  // namespace touchstone::tools
