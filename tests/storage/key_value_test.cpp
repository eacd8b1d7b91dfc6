// One contract, both stores.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "storage/key_value.h"
#include "tests/storage/temp_folder.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::storage;

namespace {

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

void put(KeyValueStore& store, std::string_view key, std::string_view value) {
    const auto batch = store.make_batch();
    batch->put(as_bytes(key), as_bytes(value));
    REQUIRE(store.write(*batch).ok());
}

std::string listed(KeyValueIterator& iterator, std::string_view from) {
    std::string text;
    for (iterator.seek(as_bytes(from)); iterator.valid(); iterator.next())
        text += std::string(as_text(iterator.key())) + "=" + std::string(as_text(iterator.value())) + ";";
    REQUIRE(iterator.status().ok());
    return text;
}

void conforms(KeyValueStore& store) {
    REQUIRE_FALSE(must(store.get(as_bytes("a"))));
    auto batch = store.make_batch();
    batch->put(as_bytes("b"), as_bytes("1"));
    batch->put(as_bytes("a"), as_bytes("2"));
    batch->put(as_bytes("a"), as_bytes("3"));
    batch->put(as_bytes("c"), as_bytes("4"));
    batch->erase(as_bytes("c"));
    batch->put(as_bytes("\xff"), as_bytes(""));
    REQUIRE_FALSE(must(store.get(as_bytes("b"))));
    REQUIRE(store.write(*batch).ok());
    REQUIRE(must(store.get(as_bytes("a"))) == Bytes{'3'});
    REQUIRE_FALSE(must(store.get(as_bytes("c"))));
    REQUIRE(must(store.get(as_bytes("\xff"))) == Bytes{});

    // An iterator sees its moment, whatever is written afterwards; bytes are unsigned.
    const auto before = store.iterate();
    batch = store.make_batch();
    batch->erase(as_bytes("a"));
    batch->put(as_bytes("aa"), as_bytes("5"));
    REQUIRE(store.write(*batch).ok());
    REQUIRE(listed(*before, "") == "a=3;b=1;\xff=;");
    REQUIRE(listed(*before, "b") == "b=1;\xff=;");
    REQUIRE(listed(*store.iterate(), "") == "aa=5;b=1;\xff=;");
    REQUIRE(listed(*store.iterate(), "aaa") == "b=1;\xff=;");
}

void matches_model(KeyValueStore& store, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::map<std::string, std::string> model;
    std::unique_ptr<KeyValueIterator> old;
    std::string old_listing;
    for (int round = 0; round < 200; ++round) {
        const auto batch = store.make_batch();
        for (std::size_t i = random() % 20; i > 0; --i) {
            const std::string key = std::string("k").append(std::to_string(random() % 100));
            if (random() % 3 == 0) {
                batch->erase(as_bytes(key));
                model.erase(key);
            } else {
                batch->put(as_bytes(key), as_bytes(std::to_string(round)));
                model[key] = std::to_string(round);
            }
        }
        REQUIRE(store.write(*batch).ok());
        std::string expected;
        for (const auto& [key, value] : model) expected += key + "=" + value + ";";
        REQUIRE(listed(*store.iterate(), "k") == expected);
        if (old) REQUIRE(listed(*old, "k") == old_listing);
        if (random() % 5 == 0) {
            old = store.iterate();
            old_listing = expected;
        }
    }
}

}  // namespace

TEST_CASE("key-value store: memory", "[kv]") {
    const auto store = make_memory_store();
    conforms(*store);
    matches_model(*make_memory_store(), test::seed_of("memory store"));
}

TEST_CASE("key-value store: LevelDB, by mmap and by pread, synced and not", "[kv]") {
    for (const bool random_access : {false, true}) {
        const test::TempFolder folder;
        LevelDbOptions options;
        options.random_access_reads = random_access;
        options.sync_writes = random_access;
        {
            const auto store = must(open_leveldb(folder.path() + "/a/kv", options));
            conforms(*store);
        }
        // Opened again it reads from a table file instead of its log.
        const auto store = must(open_leveldb(folder.path() + "/a/kv", options));
        REQUIRE(listed(*store->iterate(), "") == "aa=5;b=1;\xff=;");
        options.sync_writes = false;
        const auto fresh = must(open_leveldb(folder.path() + "/b", options));
        matches_model(*fresh, test::seed_of("LevelDB store"));
    }
}

TEST_CASE("key-value store: a second opener is told who is in the way", "[kv]") {
    const test::TempFolder folder;
    const auto store = must(open_leveldb(folder.path(), {}));
    const auto second = open_leveldb(folder.path(), {});
    REQUIRE_FALSE(second.ok());
    REQUIRE(second.error().code == "kv_locked");
    REQUIRE(second.error().message.find(folder.path()) != std::string::npos);
}

TEST_CASE("key-value store: damage is kv_corrupt, not another answer", "[kv]") {
    const test::TempFolder folder;
    LevelDbOptions unsynced;
    unsynced.sync_writes = false;
    {
        const auto store = must(open_leveldb(folder.path(), unsynced));
        for (int i = 0; i < 2000; ++i) put(*store, std::string("key").append(std::to_string(i)), std::string(100, 'x'));
    }
    must(open_leveldb(folder.path(), {}));  // moves the log into a table
    std::filesystem::path table;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.path().extension() == ".ldb") table = entry.path();
    REQUIRE_FALSE(table.empty());
    {
        std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(1000);
        file.write("damage", 6);
    }
    const auto store = open_leveldb(folder.path(), {});
    if (!store.ok()) {
        REQUIRE(store.error().code == "kv_corrupt");
        return;
    }
    const auto iterator = (*store)->iterate();
    for (iterator->seek({}); iterator->valid(); iterator->next()) {
    }
    REQUIRE(iterator->status().error().code == "kv_corrupt");
}

TEST_CASE("key-value store: a folder that can not be made is kv_io", "[kv]") {
    REQUIRE(open_leveldb("/dev/null/kv", {}).error().code == "kv_io");
}
