// The rules of SPEC.md one by one, on one engine.
#include <catch2/catch.hpp>
#include <set>

#include "base/limits.h"
#include "tests/consensus/lone.h"

namespace touchstone::consensus::test {

TEST_CASE("an idle engine arms nothing and builds nothing; work arms at once (R1, R14)") {
    Lone lone;
    REQUIRE(lone.effects.empty());
    REQUIRE(lone.idle());
    lone.pass(seconds(100));
    REQUIRE(lone.effects.empty());
    lone.work();
    REQUIRE(lone.engine->next_deadline() <= lone.now + kLeader);
    lone.work(false);
    REQUIRE(lone.idle());
    lone.pass(seconds(100));
    REQUIRE(lone.effects.empty());
}

TEST_CASE("a view is only left forward (R1, I8)") {
    Lone lone;
    lone.certify(nullify(5));
    REQUIRE(lone.view() == 6);
    lone.certify(nullify(2));
    lone.certify(notarize(3, 0, kA));
    REQUIRE(lone.view() == 6);
    REQUIRE(lone.engine->notarization(View(3)));
}

TEST_CASE("the leader builds on the highest certified block, with all between nullified (R2)") {
    Lone lone;
    lone.work();
    lone.certify(notarize(1, 0, kA));
    lone.certify(nullify(2));
    REQUIRE(lone.all<Build>().empty());
    lone.certify(nullify(3));
    const auto orders = lone.all<Build>();
    REQUIRE(orders.size() == 1);
    REQUIRE(orders[0].view == View(4));
    REQUIRE(orders[0].parent == View(1));
    REQUIRE(orders[0].parent_digest == kA);
    REQUIRE(orders[0].may_be_empty);
    lone.forget();
    lone.built(4, kB);
    const auto proposals = lone.all<Propose>();
    REQUIRE(proposals.size() == 1);
    REQUIRE(proposals[0].fresh);
    REQUIRE(proposals[0].vote.subject == notarize(4, 1, kB));
    lone.forget();
    lone.built(4, kA);  // an answer too many
    lone.work();
    REQUIRE(lone.effects.empty());
}

TEST_CASE("the leader asks for what it was carried over, before it builds (R2, R7)") {
    Lone lone;
    lone.work();
    lone.certify(nullify(3));
    REQUIRE(lone.view() == 4);
    REQUIRE(lone.all<Build>().empty());
    const auto requests = lone.all<SendRequest>();
    REQUIRE(requests.size() == 1);
    REQUIRE(requests[0].views == std::vector<View>{View(1), View(2)});
    lone.certify(nullify(1));
    REQUIRE(lone.all<SendRequest>().size() == 1);  // not again for each answer
    lone.certify(nullify(2));
    REQUIRE(lone.all<Build>().size() == 1);
    REQUIRE(lone.all<Build>()[0].parent_digest == kGenesis);
    REQUIRE(!lone.all<Build>()[0].may_be_empty);
}

TEST_CASE("a leader that had nothing to build is asked again when work comes (R2)") {
    Lone lone(4, 1);
    lone.work();
    REQUIRE(lone.all<Build>().size() == 1);
    lone.work();  // the answer is still out
    REQUIRE(lone.all<Build>().size() == 1);
    lone.built(1, std::nullopt);
    REQUIRE(lone.all<Build>().size() == 1);
    lone.work(false);
    REQUIRE(lone.idle());
    lone.work();
    REQUIRE(lone.all<Build>().size() == 2);
    lone.built(1, std::nullopt);
    lone.pass(kLeader);
    REQUIRE(lone.sent(nullify(1)) == 1);
}

TEST_CASE("an empty block is built only when the finalization does not come by itself (R14, R20)") {
    Lone lone(4, 2);
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
    REQUIRE(lone.all<Build>().empty());
    REQUIRE(!lone.idle());
    SECTION("it comes") {
        lone.hear({0, 1}, finalize(1, 0, kA));
        REQUIRE(lone.final_view() == 1);
        REQUIRE(lone.idle());
        lone.pass(seconds(10));
        REQUIRE(lone.all<Build>().empty());
    }
    SECTION("it does not") {
        lone.pass(Duration{kLeader.us / 4});
        REQUIRE(lone.all<Build>().size() == 1);
        REQUIRE(lone.all<Build>()[0].may_be_empty);
    }
}

TEST_CASE("the parent itself may be proposed again, and is final when that is finalized (R21)") {
    Lone lone(4, 2);
    lone.certify(notarize(1, 0, kA));
    lone.pass(Duration{kLeader.us / 4});
    REQUIRE(lone.all<Build>().at(0).parent_digest == kA);
    lone.built(2, kA);
    REQUIRE(lone.sent(notarize(2, 1, kA)) == 1);
    lone.hear({0, 1}, notarize(2, 1, kA));
    REQUIRE(lone.sent(finalize(2, 1, kA)) == 1);
    lone.hear({0, 1}, finalize(2, 1, kA));
    REQUIRE(lone.final_view() == 2);
    REQUIRE(lone.all<Finalized>().at(0).certificate.subject.digest == kA);
}

TEST_CASE("a valid first proposal is notarized, once (R3)") {
    Lone lone;
    lone.propose(1, notarize(1, 0, kA));
    const auto checks = lone.all<Verify>();
    REQUIRE(checks.size() == 1);
    REQUIRE(checks[0].parent_digest == kGenesis);
    REQUIRE(checks[0].from == ValidatorIndex(1));
    lone.propose(1, notarize(1, 0, kA));
    REQUIRE(lone.all<Verify>().size() == 1);
    lone.verified(1, kB);  // not what was asked
    lone.verified(2, kA);
    REQUIRE(lone.sent(notarize(1, 0, kA)) == 0);
    lone.verified(1, kA);
    lone.verified(1, kA);
    REQUIRE(lone.sent(notarize(1, 0, kA)) == 1);
    REQUIRE(lone.all<SendVote>()[0].fresh);
}

TEST_CASE("a proposal counts only from its leader (R3)") {
    Lone lone;
    lone.propose(2, notarize(1, 0, kA));
    REQUIRE(lone.all<Verify>().empty());
    // A bare vote of the leader brings no body to check.
    lone.hear(1, notarize(1, 0, kA));
    REQUIRE(lone.all<Verify>().empty());
    lone.propose(1, notarize(1, 0, kA));
    REQUIRE(lone.all<Verify>().size() == 1);
}

TEST_CASE("an invalid proposal expires the view at once (R3, R6)") {
    Lone lone;
    lone.propose(1, notarize(1, 0, kA));
    lone.verified(1, kA, Verdict::kInvalid);
    REQUIRE(lone.blamed(1, "proposal_invalid"));
    REQUIRE(lone.sent(nullify(1)) == 1);
    REQUIRE(lone.sent(notarize(1, 0, kA)) == 0);
}

TEST_CASE("a proposal ahead of our view waits for its view (R3)") {
    Lone lone;
    lone.propose(2, notarize(2, 0, kA));
    REQUIRE(lone.all<Verify>().empty());
    lone.certify(nullify(1));
    REQUIRE(lone.all<Verify>().size() == 1);
}

TEST_CASE("a proposal whose ancestry is missing is kept, and its leader asked for it (R3)") {
    Lone lone;
    lone.certify(nullify(2));
    lone.propose(3, notarize(3, 1, kB));
    REQUIRE(lone.all<Verify>().empty());
    const auto requests = lone.all<SendRequest>();
    REQUIRE(requests.size() == 1);
    REQUIRE(requests[0].to == ValidatorIndex(3));
    REQUIRE(requests[0].views == std::vector<View>{View(1)});
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.all<Verify>().size() == 1);
    REQUIRE(lone.all<Verify>()[0].parent_digest == kA);
}

