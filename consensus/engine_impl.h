// The body of the engine. Included by engine*.cpp only: events in engine.cpp, the rules of views in engine_rules.cpp,
// catching up with and helping peers in engine_catch_up.cpp.
//
// Every event sets now_, changes what is held, and ends in settle(), which carries the rules that depend on the whole
// state to their fixed point. Invariants (SPEC.md): I7, I8 and I9, asserted in check_invariants() after every event.
#pragma once

#include "consensus/engine.h"
#include "consensus/view_table.h"

namespace touchstone::consensus {

class Engine::Impl {
  public:
    Impl(EngineConfig config, SignerGate* gate, Anchor anchor);

    void start(Instant now);
    void on_work(Instant now, bool has_work);
    void on_proposal(Instant now, ValidatorIndex from, const Vote& vote);
    void on_vote(Instant now, ValidatorIndex from, const Vote& vote);
    void on_certificate(Instant now, std::optional<ValidatorIndex> from, const Certificate& certificate);
    void on_request(Instant now, ValidatorIndex from, const std::vector<View>& views);
    void on_built(Instant now, View view, std::optional<Hash256> digest);
    void on_verified(Instant now, View view, const Hash256& digest, Verdict verdict);
    void on_connected(Instant now, ValidatorIndex peer);
    void on_anchor(Instant now, const Anchor& anchor);
    void on_tick(Instant now);

    Instant next_deadline() const;
    std::vector<Effect> take_effects() { return std::exchange(effects_, {}); }
    View view() const { return view_; }
    View finalized_view() const { return finalized_view_; }
    const ViewTable& table() const { return table_; }

  private:
    enum class BuildState { kNotAsked, kAsked, kDeclined, kProposed };
    enum class VerifyState { kNotAsked, kAsked, kAnswered };

    // What is true of the current view only.
    struct Round {
        BuildState build = BuildState::kNotAsked;
        VerifyState verify = VerifyState::kNotAsked;
        View build_parent;
        bool expired = false;
        std::vector<View> asked;  // named in the last SendRequest
        bool armed = false;
        Instant armed_at;
        Instant leader_deadline = Instant::never();
        Instant advance_deadline = Instant::never();
        Instant retry_deadline = Instant::never();
        Instant empty_block_at = Instant::never();
        bool bridged = false;  // R19 was tried
    };
    struct Peer {
        View heard;                       // highest view of a verified vote
        std::uint64_t fruitless_led = 0;  // views it led in a row that brought no notarization
    };

    // engine.cpp: what arrives
    bool take_vote(ValidatorIndex from, const Vote& vote);
    void count(const Vote& vote);
    void accept(const Certificate& certificate);
    bool holds(const Subject& subject) const;
    bool verifies(const Vote& vote) const;
    void finish_event();
    void check_invariants() const;
    void report(std::optional<ValidatorIndex> who, std::string what);

    // engine_rules.cpp: R1 to R6, R8, R9, R14, R15, R22
    void settle();
    void enter(View view);
    void arm();
    bool active() const;
    bool stirred() const;
    void propose_if_leading();
    void ask_to_build(View parent, const Hash256& digest);
    void verify_if_ready();
    void nullify_if_due();
    bool waits_for_leader() const;
    std::uint64_t patience() const;
    void lose_patience(Duration taken);
    void accept_notarization(const Certificate& certificate);
    void accept_nullification(const Certificate& certificate);
    void accept_finalization(const Certificate& certificate);
    void finalize_through(View view, const Hash256& digest);
    bool sign_and_send(const Subject& subject);
    std::optional<Hash256> certified_digest(View view) const;
    Subject subject(VoteKind kind, View view) const;

    // engine_catch_up.cpp: R7, R16, R19
    void retry();
    void resend_own_votes();
    void bridge_gaps();
    void fill_gaps();
    void forgive(ValidatorIndex who);
    std::vector<View> gaps(std::size_t limit) const;
    std::vector<Certificate> best_certificates() const;
    std::optional<Certificate> entering_certificate() const;
    bool asked_for(const std::vector<View>& views) const;
    void send_own(const Vote& vote, std::optional<ValidatorIndex> to);
    void request(ValidatorIndex to, std::vector<View> views);
    std::optional<ValidatorIndex> next_helper();

    bool is_self(ValidatorIndex who) const { return config_.self == who; }
    bool leading() const { return is_self(leader()); }
    ValidatorIndex leader() const { return config_.validators.leader(view_); }
    std::optional<Vote> given(View view, VoteKind kind) const;

    EngineConfig config_;
    SignerGate* gate_;
    ViewTable table_;
    std::vector<Peer> peers_;
    View view_;
    View finalized_view_;
    Hash256 finalized_digest_;
    std::optional<Certificate> finalization_;
    View stake_view_;  // highest view of an own notarize or finalize
    Round round_;
    Instant now_;
    bool started_ = false;
    bool has_work_ = false;
    std::uint64_t strain_ = 0;   // R22: what views without a finalization taught about the network
    std::uint64_t quiet_ = 0;    // R22: views entered in a row without work
    std::uint64_t stalled_ = 0;  // views entered and retries made since the last certified block
    std::uint32_t helper_ = 0;
    std::vector<Effect> effects_;
};

}  // namespace touchstone::consensus
