// The state tree against its definition: after every block the root must be crypto::state_root over all records.
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "storage/state_tree.h"
#include "tests/storage/temp_folder.h"
#include "tests/support/memory_disk.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::storage;
using touchstone::test::MemoryDisk;

namespace {

using Model = std::map<Hash256, Bytes>;
struct BytesLess {
    bool operator()(ByteView a, ByteView b) const { return as_text(a) < as_text(b); }
};
using SideModel = std::map<Bytes, Bytes, BytesLess>;

Hash256 oracle(const Model& model) {
    std::vector<crypto::StateLeaf> leaves;
    for (const auto& [key, record] : model) leaves.push_back({key, crypto::state_leaf_hash(key, record)});
    return crypto::state_root(leaves);
}

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

struct World {
    Model records;
    SideModel side;
};

// Keys that share long prefixes with each other, and keys that do not.
class KeyMaker {
  public:
    explicit KeyMaker(std::mt19937_64& random) : random_(random) {}
    Hash256 make(const Model& model) {
        Hash256 key;
        for (auto& byte : key.bytes) byte = static_cast<std::uint8_t>(random_());
        if (model.empty() || random_() % 3 != 0) {
            if (random_() % 4 == 0) key.bytes[0] = 0x5a;
            return key;
        }
        auto near = model.lower_bound(key);
        if (near == model.end()) near = model.begin();
        const std::size_t shared_bits = random_() % 256;
        Hash256 neighbour = near->first;
        neighbour.bytes[shared_bits / 8] ^= static_cast<std::uint8_t>(0x80 >> (shared_bits % 8));
        for (std::size_t i = shared_bits / 8 + 1; i < 32 && random_() % 2 == 0; ++i)
            neighbour.bytes[i] = static_cast<std::uint8_t>(random_());
        return neighbour;
    }