TEST_CASE("a proposal that skips a view without its nullification is not verified (R3)") {
    Lone lone;
    lone.certify(notarize(1, 0, kA));
    lone.propose(2, notarize(2, 0, kB));
    REQUIRE(lone.all<Verify>().empty());
    REQUIRE(lone.all<SendRequest>()[0].views == std::vector<View>{View(1)});
    lone.certify(nullify(1));  // a view may have both
    REQUIRE(lone.all<Verify>().size() == 1);
}

TEST_CASE("a proposal below the finalized block expires the view (R3)") {
    Lone lone;
    lone.certify(finalize(1, 0, kA));
    lone.propose(2, notarize(2, 0, kB));
    REQUIRE(lone.all<Verify>().empty());
    REQUIRE(lone.blamed(2, "proposal_below_finalized"));
    REQUIRE(lone.sent(nullify(2)) == 1);
}

TEST_CASE("a notarization is stored, told, sent on once when formed, and finalized (R4, R5)") {
    Lone lone;
    lone.hear({1, 2}, notarize(1, 0, kA));
    REQUIRE(lone.view() == 1);
    lone.hear(3, notarize(1, 0, kA));
    REQUIRE(lone.view() == 2);
    REQUIRE(lone.all<Notarized>().size() == 1);
    REQUIRE(lone.sent_certificate(notarize(1, 0, kA)) == 1);
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.all<Notarized>().size() == 1);
}

