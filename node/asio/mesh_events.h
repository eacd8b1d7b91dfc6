// The way from the network thread to the core thread: events in order, in batches, with back-pressure.
//
// push and flush: network thread. Delivery and mute: core thread. detach: core thread; nothing is delivered after it.
// When both are one thread, flush_now delivers before it returns, without a turn of the event loop.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "node/transport.h"

namespace touchstone::node {

// Bytes of one connection that the core has not taken yet.
struct Undelivered {
    std::atomic<std::size_t> bytes{0};
    std::function<void()> on_drained;  // called on the core thread when bytes falls to the low mark while paused
    std::atomic<bool> paused{false};
};
using UndeliveredPtr = std::shared_ptr<Undelivered>;
inline constexpr std::size_t kUndeliveredHighBytes = 32u << 20;
inline constexpr std::size_t kUndeliveredLowBytes = 8u << 20;

class MeshEvents : public std::enable_shared_from_this<MeshEvents> {
  public:
    MeshEvents(boost::asio::any_io_executor core, TransportEvents& to) : core_(std::move(core)), to_(&to) {}

    void push_connected(const crypto::PublicKey& peer) { push({Kind::kConnected, peer, {}, nullptr}); }
    void push_disconnected(const crypto::PublicKey& peer) { push({Kind::kDisconnected, peer, {}, nullptr}); }
    void push_frames(const crypto::PublicKey& peer, std::vector<Bytes> frames, UndeliveredPtr account);

    void flush_soon();  // never delivers from within
    void flush_now();   // delivers from within where that is the core thread

    // Frames of this peer are thrown away until it is connected anew.
    void mute(const crypto::PublicKey& peer) { muted_.insert(peer); }
    void detach() { to_ = nullptr; }

  private:
    enum class Kind { kConnected, kDisconnected, kFrames };
    struct Event {
        Kind kind;
        crypto::PublicKey peer;
        std::vector<Bytes> frames;
        UndeliveredPtr account;
    };
    void push(Event event);
    bool claim();
    void run();
    void deliver(Event& event);
    void deliver_frames(Event& event);

    boost::asio::any_io_executor core_;
    TransportEvents* to_;                // core thread
    std::set<crypto::PublicKey> muted_;  // core thread
    std::mutex mutex_;
    std::vector<Event> waiting_;  // under mutex_
    bool claimed_ = false;        // under mutex_: a run is on its way, or going on
};

}  // namespace touchstone::node
