// The query of GET /events: its parameters (EPCIS 2.0, section 8.2.7.1), and which events they select.
//
// Lists are separated by |. GS1 identifiers match in either of their forms, words of the vocabulary in any of theirs.
// Parameters that this version does not know are refused by name, never passed over. Pure functions; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "rpc/epcis/event_hash.h"
#include "rpc/epcis/problem.h"

namespace touchstone::epcis {

enum class OrderBy { kRecordTime, kEventTime };
enum class Direction { kAscending, kDescending };

// One of EQ_… and MATCH_…: the event must have one of the values in one of the fields.
struct Criterion {
    std::string name;
    std::vector<std::string> values;  // canonical
};

struct EventQuery {
    std::vector<Criterion> criteria;
    std::optional<WallTime> from_event, until_event, from_record, until_record;  // from included, until not
    OrderBy order = OrderBy::kRecordTime;
    Direction direction = Direction::kAscending;
    std::size_t per_page = 30;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> after;  // of the order and sequence of the last one told
};

inline constexpr std::size_t kEventsPerPageMax = 1000;

// From the query string of a request, percent-encoded.
Result<EventQuery, Problem> parse_query(std::string_view query);
// `event` has recordTime.
bool matches(const EventQuery& query, const nlohmann::json& event, const Namespaces& namespaces);

}  // namespace touchstone::epcis
