// The disk and its twin in memory keep the same contract; the twin's crashes lose only what was not synced.
#include <catch2/catch.hpp>

#include <unistd.h>

#include "storage/crc32c.h"
#include "storage/disk.h"
#include "tests/storage/temp_folder.h"
#include "tests/support/memory_disk.h"

using namespace touchstone;
using namespace touchstone::storage;

namespace {

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

void conforms(Disk& disk) {
    REQUIRE(disk.list().empty());
    REQUIRE_FALSE(disk.exists("b"));
    auto file = must(disk.open("b"));
    REQUIRE(disk.exists("b"));
    REQUIRE(file->size() == 0);
    REQUIRE(file->write(3, as_bytes("xyz")).ok());
    REQUIRE(file->size() == 6);
    REQUIRE(must(file->read(0, 100)) == Bytes{0, 0, 0, 'x', 'y', 'z'});
    REQUIRE(must(file->read(4, 1)) == Bytes{'y'});
    REQUIRE(must(file->read(6, 1)).empty());
    REQUIRE(must(file->read(60, 1)).empty());
    REQUIRE(file->sync().ok());
    // Two handles see one content.
    auto other = must(disk.open("b"));
    REQUIRE(file->truncate(4).ok());
    REQUIRE(other->size() == 4);
    REQUIRE(file->write(4, as_bytes("!")).ok());
    REQUIRE(must(other->read(3, 9)) == Bytes{'x', '!'});
    must(disk.open("a"));
    REQUIRE(disk.list() == std::vector<std::string>{"a", "b"});
    REQUIRE(disk.rename("b", "a").ok());
    REQUIRE(disk.list() == std::vector<std::string>{"a"});
    REQUIRE(must(must(disk.open("a"))->read(3, 9)) == Bytes{'x', '!'});
    REQUIRE(disk.remove("a").ok());
    REQUIRE(disk.list().empty());
    REQUIRE(disk.remove("a").error().code == "disk_error");
    REQUIRE(disk.rename("a", "b").error().code == "disk_error");
}

}  // namespace

TEST_CASE("disk: a folder keeps the contract", "[disk]") {
    const test::TempFolder folder;
    const auto disk = must(open_posix_disk(folder.path() + "/inner/disk"));
    conforms(*disk);
}

TEST_CASE("disk: memory keeps the contract", "[disk]") {
    test::MemoryDisk disk;
    conforms(disk);
}

TEST_CASE("disk: a full device is disk_full", "[disk]") {
    if (::access("/dev/full", W_OK) != 0) return;
    const auto disk = must(open_posix_disk("/dev"));
    // Not a regular file, so exists() says no; it opens all the same.
    auto file = disk->open("full");
    if (!file.ok()) {
        WARN("/dev/full can not be opened here: " << file.error().message);
        return;
    }
    REQUIRE((*file)->write(0, as_bytes("x")).error().code == "disk_full");
}

TEST_CASE("disk: a folder that can not be made is an error", "[disk]") {
    REQUIRE(open_posix_disk("/dev/null/folder").error().code == "disk_error");
}

TEST_CASE("memory disk: a crash keeps what was synced and loses or tears the rest", "[disk]") {
    bool lost = false, kept = false, torn = false;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        test::MemoryDisk disk;
        auto file = must(disk.open("f"));
        REQUIRE(file->write(0, as_bytes("synced")).ok());
        REQUIRE(file->sync().ok());
        REQUIRE(file->write(6, as_bytes("later")).ok());
        disk.crash(seed);
        REQUIRE(file->write(0, as_bytes("ghost")).error().code == "disk_error");
        const std::string after(as_text(disk.content("f")));
        REQUIRE(after.starts_with("synced"));
        lost |= after == "synced";
        kept |= after == "syncedlater";
        torn |= after != "synced" && after != "syncedlater";
    }
    REQUIRE((lost && kept && torn));
}

TEST_CASE("memory disk: fails when told to", "[disk]") {
    test::MemoryDisk disk;
    auto file = must(disk.open("f"));
    disk.fail_after(1, "disk_full");
    REQUIRE(file->write(0, as_bytes("a")).ok());
    REQUIRE(file->write(0, as_bytes("b")).error().code == "disk_full");
    REQUIRE(disk.open("g").error().code == "disk_full");
    REQUIRE(file->sync().ok());
    disk.fail_after(0, "disk_error");
    REQUIRE(file->sync().error().code == "disk_error");
    disk.heal();
    REQUIRE(file->sync().ok());
    REQUIRE(disk.content("f") == Bytes{'a'});
}

TEST_CASE("crc32c: known values, and both implementations agree", "[crc]") {
    REQUIRE(crc32c(0, as_bytes("123456789")) == 0xe3069283);
    REQUIRE(crc32c(0, Bytes(32, 0)) == 0x8a9136aa);     // RFC 3720 B.4
    REQUIRE(crc32c(0, Bytes(32, 0xff)) == 0x62a8ab43);  // RFC 3720 B.4
    Bytes bytes;
    for (std::size_t i = 0; i < 300; ++i) {
        REQUIRE(crc32c(0, bytes) == detail::crc32c_table(0, bytes));
        const std::size_t half = bytes.size() / 2;
        REQUIRE(crc32c(crc32c(0, ByteView(bytes).first(half)), ByteView(bytes).subspan(half)) == crc32c(0, bytes));
        bytes.push_back(static_cast<std::uint8_t>(i * 7));
    }
}

TEST_CASE("posix disk to read: sees files, changes nothing", "[disk]") {
    test::TempFolder folder;
    {
        auto disk = must(open_posix_disk(folder.path()));
        REQUIRE(must(disk->open("f"))->write(0, as_bytes("abc")).ok());
    }
    auto disk = must(open_posix_disk_to_read(folder.path()));
    REQUIRE(disk->list() == std::vector<std::string>{"f"});
    auto file = must(disk->open("f"));
    REQUIRE(file->size() == 3);
    REQUIRE(must(file->read(1, 5)) == Bytes{'b', 'c'});
    REQUIRE(file->write(0, as_bytes("x")).error().code == "disk_read_only");
    REQUIRE(file->truncate(0).error().code == "disk_read_only");
    REQUIRE(disk->remove("f").error().code == "disk_read_only");
    REQUIRE(disk->rename("f", "g").error().code == "disk_read_only");
    REQUIRE(disk->open("absent").error().code == "disk_error");
    REQUIRE_FALSE(disk->exists("absent"));
    REQUIRE(open_posix_disk_to_read(folder.path() + "/absent").error().code == "disk_error");
    REQUIRE_FALSE(std::filesystem::exists(folder.path() + "/absent"));
}
