#include "ledger/identifiers/serial_strength.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <cmath>
#include <vector>

namespace touchstone::ledger {
namespace {

using Characters = std::bitset<256>;

constexpr std::size_t kTailOfCounter = 2;             // characters in which neighbours of a counter differ
constexpr double kNeighboursSuspicious = 0.25;        // share of neighbours that do: chance alone makes next to none
constexpr std::size_t kEnoughToCountCharacters = 64;  // of so many random serials nearly every character shows up
constexpr std::size_t kFewCharacters = 3;

std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

// How many characters the maker's alphabet is likely to have, from those that were seen.
double alphabet_size(const Characters& seen) {
    const auto any = [&](char first, char last) {
        for (int c = first; c <= last; ++c)
            if (seen[static_cast<std::size_t>(c)]) return true;
        return false;
    };
    double size = 0;
    if (any('0', '9')) size += 10;
    if (any('A', 'Z')) size += 26;
    if (any('a', 'z')) size += 26;
    return std::max(size, static_cast<double>(seen.count()));
}

Characters characters_of(std::span<const std::string_view> serials) {
    Characters seen;
    for (const std::string_view serial : serials)
        for (const char c : serial) seen.set(index_of(c));
    return seen;
}

// Places that are the same in all serials tell a guesser everything, places with few characters tell him much.
double varying_bits(std::span<const std::string_view> serials) {
    const double alphabet = alphabet_size(characters_of(serials));
    std::size_t longest = 0;
    for (const std::string_view serial : serials) longest = std::max(longest, serial.size());
    double bits = 0;
    for (std::size_t place = 0; place < longest; ++place) {
        Characters here;
        for (const std::string_view serial : serials)
            if (place < serial.size()) here.set(index_of(serial[place]));
        if (serials.size() == 1)
            bits += std::log2(alphabet);
        else if (serials.size() < kEnoughToCountCharacters)
            bits += here.count() > 1 ? std::log2(alphabet) : 0;
        else
            bits += std::log2(std::min(alphabet, static_cast<double>(here.count())));
    }
    return bits;
}

bool are_neighbours(std::string_view a, std::string_view b) {
    if (a.size() != b.size() || a.size() <= kTailOfCounter) return a.size() == b.size();
    return a.substr(0, a.size() - kTailOfCounter) == b.substr(0, b.size() - kTailOfCounter);
}

bool is_sequential(std::vector<std::string_view> serials) {
    if (serials.size() < 2) return false;
    std::sort(serials.begin(), serials.end());
    std::size_t close = 0;
    for (std::size_t i = 1; i < serials.size(); ++i) close += are_neighbours(serials[i - 1], serials[i]) ? 1 : 0;
    return static_cast<double>(close) >= kNeighboursSuspicious * static_cast<double>(serials.size() - 1);
}

// "00000042" and "12345678".
bool is_monotonous(std::string_view serial) {
    std::size_t in_a_row = 0;
    for (std::size_t i = 1; i < serial.size(); ++i) in_a_row += serial[i] == serial[i - 1] + 1 ? 1 : 0;
    return characters_of({&serial, 1}).count() <= kFewCharacters || in_a_row + 3 >= serial.size();
}

}  // namespace

std::string_view name_of(SerialWeakness weakness) {
    switch (weakness) {
        case SerialWeakness::kNone:
            return "none";
        case SerialWeakness::kSequential:
            return "sequential";
        case SerialWeakness::kLowVariety:
            return "low_variety";
        case SerialWeakness::kShort:
            return "short";
    }
    return "none";
}

SerialEstimate estimate_serials(std::span<const std::string_view> serials) {
    SerialEstimate estimate;
    std::vector<std::string_view> distinct(serials.begin(), serials.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (distinct.empty()) return estimate;
    estimate.bits = std::max(0.0, varying_bits(distinct) - std::log2(static_cast<double>(distinct.size())));
    const auto monotonous = std::count_if(distinct.begin(), distinct.end(), is_monotonous);
    if (is_sequential(distinct))
        estimate.weakness = SerialWeakness::kSequential;
    else if (4 * static_cast<std::size_t>(monotonous) >= distinct.size())
        estimate.weakness = SerialWeakness::kLowVariety;
    else if (estimate.bits < kSerialBitsWanted)
        estimate.weakness = SerialWeakness::kShort;
    return estimate;
}

std::string describe(const SerialEstimate& estimate) {
    const auto of = [](std::string_view what) {
        return fmt::format(
            "the serials can be guessed: {}. Whoever guesses one can print it on a fake, and find its item on the "
            "ledger. Make others with: touchstone serials new",
            what);
    };
    switch (estimate.weakness) {
        case SerialWeakness::kNone:
            return {};
        case SerialWeakness::kSequential:
            return of("they count, neighbours differ in their last characters only");
        case SerialWeakness::kLowVariety:
            return of("they are made of few characters, or of characters in a row");
        case SerialWeakness::kShort:
            return of(fmt::format("who knows their pattern hits one in 2^{:.0f} tries", estimate.bits));
    }
    return {};
}

}  // namespace touchstone::ledger
