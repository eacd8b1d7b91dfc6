// Bodies of blocks that are known but not executed yet, and the search for those that are certified and missing.
//
// Core thread only. Bounded: candidates whose view is final are dropped, and past kMax the one of the highest view goes
// first, since lower views become final earlier.
#pragma once

#include <map>
#include <unordered_map>

#include "base/time.h"
#include "consensus/types.h"
#include "node/verify_pool.h"
#include "node/wire.h"

namespace touchstone::node {

struct Candidate {
    enum class State { kUnchecked, kChecking, kChecked, kBad };
    ReceivedBlock block;
    std::vector<ledger::ParsedTransactionPtr> transactions;
    State state = State::kUnchecked;
};

class Candidates {
  public:
    static constexpr std::size_t kMax = 64;
    static constexpr Duration kFirstAsk = milliseconds(30);  // the body is usually on its way
    static constexpr Duration kAskAgain = milliseconds(250);

    // Keeps the first body of a hash.
    Candidate& add(ReceivedBlock block);
    Candidate* find(const Hash256& hash);

    struct Missing {
        Hash256 hash;
        View view;  // of the block, or above it: when that is final, nobody needs it any more
    };
    // `holders` have its body: those who signed a certificate for it, above all. They are asked in turn when it does not
    // come by itself. Named again, further ones are added.
    void want(Instant now, const Missing& missing, const std::vector<ValidatorIndex>& holders);
    struct Ask {
        Hash256 hash;
        ValidatorIndex holder;
    };
    // Those due now; each is asked of the next holder later.
    std::vector<Ask> due(Instant now);
    Instant next_deadline() const;
    bool wants(const Hash256& hash) const { return wanted_.contains(hash); }

    void forget(const Hash256& hash);
    void drop_through(View view);
    void drop_all();
    std::size_t size() const { return candidates_.size(); }

  private:
    struct Wanted {
        View view;
        std::vector<ValidatorIndex> holders;
        std::size_t next_holder = 0;
        Instant next_ask;
    };
    std::unordered_map<Hash256, Candidate> candidates_;
    std::map<Hash256, Wanted> wanted_;
};

}  // namespace touchstone::node
