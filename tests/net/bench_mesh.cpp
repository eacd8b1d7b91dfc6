// Round trip and throughput of the mesh on loopback: one thread for both ends, and one thread for each.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <thread>

#include "node/asio/mesh.h"

namespace {

using namespace touchstone;
using namespace touchstone::node;
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

struct End final : TransportEvents {
    asio::io_context& io;
    crypto::SecretKey key = crypto::SecretKey::generate();
    std::unique_ptr<Mesh> mesh;
    std::function<void(const crypto::PublicKey&, Bytes)> take;
    std::atomic<bool> connected{false};

    explicit End(asio::io_context& on) : io(on) {
        MeshOptions options;
        options.listen = {"127.0.0.1", 0};
        options.allowed = [](const crypto::PublicKey&) { return true; };
        mesh = std::make_unique<Mesh>(io, io.get_executor(), *this, options);
        if (!mesh->start(key).ok()) std::abort();
    }
    void on_connected(const crypto::PublicKey&) override { connected = true; }
    void on_disconnected(const crypto::PublicKey&) override { connected = false; }
    void on_frame(const crypto::PublicKey& peer, Bytes frame) override { take(peer, std::move(frame)); }
};

double micros(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

void run(const char* name, asio::io_context& near_io, asio::io_context& far_io) {
    End near(near_io), far(far_io);
    const bool two = &near_io != &far_io;
    far.take = [&](const crypto::PublicKey& peer, Bytes frame) {
        // Small frames are echoed; large ones are answered by one byte.
        far.mesh->send(peer, std::make_shared<const Bytes>(frame.size() > 1000 ? Bytes(1, 1) : std::move(frame)));
    };
    std::size_t answers = 0;
    near.take = [&](const crypto::PublicKey&, Bytes) { ++answers; };
    near.mesh->set_peers({{far.key.public_key(), {"127.0.0.1", far.mesh->port()}}});
    auto guard = asio::make_work_guard(far_io);
    std::thread other;
    if (two) other = std::thread([&] { far_io.run(); });
    while (!near.connected || !far.connected) near_io.run_one_for(std::chrono::milliseconds(1));

    const auto to = far.key.public_key();
    const auto small = std::make_shared<const Bytes>(Bytes(200, 7));
    std::vector<double> times;
    const auto call = [&] {
        const std::size_t before = answers;
        const auto start = Clock::now();
        near.mesh->send(to, small);
        while (answers == before) near_io.run_one();
        times.push_back(micros(Clock::now() - start));
    };
    // The first frame goes from within the loop, as the replica's do.
    asio::post(near_io, [&] {});
    near_io.run_one();
    for (int i = 0; i < 22'000; ++i) call();
    times.erase(times.begin(), times.begin() + 2000);
    std::sort(times.begin(), times.end());
    fmt::print("{}: 200 B round trip p50 {:.1f} us, p99 {:.1f} us\n", name, times[times.size() / 2],
               times[times.size() * 99 / 100]);

    const auto large = std::make_shared<const Bytes>(Bytes(1u << 20, 9));
    constexpr std::size_t kCount = 2000, kAhead = 8;
    const std::size_t before = answers;
    std::size_t sent = 0;
    const auto start = Clock::now();
    while (answers - before < kCount) {
        for (; sent < kCount && sent - (answers - before) < kAhead; ++sent) near.mesh->send(to, large);
        near_io.run_one();
    }
    fmt::print("{}: 1 MB frames {:.0f} MB/s\n", name, kCount * 1.048576 / (micros(Clock::now() - start) / 1e6));

    near.mesh->stop();
    asio::post(far_io, [&] {
        far.mesh->stop();
        guard.reset();
    });
    if (two) other.join();
    near_io.poll();
    far_io.poll();
}

}  // namespace

int main() {
    asio::io_context one;
    run("one thread", one, one);
    asio::io_context near_io, far_io;
    run("two threads", near_io, far_io);
}
