#include "rpc/epcis/event_hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "crypto/sha256.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/times.h"

namespace touchstone::epcis {

using nlohmann::json;

namespace {

constexpr std::string_view kCbv = "https://ref.gs1.org/cbv/";
constexpr std::string_view kVoc = "https://gs1.org/voc/";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// A decimal number without leading or trailing zeros; nullopt: the text is none.
std::optional<std::string> canonical_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
    if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    if (value == std::trunc(value)) return fmt::format("{:.0f}", value == 0 ? 0.0 : value);
    std::array<char, 64> buffer{};
    const bool tiny = std::fabs(value) < 1e-4;
    const auto written =
        tiny ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value)
             : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
    return std::string(buffer.data(), written.ptr);
}

std::string web_vocabulary(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kForms{
        {{"urn:epcglobal:cbv:bizstep:", "BizStep-"},
         {"urn:epcglobal:cbv:disp:", "Disp-"},
         {"urn:epcglobal:cbv:btt:", "BTT-"},
         {"urn:epcglobal:cbv:sdt:", "SDT-"},
         {"urn:epcglobal:cbv:er:", "ER-"}}};
    for (const auto& [urn, web] : kForms)
        if (text.starts_with(urn)) return fmt::format("{}{}{}", kCbv, web, text.substr(urn.size()));
    return std::string(text);
}

std::string scalar_text(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    return value.is_number() ? value.dump() : std::string();
}

// A field of the standard: its name, what stands before a bare word of its vocabulary, and its own fields.
struct Field {
    std::string_view name;
    std::string_view vocabulary = {};
    std::span<const Field> fields = {};
    std::string_view element = {};  // of a list: what its elements are called
};

constexpr std::array kQuantity{Field{"epcClass"}, Field{"quantity"}, Field{"uom"}};
constexpr std::array kPersistent{Field{"set", "Disp-"}, Field{"unset", "Disp-"}};
constexpr std::array kPlace{Field{"id"}};
constexpr std::array kSensorMetadata{Field{"time"},
                                     Field{"startTime"},
                                     Field{"endTime"},
                                     Field{"deviceID"},
                                     Field{"deviceMetadata"},
                                     Field{"rawData"},
                                     Field{"dataProcessingMethod"},
                                     Field{"bizRules"}};
constexpr std::array kSensorReport{Field{"type", "voc"},
                                   Field{"exception", "voc"},
                                   Field{"deviceID"},
                                   Field{"deviceMetadata"},
                                   Field{"rawData"},
                                   Field{"dataProcessingMethod"},
                                   Field{"time"},
                                   Field{"microorganism"},
                                   Field{"chemicalSubstance"},
                                   Field{"value"},
                                   Field{"component", "Comp-"},
                                   Field{"stringValue"},
                                   Field{"booleanValue"},
                                   Field{"hexBinaryValue"},
                                   Field{"uriValue"},
                                   Field{"minValue"},
                                   Field{"maxValue"},
                                   Field{"meanValue"},
                                   Field{"sDev"},
                                   Field{"percRank"},
                                   Field{"percValue"},
                                   Field{"uom"},
                                   Field{"coordinateReferenceSystem"}};
constexpr std::array kSensorElement{Field{"sensorMetadata", {}, kSensorMetadata},
                                    Field{"sensorReport", {}, kSensorReport}};
constexpr std::array kEvent{Field{"eventTime"},
                            Field{"eventTimeZoneOffset"},
                            Field{"certificationInfo"},
                            Field{"parentID"},
                            Field{"epcList", {}, {}, "epc"},
                            Field{"inputEPCList", {}, {}, "epc"},
                            Field{"childEPCs", {}, {}, "epc"},
                            Field{"quantityList", {}, kQuantity, "quantityElement"},
                            Field{"childQuantityList", {}, kQuantity, "quantityElement"},
                            Field{"inputQuantityList", {}, kQuantity, "quantityElement"},
                            Field{"outputEPCList", {}, {}, "epc"},
                            Field{"outputQuantityList", {}, kQuantity, "quantityElement"},
                            Field{"action"},
                            Field{"transformationID"},
                            Field{"bizStep", "BizStep-"},
                            Field{"disposition", "Disp-"},
                            Field{"persistentDisposition", {}, kPersistent},
                            Field{"readPoint", {}, kPlace},
                            Field{"bizLocation", {}, kPlace},
                            Field{"sensorElementList", {}, kSensorElement, "sensorElement"}};
