#include <fmt/format.h>

#include "station.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST_CASE("two meshes connect and exchange frames in order") {
    asio::io_context io;
    Station a(io, 1), b(io, 2);
    a.start();
    b.start();
    a.mesh().set_peers({b.address()});
    REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    for (int i = 0; i < 1000; ++i) {
        a.mesh().send(b.key(), frame(fmt::format("a{}", i)));
        b.mesh().send(a.key(), frame(fmt::format("b{}", i)));
    }
    REQUIRE(run_until(io, [&] { return a.frames[b.key()].size() == 1000 && b.frames[a.key()].size() == 1000; }));
    for (std::size_t i = 0; i < 1000; ++i) {
        REQUIRE(as_text(a.frames[b.key()][i]) == fmt::format("b{}", i));
        REQUIRE(as_text(b.frames[a.key()][i]) == fmt::format("a{}", i));
    }
    const PeerStats stats = a.stats_of(b.key());
    REQUIRE(stats.connected);
    REQUIRE(stats.frames_in == 1000);
    REQUIRE(stats.frames_out == 1000);
    REQUIRE(stats.connects == 1);
    REQUIRE(stats.bytes_in > 1000 * 5);
}

TEST_CASE("four meshes that all dial each other end with one connection for each pair") {
    asio::io_context io;
    std::vector<std::unique_ptr<Station>> all;
    for (std::uint8_t i = 1; i <= 4; ++i) all.push_back(std::make_unique<Station>(io, i));
    std::vector<PeerAddress> addresses;
    for (auto& station : all) addresses.push_back(station->start().address());
    for (auto& station : all) station->mesh().set_peers(addresses);
    const auto complete = [&] {
        return std::all_of(all.begin(), all.end(), [](auto& station) { return station->peers.size() == 3; });
    };
    REQUIRE(run_until(io, complete));
    for (auto& from : all) {
        for (auto& to : all) {
            if (from != to) from->mesh().send(to->key(), frame(from->key().hex()));
        }
    }
    REQUIRE(run_until(io, [&] {
        return std::all_of(all.begin(), all.end(), [](auto& station) { return station->frames.size() == 3; });
    }));
    for (auto& station : all) {
        // Rule N1: no pair took one connection and then another.
        REQUIRE(station->connects == 3);
        REQUIRE(station->disconnects == 0);
        for (const auto& [peer, frames] : station->frames) REQUIRE(as_text(frames.at(0)) == peer.hex());
    }
}

TEST_CASE("simultaneous dials settle on one connection, every time") {
    for (int round = 0; round < 20; ++round) {
        asio::io_context io;
        Station a(io, 1), b(io, 2);
        const auto to_a = a.start().address();
        const auto to_b = b.start().address();
        a.mesh().set_peers({to_b});
        b.mesh().set_peers({to_a});
        int echoes = 0;
        a.on_frame_hook = [&](const auto&, const Bytes&) { ++echoes; };
        b.on_frame_hook = [&](const auto& peer, const Bytes&) { b.mesh().send(peer, frame("echo")); };
        REQUIRE(run_until(io, [&] { return a.connects > 0 && b.connects > 0; }));
        for (int i = 1; i <= 50; ++i) {
            a.mesh().send(b.key(), frame("call"));
            REQUIRE(run_until(io, [&] { return echoes == i; }));
        }
        REQUIRE(a.connects == 1);
        REQUIRE(b.connects == 1);
        REQUIRE(a.disconnects + b.disconnects == 0);
    }
}

