// The slow digest: the same for all who compute it, another one for another input or purpose.
#include "crypto/hardened_hash.h"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace touchstone::crypto;

TEST_CASE("the hardened digest depends on input and purpose, and on nothing else") {
    const auto digest = hardened_hash("FR:732829320", "touchstone/seller-pseudonym/1");
    REQUIRE(digest.ok());
    // Pinned: cost and salt are part of what it is.
    REQUIRE(digest->hex() == "646ffa2a814de86e0e27f5d7dc4e00c83bd3240e6ef69ab11b6647e2ac612ab0");
    REQUIRE(hardened_hash("FR:732829320", "touchstone/another/1").value() != digest.value());
    REQUIRE(hardened_hash("FR:732829321", "touchstone/seller-pseudonym/1").value() != digest.value());
}