// Of lists of typed identifiers: the list, its element's field, and the vocabulary of its type.
struct TypedList {
    std::string_view name;
    std::string_view field;
    std::string_view vocabulary;
};
constexpr std::array kTypedLists{TypedList{"bizTransactionList", "bizTransaction", "BTT-"},
                                 TypedList{"sourceList", "source", "SDT-"},
                                 TypedList{"destinationList", "destination", "SDT-"}};
constexpr std::array<std::string_view, 7> kIgnored{"eventID",  "recordTime",   "type",   "errorDeclaration",
                                                   "@context", "rdfs:comment", "comment"};

class PreHash {
  public:
    explicit PreHash(const Namespaces& namespaces) : namespaces_(namespaces) {}

    std::string of(const json& event) const {
        std::string out = "eventType=" + scalar_text(event.value("type", json()));
        out += ordered(event, kEvent);
        std::vector<std::string> rest;
        for (const auto& [name, value] : event.items()) {
            if (is_field(name, kEvent) || contains(kIgnored, name)) continue;
            append_rest(rest, name, value);
        }
        return out + sorted(std::move(rest));
    }

  private:
    static bool contains(std::span<const std::string_view> names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    static bool is_field(std::string_view name, std::span<const Field> fields) {
        return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
    }
    static std::string sorted(std::vector<std::string> parts) {
        std::sort(parts.begin(), parts.end());
        std::string out;
        for (const std::string& part : parts) out += part;
        return out;
    }

    // "prefix:rest" with a known prefix: the namespace, in the braces that names have and values have not.
    std::string expanded(std::string_view text, std::string_view open, std::string_view close) const {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos) return std::string(text);
        const auto known = namespaces_.find(text.substr(0, colon));
        if (known == namespaces_.end()) return std::string(text);
        return fmt::format("{}{}{}{}", open, known->second, close, text.substr(colon + 1));
    }

    std::string canonical(std::string_view text) const {
        const std::string value = web_vocabulary(expanded(trimmed(text), {}, {}));
        if (auto number = canonical_number(value)) return *number;
        if (auto link = canonical_link(value)) return *link;
        return value;
    }

    std::string value_of(const Field& field, const json& value) const {
        const std::string text = scalar_text(value);
        const bool time = field.name == "time" || field.name.ends_with("Time");
        if (time)
            if (const auto read = read_time(trimmed(text))) return time_text(*read);
        if (!field.vocabulary.empty() && !text.empty() && text.find(':') == std::string::npos)
            return field.vocabulary == "voc" ? fmt::format("{}{}", kVoc, trimmed(text))
                                             : fmt::format("{}{}{}", kCbv, field.vocabulary, trimmed(text));
        return canonical(text);
    }

    std::string one(const Field& field, std::string_view name, const json& value) const {
        if (value.is_object()) {
            const std::string inner = ordered(value, field.fields) + extensions(value, field.fields);
            return inner.empty() ? inner : std::string(name) + inner;
        }
        const std::string text = value_of(field, value);
        return text.empty() ? text : fmt::format("{}={}", name, text);
    }

    std::string ordered(const json& object, std::span<const Field> fields) const {
        std::string out;
        for (const Field& field : fields) {
            const auto at = object.find(field.name);
            if (at == object.end()) continue;
            std::vector<std::string> parts;
            const std::string_view name = field.element.empty() ? field.name : field.element;
            if (at->is_array())
                for (const json& element : *at) parts.push_back(one(field, name, element));
            else
                parts.push_back(one(field, name, *at));
            const std::string joined = sorted(std::move(parts));
            if (!joined.empty() && !field.element.empty()) out += field.name;
            out += joined;
        }
        return out;
    }

