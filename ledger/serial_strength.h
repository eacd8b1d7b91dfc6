// How easily serials of one product can be guessed by somebody who has seen some of them.
//
// An item's key on the ledger is a hash of GTIN and serial: it hides the serial exactly as well as the serial can not
// be guessed. The estimate looks at all serials of one registration together: how long they are, how much of them
// varies, and whether they count. It finds what is careless, not what is clever: passing it is no proof of randomness.
//
// Pure function; any thread. Serials that `touchstone serials new` makes pass (tests/ledger/serial_strength_test.cpp).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace touchstone::ledger {

// Bits that the varying part of a serial should have: 2^40 guesses at least for each hit.
inline constexpr double kSerialBitsWanted = 40;

enum class SerialWeakness {
    kNone,
    kShort,       // too few characters vary for any number of serials
    kSequential,  // neighbours differ by a counter
    kLowVariety,  // what varies takes few values
};
std::string_view name_of(SerialWeakness weakness);  // "none", "short", …

struct SerialEstimate {
    SerialWeakness weakness = SerialWeakness::kNone;
    double bits = 0;      // what a guesser has to try, at most, as a power of two
    std::string example;  // two neighbours or one serial, for the owner's eyes only: never log it
    bool guessable() const { return weakness != SerialWeakness::kNone; }
};

SerialEstimate estimate_serials(std::span<const std::string_view> serials);

}  // namespace touchstone::ledger
