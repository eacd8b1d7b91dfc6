// What the engine holds of the views above the finalized one: verified votes, verified certificates, kept proposals.
//
// Owned by the engine, core thread only. Holds only what the engine verified (SPEC.md I10). Bounded (I9): per view,
// kind and signer one vote; per view one certificate of each kind and one proposal; votes of a kind go when their
// certificate comes.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "consensus/types.h"

namespace touchstone::consensus {

class ViewTable {
  public:
    enum class Standing { kUnknown, kDuplicate, kConflict, kConflictNoted };

    // How a vote relates to what is held, before its signature is looked at.
    Standing standing(const Vote& vote) const;
    // Precondition: standing kUnknown, signature verified.
    void add(const Vote& vote);
    // Precondition: standing kConflict, signature verified. The second vote is remembered, not counted.
    void note_conflict(const Vote& vote);
    bool has_vote(View view, VoteKind kind, ValidatorIndex signer) const;
    bool is_verified(const Subject& subject, ValidatorIndex signer, const crypto::Signature& signature) const;
    // The certificate, when at least `quorum` votes for this subject are held.
    std::optional<Certificate> assemble(const Subject& subject, std::uint32_t quorum) const;

    // The first proposal of its view stays.
    void keep_proposal(const Subject& subject);
    const Subject* proposal(View view) const;

    // Notarization or nullification.
    void store(const Certificate& certificate);
    const Certificate* notarization(View view) const;
    const Certificate* nullification(View view) const;
    const Certificate* certificate(View view, VoteKind kind) const;
    const Certificate* highest_notarization() const;
    // Views strictly between that lack a nullification, lowest first, at most `limit`.
    std::vector<View> missing_nullifications(View above, View below, std::size_t limit) const;

    void prune_through(View view);
    std::size_t certificates_held() const { return certificates_held_; }
    std::size_t votes_held() const;

  private:
    struct Ballot {
        Vote vote;
        bool conflict_noted = false;
    };
    using Ballots = std::map<ValidatorIndex, Ballot>;
    struct Record {
        std::optional<Certificate> notarization;
        std::optional<Certificate> nullification;
        std::optional<Subject> proposal;
        std::array<Ballots, 3> ballots;
    };
    static std::size_t slot(VoteKind kind) { return static_cast<std::size_t>(kind) - 1; }
    const Ballot* ballot(View view, VoteKind kind, ValidatorIndex signer) const;

    std::map<View, Record> records_;
    std::optional<View> highest_notarized_;
    std::size_t certificates_held_ = 0;
};

}  // namespace touchstone::consensus
