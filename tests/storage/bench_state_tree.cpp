// What the state tree costs on this machine: bench_state_tree <folder> [keys] [bucket depth].
// Inserts random keys (150-byte records, one side entry of 110 bytes each) in blocks of 10,000, then reads, proves and
// opens again. Times are processor time of the one thread that does it all. Not a test: ctest does not run it.
#include <fmt/format.h>

#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "storage/state_tree.h"

using namespace touchstone;
using namespace touchstone::storage;

namespace {

constexpr std::size_t kBlockKeys = 10'000;
constexpr std::size_t kRecordBytes = 150;
constexpr std::size_t kSideValueBytes = 70;
constexpr std::size_t kReads = 200'000;
constexpr std::size_t kProofs = 50'000;

template <class T>
T must(Result<T> result) {
    if (result.ok()) return *std::move(result);
    fmt::print(stderr, "{}: {}\n", result.error().code, result.error().message);
    std::exit(1);
}

// This thread's processor time: what others do on the machine meanwhile does not count, nor does waiting for the disk.
struct Clock {
    using time_point = double;
    static time_point now() {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
    }
};
double us_since(Clock::time_point start) { return Clock::now() - start; }

struct Stage {
    std::string name;
    std::vector<double> us_per_key;

    void report() {
        std::sort(us_per_key.begin(), us_per_key.end());
        fmt::print("  {:8} median {:6.2f}  p90 {:6.2f}  max {:7.2f} us/key\n", name, us_per_key[us_per_key.size() / 2],
                   us_per_key[us_per_key.size() * 9 / 10], us_per_key.back());
    }
};

Hash256 random_key(std::mt19937_64& random) {
    Hash256 key;
    for (std::size_t i = 0; i < 32; i += 8) {
        const std::uint64_t word = random();
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&word), 8,
                    key.bytes.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return key;
}

void fill_block(std::mt19937_64& random, std::vector<StateWrite>& writes, std::vector<SideWrite>& side) {
    for (std::size_t i = 0; i < kBlockKeys; ++i) {
        const Hash256 key = random_key(random);
        Bytes side_key = {'e'};
        append(side_key, key.bytes);
        append(side_key, Bytes(8, 0));
        writes.push_back({key, Bytes(kRecordBytes, static_cast<std::uint8_t>(i))});
        side.push_back({std::move(side_key), Bytes(kSideValueBytes, static_cast<std::uint8_t>(i))});
    }
}

void insert(StateTree& tree, std::size_t keys) {
    std::mt19937_64 random(1);
    Stage prepare{"prepare", {}}, commit{"commit", {}}, flush{"flush", {}};
    const auto begin = Clock::now();
    double making = 0;
    for (std::uint64_t height = 1; height <= keys / kBlockKeys; ++height) {
        auto start = Clock::now();
        std::vector<StateWrite> writes;
        std::vector<SideWrite> side;
        fill_block(random, writes, side);
        making += us_since(start);
        // As execution does: the view is asked for each key first.
        start = Clock::now();
        const auto view = tree.view(nullptr);
        for (const StateWrite& write : writes) must(view->get(write.key));
        const StateDeltaPtr delta = must(tree.prepare(nullptr, std::move(writes), std::move(side), view.get()));
        prepare.us_per_key.push_back(us_since(start) / kBlockKeys);
        start = Clock::now();
        tree.commit(delta, {Height(height), Hash256{}, delta_root(*delta), {}}, {});
        commit.us_per_key.push_back(us_since(start) / kBlockKeys);
        start = Clock::now();
        must(tree.flush());
        flush.us_per_key.push_back(us_since(start) / kBlockKeys);
    }
    const double seconds = (us_since(begin) - making) / 1e6;
    fmt::print("{} keys in {:.2f} s: {:.0f} keys/s on one thread\n", keys, seconds,
               static_cast<double>(keys) / seconds);
    prepare.report();
    commit.report();
    flush.report();
}

// Every `step`-th of the keys that insert() wrote.
std::vector<Hash256> some_keys(std::size_t keys, std::size_t count) {
    std::mt19937_64 random(1);
    std::vector<Hash256> all;
    for (std::size_t i = 0; i < keys; ++i) all.push_back(random_key(random));
    std::shuffle(all.begin(), all.end(), random);
    all.resize(std::min(count, all.size()));
    return all;
}

void read_back(const StateTree& tree, std::size_t keys) {
    const std::vector<Hash256> present = some_keys(keys, kReads);
    auto start = Clock::now();
    for (const Hash256& key : present)
        if (!must(tree.read()->get(key))) std::exit(2);
    fmt::print("reads, present   {:9.0f} /s\n", static_cast<double>(present.size()) * 1e6 / us_since(start));
    std::mt19937_64 random(99);
    start = Clock::now();
    for (std::size_t i = 0; i < kReads; ++i)
        if (must(tree.read()->get(random_key(random)))) std::exit(2);
    fmt::print("reads, absent    {:9.0f} /s\n", kReads * 1e6 / us_since(start));
    const std::size_t proofs = std::min(kProofs, present.size());
    start = Clock::now();
    for (std::size_t i = 0; i < proofs; ++i) must(tree.read()->prove(present[i]));
    fmt::print("proofs           {:9.0f} /s\n", static_cast<double>(proofs) * 1e6 / us_since(start));
}

void open_again(KeyValueStore& store, Disk& disk, const StateTreeOptions& options) {
    const auto start = Clock::now();
    const auto tree = must(StateTree::open(store, disk, options, nullptr));
    fmt::print("open             {:9.0f} ms, {} buckets rebuilt\n", us_since(start) / 1000,
               tree->stats().buckets_rebuilt_at_open);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        fmt::print(stderr, "usage: {} <folder> [keys] [bucket depth]\n", arguments[0]);
        return 64;
    }
    const std::string folder = arguments[1];
    const std::size_t keys = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 200'000;
    StateTreeOptions options;
    if (count > 3) options.bucket_depth = static_cast<std::uint32_t>(std::strtoul(arguments[3], nullptr, 10));
    LevelDbOptions level;
    level.sync_writes = false;
    const auto disk = must(open_posix_disk(folder));
    const auto store = must(open_leveldb(folder + "/state", level));
    {
        const auto tree = must(StateTree::open(*store, *disk, options, nullptr));
        if (tree->mark().height.value != 0) {
            fmt::print(stderr, "{} is not empty\n", folder);
            return 64;
        }
        insert(*tree, keys);
        read_back(*tree, keys);
    }
    open_again(*store, *disk, options);
    if (disk->exists("tree.checkpoint")) (void)must(disk->remove("tree.checkpoint"));
    open_again(*store, *disk, options);
    return 0;
}
