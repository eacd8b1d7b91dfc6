#include <catch2/catch.hpp>

#include "storage/block_log.h"
#include "tests/storage/temp_folder.h"
#include "tests/support/memory_disk.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::storage;
using touchstone::test::MemoryDisk;

namespace {

constexpr const char* kFirst = "blocks-00000000.log";
constexpr BlockLogOptions kSmall{4096, 0};
constexpr BlockLogOptions kAhead{4096, 512};

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

Bytes payload(std::size_t size, std::uint8_t fill) { return Bytes(size, fill); }

std::vector<LogRecord> all(const BlockLog& log, LogPlace from = {}) {
    std::vector<LogRecord> records;
    REQUIRE(log.scan(from,
                     [&](const LogRecord& record) {
                         records.push_back(record);
                         return true;
                     })
                .ok());
    return records;
}

}  // namespace

TEST_CASE("block log: the layout of a record is pinned", "[log]") {
    MemoryDisk disk;
    auto log = must(BlockLog::open(disk, kSmall, nullptr));
    must(log->append(7, as_bytes("abc")));
    // magic ‖ size ‖ kind ‖ CRC-32C over segment, offset, size, kind, payload ‖ payload
    REQUIRE(to_hex(disk.content(kFirst)) ==
            "5453424c0000000307"
            "456c0e19"
            "616263");
}