  private:
    std::mt19937_64& random_;
};

struct Block {
    std::vector<StateWrite> writes;
    std::vector<SideWrite> side;
};

Block random_block(std::mt19937_64& random, World& world) {
    Block block;
    KeyMaker keys(random);
    std::map<Hash256, std::optional<Bytes>> writes;
    const std::size_t count = random() % 12;
    for (std::size_t i = 0; i < count; ++i) {
        Hash256 key = keys.make(world.records);
        if (!world.records.empty() && random() % 2 == 0) {
            auto known = world.records.lower_bound(key);
            if (known == world.records.end()) known = world.records.begin();
            key = known->first;
        }
        // Erasing something absent is allowed and changes nothing.
        if (random() % 3 == 0)
            writes[key] = std::nullopt;
        else
            writes[key] = Bytes(random() % 40, static_cast<std::uint8_t>(random()));
    }
    for (auto& [key, record] : writes) {
        if (record)
            world.records[key] = *record;
        else
            world.records.erase(key);
        block.writes.push_back({key, record});
    }
    std::shuffle(block.writes.begin(), block.writes.end(), random);
    std::map<Bytes, std::optional<Bytes>, BytesLess> side;
    for (std::size_t i = random() % 5; i > 0; --i) {
        const Bytes key{'e', static_cast<std::uint8_t>(random() % 6), static_cast<std::uint8_t>(random() % 6)};
        side[key] =
            random() % 3 == 0 ? std::nullopt : std::optional<Bytes>(Bytes(3, static_cast<std::uint8_t>(random())));
    }
    for (auto& [key, value] : side) {
        if (value)
            world.side[key] = *value;
        else
            world.side.erase(key);
        block.side.push_back({key, value});
    }
    return block;
}

void check_view(const StateView& view, const World& world, std::mt19937_64& random) {
    KeyMaker keys(random);
    for (int i = 0; i < 4; ++i) {
        const Hash256 key = keys.make(world.records);
        const auto known = world.records.find(key);
        const auto found = must(view.get(key));
        REQUIRE(found == (known == world.records.end() ? std::nullopt : std::optional<Bytes>(known->second)));
    }
    for (const auto& [key, record] : world.records) {
        if (random() % 8 != 0) continue;
        REQUIRE(must(view.get(key)) == std::optional<Bytes>(record));
    }
}

void check_proofs(const StateReadGuard& guard, const World& world, std::mt19937_64& random) {
    KeyMaker keys(random);
    const Hash256 root = guard.mark().root;
    for (int i = 0; i < 6; ++i) {
        Hash256 key = keys.make(world.records);
        if (!world.records.empty() && i % 2 == 0) {
            auto known = world.records.lower_bound(key);
            if (known == world.records.end()) known = world.records.begin();
            key = known->first;
        }
        const auto record = must(guard.get(key));
        const std::optional<ByteView> claim = record ? std::optional<ByteView>(*record) : std::nullopt;
        crypto::StateProof proof = must(guard.prove(key));
        REQUIRE(must(crypto::StateProof::decode(proof.encode())) == proof);
        REQUIRE(crypto::verify_state_proof(root, key, claim, proof));
        // Tampered: another record, a denial, another sibling.
        const Bytes forged = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
        REQUIRE_FALSE(crypto::verify_state_proof(root, key, ByteView(forged), proof));
        if (record) REQUIRE_FALSE(crypto::verify_state_proof(root, key, std::nullopt, proof));
        if (!proof.siblings.empty()) {
            proof.siblings[random() % proof.siblings.size()].bytes[random() % 32] ^= 1;
            REQUIRE_FALSE(crypto::verify_state_proof(root, key, claim, proof));
        }
    }
}

void check_side(const StateReadGuard& guard, const World& world, std::mt19937_64& random) {
    const Bytes from{'e', static_cast<std::uint8_t>(random() % 6), static_cast<std::uint8_t>(random() % 6)};
    for (const std::size_t prefix_size : {std::size_t{1}, std::size_t{2}}) {
        const ByteView prefix = ByteView(from).first(prefix_size);
        SideModel expected;
        for (const auto& [key, value] : world.side)
            if (as_text(key) >= as_text(from) && as_text(key).starts_with(as_text(prefix))) expected[key] = value;
        SideModel seen;
        REQUIRE(guard
                    .side_scan(prefix, from,
                               [&](ByteView key, ByteView value) {
                                   REQUIRE((seen.empty() || as_text(seen.rbegin()->first) < as_text(key)));
                                   seen[to_bytes(key)] = to_bytes(value);
                                   return true;
                               })
                    .ok());
        REQUIRE(seen == expected);
    }
    const auto known = world.side.find(from);
    REQUIRE(must(guard.side(from)) == (known == world.side.end() ? std::nullopt : std::optional<Bytes>(known->second)));
}

// A store that can be opened again.
class Stores {
  public:
    explicit Stores(bool leveldb) : leveldb_(leveldb) { reopen(); }
    KeyValueStore& get() { return *store_; }
    void reopen() {
        if (!leveldb_ && store_) return;
        store_.reset();
        LevelDbOptions options;
        options.sync_writes = false;
        options.block_cache_bytes = 1 << 20;
        store_ = leveldb_ ? must(open_leveldb(folder_.path(), options)) : make_memory_store();
    }

  private:
    bool leveldb_;
    test::TempFolder folder_;
    std::unique_ptr<KeyValueStore> store_;
};

// One life of a state tree among random blocks, forks, flushes and restarts.
class Life {
  public:
    Life(std::uint64_t seed, std::uint32_t depth, std::uint64_t checkpoint_every, bool leveldb)
        : random_(seed), stores_(leveldb), options_{depth, checkpoint_every} {
        open();
    }

    void run(int blocks) {
        for (int i = 0; i < blocks; ++i) {
            INFO("block " << i << ", depth " << options_.bucket_depth);
            step();
        }
    }

  private:
    void open() {
        tree_ = must(StateTree::open(stores_.get(), disk_, options_, nullptr));
        const StateMark mark = tree_->mark();
        REQUIRE(mark.height.value < history_.size());
        // What was not flushed is gone; go on from what is there.
        history_.resize(mark.height.value + 1);
        REQUIRE(mark.root == oracle(history_.back().records));
        REQUIRE(mark.note == Bytes(mark.height.value % 5, 7));
    }

