#include "station.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST_CASE("a peer that restarts is found again, whichever side dials") {
    for (const bool restarted_dials : {false, true}) {
        asio::io_context io;
        Station a(io, 1);
        auto b = std::make_unique<Station>(io, 2);
        a.start();
        const PeerAddress to_b = b->start().address();
        if (restarted_dials) {
            b->mesh().set_peers({a.address()});
        } else {
            a.mesh().set_peers({to_b});
        }
        REQUIRE(run_until(io, [&] { return a.connects == 1 && b->connects == 1; }));
        b.reset();
        REQUIRE(run_until(io, [&] { return a.disconnects == 1; }));
        if (!restarted_dials) REQUIRE(run_until(io, [&] { return a.close_count("connect_failed") >= 2; }));

        b = std::make_unique<Station>(io, 2, [&](MeshOptions& options) {
            options.listen = to_b.at;
            if (restarted_dials) options.peers = {a.address()};
        });
        b->start();
        REQUIRE(run_until(io, [&] { return a.connects == 2 && b->connects == 1; }));
        b->mesh().send(a.key(), frame("back"));
        REQUIRE(run_until(io, [&] { return a.frames[b->key()].size() == 1; }));
    }
}

TEST_CASE("a dropped peer is kept away for its penalty, then let in again") {
    asio::io_context io;
    const auto short_penalty = [](MeshOptions& options) {
        options.times.penalty_first = 300ms;
        options.times.dial_cap = 100ms;
    };
    Station a(io, 1, short_penalty), b(io, 2, short_penalty);
    const auto to_a = a.start().address();
    a.mesh().set_peers({b.start().address()});
    b.mesh().set_peers({to_a});
    REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    const auto dropped_at = std::chrono::steady_clock::now();
    a.mesh().drop(b.key(), "bad_block");
    REQUIRE(run_until(io, [&] { return a.disconnects == 1 && b.disconnects == 1; }));
    REQUIRE(a.close_count("bad_block") == 1);
    REQUIRE(a.stats_of(b.key()).closes.at("bad_block") == 1);
    REQUIRE(run_until(io, [&] { return a.close_count("penalised") >= 1; }));
    REQUIRE(run_until(io, [&] { return a.connects == 2 && b.connects == 2; }));
    REQUIRE(std::chrono::steady_clock::now() - dropped_at >= 300ms);

    // The second penalty is twice as long.
    const auto again = std::chrono::steady_clock::now();
    a.mesh().drop(b.key(), "bad_block");
    REQUIRE(run_until(io, [&] { return a.connects == 3 && b.connects == 3; }));
    REQUIRE(std::chrono::steady_clock::now() - again >= 600ms);
}

TEST_CASE("frames that were read together with the one that broke the protocol are not delivered") {
    asio::io_context io;
    Station a(io, 1), b(io, 2);
    b.start();
    a.start().mesh().set_peers({b.address()});
    REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    a.on_frame_hook = [&](const auto& peer, const Bytes&) { a.mesh().drop(peer, "bad_vote"); };
    for (int i = 0; i < 20; ++i) b.mesh().send(a.key(), frame("x"));
    REQUIRE(run_until(io, [&] { return a.disconnects == 1; }));
    REQUIRE(a.frames[b.key()].size() == 1);
}

TEST_CASE("a peer that falls silent is noticed, and one that is merely idle is kept") {
    const auto quick = [](MeshOptions& options) {
        options.times.tick = 10ms;
        options.times.ping_after = 50ms;
        options.times.dead_after = 400ms;
        options.times.dial_first = 10'000ms;
        options.times.dial_cap = 10'000ms;
    };
    asio::io_context io, frozen;
    Station a(io, 1, quick), idle(io, 2, quick);
    auto b = std::make_unique<Station>(frozen, 3, quick);  // its event loop can be stopped alone
    idle.start();
    b->start();
    a.start().mesh().set_peers({idle.address(), b->address()});
    REQUIRE(run_until(io, [&] {
        frozen.restart();
        frozen.poll();
        return a.peers.size() == 2;
    }));
    REQUIRE(run_until(io, [&] { return a.disconnects == 1; }));
    REQUIRE(a.close_count("idle_timeout") == 1);
    REQUIRE(a.peers == std::set{idle.key()});
    REQUIRE(run_until(io, [&] { return a.stats_of(idle.key()).round_trip_us > 0; }));
    b.reset();
}

TEST_CASE("peers that are no longer allowed are let go") {
    asio::io_context io;
    bool open = true;
    Station a(io, 1, [&](MeshOptions&options) { options.allowed = [&](const auto&) { return open; }; }), b(io, 2);
    a.start();
    b.start().mesh().set_peers({a.address()});
    REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    open = false;
    a.mesh().set_peers({});
    REQUIRE(run_until(io, [&] { return a.disconnects == 1 && b.disconnects == 1; }));
    REQUIRE(run_until(io, [&] { return a.close_count("unknown_key") >= 2; }));
    REQUIRE(a.connects == 1);
}
