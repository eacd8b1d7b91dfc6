#include "rpc/epcis/document.h"

#include <fmt/format.h>

namespace touchstone::epcis {

using nlohmann::json;

namespace {

// What follows an event's structure calls itself for each level: a stranger's document must not choose how often.
constexpr int kDepthMax = 64;

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

nlohmann::ordered_json type_first(const json& value) {
    if (value.is_array()) {
        nlohmann::ordered_json made = nlohmann::ordered_json::array();
        for (const json& one : value) made.push_back(type_first(one));
        return made;
    }
    if (!value.is_object()) return nlohmann::ordered_json(value);
    nlohmann::ordered_json made = nlohmann::ordered_json::object();
    for (const char* first : {"@context", "type"})
        if (const auto at = value.find(first); at != value.end()) made[first] = type_first(*at);
    for (const auto& [name, member] : value.items())
        if (!made.contains(name)) made[name] = type_first(member);
    return made;
}

Error malformed(std::string_view why) {
    return {"malformed_document", fmt::format("not an EPCIS 2.0 JSON document: {}", why)};
}

}  // namespace

std::string text_at(const json& object, std::string_view name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string own_text(const DocumentEvent& event, std::string_view local) {
    for (const auto& [name, value] : event.event.items()) {
        const std::size_t colon = name.find(':');
        if (colon == std::string::npos || !value.is_string() || std::string_view(name).substr(colon + 1) != local)
            continue;
        const auto known = event.namespaces.find(name.substr(0, colon));
        if (known != event.namespaces.end() && known->second == kNamespace) return value.get<std::string>();
    }
    return {};
}

Result<std::vector<DocumentEvent>> read_document(const std::string& text) {
    bool deep = false;
    const auto bounded = [&](int depth, json::parse_event_t, json&) {
        deep = deep || depth > kDepthMax;
        return depth <= kDepthMax;
    };
    const json document = json::parse(text, bounded, false);
    if (deep) return malformed(fmt::format("it is nested more than {} levels deep", kDepthMax));
    if (document.is_discarded()) return malformed("it is no JSON");
    Namespaces namespaces = standard_namespaces();
    const json single = json::array({document});
    const json* events = &document;
    if (document.is_object()) {
        const std::string type = text_at(document, "type");
        if (const auto context = document.find("@context"); context != document.end())
            add_namespaces(namespaces, *context);
        if (type == "EPCISDocument" || type == "EPCISQueryDocument" || document.contains("epcisBody")) {
            if (text_at(document, "schemaVersion").substr(0, 1) != "2") return malformed("schemaVersion is not 2");
            events = event_list(document);
            if (!events) return malformed("it has no eventList");
            if (events->is_object()) return std::vector<DocumentEvent>{{1, *events, namespaces}};
        } else {
            events = &single;
        }
    }
    if (!events->is_array()) return malformed("its eventList is no list");
    std::vector<DocumentEvent> made;
    for (const json& event : *events) {
        made.push_back({made.size() + 1, event, namespaces});
        if (!event.is_object()) continue;
        if (const auto context = event.find("@context"); context != event.end())
            add_namespaces(made.back().namespaces, *context);
    }
    return made;
}

json make_document(json events, const std::string& created) {
    return {{"@context", json::array({"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                                      json{{std::string(kPrefix), std::string(kNamespace)}}})},
            {"type", "EPCISDocument"},
            {"schemaVersion", "2.0"},
            {"creationDate", created},
            {"epcisBody", {{"eventList", std::move(events)}}}};
}

std::string document_text(const json& document, int indent) {
    return type_first(document).dump(indent, ' ', false, json::error_handler_t::replace);
}

}  // namespace touchstone::epcis
