// How an item's `corrected` event names the event that it declares wrong: its detail is "<sequence>: <reason>", or the
// sequence alone. The wrong event stays where it is. Pure functions; any thread.
#pragma once

#include <optional>

#include "ledger/records/records.h"

namespace touchstone::ledger {

std::string correction_detail(std::uint32_t sequence, std::string_view reason);
// nullopt: no event of that kind.
std::optional<std::uint32_t> corrected_sequence(const Event& event);

}  // namespace touchstone::ledger