    std::string extensions(const json& object, std::span<const Field> fields) const {
        std::vector<std::string> parts;
        for (const auto& [name, value] : object.items())
            if (!is_field(name, fields) && !contains(std::span(kIgnored).subspan(4), name))
                append_generic(parts, name, value);
        return sorted(std::move(parts));
    }

    void append_generic(std::vector<std::string>& parts, std::string_view name, const json& value) const {
        if (value.is_array()) {
            for (const json& element : value) append_generic(parts, name, element);
            return;
        }
        std::string part = expanded(name, "{", "}");
        if (value.is_object()) {
            if (const auto text = value.find("#text"); text != value.end()) part += "=" + canonical(scalar_text(*text));
            std::vector<std::string> inner;
            for (const auto& [key, child] : value.items())
                if (key != "#text" && !contains(std::span(kIgnored).subspan(4), key)) append_generic(inner, key, child);
            part += sorted(std::move(inner));
        } else if (const std::string text = scalar_text(value); !trimmed(text).empty()) {
            part += "=" + canonical(text);
        }
        parts.push_back(std::move(part));
    }

    // What the canonical order leaves to be sorted by name.
    void append_rest(std::vector<std::string>& parts, std::string_view name, const json& value) const {
        for (const TypedList& list : kTypedLists) {
            if (list.name != name) continue;
            std::vector<std::string> elements;
            if (value.is_array())
                for (const json& element : value) elements.push_back(typed(list, element));
            const std::string joined = sorted(std::move(elements));
            if (!joined.empty()) parts.push_back(std::string(name) + joined);
            return;
        }
        append_generic(parts, name, value);
    }

    std::string typed(const TypedList& list, const json& element) const {
        if (!element.is_object()) return {};
        std::string out;
        for (const Field& field : {Field{"type", list.vocabulary}, Field{list.field}})
            if (const auto at = element.find(field.name); at != element.end()) out += one(field, field.name, *at);
        return out;
    }

    const Namespaces& namespaces_;
};

}  // namespace

Namespaces standard_namespaces() {
    return {{"gs1", std::string(kVoc)}, {"cbv", std::string(kCbv)}, {"epcis", "https://ref.gs1.org/epcis/"}};
}

void add_namespaces(Namespaces& namespaces, const json& context) {
    if (context.is_array()) {
        for (const json& one : context) add_namespaces(namespaces, one);
    } else if (context.is_object()) {
        for (const auto& [prefix, value] : context.items())
            if (value.is_string() && !prefix.starts_with('@')) namespaces[prefix] = value.get<std::string>();
    }
}

std::string pre_hash(const json& event, const Namespaces& namespaces) {
    const auto context = event.find("@context");
    if (context == event.end()) return PreHash(namespaces).of(event);
    Namespaces own = namespaces;
    add_namespaces(own, *context);
    return PreHash(own).of(event);
}

Hash256 event_hash(const json& event, const Namespaces& namespaces) {
    return crypto::sha256(as_bytes(pre_hash(event, namespaces)));
}

std::string event_id_of(const Hash256& hash) { return fmt::format("ni:///sha-256;{}?ver=CBV2.0", hash.hex()); }

std::optional<Hash256> hash_of_event_id(std::string_view event_id) {
    constexpr std::string_view kStart = "ni:///sha-256;";
    constexpr std::string_view kEnd = "?ver=CBV2.0";
    if (!event_id.starts_with(kStart) || !event_id.ends_with(kEnd)) return std::nullopt;
    return Hash256::from_hex(event_id.substr(kStart.size(), event_id.size() - kStart.size() - kEnd.size()));
}

}  // namespace touchstone::epcis
