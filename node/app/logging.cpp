#include "node/app/logging.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace touchstone::node {
namespace {

constexpr std::size_t kWaitingBytesMax = 1u << 20;
constexpr std::array<std::string_view, 5> kLevels = {"trace", "debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 5> kPaddedLevels = {"TRACE", "DEBUG", "INFO ", "WARN ", "ERROR"};

// As JSON has it; bytes that are not UTF-8 become U+FFFD.
std::string quote(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool plain(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7f || c == '"' || c == '=' || c == '\\') return false;
    }
    return true;
}

// A message keeps its spaces, but not its line ends.
std::string one_line(std::string_view text) {
    const std::string quoted = quote(text);
    return quoted.size() == text.size() + 2 ? std::string(text) : quoted;
}

void write_to_stderr(std::string_view lines) {
    std::fwrite(lines.data(), 1, lines.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

std::string_view name_of(LogLevel level) { return kLevels.at(static_cast<std::size_t>(level)); }

std::optional<LogLevel> log_level_from(std::string_view name) {
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        if (kLevels[i] == name) return static_cast<LogLevel>(i);
    }
    return std::nullopt;
}

std::optional<LogFormat> log_format_from(std::string_view name) {
    if (name == "text") return LogFormat::kText;
    if (name == "json") return LogFormat::kJson;
    return std::nullopt;
}

std::string format_time(WallTime time) {
    const std::chrono::sys_time<std::chrono::milliseconds> point{
        std::chrono::milliseconds(static_cast<std::int64_t>(time.ms))};
    const auto day = std::chrono::floor<std::chrono::days>(point);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(point - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

WallTime system_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
}

std::string format_text(const LogLine& line) {
    std::string out =
        fmt::format("{} {} {:<8} {}", format_time(line.time), kPaddedLevels.at(static_cast<std::size_t>(line.level)),
                    line.room, one_line(line.message));
    for (const LogField& field : line.fields) {
        out += ' ';
        out += field.key;
        out += '=';
        out += plain(field.value) ? field.value : quote(field.value);
    }
    return out;
}

std::string format_json(const LogLine& line) {
    std::string out = fmt::format(R"({{"time":"{}","level":"{}","room":{},"message":{})", format_time(line.time),
                                  name_of(line.level), quote(line.room), quote(line.message));
    for (const LogField& field : line.fields) {
        out += ',' + quote(field.key) + ':';
        out += field.quoted ? quote(field.value) : field.value;
    }
    return out + '}';
}

Logger::Logger(LogOptions options) : options_(std::move(options)) {
    if (!options_.sink) options_.sink = write_to_stderr;
    writer_ = std::thread([this] { write_loop(); });
}

Logger::~Logger() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    writer_.join();
}

std::string Logger::format(const LogLine& line) const {
    return (options_.format == LogFormat::kJson ? format_json(line) : format_text(line)) + '\n';
}

void Logger::log(LogLevel level, std::string_view room, std::string_view message, LogFields fields) {
    if (!enabled(level)) return;
    const std::string line = format({options_.clock(), level, room, message, fields});
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.size() + line.size() > kWaitingBytesMax) {
            ++lost_;
            return;
        }
        waiting_ += line;
        ++logged_;
    }
    changed_.notify_all();
    if (level == LogLevel::kError) flush();
}

void Logger::flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t target = logged_;
    changed_.wait(lock, [&] { return written_ >= target; });
}

void Logger::write_loop() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        std::string batch;
        batch.swap(waiting_);
        const std::uint64_t through = logged_;
        const std::uint64_t lost = std::exchange(lost_, 0);
        lock.unlock();
        if (lost > 0) batch += format({options_.clock(), LogLevel::kWarn, "log", "lines were lost", {{"count", lost}}});
        options_.sink(batch);
        lock.lock();
        written_ = through;
        changed_.notify_all();
    }
}

}  // namespace touchstone::node