    void step() {
        // A chain of candidates on the committed state, each with a dropped sibling now and then.
        std::vector<std::pair<StateDeltaPtr, World>> chain;
        const std::size_t length = 1 + random_() % 4;
        for (std::size_t i = 0; i < length; ++i) {
            const StateDeltaPtr parent = chain.empty() ? nullptr : chain.back().first;
            const World base = chain.empty() ? history_.back() : chain.back().second;
            for (std::size_t forks = random_() % 2; forks > 0; --forks) grow(parent, base);
            chain.push_back(grow(parent, base));
        }
        const std::size_t committed = 1 + random_() % length;
        for (std::size_t i = 0; i < committed; ++i) {
            commit(chain[i]);
            if (random_() % 3 == 0) REQUIRE(tree_->flush().ok());
            // A child of a parent that was committed meanwhile.
            if (i + 1 < length) {
                const auto late = grow(chain[i].first, chain[i].second);
                if (random_() % 3 == 0) chain.resize(i + 1), chain.push_back(late);
            }
            if (i + 1 >= chain.size()) break;
        }
        read();
        if (random_() % 6 == 0) restart();
    }

    std::pair<StateDeltaPtr, World> grow(const StateDeltaPtr& parent, World world) {
        const auto view = tree_->view(parent);
        check_view(*view, world, random_);
        Block block = random_block(random_, world);
        const bool hinted = random_() % 2 == 0;
        if (hinted)
            for (const StateWrite& write : block.writes)
                if (random_() % 2 == 0) REQUIRE(view->get(write.key).ok());
        auto delta = must(tree_->prepare(parent, block.writes, block.side, hinted ? view.get() : nullptr));
        REQUIRE(delta_root(*delta) == oracle(world.records));
        check_view(*tree_->view(delta), world, random_);
        return {delta, std::move(world)};
    }

    void commit(const std::pair<StateDeltaPtr, World>& block) {
        const Height height(history_.size());
        StateMark mark{height, Hash256{}, delta_root(*block.first), Bytes(height.value % 5, 7)};
        tree_->commit(block.first, mark, {});
        history_.push_back(block.second);
        REQUIRE(tree_->mark().height == height);
    }

    void read() {
        const auto guard = tree_->read();
        REQUIRE(guard->mark().root == oracle(history_.back().records));
        check_view(*guard, history_.back(), random_);
        check_proofs(*guard, history_.back(), random_);
        check_side(*guard, history_.back(), random_);
    }

    void restart() {
        tree_.reset();
        disk_.crash(random_());
        const std::uint64_t what = random_() % 8;
        const Bytes checkpoint = disk_.content("tree.checkpoint");
        if (what == 0 && !checkpoint.empty()) REQUIRE(disk_.remove("tree.checkpoint").ok());
        if (what == 1 && !checkpoint.empty()) {
            Bytes rotten = checkpoint;
            rotten[random_() % rotten.size()] ^= 0x10;
            disk_.set_content("tree.checkpoint", rotten);
        }
        if (what == 2 && !checkpoint.empty())
            disk_.set_content("tree.checkpoint", Bytes(checkpoint.begin(), checkpoint.end() - 5));
        if (what == 3) options_.bucket_depth = 1 + static_cast<std::uint32_t>(random_() % 8);
        stores_.reopen();
        open();
    }

    std::mt19937_64 random_;
    Stores stores_;
    MemoryDisk disk_;
    StateTreeOptions options_;
    std::unique_ptr<StateTree> tree_;
    std::vector<World> history_{World{}};
};

}  // namespace

TEST_CASE("the state tree has the oracle's root after every block, over memory", "[state]") {
    const std::uint64_t seed = test::seed_of("state tree over memory");
    for (std::uint32_t depth = 1; depth <= 8; ++depth)
        for (const std::uint64_t every : {std::uint64_t{0}, std::uint64_t{40}, std::uint64_t{1'000'000}})
            Life(seed + depth * 8 + every, depth, every, false).run(80);
}

TEST_CASE("the state tree has the oracle's root after every block, over LevelDB", "[state]") {
    const std::uint64_t seed = test::seed_of("state tree over LevelDB");
    for (const std::uint32_t depth : {1u, 4u, 8u})
        for (const std::uint64_t every : {std::uint64_t{25}, std::uint64_t{1'000'000}})
            Life(seed + depth * 8 + every, depth, every, true).run(30);
}
