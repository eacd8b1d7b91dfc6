#include "consensus/engine.h"

#include <algorithm>

#include "base/limits.h"
#include "consensus/engine_impl.h"

namespace touchstone::consensus {

Engine::Engine(EngineConfig config, SignerGate* gate, Anchor anchor)
    : impl_(std::make_unique<Impl>(std::move(config), gate, std::move(anchor))) {}
Engine::~Engine() = default;

void Engine::start(Instant now) { impl_->start(now); }
void Engine::on_work(Instant now, bool has_work) { impl_->on_work(now, has_work); }
void Engine::on_proposal(Instant now, ValidatorIndex from, const Vote& vote) { impl_->on_proposal(now, from, vote); }
void Engine::on_vote(Instant now, ValidatorIndex from, const Vote& vote) { impl_->on_vote(now, from, vote); }
void Engine::on_certificate(Instant now, std::optional<ValidatorIndex> from, const Certificate& certificate) {
    impl_->on_certificate(now, from, certificate);
}
void Engine::on_request(Instant now, ValidatorIndex from, const std::vector<View>& views) {
    impl_->on_request(now, from, views);
}
void Engine::on_built(Instant now, View view, std::optional<Hash256> digest) { impl_->on_built(now, view, digest); }
void Engine::on_verified(Instant now, View view, const Hash256& digest, Verdict verdict) {
    impl_->on_verified(now, view, digest, verdict);
}
void Engine::on_connected(Instant now, ValidatorIndex peer) { impl_->on_connected(now, peer); }
void Engine::on_anchor(Instant now, const Anchor& anchor) { impl_->on_anchor(now, anchor); }
void Engine::on_tick(Instant now) { impl_->on_tick(now); }
Instant Engine::next_deadline() const { return impl_->next_deadline(); }
std::vector<Effect> Engine::take_effects() { return impl_->take_effects(); }
View Engine::view() const { return impl_->view(); }
View Engine::finalized_view() const { return impl_->finalized_view(); }
std::optional<Certificate> Engine::notarization(View view) const {
    const Certificate* held = impl_->table().notarization(view);
    return held ? std::optional(*held) : std::nullopt;
}
std::size_t Engine::certificates_held() const { return impl_->table().certificates_held(); }
std::size_t Engine::votes_held() const { return impl_->table().votes_held(); }

Engine::Impl::Impl(EngineConfig config, SignerGate* gate, Anchor anchor)
    : config_(std::move(config)),
      gate_(gate),
      peers_(config_.validators.size()),
      view_(anchor.view.next()),
      finalized_view_(anchor.view),
      finalized_digest_(anchor.digest),
      finalization_(std::move(anchor.finalization)) {
    INVARIANT((gate_ != nullptr) == config_.self.has_value());
    INVARIANT(!config_.self || config_.self->value < config_.validators.size());
    INVARIANT(config_.retry_interval.us > 0 && config_.leader_timeout.us > 0 && config_.advance_timeout.us > 0);
    if (gate_) gate_->release_below(view_);
}

// R17: what was given before the restart still counts, and is said again.
void Engine::Impl::start(Instant now) {
    INVARIANT(!started_);
    now_ = now;
    started_ = true;
    if (gate_) {
        for (const Vote& vote : gate_->given_from(view_)) {
            if (vote.subject.epoch != config_.validators.epoch()) continue;
            if (vote.subject.kind != VoteKind::kNullify) stake_view_ = std::max(stake_view_, vote.subject.view);
            effects_.push_back(SendVote{std::nullopt, vote, false});
            if (vote.subject.view > finalized_view_ && !holds(vote.subject)) count(vote);
        }
    }
    finish_event();
}

// What is work is the replica's to say (R23).
void Engine::Impl::on_work(Instant now, bool has_work) {
    now_ = now;
    has_work_ = has_work;
    if (has_work) quiet_ = 0;  // R22
    // R2: a leader that had nothing to build is asked again when something comes.
    if (has_work && round_.build == BuildState::kDeclined) round_.build = BuildState::kNotAsked;
    finish_event();
}

void Engine::Impl::on_proposal(Instant now, ValidatorIndex from, const Vote& vote) {
    now_ = now;
    const Subject& proposal = vote.subject;
    const bool from_leader = proposal.kind == VoteKind::kNotarize && proposal.view.value > 0 &&
                             config_.validators.leader(proposal.view) == from;
    // R3: the first proposal of a view is kept until its view comes; R12: a second, different one is not looked at.
    if (take_vote(from, vote) && from_leader && proposal.view >= view_) table_.keep_proposal(proposal);
    finish_event();
}

void Engine::Impl::on_vote(Instant now, ValidatorIndex from, const Vote& vote) {
    now_ = now;
    take_vote(from, vote);
    finish_event();
}

void Engine::Impl::on_certificate(Instant now, std::optional<ValidatorIndex> from, const Certificate& certificate) {
    now_ = now;
    const Subject& about = certificate.subject;
    // R11: what is held or final is not looked at again.
    if (about.epoch != config_.validators.epoch() || about.view <= finalized_view_ || holds(about)) return;
    const auto check = [&](ValidatorIndex signer, ByteView message, const crypto::Signature& signature) {
        return table_.is_verified(about, signer, signature) ||
               config_.verify(config_.validators.key(signer), message, signature);
    };
    const Status checked = verify_certificate(config_.chain_id, config_.validators, certificate, check);  // R13
    if (checked.ok())
        accept(certificate);
    else
        report(from, checked.error().code);
    finish_event();
}

// R10, R11, R12. True when the vote is held now: counted at this moment or before.
bool Engine::Impl::take_vote(ValidatorIndex from, const Vote& vote) {
    const Subject& about = vote.subject;
    if (from.value >= config_.validators.size() || is_self(from)) return false;
    if (vote.signer != from) {
        report(from, "vote_of_another");
        return false;
    }
    if (about.epoch != config_.validators.epoch()) return false;
    if (!well_formed(about)) {
        report(from, "vote_malformed");
        return false;
    }
    if (about.view <= finalized_view_ || about.view.value > view_.value + limits::kViewsAheadMax) return false;
    if (about.view.value + config_.validators.size() >= view_.value) forgive(from);
    const auto standing = table_.standing(vote);
    if (standing == ViewTable::Standing::kDuplicate) return true;
    if (standing == ViewTable::Standing::kConflictNoted || table_.certificate(about.view, about.kind)) return false;
    if (!verifies(vote)) {
        report(from, "vote_signature");
        return false;
    }
    if (standing == ViewTable::Standing::kConflict) {
        table_.note_conflict(vote);
        report(from, about.kind == VoteKind::kNotarize && config_.validators.leader(about.view) == from
                         ? "leader_equivocation"
                         : "vote_equivocation");
        return false;
    }
    peers_[from.value].heard = std::max(peers_[from.value].heard, about.view);
    count(vote);
    return true;
}

bool Engine::Impl::verifies(const Vote& vote) const {
    return config_.verify(config_.validators.key(vote.signer), signing_bytes(config_.chain_id, vote.subject),
                          vote.signature);
}

// Precondition: verified (or our own), in a view that is not final. Forms the certificate that the vote completes.
void Engine::Impl::count(const Vote& vote) {
    if (table_.certificate(vote.subject.view, vote.subject.kind)) return;
    if (table_.standing(vote) != ViewTable::Standing::kUnknown) return;
    table_.add(vote);
    const auto formed = table_.assemble(vote.subject, config_.validators.quorum());
    if (!formed) return;
    // R4, R8, R9: whoever forms a certificate sends it on, once. Before accept(), which may move on and form others.
    if (config_.self) effects_.push_back(SendCertificate{std::nullopt, *formed});
    accept(*formed);
}

bool Engine::Impl::holds(const Subject& subject) const {
    return table_.certificate(subject.view, subject.kind) != nullptr;
}

void Engine::Impl::accept(const Certificate& certificate) {
    INVARIANT(certificate.subject.view > finalized_view_);
    INVARIANT(certificate.signers.size() >= config_.validators.quorum());  // I10
    switch (certificate.subject.kind) {
        case VoteKind::kNotarize:
            return accept_notarization(certificate);
        case VoteKind::kNullify:
            return accept_nullification(certificate);
        case VoteKind::kFinalize:
            return accept_finalization(certificate);
    }
}

void Engine::Impl::on_built(Instant now, View view, std::optional<Hash256> digest) {
    now_ = now;
    if (view != view_ || round_.build != BuildState::kAsked) return;
    round_.build = BuildState::kDeclined;
    if (digest) {
        Subject block = subject(VoteKind::kNotarize, view);
        block.parent = round_.build_parent;
        block.digest = *digest;
        round_.build = BuildState::kProposed;
        sign_and_send(block);
    }
    finish_event();
}

void Engine::Impl::on_verified(Instant now, View view, const Hash256& digest, Verdict verdict) {
    now_ = now;
    const Subject* proposal = table_.proposal(view);
    const bool expected =
        view == view_ && round_.verify == VerifyState::kAsked && proposal != nullptr && proposal->digest == digest;
    if (!expected) return;
    round_.verify = VerifyState::kAnswered;
    if (verdict == Verdict::kValid) {
        sign_and_send(Subject(*proposal));  // R3; a copy: the table may move under it
    } else {
        report(leader(), "proposal_invalid");
        round_.expired = true;
    }
    finish_event();
}

// R18.
void Engine::Impl::on_anchor(Instant now, const Anchor& anchor) {
    now_ = now;
    if (anchor.view <= finalized_view_) return;
    finalization_ = anchor.finalization;
    finalize_through(anchor.view, anchor.digest);
    finish_event();
}

void Engine::Impl::on_tick(Instant now) {
    now_ = now;
    settle();
    if (round_.armed && now_ >= round_.retry_deadline) retry();
    finish_event();
}

void Engine::Impl::report(std::optional<ValidatorIndex> who, std::string what) {
    effects_.push_back(Misbehaviour{who, std::move(what)});
}

void Engine::Impl::finish_event() {
    settle();
    check_invariants();
}

void Engine::Impl::check_invariants() const {
    INVARIANT(view_ > finalized_view_);  // I8
    INVARIANT(!finalization_ || finalization_->subject.view == finalized_view_);
    const Certificate* highest = table_.highest_notarization();
    INVARIANT(highest == nullptr || (highest->subject.view > finalized_view_ && highest->subject.view < view_));
    INVARIANT(table_.certificates_held() <= 2 * (view_.value - finalized_view_.value - 1));  // I9
}

}  // namespace touchstone::consensus
