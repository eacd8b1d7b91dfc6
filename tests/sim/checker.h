// What must hold of the whole network after every event, whatever the weather. The names are those of
// consensus/SPEC.md where it has one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/replica.h"

namespace touchstone::sim {

class Checker {
  public:
    // A frame leaves an honest node.
    void on_send(std::size_t node, const node::Message& message);
    // Blocks became final at a node.
    void on_final(std::size_t node, const std::vector<node::ExecutedBlockPtr>& blocks, const node::ChainTip& tip,
                  WallTime true_time);
    // A node came back: what its journal holds, and the bodies it can still find.
    void on_restart(std::size_t node, const std::vector<Bytes>& journal, const node::Chain& chain,
                    const std::function<bool(const Hash256&)>& has_body);
    void violation(std::string what);

    bool is_final(const Hash256& transaction) const { return final_transactions_.contains(transaction); }
    Height height() const { return finals_.empty() ? Height(0) : finals_.rbegin()->first; }
    std::size_t transactions_final() const { return final_transactions_.size(); }
    const std::vector<std::string>& violations() const { return violations_; }

  private:
    struct Final {
        Hash256 hash;
        Hash256 parent;
        Hash256 state_root;
    };
    using Slot = std::tuple<std::size_t, Epoch, View, consensus::VoteKind>;  // by node

    void on_vote(std::size_t node, const consensus::Vote& vote);

    std::map<Height, Final> finals_;
    std::map<std::size_t, Height> heights_;
    std::map<Hash256, Height> final_transactions_;
    std::map<Slot, consensus::Vote> votes_;
    std::vector<std::string> violations_;
};

}  // namespace touchstone::sim
