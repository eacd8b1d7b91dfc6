// Facts without which a figure says nothing: the machine, its disk, and what the nodes take of both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace touchstone::tools {

struct MachineFacts {
    unsigned cores = 0;
    std::string cpu;
    double sync_p50_us = 0;        // append 4 KiB + fdatasync in the folder of the network
    double verify_per_second = 0;  // Ed25519 checks of a 250-byte message on one core
};
MachineFacts machine_facts(const std::filesystem::path& folder);

struct NodeFacts {
    std::string name;
    std::uint64_t disk_bytes = 0;
    std::uint64_t rss_bytes = 0;  // 0: no pid file, or not running
};
// Of DIR/node0, DIR/node1, …
std::vector<NodeFacts> node_facts(const std::filesystem::path& folder);

}  // namespace touchstone::tools
