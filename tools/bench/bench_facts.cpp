#include "tools/bench/bench_facts.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "crypto/ed25519.h"

namespace touchstone::tools {

namespace fs = std::filesystem;

namespace {

std::string after_colon(const std::string& path, const std::string& name) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name))
            if (const auto at = line.find(':'); at != std::string::npos) {
                const auto text = line.find_first_not_of(" \t", at + 1);
                return text == std::string::npos ? "" : line.substr(text);
            }
    return {};
}

double verify_per_second() {
    const crypto::SecretKey key = crypto::SecretKey::generate();
    const Bytes message(250, 1);
    const crypto::Signature signature = key.sign(message);
    constexpr int kChecks = 3'000;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kChecks; ++i)
        if (!crypto::verify(key.public_key(), message, signature)) return 0;
    return kChecks / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double sync_p50_us(const fs::path& folder) {
    const std::string path = (folder / "bench-sync.tmp").string();
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return 0;
    const std::string page(4096, 'x');
    std::vector<double> times;
    for (int i = 0; i < 200; ++i) {
        const auto start = std::chrono::steady_clock::now();
        if (::write(file, page.data(), page.size()) < 0 || ::fdatasync(file) != 0) break;
        times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    ::close(file);
    ::unlink(path.c_str());
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : times[times.size() / 2];
}

std::uint64_t folder_bytes(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code code;
    for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
        std::error_code gone;  // files of a running node come and go
        if (at->is_regular_file(gone))
            if (const auto size = at->file_size(gone); !gone) bytes += size;
    }
    return bytes;
}

}  // namespace

MachineFacts machine_facts(const fs::path& folder) {
    return {std::thread::hardware_concurrency(), after_colon("/proc/cpuinfo", "model name"), sync_p50_us(folder),
            verify_per_second()};
}

std::vector<NodeFacts> node_facts(const fs::path& folder) {
    std::vector<NodeFacts> nodes;
    for (int i = 0;; ++i) {
        const fs::path home = folder / ("node" + std::to_string(i));
        std::error_code code;
        if (!fs::is_directory(home, code)) return nodes;
        NodeFacts facts{home.filename().string(), folder_bytes(home), 0};
        std::ifstream in(home / "pid");
        if (std::uint64_t pid = 0; in >> pid) {
            const std::string rss = after_colon("/proc/" + std::to_string(pid) + "/status", "VmRSS");
            if (!rss.empty()) facts.rss_bytes = std::strtoull(rss.c_str(), nullptr, 10) * 1024;
        }
        nodes.push_back(std::move(facts));
    }
}

}  // namespace touchstone::tools
