// Lists of countries: where a product may be sold, where a recall applies. ISO 3166-1 alpha-2, ascending, each once.
//
// An empty list says nothing of countries: it means everywhere. Pure functions; any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/records/record_codecs.h"
#include "ledger/records/records.h"
#include "ledger/identifiers/text.h"

namespace touchstone::ledger {

inline bool is_country_list(const std::vector<std::string>& countries) {
    return std::all_of(countries.begin(), countries.end(), [](const std::string& one) { return is_country(one); }) &&
           std::adjacent_find(countries.begin(), countries.end(), std::greater_equal<>{}) == countries.end();
}

// Whether a list holds for a country: an empty list holds everywhere, and where no country is named any list may.
inline bool covers(const std::vector<std::string>& countries, std::string_view country) {
    return countries.empty() || country.empty() || std::binary_search(countries.begin(), countries.end(), country);
}

inline void write_countries(Writer& writer, const std::vector<std::string>& countries) {
    writer.u32(static_cast<std::uint32_t>(countries.size()));
    for (const std::string& country : countries) writer.string(country);
}

inline std::vector<std::string> read_countries(Reader& reader) {
    std::vector<std::string> countries(read_count(reader, 4 + 2));
    for (std::string& country : countries) country = reader.string();
    if (!is_country_list(countries)) reader.fail();
    return countries;
}

}  // namespace touchstone::ledger
