// Load on nodes: preformatted bodies over several keep-alive connections, one thread each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/client/http_connection.h"

namespace touchstone::tools {

struct LoadPlan {
    std::vector<HttpEndpoint> endpoints;  // connections are dealt out to them in turn
    const std::vector<std::string>& bodies;
    std::size_t connections = 4;
    Duration run_for{};  // zero: every body once; else bodies in turn until the time is over
    // Looks at an answer, on its connection's thread; false sends the body again after a pause.
    std::function<bool(std::size_t body, const std::string& answer)> accept;
};

struct LoadResult {
    std::uint64_t answers = 0;
    double seconds = 0;
    std::vector<double> latencies_ms;  // sorted
    double per_second() const { return seconds > 0 ? static_cast<double>(answers) / seconds : 0; }
    double percentile(double p) const;
};

// Error: of the first connection that failed.
Result<LoadResult> run_load(const LoadPlan& plan);

}  // namespace touchstone::tools
