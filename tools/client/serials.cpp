#include "tools/client/serials.h"

#include <fmt/format.h>

#include <cmath>
#include <unordered_set>

#include "crypto/ed25519.h"

namespace touchstone::tools {

Result<std::vector<std::string>> make_serials(std::size_t count, std::size_t length,
                                              const std::function<void(std::size_t)>& progress) {
    if (length < kSerialLengthMin || length > kSerialLengthMax)
        return Error{"bad_length",
                     fmt::format("a serial of {} characters: at least {} so that nobody can guess one, at "
                                 "most {} that GS1 AI (21) can carry",
                                 length, kSerialLengthMin, kSerialLengthMax)};
    if (count == 0 || count > kSerialCountMax)
        return Error{"bad_count", fmt::format("{} serials: make from 1 to {} at a time", count, kSerialCountMax)};
    constexpr std::size_t kProgressEvery = 4096;
    std::unordered_set<std::string> seen;
    seen.reserve(count);
    std::vector<std::string> serials;
    serials.reserve(count);
    while (serials.size() < count) {
        std::string serial(length, '\0');
        for (char& c : serial)
            c = kSerialAlphabet[crypto::random_below(static_cast<std::uint32_t>(kSerialAlphabet.size()))];
        if (!seen.insert(serial).second) continue;
        serials.push_back(std::move(serial));
        if (serials.size() % kProgressEvery == 0) progress(serials.size());
    }
    progress(count);
    return serials;
}

double guesses_per_hit(std::size_t count, std::size_t length) {
    return std::pow(static_cast<double>(kSerialAlphabet.size()), static_cast<double>(length)) /
           static_cast<double>(count);
}

}  // namespace touchstone::tools
