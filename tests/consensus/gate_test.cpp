// The signer gate: what may be signed together for one view, and what may not (SPEC.md I1 to I5).
#include <catch2/catch.hpp>

#include "consensus/signer_gate.h"
#include "tests/consensus/keys.h"

namespace touchstone::consensus::test {
namespace {

const Hash256 kA = digest("a");
const Hash256 kB = digest("b");
SignerGate new_gate() { return SignerGate(kChain, ValidatorIndex(0), secret_key(0)); }

}  // namespace

TEST_CASE("a paused gate signs nothing new, and repeats what it gave (I4, I6)") {
    SignerGate gate = new_gate();
    const auto given = gate.sign(notarize(5, 4, kA));
    gate.set_paused(true);
    REQUIRE_FALSE(gate.sign(finalize(5, 4, kA)));
    REQUIRE_FALSE(gate.sign(nullify(6)));
    const auto again = gate.sign(notarize(5, 4, kA));
    REQUIRE((again && !again->fresh && again->vote == given->vote));
    gate.set_paused(false);
    REQUIRE(gate.sign(finalize(5, 4, kA)));
}

TEST_CASE("every pair of votes of one view, in both orders (I1, I2, I3, I4)") {
    const std::vector<Subject> all = {notarize(5, 4, kA), notarize(5, 4, kB), notarize(5, 3, kA), nullify(5),
                                      finalize(5, 4, kA), finalize(5, 4, kB), finalize(5, 3, kA)};
    for (const Subject& first : all)
        for (const Subject& second : all) {
            SignerGate gate = new_gate();
            const auto given = gate.sign(first);
            REQUIRE(given);
            REQUIRE(given->fresh);
            const bool same_kind = first.kind == second.kind;
            const bool excluded = (first.kind == VoteKind::kNullify && second.kind == VoteKind::kFinalize) ||
                                  (first.kind == VoteKind::kFinalize && second.kind == VoteKind::kNullify);
            const auto answer = gate.sign(second);
            INFO(static_cast<int>(first.kind) << " then " << static_cast<int>(second.kind));
            REQUIRE(answer.has_value() == ((!same_kind || first == second) && !excluded));
            if (first == second) {
                REQUIRE(!answer->fresh);
                REQUIRE(answer->vote == given->vote);
            } else if (answer) {
                REQUIRE(answer->fresh);
            }
            // The same pair across a restart.
            SignerGate restarted = new_gate();
            REQUIRE(restarted.restore(SignerGate::journal_record(given->vote)).ok());
            const auto later = restarted.sign(second);
            REQUIRE(later.has_value() == answer.has_value());
            if (later) REQUIRE(later->fresh == answer->fresh);
        }
}

TEST_CASE("votes of different views and epochs do not exclude each other, in any order (I1 to I3)") {
    SignerGate gate = new_gate();
    REQUIRE(gate.sign(nullify(9)));
    REQUIRE(gate.sign(finalize(5, 4, kA)));  // not monotone in view
    REQUIRE(gate.sign(notarize(7, 5, kB)));
    Subject other_epoch = nullify(5);
    other_epoch.epoch = Epoch(8);
    REQUIRE(gate.sign(other_epoch));
    REQUIRE(!gate.sign(nullify(5)));
}

TEST_CASE("what it signs verifies under its key") {
    SignerGate gate = new_gate();
    const Vote given = gate.sign(notarize(5, 4, kA))->vote;
    REQUIRE(given == vote(0, notarize(5, 4, kA)));
    REQUIRE(crypto::verify(secret_key(0).public_key(), signing_bytes(kChain, given.subject), given.signature));
}

TEST_CASE("nothing malformed is signed (R10)") {
    SignerGate gate = new_gate();
    REQUIRE(!gate.sign(notarize(5, 5, kA)));
    REQUIRE(!gate.sign(nullify(0)));
}

TEST_CASE("nothing below the floor is signed, and its votes are forgotten (I5)") {
    SignerGate gate = new_gate();
    REQUIRE(gate.sign(nullify(5)));
    REQUIRE(gate.sign(nullify(6)));
    gate.release_below(View(6));
    REQUIRE(!gate.sign(nullify(5)));
    REQUIRE(!gate.sign(finalize(5, 4, kA)));
    REQUIRE(!gate.given(kEpoch, View(5), VoteKind::kNullify));
    REQUIRE(gate.given(kEpoch, View(6), VoteKind::kNullify));
    REQUIRE(!gate.sign(nullify(6))->fresh);
    gate.release_below(View(3));  // only upward
    REQUIRE(!gate.sign(nullify(4)));
    REQUIRE(gate.restore(SignerGate::journal_record(vote(0, finalize(4, 3, kA)))).ok());
    REQUIRE(!gate.given(kEpoch, View(4), VoteKind::kFinalize));
    REQUIRE(gate.given_from(View(0)).size() == 1);
    REQUIRE(gate.given_from(View(7)).empty());
}

TEST_CASE("journal records: layout, refusals, contradictions") {
    const Bytes record = SignerGate::journal_record(vote(0, finalize(9, 7, kA)));
    REQUIRE(record.size() == 121);
    REQUIRE(to_hex(ByteView(record).first(25)) ==
            "0000000000000007"
            "03"
            "0000000000000009"
            "0000000000000007");
    REQUIRE(crypto::sha256(record).hex() == "862e71320189b031c92ab39d6897bc15f4e6787af43eb4ae224adbe2acda74cd");
    const auto code = [](SignerGate& gate, ByteView bytes) {
        const Status status = gate.restore(bytes);
        return status.ok() ? std::string() : status.error().code;
    };
    SignerGate gate = new_gate();
    for (std::size_t size = 0; size < record.size(); ++size)
        REQUIRE(code(gate, ByteView(record).first(size)) == "vote_record_malformed");
    Bytes longer = record;
    longer.push_back(0);
    REQUIRE(code(gate, longer) == "vote_record_malformed");
    Bytes damaged = record;
    damaged[60] ^= 1;
    REQUIRE(code(gate, damaged) == "vote_record_malformed");
    REQUIRE(code(gate, SignerGate::journal_record(vote(1, finalize(9, 7, kA)))) == "vote_record_malformed");
    REQUIRE(code(gate, record).empty());
    REQUIRE(code(gate, record).empty());  // a record may be there twice
    REQUIRE(code(gate, SignerGate::journal_record(vote(0, nullify(9)))) == "vote_record_conflict");
    REQUIRE(code(gate, SignerGate::journal_record(vote(0, finalize(9, 7, kB)))) == "vote_record_conflict");
}

}  // namespace touchstone::consensus::test
