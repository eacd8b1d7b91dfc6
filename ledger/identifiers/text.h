// What text may stand on the ledger: it is shown to people, in terminals and browsers, long after it was signed.
// Pure functions; any thread.
#pragma once

#include <string_view>

namespace touchstone::ledger {

// Well-formed UTF-8 (RFC 3629) without control characters, line separators, or the bidirectional controls that make
// text read as something else than it is.
bool is_plain_text(std::string_view text);
// Organisation ids: 1 to limits::kOrgIdBytesMax of a-z, 0-9 and '-', neither starting nor ending with '-'.
bool is_slug(std::string_view text);
// A code of ISO 3166-1 alpha-2. A territory "UK" would be one in which nothing can be sold.
bool is_country(std::string_view text);

}  // namespace touchstone::ledger
