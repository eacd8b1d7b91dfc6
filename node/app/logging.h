// The log of a node: lines for people, or JSON lines for machines.
//
// text: 2026-03-01T12:00:00.250Z INFO  mesh     connected peer=ab12 address="a b"
// json: {"time":"2026-03-01T12:00:00.250Z","level":"info","room":"mesh","message":"connected","peer":"ab12"}
//
// Thread safety: log() may be called from any thread; it formats, puts the line in a bounded buffer and returns; a
// thread of the logger's own writes. When the writer does not keep up, lines are lost and their number is logged: the
// node never waits for its log, save that an error waits until it is written, since a crash may follow. No field can
// break a line: control characters are escaped.
#pragma once

#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>

#include "base/time.h"
#include "node/log_level.h"

namespace touchstone::node {

enum class LogFormat { kText, kJson };

std::string_view name_of(LogLevel level);  // "trace", …
std::optional<LogLevel> log_level_from(std::string_view name);
std::optional<LogFormat> log_format_from(std::string_view name);

struct LogField {
    std::string key;
    std::string value;
    bool quoted = true;  // in JSON

    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
    LogField(std::string_view k, const char* v) : key(k), value(v) {}
    template <class T>
    requires std::is_integral_v<T> LogField(std::string_view k, T v) : key(k), quoted(false) {
        if constexpr (std::is_same_v<T, bool>) {
            value = v ? "true" : "false";
        } else {
            value = std::to_string(v);
        }
    }
};

using LogFields = std::initializer_list<LogField>;

// One line, without its end.
struct LogLine {
    WallTime time;
    LogLevel level;
    std::string_view room;
    std::string_view message;
    LogFields fields;
};
std::string format_text(const LogLine& line);
std::string format_json(const LogLine& line);

// RFC 3339 in UTC with milliseconds.
std::string format_time(WallTime time);
WallTime system_time();

struct LogOptions {
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kText;
    std::function<void(std::string_view lines)> sink;  // on the logger's thread; default: standard error
    std::function<WallTime()> clock = system_time;
};

class Logger {
  public:
    explicit Logger(LogOptions options);
    ~Logger();  // writes what waits
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    bool enabled(LogLevel level) const { return level >= options_.level; }
    void log(LogLevel level, std::string_view room, std::string_view message, LogFields fields = {});
    void debug(std::string_view room, std::string_view message, LogFields fields = {}) {
        log(LogLevel::kDebug, room, message, fields);
    }
    void info(std::string_view room, std::string_view message, LogFields fields = {}) {
        log(LogLevel::kInfo, room, message, fields);
    }
    void warn(std::string_view room, std::string_view message, LogFields fields = {}) {
        log(LogLevel::kWarn, room, message, fields);
    }
    void error(std::string_view room, std::string_view message, LogFields fields = {}) {
        log(LogLevel::kError, room, message, fields);
    }
    // Waits until all that was logged is written.
    void flush();

  private:
    void write_loop();
    std::string format(const LogLine& line) const;

    LogOptions options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string waiting_;
    std::uint64_t lost_ = 0;
    std::uint64_t logged_ = 0, written_ = 0;  // batches' ends, counted in lines
    bool stopping_ = false;
    std::thread writer_;
};

}  // namespace touchstone::node