TEST_CASE("a received certificate is not sent on; who is stuck gets it by R7 and R16 (R4, R8, R9)") {
    Lone lone;
    lone.certify(notarize(1, 0, kA));
    lone.certify(nullify(2));
    lone.certify(finalize(1, 0, kA));
    REQUIRE(lone.all<SendCertificate>().empty());
}

TEST_CASE("no finalize after a nullify of the same view (R5, I3)") {
    Lone lone;
    lone.work();
    lone.pass(kLeader);
    REQUIRE(lone.sent(nullify(1)) == 1);
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.view() == 2);
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 0);
}

TEST_CASE("a finalize may follow votes in later views: votes are not monotone (R5)") {
    Lone lone;
    lone.certify(nullify(2));
    lone.work();
    lone.pass(kLeader);
    REQUIRE(lone.sent(nullify(3)) == 1);
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
}

TEST_CASE("the leader timer ends a view without a proposal, the advance timer one without a certificate (R1, R6)") {
    Lone lone;
    lone.work();
    SECTION("no proposal") {
        lone.pass(kLeader + Duration{-1});
        REQUIRE(lone.sent(nullify(1)) == 0);
        lone.pass(Duration{1});
        REQUIRE(lone.sent(nullify(1)) == 1);
    }
    SECTION("a proposal, but no certificate") {
        lone.propose(1, notarize(1, 0, kA));
        lone.verified(1, kA);
        lone.pass(kAdvance + Duration{-1});
        REQUIRE(lone.sent(nullify(1)) == 0);
        lone.pass(Duration{1});
        REQUIRE(lone.sent(nullify(1)) == 1);  // legal after our own notarize
    }
}

TEST_CASE("the leader's own nullify ends the view for those with work (R6)") {
    Lone lone;
    lone.hear(1, nullify(1));
    REQUIRE(lone.sent(nullify(1)) == 0);
    lone.work();
    REQUIRE(lone.sent(nullify(1)) == 1);
}

TEST_CASE("a verdict after our own nullify still notarizes while the view lasts (R3, R6)") {
    Lone lone;
    lone.work();
    lone.propose(1, notarize(1, 0, kA));
    lone.pass(kAdvance);
    REQUIRE(lone.sent(nullify(1)) == 1);
    lone.verified(1, kA);
    REQUIRE(lone.sent(notarize(1, 0, kA)) == 1);
    lone.hear({1, 2}, notarize(1, 0, kA));
    REQUIRE(lone.view() == 2);
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 0);
}

