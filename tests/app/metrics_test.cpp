#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "node/app/mesh_metrics.h"
#include "node/app/metrics.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

// The text format's own rules: HELP and TYPE once, before the samples of the family, and every sample in a family.
void require_well_formed(const std::string& text) {
    std::istringstream lines(text);
    std::string line, family;
    std::set<std::string> seen;
    while (std::getline(lines, line)) {
        INFO(line);
        if (line.starts_with("# HELP ")) {
            family = line.substr(7, line.find(' ', 7) - 7);
            REQUIRE(family.starts_with("touchstone_"));
            REQUIRE(seen.insert(family).second);
        } else if (line.starts_with("# TYPE ")) {
            REQUIRE(line.substr(7, line.find(' ', 7) - 7) == family);
        } else {
            REQUIRE(line.starts_with(family));
            REQUIRE(line.find(' ') != std::string::npos);
        }
    }
    REQUIRE(text.ends_with('\n'));
}

}  // namespace

TEST_CASE("counters, gauges and histograms in the text format") {
    Metrics metrics;
    metrics.counter("blocks_total", "Blocks that became final.").add(3);
    metrics.counter("rpc_requests_total", "Requests.", {{"method", "item_verify"}, {"code", "0"}}).add();
    metrics.counter("rpc_requests_total", "Requests.", {{"method", "a\"b\\c\nd"}, {"code", "1"}}).add(2);
    metrics.gauge("pool_bytes", "Bytes \\ in\nthe pool.").set(-5);
    Histogram& histogram = metrics.histogram("finality_seconds", "Latency.", {0.001, 0.5, 1});
    for (const double seconds : {0.0005, 0.001, 0.25, 0.75, 3.0}) histogram.observe(seconds);
    REQUIRE(metrics.render() ==
            "# HELP touchstone_blocks_total Blocks that became final.\n"
            "# TYPE touchstone_blocks_total counter\n"
            "touchstone_blocks_total 3\n"
            "# HELP touchstone_finality_seconds Latency.\n"
            "# TYPE touchstone_finality_seconds histogram\n"
            "touchstone_finality_seconds_bucket{le=\"0.001\"} 2\n"
            "touchstone_finality_seconds_bucket{le=\"0.5\"} 3\n"
            "touchstone_finality_seconds_bucket{le=\"1\"} 4\n"
            "touchstone_finality_seconds_bucket{le=\"+Inf\"} 5\n"
            "touchstone_finality_seconds_sum 4.0015\n"
            "touchstone_finality_seconds_count 5\n"
            "# HELP touchstone_pool_bytes Bytes \\\\ in\\nthe pool.\n"
            "# TYPE touchstone_pool_bytes gauge\n"
            "touchstone_pool_bytes -5\n"
            "# HELP touchstone_rpc_requests_total Requests.\n"
            "# TYPE touchstone_rpc_requests_total counter\n"
            "touchstone_rpc_requests_total{method=\"a\\\"b\\\\c\\nd\",code=\"1\"} 2\n"
            "touchstone_rpc_requests_total{method=\"item_verify\",code=\"0\"} 1\n");
    require_well_formed(metrics.render());
}

TEST_CASE("large counters keep their digits") {
    Metrics metrics;
    metrics.counter("bytes_total", "x").add(123456789012345);
    REQUIRE(metrics.render().find("touchstone_bytes_total 123456789012345\n") != std::string::npos);
}

TEST_CASE("the same name and labels are the same metric") {
    Metrics metrics;
    Counter& a = metrics.counter("x_total", "X.", {{"k", "1"}});
    REQUIRE(&a == &metrics.counter("x_total", "X.", {{"k", "1"}}));
    REQUIRE(&a != &metrics.counter("x_total", "X.", {{"k", "2"}}));
}

TEST_CASE("updates from many threads are all counted") {
    Metrics metrics;
    Counter& counter = metrics.counter("x_total", "X.");
    Histogram& histogram = metrics.histogram("y_seconds", "Y.", latency_bounds());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) {
                counter.add();
                histogram.observe(0.5);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    REQUIRE(counter.value() == 40'000);
    REQUIRE(histogram.sum() == 20'000.0);
}

TEST_CASE("what others count is collected at rendering") {
    MeshStats stats;
    stats.accepted = 4;
    stats.closes = {{"wrong_chain", 2}};
    PeerStats& peer = stats.peers.emplace_back();
    peer.key.bytes.fill(0xab);
    peer.connected = true;
    peer.bytes_in = 10;
    peer.closes = {{"idle_timeout", 1}};
    Metrics metrics;
    metrics.collect([&](MetricsText& out) { render_mesh(stats, out); });
    const std::string text = metrics.render();
    require_well_formed(text);
    for (const char* line : {"touchstone_peer_connected{peer=\"abababababababab\"} 1\n",
                             "touchstone_peer_bytes_in_total{peer=\"abababababababab\"} 10\n",
                             "touchstone_peer_closes_total{peer=\"abababababababab\",reason=\"idle_timeout\"} 1\n",
                             "touchstone_connection_closes_total{reason=\"wrong_chain\"} 2\n",
                             "touchstone_connections_accepted_total 4\n"})
        REQUIRE(text.find(line) != std::string::npos);
}
