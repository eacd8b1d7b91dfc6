// Bugs that other implementations met, and ours that would be like them. Each opens with its story.
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "tests/consensus/lone.h"

namespace touchstone::consensus::test {
namespace {

const Anchor kFromGenesis{View(), kGenesis, std::nullopt};

}  // namespace

// ava-labs/Simplex#280: the path that re-broadcast votes signed them itself, beside the guard, and after a time-out it
// sent a finalize for the view that it had nullified.
TEST_CASE("what is said again was said before, byte for byte (R7, I3, I4)") {
    Lone lone;
    lone.work();
    lone.propose(1, notarize(1, 0, kA));
    lone.verified(1, kA);
    lone.pass(kAdvance);
    lone.certify(notarize(1, 0, kA));
    const auto given = lone.gate->given_from(View());
    lone.forget();
    lone.pass(seconds(3));
    lone.connect(2);
    REQUIRE(!lone.all<SendVote>().empty());
    for (const auto& said : lone.all<SendVote>()) {
        if (said.vote.subject.view == View(1)) REQUIRE(std::find(given.begin(), given.end(), said.vote) != given.end());
        REQUIRE(said.vote.subject != finalize(1, 0, kA));
    }
}

// ava-labs/Simplex#328: recovery read the last record of the log only. Votes are not monotone in view, so the older
// records matter as much.
TEST_CASE("a restart remembers every vote above the anchor, not the last one (R17, I1 to I4)") {
    Lone lone;
    lone.work();
    lone.certify(nullify(2));
    lone.pass(kLeader);                // nullify(3)
    lone.certify(notarize(1, 0, kA));  // finalize(1), later and lower
    REQUIRE(lone.sent(nullify(3)) == 1);
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
    lone.restart(kFromGenesis);
    REQUIRE(lone.sent(nullify(3)) == 1);
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
    for (const auto& said : lone.all<SendVote>()) REQUIRE(!said.fresh);
    lone.work();
    lone.pass(seconds(2));
    REQUIRE(lone.sent(nullify(1)) == 0);
    lone.certify(nullify(2));
    lone.certify(notarize(3, 1, kB));
    REQUIRE(lone.sent(finalize(3, 1, kB)) == 0);
}

// commonware#2045, #4275: a leader that restarted in its view built another block and proposed it: equivocation by an
// honest validator.
TEST_CASE("a restarted leader proposes the same block again and never builds anew (R2, R17, I1)") {
    Lone lone(4, 1);
    lone.work();
    lone.built(1, kA);
    lone.restart(kFromGenesis);
    lone.work();
    const auto proposals = lone.all<Propose>();
    REQUIRE(proposals.size() == 1);
    REQUIRE(!proposals[0].fresh);
    REQUIRE(proposals[0].vote == vote(1, notarize(1, 0, kA)));
    REQUIRE(lone.all<Build>().empty());
    lone.built(1, kB);
    REQUIRE(lone.sent(notarize(1, 0, kB)) == 0);
    // It waits for its block as before, and others' votes complete the certificate with its own of before.
    lone.hear({2, 3}, notarize(1, 0, kA));
    REQUIRE(lone.view() == 2);
}

// The same for a voter: a leader that equivocates across our restart gets one vote.
TEST_CASE("a restarted validator does not notarize a second block (R3, R17, I1)") {
    Lone lone;
    lone.propose(1, notarize(1, 0, kA));
    lone.verified(1, kA);
    lone.restart(kFromGenesis);
    REQUIRE(lone.sent(notarize(1, 0, kA)) == 1);
    lone.propose(1, notarize(1, 0, kB));
    REQUIRE(lone.all<Verify>().empty());
    lone.verified(1, kB);
    REQUIRE(lone.sent(notarize(1, 0, kB)) == 0);
    REQUIRE(!lone.idle());  // its vote of before may be what others wait for
}

// A power cut takes every certificate from memory. Those that nullified wait for us, and we finalized and can not
// nullify: only the notarization moves anyone, so the replica keeps it as durable as the finalize vote.
TEST_CASE("a kept notarization brings everybody on after a power cut (R17)") {
    Lone lone;
    lone.work();
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
    lone.restart(kFromGenesis);
    lone.work();
    lone.hear({2, 3}, nullify(1));
    lone.pass(kAdvance * 3);
    REQUIRE(lone.view() == 1);
    REQUIRE(lone.sent(nullify(1)) == 0);
    lone.certify(notarize(1, 0, kA), {1, 2, 3}, std::nullopt);
    REQUIRE(lone.view() == 2);
    lone.forget();
    lone.pass(kRetry);
    REQUIRE(lone.sent_certificate(notarize(1, 0, kA)) == 1);
}

// ava-labs/Simplex#2192 and the like: everybody is honest, one holds the only certificate and rests, and the others
// wait.
TEST_CASE("certificates reach those who lack them although all are honest (R4, R7, R8, R9, R16)") {
    Lone rests(4, 0);
    rests.certify(finalize(1, 0, kA));
    REQUIRE(rests.idle());
    Lone waits(4, 2);
    waits.certify(notarize(1, 0, kA));
    waits.forget();
    waits.pass(seconds(2));
    bool asked = false;
    for (const auto& request : waits.all<SendRequest>()) {
        if (request.to != ValidatorIndex(0)) continue;
        asked = true;
        rests.ask(2, request.views);
    }
    REQUIRE(asked);
    REQUIRE(rests.sent_certificate(finalize(1, 0, kA)) >= 1);
    waits.certify(finalize(1, 0, kA));
    REQUIRE(waits.idle());
}

// commonware#2075: a peer's conflicting vote met an assertion and stopped the node.
TEST_CASE("equivocation is named once, counted once, and stops nothing (R12)") {
    Lone lone;
    lone.propose(1, notarize(1, 0, kA));
    lone.propose(1, notarize(1, 0, kB));
    REQUIRE(lone.blamed(1, "leader_equivocation"));
    REQUIRE(lone.all<Verify>().size() == 1);
    lone.propose(1, notarize(1, 0, digest("c")));
    lone.hear(1, notarize(1, 0, kB));
    lone.hear(2, notarize(1, 0, kB));
    lone.hear(2, notarize(1, 0, kA));
    REQUIRE(lone.blamed(2, "vote_equivocation"));
    REQUIRE(lone.all<Misbehaviour>().size() == 2);
    lone.hear(3, finalize(2, 0, kA));
    lone.hear(3, finalize(2, 0, kB));
    lone.hear(3, nullify(2));
    REQUIRE(lone.view() == 1);
    lone.verified(1, kA);
    // a: leader and us; b: 2. The leader's vote for b does not count.
    lone.hear(3, notarize(1, 0, kB));
    REQUIRE(lone.view() == 1);
    lone.certify(notarize(1, 0, kB), {1, 2, 3});
    REQUIRE(lone.view() == 2);
    REQUIRE(lone.engine->notarization(View(1))->subject.digest == kB);
    lone.certify(notarize(1, 0, kA), {0, 1, 2});
    REQUIRE(lone.engine->notarization(View(1))->subject.digest == kB);
}

TEST_CASE("a forged conflicting vote blames its sender for the forgery only (R10, R12)") {
    Lone lone;
    lone.hear(1, notarize(1, 0, kA));
    Vote forged = vote(1, notarize(1, 0, kB));
    forged.signature.bytes[1] ^= 1;
    lone.engine->on_vote(lone.now, ValidatorIndex(1), forged);
    lone.take();
    REQUIRE(lone.blamed(1, "vote_signature"));
    REQUIRE(!lone.blamed(1, "leader_equivocation"));
}

// ava-labs/Simplex#542, #544, #559: what a peer sent about the future was kept without checking and without end.
TEST_CASE("a flooder of future views fills its seats and no more (R11, I9)") {
    Lone lone;
    lone.work();
    for (std::uint64_t view = 1; view < limits::kViewsAheadMax + 400; ++view) {
        lone.hear(3, nullify(view + 1));
        if (view % 8 == 0) lone.hear(3, notarize(view + 1, 0, digest(std::to_string(view))));
    }
    REQUIRE(lone.engine->votes_held() <= 2 * limits::kViewsAheadMax);
    const auto held = lone.engine->votes_held();
    for (int i = 0; i < 50; ++i) lone.hear(3, notarize(9, 0, digest(std::to_string(i))));
    REQUIRE(lone.engine->votes_held() == held);
    REQUIRE(lone.view() == 1);
    lone.certify(finalize(3000, 2999, kA));
    REQUIRE(lone.engine->votes_held() == 0);
}

TEST_CASE("votes of one Byzantine validator never wake an idle engine (R14)") {
    Lone lone;
    for (std::uint64_t view = 1; view < 20; ++view) lone.hear(3, nullify(view));
    lone.hear(3, notarize(1, 0, kA));
    REQUIRE(lone.idle());
    lone.hear(2, nullify(1));  // one of two is honest
    REQUIRE(!lone.idle());
}

// A view nullified by time-outs of some, finalized by others' votes: the finalization decides.
TEST_CASE("a finalization overrides our own nullify (R9)") {
    Lone lone;
    lone.work();
    lone.pass(kLeader);
    lone.certify(finalize(1, 0, kA));
    REQUIRE(lone.final_view() == 1);
    lone.work(false);
    REQUIRE(lone.idle());
}

TEST_CASE("a validator alone is its own quorum (R4, R9, R14)") {
    Lone lone(1, 0);
    lone.work();
    for (std::uint64_t view = 1; view <= 5; ++view) {
        REQUIRE(lone.all<Build>().back().view == View(view));
        lone.built(view, digest(std::to_string(view)));
        REQUIRE(lone.final_view() == view);
    }
    lone.work(false);
    REQUIRE(lone.idle());
}

TEST_CASE("two and three validators need each other; a hundred need 67 (R4, R8, R9)") {
    for (const std::uint32_t n : {2u, 3u, 7u, 100u}) {
        Lone lone(n, 0);
        const std::uint32_t quorum = validator_set(n).quorum();
        for (std::uint32_t i = 1; i < quorum; ++i) lone.hear(i, notarize(1, 0, kA));
        REQUIRE(lone.view() == 1);
        lone.propose(1, notarize(1, 0, kA));
        lone.verified(1, kA);
        REQUIRE(lone.view() == 2);
        for (std::uint32_t i = 1; i < quorum; ++i) {
            REQUIRE(lone.final_view() == 0);
            lone.hear(i, finalize(1, 0, kA));
        }
        REQUIRE(lone.final_view() == 1);
        REQUIRE(lone.all<Finalized>()[0].certificate.signers.size() == quorum);
    }
}

TEST_CASE("a follower checks, follows and never signs (R9, R14)") {
    EngineConfig config{kChain, validator_set(4), std::nullopt, kLeader, kAdvance, kRetry};
    Engine engine(config, nullptr, kFromGenesis);
    engine.start({});
    engine.on_work({}, true);
    engine.on_tick({seconds(1).us});
    engine.on_certificate({}, ValidatorIndex(1), certificate(notarize(1, 0, kA), {1, 2, 3}));
    for (std::uint32_t i = 1; i < 4; ++i) engine.on_vote({}, ValidatorIndex(i), vote(i, finalize(1, 0, kA)));
    REQUIRE(engine.finalized_view() == View(1));
    for (const Effect& effect : engine.take_effects()) {
        REQUIRE(!std::holds_alternative<SendVote>(effect));
        REQUIRE(!std::holds_alternative<Propose>(effect));
        REQUIRE(!std::holds_alternative<Build>(effect));
        REQUIRE(!std::holds_alternative<SendCertificate>(effect));
    }
}

}  // namespace touchstone::consensus::test
