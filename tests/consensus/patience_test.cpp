// Timers on a network that is slower than the parameters say (SPEC.md, R22).
#include <catch2/catch.hpp>

#include "tests/consensus/lone.h"

namespace touchstone::consensus::test {

TEST_CASE("timers grow while nothing becomes final, and shrink with the views that bring blocks in time (R22)") {
    Lone lone;
    lone.work();
    // How long the engine waits for the leader of the view that it is in.
    const auto patience = [&] {
        const Subject about = nullify(lone.view());
        const Instant from = lone.now;
        while (lone.sent(about) == 0 && lone.now < from + kLeader * 100) lone.pass(milliseconds(10));
        return lone.now - from;
    };
    const auto skip = [&] { lone.certify(nullify(lone.view())); };
    for (std::uint64_t view = 1; view <= 4; ++view) skip();  // f + 2 above the final one, and the engine's own view
    REQUIRE(lone.view() == 5);
    REQUIRE(patience().us == (kLeader * 2).us);
    skip();
    REQUIRE(patience().us == (kLeader * 4).us);
    skip();
    skip();  // to view 8, the engine's own
    skip();
    REQUIRE(patience().us == (kLeader * 16).us);
    skip();
    REQUIRE(patience().us == (kLeader * 16).us);  // and no more

    // Final again: the next views wait as long, until one brings its block in a time that tells.
    skip();
    lone.certify(notarize(11, 0, kA));
    lone.certify(finalize(11, 0, kA));
    REQUIRE(lone.view() == 12);
    skip();
    REQUIRE(patience().us == (kLeader).us);
}

TEST_CASE("a block that took its time leaves the timers as long (R22)") {
    Lone lone;
    lone.work();
    for (std::uint64_t view = 1; view <= 5; ++view) lone.certify(nullify(view));
    REQUIRE(lone.view() == 6);
    lone.propose(2, notarize(6, 0, kA));
    lone.verified(6, kA);
    lone.pass(kAdvance + Duration{1});  // half of the timer of one power less would not have covered this
    lone.certify(notarize(6, 0, kA));
    lone.certify(finalize(6, 0, kA));
    REQUIRE(lone.view() == 7);
    lone.pass(kLeader * 4 + Duration{-1});
    REQUIRE(lone.sent(nullify(7)) == 0);
    lone.pass(Duration{1});
    REQUIRE(lone.sent(nullify(7)) == 1);
}

TEST_CASE("leaders without work wait longer for each empty block in a row (R20, R22)") {
    Lone lone(4, 2);
    lone.certify(notarize(1, 0, kA));
    const auto wait = [&] {
        const Instant from = lone.now;
        lone.forget();
        while (lone.all<Build>().empty() && lone.now < from + kLeader * 16) lone.pass(milliseconds(5));
        return lone.now - from;
    };
    REQUIRE(wait().us == milliseconds(50).us);
    lone.built(2, kB);
    for (std::uint64_t view = 2; view <= 5; ++view) lone.certify(notarize(view, view - 1, digest(std::to_string(view))));
    REQUIRE(lone.view() == 6);
    REQUIRE(wait().us == milliseconds(800).us);
}

}  // namespace touchstone::consensus::test
