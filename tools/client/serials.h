// Serials that nobody can guess, and the links that carry them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace touchstone::tools {

// Upper case and digits without look-alikes (0 O, 1 I L, 2 Z, 5 S, 8 B, U V): 23 characters, 4.5 bits each.
inline constexpr std::string_view kSerialAlphabet = "34679ACDEFGHJKMNPQRTWXY";
inline constexpr std::size_t kSerialLengthMin = 12;
inline constexpr std::size_t kSerialLengthMax = 20;
inline constexpr std::size_t kSerialCountMax = 10'000'000;

// Distinct serials from the system's random generator. `progress` is told how many are done.
// Errors: bad_length (shorter ones can be guessed, longer ones do not fit AI (21)), bad_count.
Result<std::vector<std::string>> make_serials(std::size_t count, std::size_t length,
                                              const std::function<void(std::size_t)>& progress);

// How likely it is that a guess hits one of `count` serials: 1 in this many. For messages.
double guesses_per_hit(std::size_t count, std::size_t length);

}  // namespace touchstone::tools
