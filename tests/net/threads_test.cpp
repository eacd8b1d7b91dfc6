#include <boost/asio/executor_work_guard.hpp>
#include <thread>

#include "station.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

// A mesh whose network has a thread of its own; events come on `core`.
struct TwoThreads final : TransportEvents {
    asio::io_context network;
    asio::executor_work_guard<asio::io_context::executor_type> guard{network.get_executor()};
    asio::io_context& core;
    crypto::SecretKey key;
    std::unique_ptr<Mesh> mesh;
    std::thread::id core_thread = std::this_thread::get_id();
    std::vector<Bytes> frames;
    std::set<crypto::PublicKey> peers;
    std::thread thread;

    TwoThreads(asio::io_context& on, std::uint8_t number) : core(on), key(key_of(number)) {
        MeshOptions options;
        options.listen = {"127.0.0.1", 0};
        options.allowed = [](const crypto::PublicKey&) { return true; };
        mesh = std::make_unique<Mesh>(network, core.get_executor(), *this, options);
        const bool started = mesh->start(key).ok();
        REQUIRE(started);
        thread = std::thread([this] { network.run(); });
    }
    ~TwoThreads() override {
        mesh->stop();
        guard.reset();
        thread.join();
    }
    void on_connected(const crypto::PublicKey& peer) override {
        REQUIRE(std::this_thread::get_id() == core_thread);
        peers.insert(peer);
    }
    void on_disconnected(const crypto::PublicKey& peer) override { peers.erase(peer); }
    void on_frame(const crypto::PublicKey&, Bytes frame) override {
        REQUIRE(std::this_thread::get_id() == core_thread);
        frames.push_back(std::move(frame));
    }
};

}  // namespace

TEST_CASE("a mesh on a network thread of its own tells its core on the core thread, in order") {
    asio::io_context core;
    const auto work = asio::make_work_guard(core);
    TwoThreads a(core, 1), b(core, 2);
    a.mesh->set_peers({{b.key.public_key(), {"127.0.0.1", b.mesh->port()}}});
    b.mesh->set_peers({{a.key.public_key(), {"127.0.0.1", a.mesh->port()}}});
    REQUIRE(run_until(core, [&] { return a.peers.size() == 1 && b.peers.size() == 1; }));
    for (int i = 0; i < 5000; ++i) a.mesh->send(b.key.public_key(), frame(std::to_string(i)));
    REQUIRE(run_until(core, [&] { return b.frames.size() == 5000; }));
    for (std::size_t i = 0; i < 5000; ++i) REQUIRE(as_text(b.frames[i]) == std::to_string(i));
}

TEST_CASE("a core that does not keep up stops the reading, not the memory") {
    asio::io_context core;
    const auto work = asio::make_work_guard(core);
    TwoThreads a(core, 1), b(core, 2);
    a.mesh->set_peers({{b.key.public_key(), {"127.0.0.1", b.mesh->port()}}});
    REQUIRE(run_until(core, [&] { return a.peers.size() == 1 && b.peers.size() == 1; }));
    const auto body = std::make_shared<const Bytes>(Bytes(1u << 20, 5));
    for (int i = 0; i < 60; ++i) a.mesh->send(b.key.public_key(), body);
    // The core does not turn here: b must stop reading, so a can not get rid of its queue.
    const auto taken = [&] {
        for (const PeerStats& peer : b.mesh->stats().peers) return peer.bytes_in;
        return std::uint64_t{0};
    };
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (taken() < kFrameHeadBytes + (32u << 20) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    REQUIRE(taken() < (40u << 20));
    REQUIRE(run_until(core, [&] { return b.frames.size() == 60; }));
}
