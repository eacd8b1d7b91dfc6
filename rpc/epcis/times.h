// Dates and times of EPCIS (ISO 8601 with an offset) and the chain's milliseconds. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "ledger/records/records.h"

namespace touchstone::epcis {

// YYYY-MM-DD, a day of the calendar.
std::optional<ledger::Day> read_day(std::string_view text);
using ledger::day_text;
// YYYY-MM-DDThh:mm[:ss[.fraction]] with Z or ±hh:mm; finer than a millisecond is rounded half up. nullopt: not so, or
// before 1970.
std::optional<WallTime> read_time(std::string_view text);
std::string time_text(WallTime time);  // 2026-01-01T10:00:00.000Z
// A date, alone or with what follows a T.
bool is_iso_date(std::string_view text);

}  // namespace touchstone::epcis
