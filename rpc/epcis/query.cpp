#include "rpc/epcis/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "rpc/epcis/checks.h"
#include "rpc/epcis/document.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/times.h"

namespace touchstone::epcis {

using nlohmann::json;

namespace {

enum class Form { kPlain, kBizStep, kDisposition, kIdentifier };

struct Known {
    std::string_view name;
    Form form;
    std::array<std::string_view, 5> fields;  // of an event; "a.b" is a member of a member
};
constexpr std::array kKnown{
    Known{"eventType", Form::kPlain, {"type"}},
    Known{"EQ_action", Form::kPlain, {"action"}},
    Known{"EQ_bizStep", Form::kBizStep, {"bizStep"}},
    Known{"EQ_disposition", Form::kDisposition, {"disposition"}},
    Known{"EQ_persistentDisposition_set", Form::kDisposition, {"persistentDisposition.set"}},
    Known{"EQ_persistentDisposition_unset", Form::kDisposition, {"persistentDisposition.unset"}},
    Known{"EQ_readPoint", Form::kIdentifier, {"readPoint.id"}},
    Known{"EQ_bizLocation", Form::kIdentifier, {"bizLocation.id"}},
    Known{"EQ_transformationID", Form::kPlain, {"transformationID"}},
    Known{"EQ_eventID", Form::kPlain, {"eventID"}},
    Known{"MATCH_epc", Form::kIdentifier, {"epcList", "childEPCs"}},
    Known{"MATCH_parentID", Form::kIdentifier, {"parentID"}},
    Known{"MATCH_inputEPC", Form::kIdentifier, {"inputEPCList"}},
    Known{"MATCH_outputEPC", Form::kIdentifier, {"outputEPCList"}},
    Known{"MATCH_anyEPC", Form::kIdentifier, {"epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList"}}};

const Known* known_named(std::string_view name) {
    for (const Known& known : kKnown)
        if (known.name == name) return &known;
    return nullptr;
}

// One form for all spellings of a value, so that equal values are equal texts.
std::string canonical(std::string_view text, Form form) {
    if (form == Form::kBizStep || form == Form::kDisposition) {
        const Vocabulary vocabulary = form == Form::kBizStep ? Vocabulary::kBizStep : Vocabulary::kDisposition;
        return vocabulary_name(text, vocabulary).value_or(std::string(text));
    }
    if (form == Form::kIdentifier)
        if (auto link = canonical_link(text)) return *std::move(link);
    return std::string(text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

using Fault = std::optional<Problem>;

Fault take_time(std::optional<WallTime>& to, const std::string& name, const std::string& value) {
    to = read_time(value);
    if (to) return std::nullopt;
    return bad_query(
        fmt::format("{} '{}' is no date and time with an offset, such as 2026-01-01T00:00:00Z", name, value));
}

Fault take_paging(EventQuery& query, const std::string& name, const std::string& value) {
    if (name == "perPage") {
        const auto count = number(value);
        if (!count || *count == 0 || *count > kEventsPerPageMax)
            return bad_query(fmt::format("perPage '{}' is not from 1 to {}", value, kEventsPerPageMax));
        query.per_page = static_cast<std::size_t>(*count);
        return std::nullopt;
    }
    const auto parts = split(value, '.');
    const auto order = parts.size() == 2 ? number(parts[0]) : std::nullopt;
    const auto sequence = parts.size() == 2 ? number(parts[1]) : std::nullopt;
    if (!order || !sequence) return bad_query("nextPageToken is none that this node gave: begin without it");
    query.after = {*order, *sequence};
    return std::nullopt;
}

Fault take_order(EventQuery& query, const std::string& name, const std::string& value) {
    if (name == "orderBy") {
        if (value != "eventTime" && value != "recordTime")
            return bad_query(fmt::format("orderBy '{}' is neither eventTime nor recordTime", value));
        query.order = value == "eventTime" ? OrderBy::kEventTime : OrderBy::kRecordTime;
        return std::nullopt;
    }
    if (value != "ASC" && value != "DESC")
        return bad_query(fmt::format("orderDirection '{}' is neither ASC nor DESC", value));
    query.direction = value == "ASC" ? Direction::kAscending : Direction::kDescending;
    return std::nullopt;
}

Fault take(EventQuery& query, const std::string& name, const std::string& value) {
    if (const Known* known = known_named(name)) {
        Criterion criterion{name, {}};
        for (const std::string_view one : split(value, '|')) criterion.values.push_back(canonical(one, known->form));
        if (criterion.values.empty()) return bad_query(fmt::format("{} has no value", name));
        query.criteria.push_back(std::move(criterion));
        return std::nullopt;
    }
    if (name == "GE_eventTime") return take_time(query.from_event, name, value);
    if (name == "LT_eventTime") return take_time(query.until_event, name, value);
    if (name == "GE_recordTime") return take_time(query.from_record, name, value);
    if (name == "LT_recordTime") return take_time(query.until_record, name, value);
    if (name == "perPage" || name == "nextPageToken") return take_paging(query, name, value);
    if (name == "orderBy" || name == "orderDirection") return take_order(query, name, value);
    return bad_query(fmt::format("this node does not know the query parameter '{}'", name));
}

// Whether a text, or one of a list, is one of the values.
bool has_value(const json& value, const Criterion& criterion, Form form, const Namespaces& namespaces) {
    if (value.is_array())
        return std::any_of(value.begin(), value.end(),
                           [&](const json& one) { return has_value(one, criterion, form, namespaces); });
    if (!value.is_string()) return false;
    std::string text = value.get<std::string>();
    if (const std::size_t colon = text.find(':'); colon != std::string::npos)
        if (const auto space = namespaces.find(text.substr(0, colon)); space != namespaces.end())
            text = space->second + text.substr(colon + 1);
    const std::string found = canonical(text, form);
    return std::find(criterion.values.begin(), criterion.values.end(), found) != criterion.values.end();
}

bool meets(const Criterion& criterion, const json& event, const Namespaces& namespaces) {
    const Known& known = *known_named(criterion.name);
    for (const std::string_view field : known.fields) {
        if (field.empty()) break;
        const std::size_t dot = field.find('.');
        auto at = event.find(field.substr(0, dot));
        if (at == event.end()) continue;
        const json* value = &*at;
        if (dot != std::string_view::npos) {
            if (!at->is_object() || !at->contains(field.substr(dot + 1))) continue;
            value = &(*at)[std::string(field.substr(dot + 1))];
        }
        if (has_value(*value, criterion, known.form, namespaces)) return true;
    }
    return false;
}

bool within(const json& event, const char* member, const std::optional<WallTime>& from,
            const std::optional<WallTime>& until) {
    if (!from && !until) return true;
    const auto time = read_time(text_at(event, member));
    return time && (!from || time->ms >= from->ms) && (!until || time->ms < until->ms);
}

}  // namespace

std::string problem_json(const Problem& problem) {
    return json{{"type", "epcisException:" + problem.type},
                {"title", problem.type},
                {"status", problem.status},
                {"detail", problem.detail}}  // What the client wrote into an address need not be UTF-8.
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<EventQuery, Problem> parse_query(std::string_view text) {
    EventQuery query;
    for (const std::string_view part : split(text, '&')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = percent_decode(part.substr(0, equals));
        std::string raw(part.substr(std::min(equals + 1, part.size())));
        std::replace(raw.begin(), raw.end(), '+', ' ');
        // A plus of a time's offset that was not escaped arrives as a blank: no parameter has a blank otherwise.
        auto value = percent_decode(raw);
        if (!name || !value) return bad_query("the query string is not percent-encoded");
        std::replace(value->begin(), value->end(), ' ', '+');
        if (Fault fault = take(query, *name, *value)) return *fault;
    }
    return query;
}

bool matches(const EventQuery& query, const json& event, const Namespaces& namespaces) {
    return within(event, "eventTime", query.from_event, query.until_event) &&
           within(event, "recordTime", query.from_record, query.until_record) &&
           std::all_of(query.criteria.begin(), query.criteria.end(),
                       [&](const Criterion& criterion) { return meets(criterion, event, namespaces); });
}

}  // namespace touchstone::epcis
