#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "node/app/logging.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

constexpr WallTime kTime{1767225600123};

struct Written {
    std::mutex mutex;
    std::string text;
    LogOptions options(LogLevel level, LogFormat format) {
        return {level, format,
                [this](std::string_view lines) {
                    const std::scoped_lock lock(mutex);
                    text += lines;
                },
                [] { return kTime; }};
    }
};

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a line for people") {
    REQUIRE(format_text(
                {kTime, LogLevel::kInfo, "mesh", "peer connected", {{"peer", "ab12"}, {"height", 7}, {"new", true}}}) ==
            "2026-01-01T00:00:00.123Z INFO  mesh     peer connected peer=ab12 height=7 new=true");
}

TEST_CASE("a line for machines") {
    REQUIRE(
        format_json(
            {kTime, LogLevel::kWarn, "rpc", "slow", {{"method", "item_verify"}, {"ms", 12}, {"late", false}}}) ==
        R"({"time":"2026-01-01T00:00:00.123Z","level":"warn","room":"rpc","message":"slow","method":"item_verify","ms":12,"late":false})");
}

TEST_CASE("nothing that is logged can begin a line of its own") {
    const std::string evil = "x\n2026 ERROR fake \"quoted\" \x01\xff";
    const LogLine line{kTime, LogLevel::kInfo, "rpc", evil, {{"agent", evil}, {"empty", ""}}};
    REQUIRE(lines_of(format_text(line)) == 0);
    REQUIRE(format_text(line).find("empty=\"\"") != std::string::npos);
    const std::string json = format_json(line);
    REQUIRE(lines_of(json) == 0);
    REQUIRE(nlohmann::json::parse(json)["agent"].get<std::string>().starts_with("x\n2026 ERROR fake \"quoted\" \x01"));
}

TEST_CASE("below its level nothing is written; an error is written before log returns") {
    Written written;
    Logger logger(written.options(LogLevel::kWarn, LogFormat::kText));
    logger.debug("a", "no");
    logger.info("a", "no");
    logger.error("a", "yes");
    const std::scoped_lock lock(written.mutex);
    REQUIRE(lines_of(written.text) == 1);
    REQUIRE(written.text.find("ERROR a        yes") != std::string::npos);
}

TEST_CASE("lines of many threads stay whole, and all are written in the end") {
    Written written;
    {
        Logger logger(written.options(LogLevel::kInfo, LogFormat::kJson));
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&logger, t] {
                for (int i = 0; i < 500; ++i) logger.info("room", "message", {{"thread", t}, {"i", i}});
            });
        }
        for (auto& thread : threads) thread.join();
    }
    REQUIRE(lines_of(written.text) == 2000);
    std::size_t at = 0;
    while (at < written.text.size()) {
        const std::size_t end = written.text.find('\n', at);
        REQUIRE(nlohmann::json::accept(written.text.substr(at, end - at)));
        at = end + 1;
    }
}

TEST_CASE("a writer that is stuck costs lines, counted, and never stops the node") {
    std::mutex gate;
    Written written;
    LogOptions options = written.options(LogLevel::kInfo, LogFormat::kText);
    const auto write = options.sink;
    options.sink = [&](std::string_view lines) {
        const std::scoped_lock lock(gate);
        write(lines);
    };
    Logger logger(options);
    {
        const std::scoped_lock stuck(gate);
        const std::string kilobyte(1000, 'x');
        for (int i = 0; i < 4000; ++i) logger.info("room", kilobyte);
    }
    logger.flush();
    logger.info("room", "last");
    logger.flush();
    const std::scoped_lock lock(written.mutex);
    REQUIRE(written.text.size() < (3u << 20));
    REQUIRE(written.text.find("lines were lost count=") != std::string::npos);
    REQUIRE(written.text.find("last") != std::string::npos);
}

TEST_CASE("levels and formats have names") {
    for (const auto level : {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError})
        REQUIRE(log_level_from(name_of(level)) == level);
    REQUIRE(!log_level_from("INFO"));
    REQUIRE(log_format_from("json") == LogFormat::kJson);
    REQUIRE(!log_format_from("xml"));
}
