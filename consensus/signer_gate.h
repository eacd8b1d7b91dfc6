// The one place where this validator signs. Keyed by (epoch, view, kind); durable through the journal.
//
// Never together for one view: two notarizes for different blocks; two finalizes for different blocks; a nullify and a
// finalize, in either order. Asked again for what it signed, it answers the identical vote. Votes are not monotone in
// view, so there is no "last signed" register (SPEC.md, I1 to I4).
//
// The gate itself does no I/O: a vote that it newly signed is answered with fresh = true, and the caller journals and
// syncs it before it leaves. On start the journal's records are given to restore(). Core thread only.
#pragma once

#include <map>
#include <optional>

#include "consensus/types.h"

namespace touchstone::consensus {

class SignerGate {
  public:
    SignerGate(Hash256 chain_id, ValidatorIndex self, crypto::SecretKey key);

    struct Signed {
        Vote vote;
        bool fresh;
    };
    // nullopt: refused, because it conflicts with a vote already given, lies below the floor, or would be a new one while
    // the gate is paused.
    std::optional<Signed> sign(const Subject& subject);
    // While the journal may not be written, nothing new is signed.
    void set_paused(bool paused) { paused_ = paused; }

    // Journal payload of a vote, and back. Layout: u64 epoch ‖ u8 kind ‖ u64 view ‖ u64 parent ‖ digest ‖ signature.
    static Bytes journal_record(const Vote& vote);
    // Errors: vote_record_malformed; vote_record_conflict when the journal contradicts itself.
    [[nodiscard]] Status restore(ByteView journal_record);

    // Views below are final: their votes are forgotten, and never signed again.
    void release_below(View view);
    // Votes given at or above `view`, for re-sending.
    std::vector<Vote> given_from(View view) const;
    std::optional<Vote> given(Epoch epoch, View view, VoteKind kind) const;

  private:
    struct Slot {
        Epoch epoch;
        View view;
        VoteKind kind;
        auto operator<=>(const Slot&) const = default;
    };
    bool conflicts(const Subject& subject) const;

    Hash256 chain_id_;
    ValidatorIndex self_;
    crypto::SecretKey key_;
    View floor_;
    bool paused_ = false;
    std::map<Slot, Vote> given_;
};

}  // namespace touchstone::consensus
