// What a client does that asks for more than it takes: others are served, and it is cut at a bound.
#include <atomic>

#include "tests/rpc/running_server.h"

using namespace touchstone;
using namespace touchstone::rpc;
using namespace touchstone::test;

TEST_CASE("a subscriber that takes nothing is disconnected by name") {
    auto options = any_port();
    options.write_queue_bytes_max = 1000;
    options.stalled_blocks_max = 4;
    options.timeouts.drain = std::chrono::milliseconds(1);
    Running running(options);
    WebSocket socket(running.server->port(), running.node.authorization("auditor"));
    // Enough old blocks, told to many subscriptions, to fill what the kernel takes for a reader that sleeps.
    running.node.stock_more(20'000);
    for (int i = 0; i < 8; ++i) socket.call_only("events_subscribe", {{"from_height", 1}});
    RawClient admin(running.server->admin_port());
    while (admin.get("/metrics").second.find("touchstone_rpc_slow_consumers_total 1") == std::string::npos)
        running.node.seal();
    while (socket.receive()) continue;
    REQUIRE(socket.close_reason() == "slow_consumer");
    REQUIRE(running.alive());
}

// N10, and worse: 200 connections held 5 GB of answers that nobody took, and nobody else was answered.
TEST_CASE("who asks for much and takes nothing is cut, and the others are served") {
    auto options = any_port();
    options.held_bytes_max = 4u << 20;
    Running running(options);
    std::string batch = "[";
    for (int i = 0; i < 100; ++i)
        batch += std::string(i == 0 ? "" : ",") + R"({"jsonrpc":"2.0","id":1,"method":"rpc.discover"})";
    batch += "]";
    std::vector<std::unique_ptr<RawClient>> hoarders;
    RawClient admin(running.server->admin_port());
    while (admin.get("/metrics").second.find("touchstone_rpc_hoarders_total 0\n") != std::string::npos) {
        REQUIRE(hoarders.size() < 64);
        hoarders.push_back(std::make_unique<RawClient>(running.server->port()));
        hoarders.back()->post(batch);
        REQUIRE(running.client().call("chain_status")["result"]["height"] >= 0);
    }
    REQUIRE(running.alive());
}

// 60 sockets with 16 subscriptions from block 1, none of them read, held a node's RPC for two and a half minutes.
TEST_CASE("whoever is told of old blocks leaves the threads to others") {
    auto options = any_port();
    options.threads = 1;
    Running running(options);
    for (int i = 0; i < 600; ++i) running.node.seal();
    RawClient other = running.client();
    std::atomic<int> reads = 0;
    std::atomic<bool> asked = false;
    std::atomic<int> answered_after = 0;
    running.node.when_read = [&](Height) {
        if (++reads == 1) {
            other.post(R"({"jsonrpc":"2.0","id":1,"method":"chain_status"})");
            asked = true;
        }
        if (asked && answered_after == 0 && other.has_input()) answered_after = reads.load();
    };
    WebSocket socket(running.server->port(), running.node.authorization("auditor"));
    socket.call("events_subscribe", {{"from_height", 1}});
    for (std::uint64_t height = 0; height < 602;) height = (*socket.receive())["params"]["height"];
    REQUIRE(answered_after > 0);
    REQUIRE(answered_after < 200);
    REQUIRE(other.reply().first == 200);
}
