#include <algorithm>

#include "base/limits.h"
#include "consensus/engine_impl.h"

namespace touchstone::consensus {
namespace {

// R20: the part of the leader timeout for which a leader without work waits for the finalization under way, before it
// makes an empty block to bring it about.
constexpr std::int64_t kEmptyBlockFraction = 4;
// R22: timers are at most 2 to this power as long as the parameters say.
constexpr std::uint64_t kPatienceMax = 4;

}  // namespace

Subject Engine::Impl::subject(VoteKind kind, View view) const {
    return {config_.validators.epoch(), kind, view, View(), Hash256()};
}

std::optional<Vote> Engine::Impl::given(View view, VoteKind kind) const {
    return gate_ ? gate_->given(config_.validators.epoch(), view, kind) : std::nullopt;
}

// Ends because each turn signs something new or enters a higher view, and a validator alone is asked to build or waits
// for its timer before it does either again.
void Engine::Impl::settle() {
    if (!started_) return;
    View settled;
    do {
        settled = view_;
        if (!active()) {
            round_.armed = false;  // R14
        } else if (!round_.armed) {
            arm();
        }
        if (!config_.self) continue;
        bridge_gaps();
        propose_if_leading();
        verify_if_ready();
        nullify_if_due();
    } while (settled != view_);
    // Own votes of the last turn may have ended or begun the activity.
    if (active() != round_.armed) active() ? arm() : void(round_.armed = false);
}

// R14.
bool Engine::Impl::active() const {
    if (has_work_ || table_.highest_notarization() != nullptr) return true;
    if (stake_view_ >= view_ && config_.self) return true;
    if (table_.proposal(view_) != nullptr && !round_.expired) return true;
    return stirred();
}

// More than f others voted in our view or above: at least one honest validator is at work there.
bool Engine::Impl::stirred() const {
    std::uint32_t others = 0;
    for (std::uint32_t i = 0; i < peers_.size(); ++i)
        if (!is_self(ValidatorIndex(i)) && peers_[i].heard >= view_) ++others;
    return others > config_.validators.faults();
}

// R1: timers run from the moment of entering, or from the moment at which there is something to do.
void Engine::Impl::arm() {
    const auto times = static_cast<std::int64_t>(std::uint64_t{1} << patience());
    round_.armed = true;
    round_.armed_at = now_;
    round_.leader_deadline = now_ + config_.leader_timeout * times;
    round_.advance_deadline = now_ + config_.advance_timeout * times;
    round_.retry_deadline = now_ + config_.retry_interval;
    round_.empty_block_at = now_ + Duration{config_.leader_timeout.us * times / kEmptyBlockFraction};
}

// R22. Timers that are shorter than the network's delays nullify every view before its block can be notarized, and a
// wait that is shorter than a finalization takes makes one empty block after the other.
std::uint64_t Engine::Impl::patience() const {
    return std::min(strain_ + (quiet_ > 0 ? quiet_ - 1 : 0), kPatienceMax);
}

// R22: a view brought its block in this time. Back to what would have covered it twice.
void Engine::Impl::lose_patience(Duration taken) {
    while (strain_ > 0 && taken * 2 <= config_.advance_timeout * static_cast<std::int64_t>(1u << (strain_ - 1)))
        --strain_;
}

// R1, I8: only forward.
void Engine::Impl::enter(View view) {
    INVARIANT(view > view_);
    Peer& led = peers_[leader().value];
    if (table_.nullification(view_) && !table_.notarization(view_)) ++led.fruitless_led;  // R15
    const bool nullified = table_.nullification(view_) || given(view_, VoteKind::kNullify);
    view_ = view;
    round_ = Round{};
    ++stalled_;
    // Up to f leaders in a row may be at fault, and the view before is not final yet: no fault of the network.
    if (nullified && view_.value > finalized_view_.value + config_.validators.faults() + 3)
        strain_ = std::min(strain_ + 1, kPatienceMax);
    if (!has_work_) quiet_ = std::min(quiet_ + 1, kPatienceMax + 1);
}

// R2.
void Engine::Impl::propose_if_leading() {
    if (!leading() || round_.build == BuildState::kProposed) return;
    if (const auto own = given(view_, VoteKind::kNotarize)) {
        // R17: the block of this view is chosen already; another would be equivocation.
        round_.build = BuildState::kProposed;
        effects_.push_back(Propose{*own, false});
        return;
    }
    if (round_.build != BuildState::kNotAsked) return;
    const Certificate* highest = table_.highest_notarization();
    const View parent = highest ? highest->subject.view : finalized_view_;
    if (!has_work_ && (highest == nullptr || now_ < round_.empty_block_at)) return;  // R14, R20
    auto missing = table_.missing_nullifications(parent, view_, limits::kCertificatesPerReplyMax);
    if (!missing.empty()) {
        const auto helper = asked_for(missing) ? std::nullopt : next_helper();
        if (helper) request(*helper, std::move(missing));
        return;
    }
    ask_to_build(parent, highest ? highest->subject.digest : finalized_digest_);
}

// R21: the answer may be the parent itself, which is a subject of its own in this view.
void Engine::Impl::ask_to_build(View parent, const Hash256& digest) {
    round_.build = BuildState::kAsked;
    round_.build_parent = parent;
    effects_.push_back(Build{view_, parent, digest, parent > finalized_view_});
}

std::optional<Hash256> Engine::Impl::certified_digest(View view) const {
    if (view == finalized_view_) return finalized_digest_;
    const Certificate* held = table_.notarization(view);
    return held ? std::optional(held->subject.digest) : std::nullopt;
}

// R3.
void Engine::Impl::verify_if_ready() {
    const Subject* proposal = table_.proposal(view_);
    if (leading() || proposal == nullptr || round_.expired || round_.verify != VerifyState::kNotAsked) return;
    if (given(view_, VoteKind::kNotarize)) return;  // R17, I1
    const View parent = proposal->parent;
    if (parent < finalized_view_) {
        // It leaves out a final block. No nullification of that view can exist.
        report(leader(), "proposal_below_finalized");
        round_.expired = true;
        return;
    }
    auto missing = table_.missing_nullifications(parent, view_, limits::kCertificatesPerReplyMax - 1);
    const auto parent_digest = certified_digest(parent);
    if (!parent_digest) missing.insert(missing.begin(), parent);
    if (!missing.empty()) {
        if (!asked_for(missing)) request(leader(), std::move(missing));
        return;
    }
    round_.verify = VerifyState::kAsked;
    effects_.push_back(Verify{*proposal, leader(), *parent_digest});
}

// The leader timer is for a view in which nothing came from the leader yet.
bool Engine::Impl::waits_for_leader() const {
    return table_.proposal(view_) == nullptr && !given(view_, VoteKind::kNotarize);
}

// R6.
void Engine::Impl::nullify_if_due() {
    if (given(view_, VoteKind::kNullify)) return;  // re-sent by R7; after a finalize the gate refuses (I3)
    bool due = round_.expired;
    if (round_.armed) {
        const bool waits = waits_for_leader();
        due = due || now_ >= round_.advance_deadline || (waits && now_ >= round_.leader_deadline);
        due = due || table_.has_vote(view_, VoteKind::kNullify, leader());
        due = due || (waits && !leading() && peers_[leader().value].fruitless_led >= config_.silent_views);  // R15
    }
    if (!due) return;
    sign_and_send(subject(VoteKind::kNullify, view_));
    if (round_.armed) round_.retry_deadline = now_ + config_.retry_interval;  // R7 says it again after that, not now
}

// The only way to a new vote: the gate has the last word. I6: its effect comes before those of what it completes.
bool Engine::Impl::sign_and_send(const Subject& about) {
    if (!gate_) return false;
    const auto granted = gate_->sign(about);
    if (!granted) return false;
    if (about.kind != VoteKind::kNullify) stake_view_ = std::max(stake_view_, about.view);
    if (about.kind == VoteKind::kNotarize && is_self(config_.validators.leader(about.view)))
        effects_.push_back(Propose{granted->vote, granted->fresh});
    else
        effects_.push_back(SendVote{std::nullopt, granted->vote, granted->fresh});
    count(granted->vote);
    return true;
}

// R4, R5.
void Engine::Impl::accept_notarization(const Certificate& certificate) {
    const Subject about = certificate.subject;
    if (table_.notarization(about.view)) return;
    table_.store(certificate);
    peers_[config_.validators.leader(about.view).value].fruitless_led = 0;
    effects_.push_back(Notarized{certificate});
    if (about.view == view_ && round_.armed) lose_patience(now_ - round_.armed_at);
    if (about.view >= view_) enter(about.view.next());
    stalled_ = 0;
    Subject finalize = about;
    finalize.kind = VoteKind::kFinalize;
    sign_and_send(finalize);
}

// R8.
void Engine::Impl::accept_nullification(const Certificate& certificate) {
    const View about = certificate.subject.view;
    if (table_.nullification(about)) return;
    table_.store(certificate);
    if (about >= view_) enter(about.next());
}

// R9. I11: the caller walks the parents down to what it executed; a certificate names one block.
void Engine::Impl::accept_finalization(const Certificate& certificate) {
    finalization_ = certificate;
    effects_.push_back(Finalized{certificate});
    finalize_through(certificate.subject.view, certificate.subject.digest);
}

void Engine::Impl::finalize_through(View view, const Hash256& digest) {
    INVARIANT(view > finalized_view_);
    if (view >= view_) enter(view.next());
    stalled_ = 0;
    finalized_view_ = view;
    finalized_digest_ = digest;
    table_.prune_through(view);
    if (gate_) gate_->release_below(view.next());  // I5
}

}  // namespace touchstone::consensus
