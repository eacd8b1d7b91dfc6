#include <algorithm>

#include "base/limits.h"
#include "consensus/engine_impl.h"

namespace touchstone::consensus {
namespace {

constexpr std::uint64_t kStalledBeforeAsking = 2;
constexpr std::size_t kOwnVotesResentMax = 8;
constexpr std::size_t kGapsFilledMax = 32;

}  // namespace

// What brings a peer into our view: its entering certificate, and the newest certified block below it.
std::vector<Certificate> Engine::Impl::best_certificates() const {
    std::vector<Certificate> best;
    if (finalization_) best.push_back(*finalization_);
    const Certificate* highest = table_.highest_notarization();
    if (highest) best.push_back(*highest);
    const auto entering = entering_certificate();
    if (entering && entering->subject.kind == VoteKind::kNullify) best.push_back(*entering);
    return best;
}

std::optional<Certificate> Engine::Impl::entering_certificate() const {
    const View before = view_.prev();
    if (before == finalized_view_) return finalization_;
    if (const Certificate* held = table_.notarization(before)) return *held;
    if (const Certificate* held = table_.nullification(before)) return *held;
    return std::nullopt;
}

// Views between the newest certified block and ours whose nullification we lack: we were carried over them.
std::vector<View> Engine::Impl::gaps(std::size_t limit) const {
    const Certificate* highest = table_.highest_notarization();
    return table_.missing_nullifications(highest ? highest->subject.view : finalized_view_, view_, limit);
}

// R7.
void Engine::Impl::retry() {
    round_.retry_deadline = now_ + config_.retry_interval;
    ++stalled_;
    for (const Certificate& certificate : best_certificates())
        effects_.push_back(SendCertificate{std::nullopt, certificate});
    if (config_.self) resend_own_votes();
    if (round_.build == BuildState::kDeclined) round_.build = BuildState::kNotAsked;
    round_.asked.clear();
    if (stalled_ < kStalledBeforeAsking) return;
    auto wanted = gaps(limits::kCertificatesPerReplyMax - 3);
    // Whoever knows it as final answers with the finalization.
    if (const Certificate* highest = table_.highest_notarization()) wanted.push_back(highest->subject.view);
    if (const Subject* proposal = table_.proposal(view_); proposal && !certified_digest(proposal->parent))
        wanted.push_back(proposal->parent);
    wanted.push_back(view_);
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    if (const auto helper = next_helper()) request(*helper, std::move(wanted));
    if (config_.self && stalled_ > kStalledBeforeAsking) fill_gaps();
}

void Engine::Impl::resend_own_votes() {
    auto votes = gate_->given_from(finalized_view_.next());
    std::erase_if(votes, [&](const Vote& vote) { return vote.subject.epoch != config_.validators.epoch(); });
    const auto in_our_view = [&](const Vote& vote) { return vote.subject.view == view_; };
    // Ours of the current view, whatever their kind, and the newest notarize and finalize votes.
    std::size_t others = 0;
    for (auto vote = votes.rbegin(); vote != votes.rend(); ++vote) {
        const bool counts = vote->subject.kind != VoteKind::kNullify && others < kOwnVotesResentMax;
        if (!in_our_view(*vote) && !counts) continue;
        if (!in_our_view(*vote)) ++others;
        send_own(*vote, std::nullopt);
    }
}

// A vote given before. The leader's for the current view goes with the body.
void Engine::Impl::send_own(const Vote& vote, std::optional<ValidatorIndex> to) {
    if (vote.subject.view == view_ && vote.subject.kind == VoteKind::kNotarize && leading())
        effects_.push_back(Propose{vote, false, to});
    else
        effects_.push_back(SendVote{to, vote, false});
}

// R19: when every holder of a view's nullification lost it in a crash, nobody can build above that view. Nullifying it
// again is safe (I3 is the gate's) and makes the certificate anew.
//
// Not by retries alone: when views end by time-out, one after the other, no view lives long enough for many of them.
void Engine::Impl::bridge_gaps() {
    if (!round_.armed || round_.bridged || stalled_ <= kStalledBeforeAsking) return;
    round_.bridged = true;
    auto wanted = gaps(limits::kCertificatesPerReplyMax);
    if (wanted.empty()) return;
    if (const auto helper = next_helper()) request(*helper, std::move(wanted));
    fill_gaps();
}

void Engine::Impl::fill_gaps() {
    for (const View view : gaps(kGapsFilledMax)) sign_and_send(subject(VoteKind::kNullify, view));
}

// Sorted lists: asked already, and R7 asks again when the answer does not come.
bool Engine::Impl::asked_for(const std::vector<View>& views) const {
    return std::includes(round_.asked.begin(), round_.asked.end(), views.begin(), views.end());
}

void Engine::Impl::request(ValidatorIndex to, std::vector<View> views) {
    INVARIANT(!views.empty() && views.size() <= limits::kCertificatesPerReplyMax);
    round_.asked = views;
    effects_.push_back(SendRequest{to, std::move(views)});
}

std::optional<ValidatorIndex> Engine::Impl::next_helper() {
    const std::uint32_t n = config_.validators.size();
    helper_ = (helper_ + 1) % n;
    if (is_self(ValidatorIndex(helper_))) helper_ = (helper_ + 1) % n;
    if (is_self(ValidatorIndex(helper_))) return std::nullopt;  // alone
    return ValidatorIndex(helper_);
}

// R16.
void Engine::Impl::on_request(Instant now, ValidatorIndex from, const std::vector<View>& views) {
    now_ = now;
    if (from.value >= config_.validators.size() || is_self(from) || views.empty()) return;
    std::vector<Certificate> reply;
    const auto push = [&](const Certificate* held) {
        if (held && reply.size() < limits::kCertificatesPerReplyMax) reply.push_back(*held);
    };
    const auto lowest = *std::min_element(views.begin(), views.end());
    const auto highest = *std::max_element(views.begin(), views.end());
    if (lowest <= finalized_view_ && finalization_) push(&*finalization_);
    const Certificate* block = table_.highest_notarization();
    if (block && block->subject.view > lowest) push(block);
    const auto entering = entering_certificate();
    if (entering && entering->subject.kind == VoteKind::kNullify && entering->subject.view > highest) push(&*entering);
    for (std::size_t i = 0; i < std::min(views.size(), limits::kCertificatesPerReplyMax); ++i) {
        push(table_.notarization(views[i]));
        push(table_.nullification(views[i]));
    }
    for (Certificate& certificate : reply) effects_.push_back(SendCertificate{from, std::move(certificate)});
}

// R16.
void Engine::Impl::on_connected(Instant now, ValidatorIndex peer) {
    now_ = now;
    if (peer.value >= config_.validators.size() || is_self(peer)) return;
    forgive(peer);
    for (const Certificate& certificate : best_certificates()) effects_.push_back(SendCertificate{peer, certificate});
    if (gate_) {
        auto votes = gate_->given_from(finalized_view_.next());
        std::erase_if(votes, [&](const Vote& vote) { return vote.subject.epoch != config_.validators.epoch(); });
        const std::size_t skipped = votes.size() - std::min(votes.size(), limits::kCertificatesPerReplyMax);
        for (std::size_t i = skipped; i < votes.size(); ++i) send_own(votes[i], peer);
    }
    finish_event();
}

// R15: any sign of life, and it is waited for again.
void Engine::Impl::forgive(ValidatorIndex who) { peers_[who.value].fruitless_led = 0; }

Instant Engine::Impl::next_deadline() const {
    if (!round_.armed) return Instant::never();
    Instant next = round_.retry_deadline;
    const auto consider = [&](Instant deadline) {
        if (deadline > now_) next = std::min(next, deadline);
    };
    if (config_.self && !given(view_, VoteKind::kNullify)) {
        consider(round_.advance_deadline);
        if (waits_for_leader()) consider(round_.leader_deadline);
    }
    if (leading() && !has_work_ && round_.build == BuildState::kNotAsked) consider(round_.empty_block_at);
    return next;
}

}  // namespace touchstone::consensus
