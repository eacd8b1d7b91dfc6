#include "tools/client/seller_pseudonym.h"

#include <fmt/format.h>

#include "crypto/hardened_hash.h"
#include "ledger/identifiers/text.h"

namespace touchstone::tools {
namespace {

constexpr std::size_t kNumberSizeMax = 32;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool is_separator(char c) { return c == ' ' || c == '.' || c == '-' || c == '/'; }

}  // namespace

Result<std::string> seller_name(std::string_view country, std::string_view registration) {
    std::string name;
    for (const char c : country) name += upper(c);
    if (!ledger::is_country(name))
        return Error{"bad_country", fmt::format("'{}' is no country; write ISO 3166-1 alpha-2, such as FR", country)};
    name += ':';
    const std::size_t start = name.size();
    for (const char c : registration) {
        if (is_separator(c)) continue;
        const char written = upper(c);
        if ((written < '0' || written > '9') && (written < 'A' || written > 'Z'))
            return Error{"bad_registration", fmt::format("'{}' is no registration number: it has letters and digits, "
                                                         "and between them spaces, dots, hyphens or slashes",
                                                         registration)};
        name += written;
    }
    if (name.size() == start || name.size() - start > kNumberSizeMax)
        return Error{"bad_registration",
                     fmt::format("a registration number has 1 to {} letters and digits", kNumberSizeMax)};
    return name;
}

Result<Hash256> seller_pseudonym(std::string_view country, std::string_view registration) {
    TRY_ASSIGN(const std::string name, seller_name(country, registration));
    return crypto::hardened_hash(name, "touchstone/seller-pseudonym/1");
}

}  // namespace touchstone::tools