TEST_CASE("a stuck engine says again what it said, and how it came here (R7)") {
    Lone lone;
    lone.work();
    lone.certify(nullify(1));
    lone.pass(kLeader);
    lone.forget();
    lone.pass(kRetry);
    REQUIRE(lone.sent(nullify(2)) == 1);
    REQUIRE(!lone.all<SendVote>()[0].fresh);
    REQUIRE(lone.sent_certificate(nullify(1)) == 1);
    lone.forget();
    lone.pass(kRetry * 4);
    std::set<ValidatorIndex> asked;
    for (const auto& request : lone.all<SendRequest>()) asked.insert(request.to);
    REQUIRE(asked.size() == 3);  // each peer in turn
    REQUIRE(lone.all<SendRequest>()[0].views == std::vector<View>{View(2)});
    lone.certify(notarize(2, 0, kA));
    lone.forget();
    lone.pass(kRetry * 4);
    REQUIRE(lone.all<SendRequest>()[0].views == std::vector<View>{View(2), View(3)});
}

TEST_CASE("own notarize and finalize votes of open views are said again (R7)") {
    Lone lone;
    lone.propose(1, notarize(1, 0, kA));
    lone.verified(1, kA);
    lone.hear({1, 2}, notarize(1, 0, kA));
    lone.forget();
    lone.pass(kRetry);
    REQUIRE(lone.sent(notarize(1, 0, kA)) == 1);
    REQUIRE(lone.sent(finalize(1, 0, kA)) == 1);
    REQUIRE(lone.sent_certificate(notarize(1, 0, kA)) == 1);
}

TEST_CASE("a nullification moves on, is sent on when formed, and stands beside a notarization (R8)") {
    Lone lone;
    lone.hear({1, 2, 3}, nullify(1));
    REQUIRE(lone.view() == 2);
    REQUIRE(lone.sent_certificate(nullify(1)) == 1);
    lone.certify(notarize(1, 0, kA));
    REQUIRE(lone.engine->certificates_held() == 2);
}

TEST_CASE("a finalization is told once, prunes, moves on, whatever lies between (R9)") {
    Lone lone;
    lone.certify(notarize(1, 0, kA));
    lone.hear({1, 2, 3}, nullify(2));
    lone.certify(finalize(9, 1, kB));
    REQUIRE(lone.view() == 10);
    REQUIRE(lone.final_view() == 9);
    REQUIRE(lone.engine->certificates_held() == 0);
    REQUIRE(lone.engine->votes_held() == 0);
    REQUIRE(lone.all<Finalized>().size() == 1);
    lone.certify(finalize(9, 1, kB));
    lone.certify(finalize(1, 0, kA));
    REQUIRE(lone.all<Finalized>().size() == 1);
    REQUIRE(!lone.gate->sign(nullify(9)));  // I5
    REQUIRE(lone.idle());
}

TEST_CASE("finalize votes form a finalization, sent on once (R9)") {
    Lone lone;
    lone.hear({1, 2, 3}, finalize(1, 0, kA));
    REQUIRE(lone.final_view() == 1);
    REQUIRE(lone.view() == 2);
    REQUIRE(lone.sent_certificate(finalize(1, 0, kA)) == 1);
}

TEST_CASE("votes are checked before they count (R10)") {
    Lone lone;
    const Subject block = notarize(1, 0, kA);
    const auto give = [&](std::uint32_t from, const Vote& said) {
        lone.engine->on_vote(lone.now, ValidatorIndex(from), said), lone.take();
    };
    lone.hear({1, 2}, block);
    Vote forged = vote(3, block);
    forged.signature.bytes[3] ^= 1;
    give(3, forged);
    REQUIRE(lone.blamed(3, "vote_signature"));
    give(2, vote(3, block));
    REQUIRE(lone.blamed(2, "vote_of_another"));
    give(3, vote(3, notarize(1, 1, kA)));
    REQUIRE(lone.blamed(3, "vote_malformed"));
    give(4, vote(4, block));  // outside the set
    give(0, vote(0, block));  // our own, come back
    Subject old = block;
    old.epoch = Epoch(6);
    give(3, vote(3, old));
    Subject other = block;
    other.kind = static_cast<VoteKind>(7);
    give(3, vote(3, other));
    REQUIRE(lone.view() == 1);
    give(3, vote(3, block));
    REQUIRE(lone.view() == 2);
}

