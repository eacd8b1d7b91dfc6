#include "crypto/log_tree.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "tests/support/seed.h"
#include "tests/support/test_data.h"

namespace touchstone::crypto {
namespace {

using nlohmann::json;

std::vector<Hash256> some_leaves(test::Randomness& random, std::size_t count) {
    std::vector<Hash256> leaves;
    for (std::size_t i = 0; i < count; ++i) leaves.push_back(random.hash());
    return leaves;
}

// A root of its own: pairs level by level, an odd one out moves up as it is. Equal to the RFC's recursion, and unlike
// it.
Hash256 naive_root(std::vector<Hash256> level) {
    if (level.empty()) return sha256(ByteView{});
    while (level.size() > 1) {
        std::vector<Hash256> above;
        for (std::size_t i = 0; i + 1 < level.size(); i += 2) above.push_back(log_node_hash(level[i], level[i + 1]));
        if (level.size() % 2 == 1) above.push_back(level.back());
        level = std::move(above);
    }
    return level.front();
}

// Some public cases have roots that are no hashes at all, such as "don't care 1": any distinct hash serves for them.
// An empty one is a hash that is missing, which our types can not even hold: nullopt.
std::optional<Hash256> hash_of(const json& base64) {
    const Bytes bytes = *from_base64(base64.get<std::string>());
    if (bytes.empty()) return std::nullopt;
    return Hash256::from_view(bytes).value_or(tagged_hash("stand-in", {bytes}));
}

// nullopt likewise, where an element is not 32 bytes long.
std::optional<std::vector<Hash256>> proof_of(const json& test) {
    std::vector<Hash256> proof;
    for (const json& element : test["proof"]) {
        const auto hash = Hash256::from_view(*from_base64(element.get<std::string>()));
        if (!hash) return std::nullopt;
        proof.push_back(*hash);
    }
    return proof;
}

template <class Check>
void for_each_public_case(const char* folder, int expected_count, Check check) {
    const auto path = test::test_data(folder);
    if (!path) return;
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*path)) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path());
        const json test = json::parse(file);
        INFO(entry.path().string());
        const auto proof = proof_of(test);
        if (!proof) REQUIRE(test["wantErr"] == true);
        if (proof) REQUIRE(check(test, *proof) == !test["wantErr"].get<bool>());
        ++count;
    }
    REQUIRE(count == expected_count);
}

}  // namespace