TEST_CASE("large frames of 8 MB go through whole, among small ones") {
    asio::io_context io;
    Station a(io, 1), b(io, 2);
    b.start();
    a.start().mesh().set_peers({b.address()});
    REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    Bytes big(8u << 20);
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
    const auto shared = std::make_shared<const Bytes>(big);
    for (int i = 0; i < 3; ++i) {
        a.mesh().send(b.key(), frame("before"));
        a.mesh().send(b.key(), shared);
        a.mesh().send(b.key(), frame("after"));
    }
    auto& got = b.frames[a.key()];
    REQUIRE(run_until(io, [&] { return got.size() == 9; }));
    for (std::size_t i = 0; i < 9; i += 3) {
        REQUIRE(as_text(got[i]) == "before");
        REQUIRE(got[i + 1] == big);
        REQUIRE(as_text(got[i + 2]) == "after");
    }
}

TEST_CASE("a different chain, version or parameters end the connection by name on both sides") {
    struct Case {
        std::string reason;
        std::function<void(Hello&)> change;
    };
    const Case cases[] = {{"wrong_chain", [](Hello& hello) { hello.chain_id.bytes[5] ^= 1; }},
                          {"wrong_version", [](Hello& hello) { hello.version = 9; }},
                          {"wrong_parameters", [](Hello& hello) { hello.parameters.bytes[31] = 1; }}};
    for (const Case& one : cases) {
        asio::io_context io;
        Station a(io, 1), b(io, 2, [&](MeshOptions&options) { one.change(options.hello); });
        b.start();
        a.start().mesh().set_peers({b.address()});
        REQUIRE(run_until(io, [&] { return a.closed_with(one.reason) && b.closed_with(one.reason); }));
        REQUIRE(a.connects + b.connects == 0);
        REQUIRE(a.stats_of(b.key()).closes.at(one.reason) >= 1);
    }
}

TEST_CASE("a queue past its bound drops the connection, and memory is given back") {
    asio::io_context io;
    Station a(io, 1, [](MeshOptions&options) { options.bounds.queue_bytes_max = 4u << 20; }), b(io, 2);
    b.start();
    a.start().mesh().set_peers({b.address()});
    REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    const auto megabyte = std::make_shared<const Bytes>(Bytes(1u << 20, 1));
    for (int i = 0; i < 32; ++i) a.mesh().send(b.key(), megabyte);  // the event loop does not turn meanwhile
    REQUIRE(a.disconnects == 0);                                    // never told from within send
    REQUIRE(run_until(io, [&] { return a.disconnects == 1; }));
    REQUIRE(a.close_count("queue_overflow") == 1);
    REQUIRE(a.stats_of(b.key()).queue_bytes == 0);
    REQUIRE(run_until(io, [&] { return a.connects == 2 && b.connects == 2; }));
    a.mesh().send(b.key(), frame("again"));
    REQUIRE(run_until(io, [&] { return !b.frames[a.key()].empty() && as_text(b.frames[a.key()].back()) == "again"; }));
}

TEST_CASE("a frame for a peer that is not connected is counted and forgotten") {
    asio::io_context io;
    Station a(io, 1);
    a.start().mesh().send(key_of(9).public_key(), frame("nobody"));
    REQUIRE(run_until(io, [&] { return a.mesh().stats().frames_unsent == 1; }));
}

TEST_CASE("names and IPv6 addresses are dialled too") {
    for (const std::string host : {"localhost", "::1"}) {
        asio::io_context io;
        Station a(io, 1), b(io, 2, [&](MeshOptions&options) { options.listen = {host, 0}; });
        if (!b.mesh().start(key_of(2)).ok()) {
            WARN("no " << host << " on this host: skipped");
            continue;
        }
        a.start().mesh().set_peers({{b.key(), {host, b.mesh().port()}}});
        REQUIRE(run_until(io, [&] { return a.connects == 1 && b.connects == 1; }));
    }
}

TEST_CASE("a port in use is a named error") {
    asio::io_context io;
    Station a(io, 1);
    a.start();
    const std::uint16_t taken = a.mesh().port();
    Station b(io, 2, [&](MeshOptions& options) { options.listen.port = taken; });
    const Status started = b.mesh().start(key_of(2));
    REQUIRE(!started.ok());
    REQUIRE(started.error().code == "listen_failed");
}
