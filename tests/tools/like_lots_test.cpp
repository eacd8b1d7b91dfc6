// A recall of a lot that nobody made: which lots were meant, perhaps.
#include "tools/client/like_lots.h"

#include <catch2/catch.hpp>

using touchstone::tools::like_lots;
using Lots = std::vector<std::string>;

TEST_CASE("a lot is found again in spite of case, look-alikes and what separates") {
    REQUIRE(like_lots("l2026a", {"B7", "L2026A"}) == Lots{"L2026A"});
    REQUIRE(like_lots("LO1", {"L01", "LOI", "l-0.1"}) == Lots{"L01", "LOI", "l-0.1"});
    REQUIRE(like_lots("L2026A", {"X9", "Y10"}).empty());
}

TEST_CASE("a lot that differs in one character comes after those that only look different") {
    REQUIRE(like_lots("L2026A", {"L2026B", "L206A", "L20266A", "L2062A", "l2026a"}) ==
            Lots{"l2026a", "L2026B", "L206A", "L20266A", "L2062A"});
    REQUIRE(like_lots("L2026A", {"L2031A", "2026"}).empty());
    REQUIRE(like_lots("A", {"B", ""}) == Lots{"B", ""});
}
