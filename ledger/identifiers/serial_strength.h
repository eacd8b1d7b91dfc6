// How easily serials of one product can be guessed by somebody who has seen some of them.
//
// An item's key on the ledger is a hash of GTIN and serial: it hides the serial exactly as well as the serial can not
// be guessed. The estimate looks at all serials of one registration together: which places vary, how much, and whether
// neighbours count. It finds what is careless, not what is clever: passing it is no proof of randomness.
//
// Pure function; any thread. Serials that `touchstone serials new` makes pass.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace touchstone::ledger {

// A guesser should need this many tries for each hit, as a power of two: 2^30 is a billion.
inline constexpr double kSerialBitsWanted = 30;

enum class SerialWeakness {
    kNone,
    kSequential,  // many differ from their neighbour in the last characters only
    kLowVariety,  // made of few characters, or of characters in a row
    kShort,       // too little varies for so many serials
};
std::string_view name_of(SerialWeakness weakness);  // "none", "sequential", "low_variety", "short"

struct SerialEstimate {
    SerialWeakness weakness = SerialWeakness::kNone;
    double bits = 0;  // tries for each hit by somebody who knows the pattern, at most, as a power of two
    bool guessable() const { return weakness != SerialWeakness::kNone; }
};

// Of no serials at all: nothing is weak.
SerialEstimate estimate_serials(std::span<const std::string_view> serials);

// What was found and what to do, for the registrant: names no serial.
std::string describe(const SerialEstimate& estimate);

}  // namespace touchstone::ledger
