// What must hold of a cluster, whatever happens (consensus/SPEC.md, I1 to I11). Fed with what honest validators send
// and finalize; run after every event. A breach throws, with the invariant's name.
#pragma once

#include <fmt/format.h>

#include <map>
#include <set>
#include <stdexcept>

#include "base/limits.h"
#include "consensus/engine.h"

namespace touchstone::consensus::test {

// What a vote journal holds durably. Text: g++ 12 warns falsely when it compares vectors of bytes.
using Journal = std::set<std::string>;
inline std::string record_text(const Vote& vote) { return std::string(as_text(SignerGate::journal_record(vote))); }

struct BlockInfo {
    View view;
    Hash256 parent;
    std::set<std::uint64_t> transactions;
    bool valid = true;
};
using Blocks = std::map<Hash256, BlockInfo>;

struct Breach : std::runtime_error {
    using std::runtime_error::runtime_error;
};
inline void hold(bool condition, const std::string& invariant) {
    if (!condition) throw Breach(invariant);
}

class Invariants {
  public:
    Invariants(Hash256 chain_id, ValidatorSet validators, const Blocks& blocks)
        : chain_id_(chain_id), validators_(std::move(validators)), blocks_(blocks) {}

    // An honest validator let a vote out; `durable` is what its journal would answer after a crash now.
    void sent(const Vote& vote, const Journal& durable) {
        const Subject& about = vote.subject;
        hold(durable.contains(record_text(vote)), "I6: a vote left before it was durable");
        auto& slots = said_[{vote.signer, about.view}];
        const auto [slot, fresh] = slots.emplace(about.kind, about);
        hold(fresh || slot->second == about, "I1, I2, I4: two votes of one kind in one view");
        hold(!(slots.contains(VoteKind::kNullify) && slots.contains(VoteKind::kFinalize)),
             "I3: nullify and finalize of one view");
    }

    void finalized(const Certificate& certificate) {
        const Subject& about = certificate.subject;
        hold(about.kind == VoteKind::kFinalize, "R9: a finalization is of kind finalize");
        const auto [known, fresh] = final_.emplace(about.view, about.digest);
        hold(known->second == about.digest, "I7: two blocks final in one view");
        if (!fresh) return;
        hold(verify_certificate(chain_id_, validators_, certificate).ok(), "I10: an invalid certificate is held");
        if (const auto above = std::next(known); above != final_.end())
            hold(is_ancestor(about.digest, above->second), "I11: a final block is not an ancestor of the next");
        if (known != final_.begin())
            hold(is_ancestor(std::prev(known)->second, about.digest), "I11: the final chain is not linear");
    }

    // Of one running engine, after each of its events.
    void stepped(const Engine& engine, View view_before, View finalized_before) const {
        hold(engine.view() >= view_before, "I8: the view went back");
        hold(engine.finalized_view() >= finalized_before, "I8: finality went back");
        hold(engine.finalized_view() < engine.view(), "I8: the current view is final");
        const std::uint64_t open = engine.view().value - engine.finalized_view().value - 1;
        hold(engine.certificates_held() <= 2 * open, "I9: more certificates than open views allow");
        const std::uint64_t views = open + 1 + limits::kViewsAheadMax;
        hold(engine.votes_held() <= views * 3 * validators_.size(), "I9: more votes than the window allows");
    }

    // The block that a final chain up to `tip` holds this transaction in, if any.
    bool chain_contains(Hash256 tip, std::uint64_t transaction) const {
        for (auto block = blocks_.find(tip); block != blocks_.end(); block = blocks_.find(block->second.parent))
            if (block->second.transactions.contains(transaction)) return true;
        return false;
    }
    std::size_t final_blocks() const { return final_.size(); }

  private:
    bool is_ancestor(const Hash256& ancestor, Hash256 of) const {
        while (of != ancestor) {
            const auto block = blocks_.find(of);
            if (block == blocks_.end()) return false;
            hold(block->second.valid, "I11: an invalid block is final");
            of = block->second.parent;
        }
        return true;
    }

    Hash256 chain_id_;
    ValidatorSet validators_;
    const Blocks& blocks_;
    std::map<std::pair<ValidatorIndex, View>, std::map<VoteKind, Subject>> said_;
    std::map<View, Hash256> final_;
};

}  // namespace touchstone::consensus::test
