// Simplex consensus (Chan and Pass, "Simplex Consensus: A Simple and Fast Consensus Protocol", TCC 2023) as a pure
// state machine that orders digests. SPEC.md beside this file numbers its rules (R…) and invariants (I…).
//
// An event and the time go in; ordered effects come out (take_effects). It reads no clock, draws no randomness, does no
// I/O and knows nothing of products. Core thread only. It checks every vote and certificate itself, so callers hand it
// whatever arrived from a peer; what is malformed or forged is dropped and named in an effect (Misbehaviour).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "consensus/signer_gate.h"
#include "consensus/types.h"

namespace touchstone::consensus {

struct EngineConfig {
    Hash256 chain_id;
    ValidatorSet validators;             // of one epoch: the next one has an engine of its own
    std::optional<ValidatorIndex> self;  // nullopt: follows without a vote
    Duration leader_timeout;             // 2Δ: no proposal by then -> nullify
    Duration advance_timeout;            // 3Δ: no certificate by then -> nullify
    Duration retry_interval;             // t_r: re-send while stuck
    std::uint64_t silent_views = 4;      // a leader whose last this many led views brought nothing is not waited for
    // crypto::verify, or a memory of its answers in front of it.
    std::function<bool(const crypto::PublicKey&, ByteView, const crypto::Signature&)> verify = crypto::verify;
};

// The point from which the engine starts: the last finalized block known locally (genesis: view 0).
struct Anchor {
    View view;
    Hash256 digest;
    std::optional<Certificate> finalization;  // nullopt for genesis
};

// -- effects, in the order in which they must be carried out. Everything in one batch of effects is carried out after
//    the journal records of the votes in it are synced.

struct SendVote {
    std::optional<ValidatorIndex> to;  // nullopt: all other validators
    Vote vote;
    bool fresh;  // must be journaled and synced before it leaves
};
struct SendCertificate {
    std::optional<ValidatorIndex> to;  // nullopt: all other validators
    Certificate certificate;
};
// Asks a peer for the certificates of these views (notarization or nullification, or a finalization at or above).
struct SendRequest {
    ValidatorIndex to;
    std::vector<View> views;
};
// Lead: build a block on `parent_digest`, answer with on_built. `may_be_empty`: the parent is not final, and a block
// without transactions serves to finalize it.
struct Build {
    View view;
    View parent;
    Hash256 parent_digest;
    bool may_be_empty;
};
// Execute and check the block, answer with on_verified. Its parent is certified.
struct Verify {
    Subject proposal;  // kind kNotarize
    ValidatorIndex from;
    Hash256 parent_digest;
};
// The leader's own vote for its block: goes out together with the body.
struct Propose {
    Vote vote;
    bool fresh;
    std::optional<ValidatorIndex> to = std::nullopt;  // nullopt: all other validators
};
// A block has a notarization: whoever lacks its body should fetch it.
struct Notarized {
    Certificate certificate;
};
// The block and all its ancestors are final.
struct Finalized {
    Certificate certificate;
};
struct Misbehaviour {
    std::optional<ValidatorIndex> who;
    std::string what;
};

using Effect =
    std::variant<SendVote, SendCertificate, SendRequest, Build, Verify, Propose, Notarized, Finalized, Misbehaviour>;

enum class Verdict { kValid, kInvalid };

class Engine {
  public:
    // `gate` is null exactly when config.self is nullopt; it was restored before, and outlives the engine.
    Engine(EngineConfig config, SignerGate* gate, Anchor anchor);
    ~Engine();

    void start(Instant now);
    // There are transactions to order (or none any more). Without work, and with everything certified final, no timer
    // runs and no block is made.
    void on_work(Instant now, bool has_work);
    // The leader's notarize vote, whose body the caller holds.
    void on_proposal(Instant now, ValidatorIndex from, const Vote& vote);
    void on_vote(Instant now, ValidatorIndex from, const Vote& vote);
    void on_certificate(Instant now, std::optional<ValidatorIndex> from, const Certificate& certificate);
    void on_request(Instant now, ValidatorIndex from, const std::vector<View>& views);
    // Answer to Build; nullopt: nothing to build, or building failed.
    void on_built(Instant now, View view, std::optional<Hash256> digest);
    void on_verified(Instant now, View view, const Hash256& digest, Verdict verdict);
    // A connection to this validator stands (again): brings it to our view.
    void on_connected(Instant now, ValidatorIndex peer);
    // The caller synced blocks past our own knowledge: everything up to this is final.
    void on_anchor(Instant now, const Anchor& anchor);
    void on_tick(Instant now);

    // When on_tick is due next; Instant::never() when idle.
    Instant next_deadline() const;
    std::vector<Effect> take_effects();

    View view() const;
    View finalized_view() const;
    // Notarization held for a view that is not final yet: for the caller's view of the certified chain.
    std::optional<Certificate> notarization(View view) const;
    // Certificates and peers' votes held in memory: bounded, whatever peers send (SPEC.md I9).
    std::size_t certificates_held() const;
    std::size_t votes_held() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone::consensus
