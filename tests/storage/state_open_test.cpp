// What a start of the state tree believes, what it reads anew, and what it refuses.
#include <catch2/catch.hpp>

#include "base/codec.h"
#include "storage/state_tree.h"
#include "tests/support/memory_disk.h"

using namespace touchstone;
using namespace touchstone::storage;
using touchstone::test::MemoryDisk;

namespace {

constexpr const char* kCheckpoint = "tree.checkpoint";
constexpr std::uint8_t kMark[] = {'m'};

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

Hash256 key_of(std::uint32_t number) {
    Hash256 key;
    const std::uint32_t spread = number * 2654435761u;
    for (std::size_t i = 0; i < 4; ++i) key.bytes[i] = static_cast<std::uint8_t>(spread >> (24 - 8 * i));
    return key;
}

struct Fixture {
    std::unique_ptr<KeyValueStore> store = make_memory_store();
    MemoryDisk disk;
    StateTreeOptions options{8, 100};

    std::unique_ptr<StateTree> open() { return must(StateTree::open(*store, disk, options, nullptr)); }

    void add(StateTree& tree, std::uint32_t first, std::uint32_t count) {
        std::vector<StateWrite> writes;
        for (std::uint32_t i = first; i < first + count; ++i) writes.push_back({key_of(i), Bytes(5, 1)});
        const auto delta = must(tree.prepare(nullptr, std::move(writes), {}, nullptr));
        tree.commit(delta, {tree.mark().height.next(), Hash256{}, delta_root(*delta), {}}, {});
        REQUIRE(must(tree.flush()));
    }

    std::string code_of_open() { return StateTree::open(*store, disk, options, nullptr).error().code; }

    void put(ByteView key, ByteView value) {
        const auto batch = store->make_batch();
        batch->put(key, value);
        REQUIRE(store->write(*batch).ok());
    }
};

Bytes record_key(const Hash256& key) {
    Writer writer;
    writer.u8('s').hash(key);
    return writer.bytes();
}

}  // namespace

TEST_CASE("state tree: a new one has height 0 and the empty root, and may take genesis at height 0", "[state]") {
    Fixture f;
    auto tree = f.open();
    REQUIRE(tree->mark().height == Height(0));
    REQUIRE(tree->mark().root.is_zero());
    REQUIRE_FALSE(must(tree->flush()));
    const auto delta = must(tree->prepare(nullptr, {{key_of(1), Bytes{1}}}, {}, nullptr));
    tree->commit(delta, {Height(0), key_of(5), delta_root(*delta), {}}, {});
    REQUIRE(must(tree->flush()));
    f.add(*tree, 2, 4);
    const Hash256 root = tree->mark().root;
    tree = f.open();
    REQUIRE(tree->mark().height == Height(1));
    REQUIRE(tree->mark().root == root);
}

TEST_CASE("state tree: with a checkpoint only what was touched since is read", "[state]") {
    Fixture f;
    auto tree = f.open();
    f.add(*tree, 0, 400);
    REQUIRE_FALSE(f.disk.exists(kCheckpoint));
    f.add(*tree, 400, 1);
    REQUIRE(f.disk.exists(kCheckpoint));
    f.add(*tree, 401, 3);
    const Hash256 root = tree->mark().root;
    tree.reset();

    tree = f.open();
    REQUIRE(tree->mark().root == root);
    const std::uint64_t few = tree->stats().buckets_rebuilt_at_open;
    REQUIRE(few > 0);
    REQUIRE(few < 256);
    tree.reset();

    // Every byte of the checkpoint counts; without it all is read.
    const Bytes good = f.disk.content(kCheckpoint);
    for (std::size_t at = 0; at < good.size(); at += 7) {
        Bytes rotten = good;
        rotten[at] ^= 4;
        f.disk.set_content(kCheckpoint, rotten);
        tree = f.open();
        REQUIRE(tree->mark().root == root);
        REQUIRE(tree->stats().buckets_rebuilt_at_open > few);
    }
    f.disk.set_content(kCheckpoint, good);
    f.options.bucket_depth = 5;
    tree = f.open();
    REQUIRE(tree->mark().root == root);
    REQUIRE(tree->stats().buckets_rebuilt_at_open == 32);
    REQUIRE_FALSE(f.disk.exists(kCheckpoint));
}

TEST_CASE("state tree: a checkpoint that lies is not believed", "[state]") {
    Fixture other;
    auto tree = other.open();
    other.add(*tree, 1000, 300);
    other.add(*tree, 2000, 1);
    REQUIRE(other.disk.exists(kCheckpoint));

    Fixture f;
    tree = f.open();
    f.add(*tree, 0, 300);
    f.add(*tree, 400, 1);
    f.add(*tree, 401, 1);
    const Hash256 root = tree->mark().root;
    tree.reset();
    f.disk.set_content(kCheckpoint, other.disk.content(kCheckpoint));
    REQUIRE(f.open()->mark().root == root);
}

