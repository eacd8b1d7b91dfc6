#include "tools/bench/bench_load.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace touchstone::tools {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Shared {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;  // guards what follows
    LoadResult result;
    std::optional<Error> error;
};

void work(const LoadPlan& plan, std::size_t thread, Clock::time_point start, Shared& shared) {
    HttpConnection connection(plan.endpoints[thread % plan.endpoints.size()]);
    std::vector<double> latencies;
    std::uint64_t answers = 0;
    const double limit = static_cast<double>(plan.run_for.us) / 1e6;
    for (;;) {
        std::size_t index = shared.next.fetch_add(1, std::memory_order_relaxed);
        if (limit > 0 ? seconds_since(start) >= limit : index >= plan.bodies.size()) break;
        index %= plan.bodies.size();
        const auto sent = Clock::now();
        for (;;) {
            const auto answer = connection.post(plan.bodies[index], seconds(60));
            if (!answer.ok()) {
                const std::lock_guard lock(shared.mutex);
                shared.error = answer.error();
                shared.next = plan.bodies.size();
                return;
            }
            if (!plan.accept || plan.accept(index, *answer)) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        latencies.push_back(seconds_since(sent) * 1e3);
        ++answers;
    }
    const std::lock_guard lock(shared.mutex);
    shared.result.answers += answers;
    shared.result.latencies_ms.insert(shared.result.latencies_ms.end(), latencies.begin(), latencies.end());
}

}  // namespace

double LoadResult::percentile(double p) const {
    if (latencies_ms.empty()) return 0;
    const double place = p * static_cast<double>(latencies_ms.size() - 1);
    return latencies_ms[static_cast<std::size_t>(place + 0.5)];
}

Result<LoadResult> run_load(const LoadPlan& plan) {
    Shared shared;
    const auto start = Clock::now();
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < plan.connections; ++i) threads.emplace_back([&, i] { work(plan, i, start, shared); });
    for (std::thread& thread : threads) thread.join();
    if (shared.error) return *shared.error;
    shared.result.seconds = seconds_since(start);
    std::sort(shared.result.latencies_ms.begin(), shared.result.latencies_ms.end());
    return std::move(shared.result);
}

}  // namespace touchstone::tools
