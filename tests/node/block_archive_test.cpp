// A block log read from outside: what is damaged is named, what is merely cut off at the end is not a fault, and
// nothing is written.
#include "node/block_archive.h"

#include <catch2/catch.hpp>

#include "tests/node/small_chain.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::test;

namespace {

constexpr const char* kFirst = "blocks-00000000.log";

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

struct Written {
    storage::LogPlace body;
    storage::LogPlace finalization;
};

// A small chain in a block log, as a node writes it: each body before its finalization.
struct LoggedChain {
    explicit LoggedChain(std::size_t segment_bytes = 1u << 20) {
        chain.with_a_day();
        auto log = must(storage::BlockLog::open(disk, {segment_bytes, 0}, nullptr));
        BlockStore store(*log);
        for (const RawBlock& raw : chain.blocks) places.push_back(write(store, raw));
        REQUIRE(log->sync().ok());
    }
    Written write(BlockStore& store, const RawBlock& raw) {
        const ledger::Header header = chain.block(raw.height.value).header;
        store.forget(header.hash());
        const auto body = must(store.append_body(header.hash(), raw.body));
        return {body, must(store.append_final({header.height, header.hash(), header.view, body, raw.certificate}))};
    }
    // Appended by a node that goes on.
    void append(const std::function<void(BlockStore&)>& more) {
        auto log = must(storage::BlockLog::open(disk, {1u << 20, 0}, nullptr));
        BlockStore store(*log);
        more(store);
    }
    void flip(storage::LogPlace place, std::size_t further) {
        const std::string name = place.segment == 0 ? kFirst : "blocks-00000001.log";
        Bytes bytes = disk.content(name);
        bytes.at(place.offset + further) ^= 1;
        disk.set_content(name, bytes);
    }

    SmallChain chain;
    touchstone::test::MemoryDisk disk;
    std::vector<Written> places;
};

struct Opened {
    explicit Opened(LoggedChain& logged)
        : log(must(storage::BlockLog::open_to_read(logged.disk))), archive(must(BlockArchive::open(*log))) {}
    std::unique_ptr<storage::BlockLog> log;
    BlockArchive archive;
};

void require_all(const LoggedChain& logged, BlockArchive& archive) {
    for (Height height(1); height <= archive.last(); height = height.next()) {
        const auto block = archive.read(height);
        REQUIRE(block.ok());
        REQUIRE(block->body == logged.chain.blocks[height.value - 1].body);
        REQUIRE(block->certificate == logged.chain.blocks[height.value - 1].certificate);
    }
}

}  // namespace

TEST_CASE("archive: every block of a log, across segments, and nothing is written", "[archive]") {
    for (const std::size_t segment_bytes : {std::size_t{1} << 20, std::size_t{2048}}) {
        LoggedChain logged(segment_bytes);
        const Bytes before = logged.disk.content(kFirst);
        const auto operations = logged.disk.operations();
        Opened opened(logged);
        REQUIRE(opened.archive.last() == Height(8));
        REQUIRE(opened.archive.damage().empty());
        REQUIRE(opened.archive.cut_off() == 0);
        require_all(logged, opened.archive);
        REQUIRE(logged.disk.operations() == operations);
        REQUIRE(logged.disk.content(kFirst) == before);
    }
}

TEST_CASE("archive: an empty log has no blocks", "[archive]") {
    touchstone::test::MemoryDisk disk;
    const auto log = must(storage::BlockLog::open_to_read(disk));
    REQUIRE(must(BlockArchive::open(*log)).last() == Height(0));
    REQUIRE(disk.list().empty());
}

TEST_CASE("archive: cut off anywhere, the blocks before the cut are all there", "[archive]") {
    LoggedChain logged;
    const Bytes whole = logged.disk.content(kFirst);
    for (std::size_t size = 0; size <= whole.size(); size += 3) {
        logged.disk.set_content(kFirst, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
        Opened opened(logged);
        std::uint64_t expected = 0;
        for (const Written& written : logged.places) {
            const std::size_t next =
                expected + 1 < logged.places.size() ? logged.places[expected + 1].body.offset : whole.size();
            if (next <= size) ++expected;
            static_cast<void>(written);
        }
        REQUIRE(opened.archive.last() == Height(expected));
        require_all(logged, opened.archive);
    }
}

TEST_CASE("archive: a damaged body or finalization is named, with its place", "[archive]") {
    LoggedChain damaged_body;
    damaged_body.flip(damaged_body.places[3].body, 300);
    Opened body(damaged_body);
    REQUIRE(body.archive.last() == Height(8));
    REQUIRE(body.archive.read(Height(3)).ok());
    REQUIRE(body.archive.read(Height(5)).ok());
    const Error lost_body = body.archive.read(Height(4)).error();
    REQUIRE(lost_body.code == "log_corrupt");
    REQUIRE(lost_body.message.starts_with("the body of block 4"));
    REQUIRE(lost_body.message.find(std::to_string(damaged_body.places[3].body.offset)) != std::string::npos);

    LoggedChain damaged_final;
    damaged_final.flip(damaged_final.places[5].finalization, 20);
    Opened finalization(damaged_final);
    REQUIRE(finalization.archive.last() == Height(8));
    REQUIRE(finalization.archive.read(Height(6)).error().message.starts_with("the finalization of block 6"));
}

TEST_CASE("archive: what a node repaired is whole again", "[archive]") {
    LoggedChain logged;
    logged.flip(logged.places[3].body, 300);
    logged.append([&](BlockStore& store) { logged.write(store, logged.chain.blocks[3]); });
    Opened opened(logged);
    REQUIRE(opened.archive.last() == Height(8));
    REQUIRE(opened.archive.damage().size() == 1);
    require_all(logged, opened.archive);
}

TEST_CASE("archive: a body elsewhere than its finalization says is found", "[archive]") {
    LoggedChain logged;
    logged.flip(logged.places[3].body, 300);
    logged.append([&](BlockStore& store) {
        must(store.append_body(logged.chain.block(4).header.hash(), logged.chain.blocks[3].body));
    });
    Opened opened(logged);
    require_all(logged, opened.archive);
}

TEST_CASE("archive: a commit that was cut off is left out; a certificate that is missing before it is not",
          "[archive]") {
    LoggedChain logged;
    const auto uncertified = [&](std::uint64_t height) {
        return FinalRecord{Height(height), {}, View(height), {}, {}};
    };
    logged.append([&](BlockStore& store) {
        must(store.append_final(uncertified(9)));
        must(store.append_final(uncertified(10)));
    });
    {
        Opened opened(logged);
        REQUIRE(opened.archive.last() == Height(8));
        REQUIRE(opened.archive.cut_off() == 2);
        require_all(logged, opened.archive);
    }
    // A body after them: the commit was complete.
    logged.append([&](BlockStore& store) { must(store.append_body(Hash256{}, logged.chain.blocks[0].body)); });
    Opened opened(logged);
    REQUIRE(opened.archive.last() == Height(10));
    REQUIRE(opened.archive.cut_off() == 0);
}