TEST_CASE("certificates are checked before they count, and their sender named (R13, I10)") {
    Lone lone;
    lone.certify(nullify(3), {1, 2}, 2);
    REQUIRE(lone.blamed(2, "certificate_quorum"));
    Certificate forged = certificate(nullify(3), {1, 2, 3});
    forged.signatures[0].bytes[0] ^= 1;
    lone.engine->on_certificate(lone.now, ValidatorIndex(2), forged), lone.take();
    REQUIRE(lone.blamed(2, "certificate_signature"));
    Subject old = nullify(3);
    old.epoch = Epoch(6);
    lone.certify(old);
    REQUIRE(lone.view() == 1);
    REQUIRE(lone.engine->certificates_held() == 0);
}

TEST_CASE("what is held or decided is not verified again (R11)") {
    Lone counting;
    std::size_t checks = 0;
    EngineConfig config{kChain, validator_set(4), std::nullopt, kLeader, kAdvance, kRetry};
    config.verify = [&](const crypto::PublicKey& key, ByteView message, const crypto::Signature& signature) {
        ++checks;
        return crypto::verify(key, message, signature);
    };
    Engine engine(config, nullptr, {View(), kGenesis, std::nullopt});
    engine.start({});
    const auto hear = [&](std::uint32_t from, const Subject& about) {
        engine.on_vote({}, ValidatorIndex(from), vote(from, about));
    };
    hear(0, notarize(1, 0, kA));
    hear(1, notarize(1, 0, kA));
    hear(1, notarize(1, 0, kA));  // duplicate
    REQUIRE(checks == 2);
    engine.on_certificate({}, ValidatorIndex(1), certificate(notarize(1, 0, kA), {0, 1, 2}));
    REQUIRE(checks == 3);         // two were verified as votes
    hear(3, notarize(1, 0, kA));  // has its certificate
    engine.on_certificate({}, ValidatorIndex(1), certificate(notarize(1, 0, kA), {1, 2, 3}));
    REQUIRE(checks == 3);
    engine.on_certificate({}, ValidatorIndex(1), certificate(finalize(1, 0, kA), {1, 2, 3}));
    REQUIRE(checks == 6);
    hear(0, finalize(1, 0, kA));
    hear(0, nullify(1));  // final
    engine.on_certificate({}, ValidatorIndex(1), certificate(nullify(1), {0, 1, 2}));
    REQUIRE(checks == 6);
    hear(0, nullify(3 + limits::kViewsAheadMax));  // too far ahead
    REQUIRE(checks == 6);
}

TEST_CASE("a validator that is silent for long is not waited for, until it is heard again (R15)") {
    Lone lone;
    lone.work();
    // Views 1, 5, 9, 13 are led by validator 1 and bring nothing; nobody hears of it.
    for (std::uint64_t view = 1; view < 17; ++view) {
        if (view % 4 == 1)
            lone.hear({2, 3}, nullify(view));
        else
            lone.certify(notarize(view, view - 1 - (view % 4 == 2), kA), {0, 2, 3}, 2);
        if (view % 4 == 1) lone.pass(kLeader);
        REQUIRE(lone.view() == view + 1);
    }
    SECTION("dead") { REQUIRE(lone.sent(nullify(17)) == 1); }
    SECTION("not nullified twice") {
        lone.work();
        REQUIRE(lone.sent(nullify(17)) == 1);
    }
    SECTION("its proposal is accepted all the same") {
        lone.propose(1, notarize(17, 16, kB));
        REQUIRE(lone.all<Verify>().size() == 1);
    }
    SECTION("heard again") {
        lone.hear(1, nullify(17));
        lone.hear({2, 3}, nullify(17));
        for (std::uint64_t view = 18; view < 21; ++view) lone.certify(notarize(view, view - 1 - (view == 18), kA));
        REQUIRE(lone.view() == 21);
        REQUIRE(lone.sent(nullify(21)) == 0);
    }
}

