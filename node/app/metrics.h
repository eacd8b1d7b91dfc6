// Metrics in the Prometheus text format (version 0.0.4), every name with the prefix touchstone_.
//
// Thread safety: counters, gauges and histograms are updated from any thread without locks; registering and rendering
// take a lock. References stay valid as long as the Metrics. The same name with the same labels is the same metric; one
// name with two types or helps breaks an invariant.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace touchstone::node {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class Counter {
  public:
    void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
  public:
    void set(std::int64_t v) { value_.store(v, std::memory_order_relaxed); }
    void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_{0};
};

class Histogram {
  public:
    // Upper bounds, ascending; a last one of +Inf is implied.
    explicit Histogram(std::vector<double> bounds);
    void observe(double value);
    const std::vector<double>& bounds() const { return bounds_; }
    // Not cumulative; one more than bounds.
    std::vector<std::uint64_t> counts() const;
    double sum() const { return sum_.load(std::memory_order_relaxed); }

  private:
    std::vector<double> bounds_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
    std::atomic<double> sum_{0};
};

// 50 µs to 10 s, in seconds: for latencies.
std::vector<double> latency_bounds();

// Writes families of samples. Names are given without the prefix.
class MetricsText {
  public:
    // `type`: "counter", "gauge" or "histogram". All samples of a family follow it.
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(const MetricLabels& labels, double value) { sample_of("", labels, value); }
    void sample_of(std::string_view suffix, const MetricLabels& labels, double value);
    std::string take() && { return std::move(out_); }

  private:
    std::string name_;
    std::string out_;
};

class Metrics {
  public:
    // Precondition: names of lower-case letters, digits and '_'; counters end in _total.
    Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
    Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                         const MetricLabels& labels = {});
    // For figures that something else counts: called at every rendering, on the rendering thread.
    void collect(std::function<void(MetricsText&)> collector);
    std::string render() const;

  private:
    enum class Type { kCounter, kGauge, kHistogram };
    struct Family {
        Type type = Type::kCounter;
        std::string help;
        std::map<MetricLabels, std::unique_ptr<Counter>> counters;
        std::map<MetricLabels, std::unique_ptr<Gauge>> gauges;
        std::map<MetricLabels, std::unique_ptr<Histogram>> histograms;
    };
    Family& family(const std::string& name, const std::string& help, Type type);
    static void render_family(const std::string& name, const Family& family, MetricsText& out);
    static void render_histogram(const MetricLabels& labels, const Histogram& histogram, MetricsText& out);

    mutable std::mutex mutex_;
    std::map<std::string, Family> families_;
    std::vector<std::function<void(MetricsText&)>> collectors_;
};

}  // namespace touchstone::node
