// True headers with the wrong transactions under them.
#pragma once

#include "tests/sim/hostile.h"

namespace touchstone::sim {

// Gives every block's body that it learns of to everybody without its transactions, as a body and as a proposal, as
// soon as it has it; keeps its own blocks' bodies from one node, and answers whoever asks with the gutted one.
class BodyLiar : public Hostile {
  public:
    explicit BodyLiar(std::size_t victim) : victim_(victim) {}
    bool passes_out(std::size_t to, const node::Message& message) override;
    bool passes_in(std::size_t from, const node::Message& message) override;
    std::size_t gutted() const { return gutted_.size(); }

  private:
    // False: it has none to remove.
    bool gut(const node::ReceivedBlock& block);

    std::size_t victim_;
    std::map<Hash256, Bytes> gutted_;  // by the true header's hash
};

}  // namespace touchstone::sim
