// Says that it is far ahead, with a false proof or none, and serves its blocks one by one, each at the last moment.
#pragma once

#include "tests/sim/hostile.h"

namespace touchstone::sim {

class Boaster : public Hostile {
  public:
    enum class Proof { kNone, kForged };
    explicit Boaster(Proof proof) : proof_(proof) {}
    void on_start() override { boast(); }
    bool passes_out(std::size_t to, const node::Message& message) override;
    std::size_t served() const { return served_; }

  private:
    void boast();

    Proof proof_;
    std::size_t served_ = 0;
};

}  // namespace touchstone::sim
