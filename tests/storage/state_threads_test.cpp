// Readers on threads of their own while the core commits and the flusher flushes: every answer must be that of one
// height. Meant for the thread sanitizer; bounded by iterations, not by time.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "storage/read_gate.h"
#include "storage/state_tree.h"
#include "tests/support/memory_disk.h"

using namespace touchstone;
using namespace touchstone::storage;

namespace {

constexpr std::uint64_t kBlocks = 150;
constexpr std::uint8_t kKeys = 24;

Hash256 key_of(std::uint8_t number) {
    Hash256 key;
    key.bytes[0] = static_cast<std::uint8_t>(number * 37);
    key.bytes[31] = number;
    return key;
}

// At each height every key's record names that height: a mixture of two heights is seen at once.
Bytes record_at(std::uint64_t height) { return Bytes(3, static_cast<std::uint8_t>(height)); }

void run_core(StateTree& tree) {
    StateDeltaPtr parent;
    for (std::uint64_t height = 1; height <= kBlocks; ++height) {
        std::vector<StateWrite> writes;
        std::vector<SideWrite> side;
        for (std::uint8_t i = 0; i < kKeys; ++i) {
            writes.push_back({key_of(i), record_at(height)});
            side.push_back({Bytes{'e', i}, record_at(height)});
        }
        const auto delta = tree.prepare(parent, std::move(writes), std::move(side), nullptr);
        if (!delta.ok()) return;
        tree.commit(*delta, {Height(height), Hash256{}, delta_root(**delta), {}}, {});
        parent = *delta;
    }
}

bool consistent(const StateReadGuard& guard, std::uint8_t number) {
    const std::uint64_t height = guard.mark().height.value;
    const auto expected = height == 0 ? std::nullopt : std::optional<Bytes>(record_at(height));
    const Hash256 key = key_of(number);
    const auto record = guard.get(key);
    const auto proof = guard.prove(key);
    const auto side = guard.side(Bytes{'e', number});
    if (!record.ok() || !proof.ok() || !side.ok() || *record != expected || *side != expected) return false;
    const auto claim = expected ? std::optional<ByteView>(*expected) : std::nullopt;
    if (!crypto::verify_state_proof(guard.mark().root, key, claim, *proof)) return false;
    std::size_t entries = 0;
    const Bytes prefix{'e'};
    const Status scanned = guard.side_scan(prefix, prefix, [&](ByteView, ByteView value) {
        entries += equal(value, *expected) ? 1u : 0u;
        return true;
    });
    return scanned.ok() && entries == (height == 0 ? 0u : kKeys);
}

}  // namespace

TEST_CASE("state tree: readers see one height while blocks are committed and flushed", "[threads]") {
    const auto store = make_memory_store();
    test::MemoryDisk disk;
    auto opened = StateTree::open(*store, disk, {4, 60}, nullptr);
    REQUIRE(opened.ok());
    StateTree& tree = **opened;
    std::atomic<bool> done = false;
    std::atomic<bool> sound = true;
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
        while (!done)
            if (!tree.flush().ok()) sound = false;
    });
    for (std::uint8_t reader = 0; reader < 2; ++reader)
        threads.emplace_back([&, reader] {
            for (std::uint8_t i = reader; !done; i = static_cast<std::uint8_t>((i + 1) % kKeys)) {
                if (!consistent(*tree.read(), i)) sound = false;
                if (tree.stats().flushed_height.value > kBlocks) sound = false;
            }
        });
    run_core(tree);
    done = true;
    for (std::thread& thread : threads) thread.join();
    REQUIRE(sound);
    REQUIRE(tree.mark().height.value == kBlocks);
    REQUIRE(tree.flush().ok());
    REQUIRE(tree.stats().unflushed_blocks == 0);
    REQUIRE(tree.stats().unflushed_bytes == 0);
    const Hash256 root = tree.mark().root;
    opened->reset();
    auto again = StateTree::open(*store, disk, {4, 60}, nullptr);
    REQUIRE(again.ok());
    REQUIRE((*again)->mark().root == root);
}

TEST_CASE("read gate: a waiting writer goes before new readers, and waiting readers before the next writer",
          "[threads]") {
    ReadGate gate;
    std::atomic<int> inside = 0;
    std::atomic<bool> sound = true;
    std::uint64_t guarded = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 2000; ++turn) {
                gate.lock_shared();
                ++inside;
                if (guarded % 2 != 0) sound = false;
                --inside;
                gate.unlock_shared();
            }
        });
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 500; ++turn) {
                gate.lock();
                if (inside != 0) sound = false;
                ++guarded;
                ++guarded;
                gate.unlock();
            }
        });
    for (std::thread& thread : threads) thread.join();
    REQUIRE(sound);
    REQUIRE(guarded == 2000);
}