TEST_CASE("a request is answered from what is held, within its bound (R16)") {
    Lone lone;
    lone.certify(finalize(2, 0, kA));
    lone.certify(notarize(3, 2, kB));
    lone.certify(nullify(3));
    lone.forget();
    lone.ask(3, {View(1), View(3), View(8)});
    REQUIRE(lone.sent_certificate(finalize(2, 0, kA)) == 1);
    REQUIRE(lone.sent_certificate(nullify(3)) == 1);
    REQUIRE(lone.sent_certificate(notarize(3, 2, kB)) >= 1);
    for (const auto& reply : lone.all<SendCertificate>()) REQUIRE(reply.to == ValidatorIndex(3));
    lone.forget();
    lone.ask(3, std::vector<View>(10'000, View(3)));
    REQUIRE(lone.all<SendCertificate>().size() <= limits::kCertificatesPerReplyMax);
    lone.forget();
    lone.ask(9, {View(3)});
    lone.ask(3, {});
    REQUIRE(lone.effects.empty());
}

TEST_CASE("a peer that connects gets the finalization, our view's certificate and our open votes (R16)") {
    Lone lone;
    lone.certify(finalize(2, 0, kA));
    lone.certify(notarize(3, 2, kB));
    lone.work();
    lone.built(4, kA);
    lone.forget();
    lone.connect(2);
    REQUIRE(lone.sent_certificate(finalize(2, 0, kA)) == 1);
    REQUIRE(lone.sent_certificate(notarize(3, 2, kB)) == 1);
    REQUIRE(lone.sent(finalize(3, 2, kB)) == 1);
    REQUIRE(lone.all<Propose>().size() == 1);
    REQUIRE(lone.all<Propose>()[0].to == ValidatorIndex(2));
    REQUIRE(!lone.all<Propose>()[0].fresh);
}

TEST_CASE("an anchor past our knowledge is final and quiet (R18)") {
    Lone lone;
    lone.certify(notarize(1, 0, kA));
    lone.forget();
    lone.engine->on_anchor(lone.now, {View(7), kB, certificate(finalize(7, 6, kB), {1, 2, 3})});
    lone.take();
    REQUIRE(lone.view() == 8);
    REQUIRE(lone.final_view() == 7);
    REQUIRE(lone.effects.empty());
    REQUIRE(lone.idle());
    lone.engine->on_anchor(lone.now, {View(3), kA, std::nullopt});
    REQUIRE(lone.final_view() == 7);
    lone.work();
    REQUIRE(lone.all<Build>()[0].parent_digest == kB);
}

TEST_CASE("a view over which everyone was carried is nullified anew (R19)") {
    Lone lone;
    lone.work();
    lone.certify(nullify(5));
    lone.pass(kLeader + kRetry * 4);
    for (std::uint64_t view = 1; view <= 4; ++view) REQUIRE(lone.sent(nullify(view)) >= 1);
    lone.hear({1, 2}, nullify(3));
    REQUIRE(lone.engine->certificates_held() == 2);
}

// Found by the simulator (five validators, one withholding): all were carried over view 1, and later views ended one
// after the other by time-out, none of them living through three retries. Nobody could ever build again.
TEST_CASE("views that end by time-out one after the other do not keep a gap open (R19)") {
    Lone lone;
    lone.work();
    lone.certify(nullify(2));
    for (std::uint64_t view = 3; view < 8; ++view) {
        lone.pass(Duration{kRetry.us / 2});
        lone.certify(nullify(view));
    }
    REQUIRE(lone.sent(nullify(1)) >= 1);
    lone.hear({2, 3}, nullify(1));
    REQUIRE(lone.engine->certificates_held() == 7);
}

TEST_CASE("fresh votes come before what follows from them (I6)") {
    Lone lone(1, 0);
    lone.work();
    lone.built(1, kA);
    std::vector<std::size_t> order;
    for (const Effect& effect : lone.effects) order.push_back(effect.index());
    const Effect expected[] = {Build{},    Propose{},         SendCertificate{}, Notarized{},
                               SendVote{}, SendCertificate{}, Finalized{},       Build{}};
    REQUIRE(order.size() == std::size(expected));
    for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i] == expected[i].index());
}

}  // namespace touchstone::consensus::test
