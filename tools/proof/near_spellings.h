// What a serial may have been meant to be, when it is unknown as it was typed: blanks and case, and the characters that
// people take for one another on a label. Pure function; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace touchstone::tools {

// Each is one look-up: enough for three misread characters of eight that are easily misread.
inline constexpr std::size_t kNearSpellingsMax = 96;

// The likeliest first, each once, none of them `serial` itself; all are serials by GS1's rules.
std::vector<std::string> near_spellings(std::string_view serial);

// Without blanks, tabs and the like, which no serial has.
std::string without_blanks(std::string_view text);

}  // namespace touchstone::tools