TEST_CASE("block log: what was appended is read back, across segments and openings", "[log]") {
    MemoryDisk disk;
    std::vector<LogPlace> places;
    for (const BlockLogOptions& options : {kSmall, kAhead}) {
        auto log = must(BlockLog::open(disk, options, nullptr));
        for (std::size_t i = 0; i < 40; ++i)
            places.push_back(
                must(log->append(static_cast<std::uint8_t>(i), payload(i * 20, static_cast<std::uint8_t>(i)))));
        REQUIRE(log->sync().ok());
        // Larger than a segment.
        places.push_back(must(log->append(40, payload(10'000, 40))));
        REQUIRE(places.back().offset == 0);
        REQUIRE(log->sync().ok());
    }
    REQUIRE(places.back().segment > 3);
    REQUIRE(std::is_sorted(places.begin(), places.end()));
    BlockLog::OpenReport report;
    auto log = must(BlockLog::open(disk, kAhead, &report));
    REQUIRE(report.bytes_cut == 0);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const LogRecord record = must(log->read(places[i]));
        REQUIRE(record.kind == i % 41);
        REQUIRE(record.place == places[i]);
    }
    REQUIRE(all(*log).size() == places.size());
    const auto later = all(*log, places[30]);
    REQUIRE(later.size() == places.size() - 30);
    REQUIRE(later.front().place == places[30]);
}

TEST_CASE("block log: a tail torn at any byte is cut, and what stands before it is kept", "[log]") {
    for (const std::size_t ahead : {std::size_t{0}, std::size_t{64}}) {
        MemoryDisk whole;
        auto log = must(BlockLog::open(whole, {4096, ahead}, nullptr));
        must(log->append(1, payload(50, 0xaa)));
        const LogPlace last = must(log->append(2, payload(70, 0xbb)));
        const Bytes bytes = whole.content(kFirst);
        const std::size_t end = last.offset + 13 + 70;
        for (std::size_t cut = last.offset; cut < end; ++cut) {
            MemoryDisk disk;
            Bytes torn = bytes;
            std::fill(torn.begin() + static_cast<std::ptrdiff_t>(cut), torn.end(), 0);
            if (ahead == 0) torn.resize(cut);
            disk.set_content(kFirst, torn);
            BlockLog::OpenReport report;
            auto again = must(BlockLog::open(disk, {4096, ahead}, &report));
            INFO("cut at " << cut);
            REQUIRE((report.bytes_cut > 0) == (cut > last.offset));
            REQUIRE(all(*again).size() == 1);
            REQUIRE(again->read(last).error().code == "log_corrupt");
            // The place is used again.
            REQUIRE(must(again->append(3, payload(5, 1))) == last);
            REQUIRE(again->sync().ok());
            REQUIRE(all(*must(BlockLog::open(disk, kSmall, &report))).size() == 2);
            REQUIRE(report.bytes_cut == 0);
        }
    }
}

TEST_CASE("block log: damage in the middle is reported where it is, and takes nothing else along", "[log]") {
    MemoryDisk whole;
    auto log = must(BlockLog::open(whole, kSmall, nullptr));
    std::vector<LogPlace> places;
    for (std::uint8_t i = 0; i < 4; ++i) places.push_back(must(log->append(i, payload(30, i))));
    const Bytes bytes = whole.content(kFirst);
    for (std::size_t at = places[1].offset; at < places[2].offset; ++at) {
        MemoryDisk disk;
        Bytes rotten = bytes;
        rotten[at] ^= 0x41;
        disk.set_content(kFirst, rotten);
        BlockLog::OpenReport report;
        auto again = must(BlockLog::open(disk, kSmall, &report));
        INFO("byte " << at);
        REQUIRE(report.bytes_cut == 0);
        REQUIRE(again->read(places[1]).error().code == "log_corrupt");
        const auto records = all(*again);
        REQUIRE(records.size() == 3);
        REQUIRE(records[1].place == places[2]);
        REQUIRE(must(again->read(places[3])).payload == payload(30, 3));
    }
}

TEST_CASE("block log: a payload that imitates a record is never taken for one", "[log]") {
    MemoryDisk imitated;
    auto other = must(BlockLog::open(imitated, kSmall, nullptr));
    must(other->append(9, as_bytes("forged")));
    const Bytes forged = imitated.content(kFirst);

    MemoryDisk disk;
    auto log = must(BlockLog::open(disk, kSmall, nullptr));
    const LogPlace place = must(log->append(1, forged));
    Bytes bytes = disk.content(kFirst);
    bytes[place.offset + 4] ^= 0xff;  // the size of the record that carries it
    disk.set_content(kFirst, bytes);
    REQUIRE(all(*must(BlockLog::open(disk, kSmall, nullptr))).empty());
}

TEST_CASE("block log: pruning removes whole segments, and says so to readers", "[log]") {
    MemoryDisk disk;
    auto log = must(BlockLog::open(disk, kSmall, nullptr));
    std::vector<LogPlace> places;
    for (std::uint8_t i = 0; i < 10; ++i) places.push_back(must(log->append(i, payload(2000, i))));
    const std::uint64_t before = log->size_bytes();
    const std::uint64_t freed = must(log->prune_before(places[5]));
    REQUIRE(freed > 0);
    REQUIRE(log->size_bytes() == before - freed);
    REQUIRE(log->read(places[0]).error().code == "log_pruned");
    REQUIRE(log->read(places[5]).ok());
    REQUIRE(must(log->prune_before(places[5])) == 0);
    log = must(BlockLog::open(disk, kSmall, nullptr));
    REQUIRE(log->read(places[0]).error().code == "log_pruned");
    REQUIRE(all(*log).size() == 6);
    // Never the segment that is appended to.
    must(log->prune_before({100, 0}));
    REQUIRE(log->read(places[9]).ok());
}

TEST_CASE("block log: a full disk refuses an append, and the log goes on when there is room", "[log]") {
    for (std::uint64_t after = 0; after < 12; ++after) {
        MemoryDisk disk;
        auto log = must(BlockLog::open(disk, {300, 64}, nullptr));
        std::vector<LogPlace> places = {must(log->append(1, payload(100, 1)))};
        REQUIRE(log->sync().ok());
        disk.fail_after(after, "disk_full");
        for (std::uint8_t i = 0; i < 6; ++i) {
            auto place = log->append(2, payload(90, i));
            if (place.ok())
                places.push_back(*place);
            else
                REQUIRE(place.error().code == "disk_full");
        }
        disk.heal();
        places.push_back(must(log->append(3, payload(90, 9))));
        REQUIRE(log->sync().ok());
        log = must(BlockLog::open(disk, {300, 64}, nullptr));
        const auto records = all(*log);
        REQUIRE(records.size() == places.size());
        for (std::size_t i = 0; i < places.size(); ++i) REQUIRE(records[i].place == places[i]);
    }
}

TEST_CASE("block log: what was synced survives every crash", "[log]") {
    const std::uint64_t seed = test::seed_of("block log crashes");
    std::mt19937_64 random(seed);
    for (int life = 0; life < 300; ++life) {
        MemoryDisk disk;
        std::map<LogPlace, Bytes> synced;
        for (int boot = 0; boot < 4; ++boot) {
            auto log = must(BlockLog::open(disk, {2000, random() % 2 * 256}, nullptr));
            const auto found = all(*log);
            for (const auto& [place, bytes] : synced) REQUIRE(must(log->read(place)).payload == bytes);
            std::size_t kept = 0;
            for (const LogRecord& record : found) kept += synced.contains(record.place) ? 1 : 0;
            REQUIRE(kept == synced.size());
            for (const LogRecord& record : found) synced[record.place] = record.payload;
            std::map<LogPlace, Bytes> unsynced;
            for (std::size_t i = random() % 20; i > 0; --i) {
                Bytes bytes(random() % 700);
                for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
                unsynced[must(log->append(1, bytes))] = bytes;
                if (random() % 3 != 0) continue;
                REQUIRE(log->sync().ok());
                synced.merge(unsynced);
                unsynced.clear();
            }
            disk.crash(random());
        }
    }
}
