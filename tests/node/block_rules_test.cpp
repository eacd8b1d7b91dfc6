// The time of a proposal, at its bounds: neither put forward nor kept back (cases N33, N34).
#include "node/block_rules.h"

#include <catch2/catch.hpp>

using namespace touchstone;
using namespace touchstone::node;

TEST_CASE("a leader's block is neither ahead of our clock nor older than it may be") {
    const Clock clock{WallTime{1'000'000}, 5'000, 600'000};
    const WallTime parent{300'000};
    REQUIRE(is_timely(clock.now, parent, clock));
    REQUIRE(is_timely(WallTime{1'005'000}, parent, clock));
    REQUIRE_FALSE(is_timely(WallTime{1'005'001}, parent, clock));
    REQUIRE(is_timely(WallTime{400'000}, parent, clock));
    REQUIRE_FALSE(is_timely(WallTime{399'999}, parent, clock));
    // Six hours old, with the parent's own time: no excuse.
    REQUIRE_FALSE(is_timely(WallTime{300'000}, WallTime{300'000}, clock));
}

TEST_CASE("the parent's time is allowed while it is ahead of our clock, and nothing beyond it") {
    const Clock clock{WallTime{1'000'000}, 5'000, 600'000};
    const WallTime ahead{1'600'000};
    REQUIRE(is_timely(ahead, ahead, clock));
    REQUIRE_FALSE(is_timely(WallTime{1'600'001}, ahead, clock));
    REQUIRE_FALSE(is_timely(WallTime{1'599'999}, ahead, clock));
}
