// How a replica reaches its peers, and how they reach it. Real: node/asio/mesh.h. Simulated: tests/sim.
//
// Messages are whole, ordered per peer, and come from whom they say (TLS, or the simulator's word). Any may be lost
// with its connection. send() never blocks and never fails: past the bound of a peer's queue (limits.h) the connection
// is dropped, and the peer catches up when it is back.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "crypto/ed25519.h"

namespace touchstone::node {

// Shared, since one message goes to many peers.
using Frame = std::shared_ptr<const Bytes>;

class Transport {
  public:
    virtual ~Transport() = default;
    virtual void send(const crypto::PublicKey& peer, Frame frame) = 0;
    // The peer broke the protocol: close, and keep away for a while.
    virtual void drop(const crypto::PublicKey& peer, const std::string& why) = 0;
};

// What the transport tells. Called on the core thread.
class TransportEvents {
  public:
    virtual ~TransportEvents() = default;
    virtual void on_connected(const crypto::PublicKey& peer) = 0;
    virtual void on_disconnected(const crypto::PublicKey& peer) = 0;
    virtual void on_frame(const crypto::PublicKey& peer, Bytes frame) = 0;
};

}  // namespace touchstone::node
