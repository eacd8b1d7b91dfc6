#include "node/app/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace touchstone::node {
namespace {

constexpr std::string_view kPrefix = "touchstone_";

std::string escape(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
        } else {
            if (special.find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
    }
    return out;
}

bool valid_name(std::string_view name) {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name[0] >= 'a' && std::all_of(name.begin(), name.end(), fits);
}

std::string number(double value) {
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    if (std::isnan(value)) return "NaN";
    return fmt::format("{}", value);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(new std::atomic<std::uint64_t>[bounds_.size() + 1]()) {
    INVARIANT(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value) {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i <= bounds_.size(); ++i) out.push_back(counts_[i].load(std::memory_order_relaxed));
    return out;
}

std::vector<double> latency_bounds() {
    return {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    INVARIANT(valid_name(name));
    name_ = std::string(kPrefix) + std::string(name);
    out_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, escape(help, "\\"), name_, type);
}

void MetricsText::sample_of(std::string_view suffix, const MetricLabels& labels, double value) {
    out_ += name_;
    out_ += suffix;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        INVARIANT(valid_name(labels[i].first));
        out_ += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels[i].first, escape(labels[i].second, "\\\""));
    }
    if (!labels.empty()) out_ += '}';
    out_ += ' ' + number(value) + '\n';
}

Metrics::Family& Metrics::family(const std::string& name, const std::string& help, Type type) {
    INVARIANT(valid_name(name));
    INVARIANT(type != Type::kCounter || name.ends_with("_total"));
    const auto [found, is_new] = families_.try_emplace(name);
    Family& family = found->second;
    if (is_new) {
        family.type = type;
        family.help = help;
    }
    INVARIANT(family.type == type && family.help == help);
    return family;
}

Counter& Metrics::counter(const std::string& name, const std::string& help, const MetricLabels& labels) {
    const std::scoped_lock lock(mutex_);
    auto& slot = family(name, help, Type::kCounter).counters[labels];
    if (!slot) slot = std::make_unique<Counter>();
    return *slot;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
    const std::scoped_lock lock(mutex_);
    auto& slot = family(name, help, Type::kGauge).gauges[labels];
    if (!slot) slot = std::make_unique<Gauge>();
    return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                              const MetricLabels& labels) {
    const std::scoped_lock lock(mutex_);
    auto& slot = family(name, help, Type::kHistogram).histograms[labels];
    if (!slot) slot = std::make_unique<Histogram>(bounds);
    INVARIANT(slot->bounds() == bounds);
    return *slot;
}

void Metrics::collect(std::function<void(MetricsText&)> collector) {
    const std::scoped_lock lock(mutex_);
    collectors_.push_back(std::move(collector));
}

void Metrics::render_histogram(const MetricLabels& labels, const Histogram& histogram, MetricsText& out) {
    const auto counts = histogram.counts();
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        below += counts[i];
        MetricLabels with_bound = labels;
        with_bound.emplace_back("le", i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf");
        out.sample_of("_bucket", with_bound, static_cast<double>(below));
    }
    out.sample_of("_sum", labels, histogram.sum());
    out.sample_of("_count", labels, static_cast<double>(below));
}

void Metrics::render_family(const std::string& name, const Family& family, MetricsText& out) {
    switch (family.type) {
        case Type::kCounter:
            out.family(name, "counter", family.help);
            for (const auto& [labels, counter] : family.counters)
                out.sample(labels, static_cast<double>(counter->value()));
            return;
        case Type::kGauge:
            out.family(name, "gauge", family.help);
            for (const auto& [labels, gauge] : family.gauges) out.sample(labels, static_cast<double>(gauge->value()));
            return;
        case Type::kHistogram:
            out.family(name, "histogram", family.help);
            for (const auto& [labels, histogram] : family.histograms) render_histogram(labels, *histogram, out);
            return;
    }
}

std::string Metrics::render() const {
    MetricsText out;
    std::vector<std::function<void(MetricsText&)>> collectors;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& [name, family] : families_) render_family(name, family, out);
        collectors = collectors_;
    }
    for (const auto& collector : collectors) collector(out);
    return std::move(out).take();
}

}  // namespace touchstone::node
