// What text may stand on the ledger: it is shown to people, in terminals and browsers, long after it was signed.
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace touchstone::ledger {

// Takes one code point off the front of `text`, which is not empty; kNoCodePoint for anything that RFC 3629 forbids
// (overlong forms, surrogates, beyond U+10FFFF, truncated).
inline constexpr std::uint32_t kNoCodePoint = 0xffffffff;
std::uint32_t next_code_point(std::string_view& text);

// Well-formed UTF-8 (RFC 3629) without control characters, line separators, or the bidirectional controls that make
// text read as something else than it is.
bool is_plain_text(std::string_view text);
// Organisation ids: 1 to limits::kOrgIdBytesMax of a-z, 0-9 and '-', neither starting nor ending with '-'.
bool is_slug(std::string_view text);
// A code of ISO 3166-1 alpha-2. A territory "UK" would be one in which nothing can be sold.
bool is_country(std::string_view text);

}  // namespace touchstone::ledger
