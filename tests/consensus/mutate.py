#!/usr/bin/env python3
"""Deletes each guard of the consensus room in turn and requires that a test fails.

    tests/consensus/mutate.py BUILD_DIR [NAME...]

Edits the sources in place and restores them: run it in a copy of the tree, configured into BUILD_DIR. Exit status 1
when a mutant survives or no longer applies. A guard that no test missed is how commonware#2929 came to be.
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GATE, RULES, EVENTS = "consensus/signer_gate.cpp", "consensus/engine_rules.cpp", "consensus/engine.cpp"
CATCH_UP, TYPES, TABLE = "consensus/engine_catch_up.cpp", "consensus/types.cpp", "consensus/view_table.cpp"

# (name, file, guard, what stands there instead)
MUTANTS = [
    ("I1-I2", GATE, "if (same_kind != given_.end() && same_kind->second.subject != subject) return true;", ""),
    ("I3-finalize-first", GATE, "if (subject.kind == VoteKind::kNullify && holds(VoteKind::kFinalize)) return true;", ""),
    ("I3-nullify-first", GATE, "return subject.kind == VoteKind::kFinalize && holds(VoteKind::kNullify);", "return false;"),
    ("I5", GATE, "if (subject.view < floor_) return std::nullopt;", ""),
    ("gate-form", GATE, "if (!well_formed(subject) || conflicts(subject))", "if (conflicts(subject))"),
    ("restore-signature", GATE, "if (!crypto::verify(key_.public_key(), signing_bytes(chain_id_, vote.subject), vote.signature))", "if (false)"),
    ("restore-conflict", GATE, "if (conflicts(vote.subject) ||", "if (false &&"),
    ("R13-quorum", TYPES, "|| signers.size() < validators.quorum())", ")"),
    ("R13-member", TYPES, "if (signers[i].value >= validators.size())", "if (signers[i].value > validators.size() + 1)"),
    ("R13-unique", TYPES, "if (i > 0 && signers[i] <= signers[i - 1])", "if (false)"),
    ("R13-signature", TYPES, "if (!check(signers[i], message, certificate.signatures[i]))", "if (false)"),
    ("R10-own-vote", EVENTS, "if (vote.signer != from) {", "if (false) {"),
    ("R10-epoch", EVENTS, "if (about.epoch != config_.epoch) return false;", ""),
    ("R10-form", EVENTS, "if (!well_formed(about)) {", "if (false) {"),
    ("R10-signature", EVENTS, "if (!verifies(vote)) {", "if (false) {"),
    ("R11-window", EVENTS, "|| about.view.value > view_.value + limits::kViewsAheadMax) return false;", ") return false;"),
    ("R11-final", EVENTS, "if (about.view <= finalized_view_ || about.view.value >", "if (about.view.value >"),
    ("R11-certified", EVENTS, "|| table_.certificate(about.view, about.kind)) return false;", ") return false;"),
    ("R11-held", EVENTS, "|| about.view <= finalized_view_ || holds(about)) return;", "|| about.view <= finalized_view_) return;"),
    ("R12", EVENTS, "if (standing == ViewTable::Standing::kConflict) {", "if (false) {"),
    ("R3-leader", EVENTS, "&& from_leader &&", "&&"),
    ("R3-answer", EVENTS, "proposal->digest == digest;", "true;"),
    ("R2-stale", EVENTS, "if (view != view_ || round_.build != BuildState::kAsked) return;", ""),
    ("R4-send-on", EVENTS, "if (config_.self) effects_.push_back(SendCertificate{std::nullopt, *formed});", ""),
    ("R17-resend", EVENTS, "effects_.push_back(SendVote{std::nullopt, vote, false});", ""),
    ("R2-gaps", RULES, "if (!missing.empty()) {\n        const auto helper", "if (false) {\n        const auto helper"),
    ("R2-restart", RULES, "if (const auto own = given(view_, VoteKind::kNotarize)) {", "if (const auto own = given(View(), VoteKind::kNotarize)) {"),
    ("R3-parent", RULES, "if (!parent_digest) missing.insert(missing.begin(), parent);", "if (!parent_digest) return;"),
    ("R3-gaps", RULES, "if (!missing.empty()) {\n        if (!asked_for", "if (!parent_digest) {\n        if (!asked_for"),
    ("R3-below", RULES, "if (parent < finalized_view_) {", "if (false) {"),
    ("R3-restart", RULES, "if (given(view_, VoteKind::kNotarize)) return;", ""),
    ("R5", RULES, "    sign_and_send(finalize);\n", "    (void)finalize;\n"),
    ("R6-leader-nullify", RULES, "due = due || table_.has_vote(view_, VoteKind::kNullify, leader());", ""),
    ("R6-advance", RULES, "due = due || now_ >= round_.advance_deadline ||", "due = due ||"),
    ("R6-once", RULES, "if (given(view_, VoteKind::kNullify)) return;", ""),
    ("R9-prune", RULES, "table_.prune_through(view);", ""),
    ("R14-idle", RULES, "round_.armed = false;  // R14", ""),
    ("R14-stirred", RULES, "return others > config_.validators.faults();", "return others > 0;"),
    ("R14-unfinalized", RULES, "if (has_work_ || table_.highest_notarization() != nullptr) return true;", "if (has_work_) return true;"),
    ("R14-stake", RULES, "if (stake_view_ >= view_ && config_.self) return true;", ""),
    ("R15-skip", RULES, "peers_[leader().value].fruitless_led >= config_.silent_views);", "false);"),
    ("R15-forgive", CATCH_UP, "{ peers_[who.value].fruitless_led = 0; }", "{ (void)who; }"),
    ("R20", RULES, "|| now_ < round_.empty_block_at)) return;", ")) return;"),
    ("R7-ask", CATCH_UP, "if (const auto helper = next_helper()) request(*helper, std::move(wanted));\n    if", "if"),
    ("R7-votes", CATCH_UP, "if (config_.self) resend_own_votes();", ""),
    ("R16-final", CATCH_UP, "if (lowest <= finalized_view_ && finalization_) push(&*finalization_);", ""),
    ("R16-bound", CATCH_UP, "if (held && reply.size() < limits::kCertificatesPerReplyMax)", "if (held)"),
    ("R19-bridge", RULES, "        bridge_gaps();\n", ""),
    ("R18", EVENTS, "if (anchor.view <= finalized_view_) return;", "if (anchor.view == finalized_view_) return;"),
]


def dies(build):
    built = subprocess.run(["cmake", "--build", build, "--target", "test_consensus"], capture_output=True, text=True)
    if built.returncode != 0:
        return "does not build"
    program = pathlib.Path(build) / "tests/consensus/test_consensus"
    for tests in (["~[simulation]~[attack]~[sizes]"], ["[attack],[sizes],[simulation]"]):
        try:
            run = subprocess.run([program, "-a", *tests], capture_output=True, cwd=ROOT, timeout=120,
                                 env={**os.environ, "TOUCHSTONE_SEEDS": "150"})
            if run.returncode != 0:
                return "killed"
        except subprocess.TimeoutExpired:
            return "killed (does not end)"
    return None


def main():
    build, names = sys.argv[1], sys.argv[2:]
    bad = []
    for name, file, guard, instead in MUTANTS:
        if names and name not in names:
            continue
        path = ROOT / file
        text = path.read_text()
        if text.count(guard) != 1:
            bad.append(name)
            print(f"{name}: the guard stands {text.count(guard)} times in {file}", flush=True)
            continue
        try:
            path.write_text(text.replace(guard, instead))
            verdict = dies(build)
        finally:
            path.write_text(text)
        if verdict != "killed" and not (verdict or "").startswith("killed ("):
            bad.append(name)
        print(f"{name}: {verdict or 'SURVIVES'}", flush=True)
    print(f"{len(bad)} to look at: {' '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
