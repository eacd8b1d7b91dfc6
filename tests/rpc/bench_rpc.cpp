// item_verify over loopback: an in-process server and load generators, with and without proof, single and in batches.
//
// bench_rpc [items] [seconds per case]; prints calls per second.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "rpc/server.h"
#include "tests/rpc/client.h"
#include "tests/rpc/test_node.h"

using namespace touchstone;

namespace {

struct Case {
    bool proof;
    std::size_t batch;
    std::size_t pipeline;  // requests on the way at one time
    int connections;
};

std::string call_body(std::size_t item, bool proof) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"item_verify\",\"params\":{\"gtin\":\"" + test::kGtin +
           "\",\"serial\":\"S" + std::to_string(item) + "\"" + (proof ? "" : ",\"proof\":false") + "}}";
}

std::string http_request(const Case& one, std::size_t first, std::size_t items) {
    std::string body = one.batch > 1 ? "[" : "";
    for (std::size_t i = 0; i < one.batch; ++i)
        body += (i ? "," : "") + call_body((first + i * 7919) % items, one.proof);
    if (one.batch > 1) body += "]";
    return "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

double run(const Case& one, std::uint16_t port, std::size_t items, double seconds) {
    std::atomic<std::uint64_t> calls{0}, bad{0};
    const auto start = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    std::vector<std::thread> clients;
    for (int c = 0; c < one.connections; ++c)
        clients.emplace_back([&, c] {
            test::RawClient client(port);
            std::vector<std::string> requests;
            for (std::size_t i = 0; i < 64; ++i)
                requests.push_back(http_request(one, i * 104'729 + static_cast<std::size_t>(c) * 15'485'863, items));
            std::size_t at = 0;
            while (elapsed() < seconds) {
                std::string burst;
                for (std::size_t i = 0; i < one.pipeline; ++i) burst += requests[at++ % requests.size()];
                client.send(burst);
                for (std::size_t i = 0; i < one.pipeline; ++i)
                    if (client.reply().second.find("\"genuine\"") == std::string::npos) ++bad;
                calls += one.batch * one.pipeline;
            }
        });
    for (auto& client : clients) client.join();
    if (bad > 0)
        std::printf("  %llu answers were not what was asked for\n", static_cast<unsigned long long>(bad.load()));
    return static_cast<double>(calls.load()) / elapsed();
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t items = argc > 1 ? std::stoul(argv[1]) : 100'000;
    const double seconds = argc > 2 ? std::stod(argv[2]) : 2;
    test::TestNode node;
    node.stock(items);
    rpc::ServerOptions options;
    options.port = 0;
    auto server = rpc::Server::start(node, options);
    if (!server.ok()) {
        std::fprintf(stderr, "%s\n", server.error().message.c_str());
        return 1;
    }
    std::printf("item_verify, %zu items in memory, calls/s\nproof  batch  pipeline  connections  calls/s\n", items);
    for (const bool proof : {false, true})
        for (const Case& shape : {Case{proof, 1, 1, 1}, Case{proof, 1, 16, 2}, Case{proof, 1, 16, 8},
                                  Case{proof, 100, 1, 1}, Case{proof, 100, 4, 2}, Case{proof, 100, 4, 8}}) {
            const double rate = run(shape, (*server)->port(), items, seconds);
            std::printf("%-5s  %5zu  %8zu  %11d  %8.0f\n", proof ? "yes" : "no", shape.batch, shape.pipeline,
                        shape.connections, rate);
            std::fflush(stdout);
        }
    return 0;
}