TEST_CASE("The root of no leaves and of the reference log of Certificate Transparency") {
    REQUIRE(log_root({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    REQUIRE(LogFrontier().root() == log_root({}));
    // The eight inputs and roots that Certificate Transparency implementations share.
    const std::string_view inputs[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const std::string_view roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    std::vector<Hash256> leaves;
    for (std::size_t i = 0; i < 8; ++i) {
        leaves.push_back(log_leaf_hash(*from_hex(inputs[i])));
        REQUIRE(log_root(leaves).hex() == roots[i]);
    }
}

TEST_CASE("Public inclusion proofs") {
    for_each_public_case("merkle/testdata/inclusion", 98, [](const json& test, const std::vector<Hash256>& proof) {
        const auto leaf = hash_of(test["leafHash"]);
        const auto root = hash_of(test["root"]);
        return leaf && root && verify_log_inclusion(*leaf, test["leafIdx"], test["treeSize"], proof, *root);
    });
}

TEST_CASE("Public consistency proofs") {
    for_each_public_case("merkle/testdata/consistency", 98, [](const json& test, const std::vector<Hash256>& proof) {
        const auto old_root = hash_of(test["root1"]);
        const auto root = hash_of(test["root2"]);
        return old_root && root && verify_log_consistency(test["size1"], *old_root, test["size2"], *root, proof);
    });
}

TEST_CASE("Roots and frontiers of all small sizes agree with pairing level by level") {
    SHOW_SEED();
    test::Randomness random(30);
    const auto leaves = some_leaves(random, 130);
    LogFrontier frontier;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        frontier.append(leaves[size - 1]);
        const std::span<const Hash256> first = std::span(leaves).first(size);
        const Hash256 expected = naive_root({first.begin(), first.end()});
        REQUIRE(log_root(first) == expected);
        REQUIRE(frontier.root() == expected);
        REQUIRE(frontier.size() == size);
        const auto restored = LogFrontier::from_peaks(frontier.size(), frontier.peaks());
        REQUIRE(restored.ok());
        REQUIRE(restored->root() == expected);
        // A restart in the middle goes on like the one that never stopped.
        LogFrontier resumed = *restored;
        for (std::size_t i = size; i < leaves.size(); ++i) resumed.append(leaves[i]);
        REQUIRE(resumed.root() == naive_root(leaves));
        auto peaks = frontier.peaks();
        peaks.push_back({});
        REQUIRE(LogFrontier::from_peaks(size, peaks).error().code == "log_peaks_malformed");
        peaks.resize(peaks.size() - 2);
        REQUIRE_FALSE(LogFrontier::from_peaks(size, peaks).ok());
    }
}

TEST_CASE("Every leaf of every small log is proven, at its own index and size only") {
    SHOW_SEED();
    test::Randomness random(31);
    const auto leaves = some_leaves(random, 33);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const std::span<const Hash256> log = std::span(leaves).first(size);
        const Hash256 root = naive_root({log.begin(), log.end()});
        for (std::size_t index = 0; index < size; ++index) {
            auto proof = log_inclusion_proof(log, index);
            REQUIRE(verify_log_inclusion(leaves[index], index, size, proof, root));
            for (std::size_t other = 0; other <= size + 1; ++other)
                if (other != index) REQUIRE_FALSE(verify_log_inclusion(leaves[index], other, size, proof, root));
            REQUIRE_FALSE(verify_log_inclusion(random.hash(), index, size, proof, root));
            REQUIRE_FALSE(verify_log_inclusion(leaves[index], index, size, proof, random.hash()));
            for (Hash256& element : proof) {
                element.bytes[random.below(32)] ^= 1;
                REQUIRE_FALSE(verify_log_inclusion(leaves[index], index, size, proof, root));
                element = random.hash();
            }
            proof = log_inclusion_proof(log, index);
            proof.push_back(random.hash());
            REQUIRE_FALSE(verify_log_inclusion(leaves[index], index, size, proof, root));
            proof.resize(proof.size() - 1);
            if (!proof.empty()) {
                proof.pop_back();
                REQUIRE_FALSE(verify_log_inclusion(leaves[index], index, size, proof, root));
            }
        }
    }
}

TEST_CASE("Every small log is proven to extend each of its beginnings, and no other log") {
    SHOW_SEED();
    test::Randomness random(32);
    const auto leaves = some_leaves(random, 33);
    const auto root_at = [&](std::size_t size) {
        return naive_root({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(size)});
    };
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const std::span<const Hash256> log = std::span(leaves).first(size);
        const Hash256 root = root_at(size);
        REQUIRE(log_consistency_proof(log, 0).empty());
        REQUIRE_FALSE(verify_log_consistency(0, log_root({}), size, root, {}));
        for (std::size_t old_size = 1; old_size <= size; ++old_size) {
            const Hash256 old_root = root_at(old_size);
            auto proof = log_consistency_proof(log, old_size);
            REQUIRE(verify_log_consistency(old_size, old_root, size, root, proof));
            REQUIRE_FALSE(verify_log_consistency(old_size, random.hash(), size, root, proof));
            REQUIRE_FALSE(verify_log_consistency(old_size, old_root, size, random.hash(), proof));
            for (std::size_t other = 1; other <= size; ++other)
                if (other != old_size) REQUIRE_FALSE(verify_log_consistency(other, old_root, size, root, proof));
            if (old_size < size) REQUIRE_FALSE(verify_log_consistency(size, root, old_size, old_root, proof));
            for (std::size_t i = 0; i < proof.size(); ++i) {
                auto changed = proof;
                changed[i].bytes[random.below(32)] ^= 0x10;
                REQUIRE_FALSE(verify_log_consistency(old_size, old_root, size, root, changed));
                changed = proof;
                changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
                REQUIRE_FALSE(verify_log_consistency(old_size, old_root, size, root, changed));
            }
            proof.push_back(random.hash());
            REQUIRE_FALSE(verify_log_consistency(old_size, old_root, size, root, proof));
        }
    }
}

TEST_CASE("Large indices and sizes end, and prove nothing") {
    const std::vector<Hash256> proof(64);
    for (std::uint64_t size : {std::uint64_t{1} << 63, UINT64_MAX}) {
        REQUIRE_FALSE(verify_log_inclusion({}, size - 1, size, proof, {}));
        REQUIRE_FALSE(verify_log_inclusion({}, size, size, proof, {}));
        REQUIRE_FALSE(verify_log_consistency(size - 1, {}, size, {}, proof));
        REQUIRE_FALSE(verify_log_consistency(size / 2 + 1, {}, size, {}, proof));
    }
}

TEST_CASE("A sum that is right at a place that does not exist proves nothing") {
    const Hash256 leaf = log_leaf_hash({});
    const Hash256 beside = log_leaf_hash(Bytes{1});
    // A log of one leaf has no siblings, also when the root is made to fit.
    REQUIRE(verify_log_inclusion(leaf, 0, 1, {}, leaf));
    const std::vector<Hash256> proof{beside};
    REQUIRE_FALSE(verify_log_inclusion(leaf, 0, 1, proof, log_node_hash(beside, leaf)));
    REQUIRE_FALSE(verify_log_inclusion(leaf, 0, 1, proof, log_node_hash(leaf, beside)));
    // A log does not extend a longer one, though their roots be told to be the same.
    REQUIRE_FALSE(verify_log_consistency(2, leaf, 1, leaf, {}));
}

}  // namespace touchstone::crypto
