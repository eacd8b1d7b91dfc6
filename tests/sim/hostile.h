// A node that lies. It stands between a real replica, with that node's key, and the network: it sees every frame that
// goes out or comes in, may swallow it, and sends what it likes. One attack is one class, in tests/sim/byzantine.
#pragma once

#include "tests/sim/simulator.h"

namespace touchstone::sim {

class Hostile {
  public:
    virtual ~Hostile() = default;
    // Once, before anything happens.
    void seat(Simulator& simulator, std::size_t index) {
        simulator_ = &simulator;
        index_ = index;
        on_start();
    }
    virtual void on_start() {}
    // What its replica says. False: it does not leave.
    virtual bool passes_out(std::size_t /*to*/, const node::Message& /*message*/) { return true; }
    // What its replica hears. False: it does not.
    virtual bool passes_in(std::size_t /*from*/, const node::Message& /*message*/) { return true; }

  protected:
    Simulator& simulator() const { return *simulator_; }
    std::size_t index() const { return index_; }
    void send(std::size_t to, node::Frame frame) {
        simulator_->send(index_, simulator_->node_key(to), std::move(frame));
    }
    template <class Each>
    void to_others(Each&& each) {
        for (std::size_t node = 0; node < simulator_->size(); ++node)
            if (node != index_) each(node);
    }
    consensus::Vote sign(const consensus::Subject& subject) const {
        const Bytes message = consensus::signing_bytes(simulator_->genesis().chain_id(), subject);
        return {subject, ValidatorIndex(static_cast<std::uint32_t>(index_)),
                simulator_->secret_key(index_).sign(message)};
    }

  private:
    Simulator* simulator_ = nullptr;
    std::size_t index_ = 0;
};

}  // namespace touchstone::sim