TEST_CASE("state tree: records that do not have the recorded root are refused with the remedy", "[state]") {
    Fixture f;
    f.add(*f.open(), 0, 40);
    SECTION("a record was changed") { f.put(record_key(key_of(3)), as_bytes("forged")); }
    SECTION("a record was added") { f.put(record_key(key_of(77)), as_bytes("forged")); }
    SECTION("a record is gone") {
        const auto batch = f.store->make_batch();
        batch->erase(record_key(key_of(3)));
        REQUIRE(f.store->write(*batch).ok());
    }
    const auto opened = StateTree::open(*f.store, f.disk, f.options, nullptr);
    REQUIRE_FALSE(opened.ok());
    REQUIRE(opened.error().code == "state_root_mismatch");
    REQUIRE(opened.error().message.find("delete the state folder") != std::string::npos);
}

TEST_CASE("state tree: a store that can not be read as one is state_corrupt", "[state]") {
    Fixture f;
    SECTION("records without a mark") { f.put(record_key(key_of(1)), as_bytes("x")); }
    SECTION("a mark that ends early") { f.put(kMark, as_bytes("\x01")); }
    SECTION("a record whose key is short") {
        f.add(*f.open(), 0, 4);
        f.put(as_bytes("s123"), as_bytes("x"));
    }
    REQUIRE(f.code_of_open() == "state_corrupt");
}

TEST_CASE("state tree: the mark's layout is pinned", "[state]") {
    Fixture f;
    auto tree = f.open();
    const auto delta = must(tree->prepare(nullptr, {{key_of(1), Bytes{1, 2, 3}}}, {}, nullptr));
    tree->commit(delta, {Height(9), key_of(2), delta_root(*delta), Bytes{0xab}}, {});
    REQUIRE(must(tree->flush()));
    Writer expected;
    expected.u8(1)
        .u64(9)
        .hash(key_of(2))
        .hash(crypto::state_leaf_hash(key_of(1), Bytes{1, 2, 3}))
        .u32(8)
        .u32(1)
        .u8(0xab);
    REQUIRE(must(f.store->get(kMark)) == expected.bytes());
    // t ‖ height -> bucket of key_of(1)
    Bytes touched{'t', 0, 0, 0, 0, 0, 0, 0, 9};
    REQUIRE(must(f.store->get(touched)) == Bytes{0, 0, 0, key_of(1).bytes[0]});
}

TEST_CASE("state tree: an empty bucket is answered without the store", "[state]") {
    // A record put behind the tree's back into a bucket that the tree knows to be empty is never asked for.
    Fixture f;
    auto tree = f.open();
    f.add(*tree, 0, 1);
    f.put(record_key(key_of(1)), as_bytes("behind"));
    REQUIRE(key_of(0).bytes[0] != key_of(1).bytes[0]);
    REQUIRE_FALSE(must(tree->read()->get(key_of(1))));
    REQUIRE_FALSE(must(tree->view(nullptr)->get(key_of(1))));
    const auto delta = must(tree->prepare(nullptr, {{key_of(1), Bytes{7}}}, {}, nullptr));
    const std::vector<crypto::StateLeaf> leaves = {{key_of(0), crypto::state_leaf_hash(key_of(0), Bytes(5, 1))},
                                                   {key_of(1), crypto::state_leaf_hash(key_of(1), Bytes{7})}};
    REQUIRE(delta_root(*delta) == crypto::state_root(leaves));
}

TEST_CASE("state tree: a full disk costs a checkpoint and nothing else", "[state]") {
    Fixture f;
    auto tree = f.open();
    f.add(*tree, 0, 300);
    f.disk.fail_after(2, "disk_full");
    f.add(*tree, 300, 1);
    REQUIRE_FALSE(f.disk.exists(kCheckpoint));
    f.disk.heal();
    f.add(*tree, 301, 200);
    f.add(*tree, 600, 1);
    REQUIRE(f.disk.exists(kCheckpoint));
    // Any other fault of the disk stops the node.
    f.add(*tree, 700, 200);
    f.disk.fail_after(2, "disk_error");
    REQUIRE(tree->flush().error().code == "disk_error");
}

TEST_CASE("state tree: progress of a long rebuild is told to its end", "[state]") {
    Fixture f;
    f.add(*f.open(), 0, 60);
    std::pair<std::uint64_t, std::uint64_t> last{0, 0};
    must(StateTree::open(*f.store, f.disk, f.options, [&](std::uint64_t done, std::uint64_t all) {
        last = {done, all};
    }));
    REQUIRE(last.first == last.second);
    REQUIRE(last.second == 256);
}
