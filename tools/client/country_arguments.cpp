#include "tools/client/country_arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/identifiers/text.h"

namespace touchstone::tools {

Result<std::vector<std::string>> countries_from(std::vector<std::string> typed) {
    for (std::string& country : typed) {
        for (char& c : country) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (!ledger::is_country(country))
            return Error{"bad_country", fmt::format("'{}' is no country of ISO 3166-1 alpha-2; write {}", country,
                                                    country == "UK"   ? "GB for the United Kingdom"
                                                    : country == "EL" ? "GR for Greece"
                                                                      : "two letters, such as FR")};
    }
    std::sort(typed.begin(), typed.end());
    typed.erase(std::unique(typed.begin(), typed.end()), typed.end());
    return typed;
}

}  // namespace touchstone::tools
