#include "crypto/state_root.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "crypto/sha256.h"
#include "tests/support/aborts.h"
#include "tests/support/seed.h"

namespace touchstone::crypto {
namespace {

using Records = std::map<Hash256, Bytes>;

Hash256 key_of(std::string_view hex_prefix) {
    std::string text(hex_prefix);
    text.resize(64, '0');
    return *Hash256::from_hex(text);
}

std::vector<StateLeaf> leaves_of(const Records& records) {
    std::vector<StateLeaf> leaves;
    for (const auto& [key, record] : records) leaves.push_back({key, state_leaf_hash(key, record)});
    return leaves;
}

Hash256 root_of(const Records& records) { return state_root(leaves_of(records)); }

// A prover of its own, straight from the definition: filters the records by their first bits at each depth.
StateProof prove(const Records& records, const Hash256& key) {
    StateProof proof;
    std::vector<StateLeaf> here = leaves_of(records);
    while (here.size() > 1) {
        const std::size_t depth = proof.siblings.size();
        std::vector<StateLeaf> mine;
        std::vector<StateLeaf> beside;
        for (const StateLeaf& leaf : here) (leaf.key.bit(depth) == key.bit(depth) ? mine : beside).push_back(leaf);
        proof.siblings.push_back(state_root(beside, depth + 1));
        here = std::move(mine);
    }
    if (here.size() == 1 && here.front().key != key)
        proof.other = StateProof::OtherLeaf{here.front().key, sha256(records.at(here.front().key))};
    return proof;
}

bool proves(const Hash256& root, const Hash256& key, const Bytes& record, const StateProof& proof) {
    return verify_state_proof(root, key, ByteView(record), proof);
}

// Keys share long prefixes now and then, so that paths of many empty siblings occur.
Records random_records(test::Randomness& random, std::size_t count) {
    Records records;
    while (records.size() < count) {
        Hash256 key = random.hash();
        if (!records.empty() && random.below(3) == 0) {
            key = std::next(records.begin(), static_cast<std::ptrdiff_t>(random.below(records.size())))->first;
            const std::uint64_t bit = random.below(256);
            key.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> (bit % 8));
        }
        records[key] = random.bytes(random.below(50));
    }
    return records;
}

}  // namespace

TEST_CASE("The state root of few records, spelled out") {
    const Bytes one{'o', 'n', 'e'};
    const Bytes two{'t', 'w', 'o'};
    REQUIRE(root_of({}) == Hash256{});
    const Hash256 low = key_of("20");   // 0010 0000
    const Hash256 high = key_of("80");  // 1000 0000
    const Hash256 mid = key_of("30");   // 0011 0000: parts from `low` at its fourth bit
    const Hash256 leaf_low = sha256({Bytes{0}, low.bytes, sha256(one).bytes});
    const Hash256 leaf_high = sha256({Bytes{0}, high.bytes, sha256(two).bytes});
    const Hash256 leaf_mid = sha256({Bytes{0}, mid.bytes, sha256(two).bytes});
    const auto inner = [](const Hash256& l, const Hash256& r) { return sha256({Bytes{1}, l.bytes, r.bytes}); };
    REQUIRE(state_leaf_hash(low, one) == leaf_low);
    REQUIRE(root_of({{low, one}}) == leaf_low);
    REQUIRE(root_of({{low, one}, {high, two}}) == inner(leaf_low, leaf_high));
    const Hash256 empty;
    const Hash256 at_third_bit = inner(empty, inner(leaf_low, leaf_mid));
    REQUIRE(root_of({{low, one}, {mid, two}}) == inner(inner(at_third_bit, empty), empty));
    const Hash256 all = inner(inner(at_third_bit, empty), leaf_high);
    REQUIRE(root_of({{low, one}, {mid, two}, {high, two}}) == all);
}

TEST_CASE("The root is a function of the set of records, and of all of it") {
    SHOW_SEED();
    test::Randomness random(20);
    for (int round = 0; round < 30; ++round) {
        const Records records = random_records(random, 1 + random.below(40));
        const Hash256 root = root_of(records);
        for (const auto& [key, record] : records) {
            Records changed = records;
            changed[key].push_back(0);
            REQUIRE(root_of(changed) != root);
            changed.erase(key);
            REQUIRE(root_of(changed) != root);
            changed[key] = record;
            REQUIRE(root_of(changed) == root);
        }
        // A subtree's root at any depth that its keys share is the same function.
        const auto leaves = leaves_of(records);
        const auto middle =
            std::partition_point(leaves.begin(), leaves.end(), [](const StateLeaf& leaf) { return !leaf.key.bit(0); });
        if (leaves.size() > 1)
            REQUIRE(root ==
                    state_inner_hash(state_root({leaves.begin(), middle}, 1), state_root({middle, leaves.end()}, 1)));
    }
}

TEST_CASE("Keys that differ in their last bit only") {
    Hash256 last;
    last.bytes[31] = 1;
    const Records records{{Hash256{}, {1}}, {last, {2}}};
    const StateProof proof = prove(records, last);
    REQUIRE(proof.siblings.size() == 256);
    REQUIRE(proves(root_of(records), last, {2}, proof));
    REQUIRE_FALSE(proves(root_of(records), last, {1}, proof));
    REQUIRE(*StateProof::decode(proof.encode()) == proof);
    StateProof longer = proof;
    longer.siblings.emplace_back();
    REQUIRE_FALSE(proves(root_of(records), last, {2}, longer));
}

TEST_CASE("Every key of any state is proven, present or absent, and nothing else is") {
    SHOW_SEED();
    test::Randomness random(21);
    for (int round = 0; round < 40; ++round) {
        const Records records = random_records(random, random.below(30));
        const Hash256 root = root_of(records);
        const auto check_absent = [&](const Hash256& key) {
            const StateProof proof = prove(records, key);
            REQUIRE(verify_state_proof(root, key, std::nullopt, proof));
            REQUIRE_FALSE(proves(root, key, {}, proof));
            REQUIRE_FALSE(verify_state_proof(random.hash(), key, std::nullopt, proof));
            REQUIRE(*StateProof::decode(proof.encode()) == proof);
        };
        for (const auto& [key, record] : records) {
            const StateProof proof = prove(records, key);
            REQUIRE_FALSE(proof.other);
            REQUIRE(proves(root, key, record, proof));
            REQUIRE_FALSE(verify_state_proof(root, key, std::nullopt, proof));
            REQUIRE_FALSE(proves(random.hash(), key, record, proof));
            REQUIRE(*StateProof::decode(proof.encode()) == proof);
            Bytes other_record = record;
            other_record.push_back(7);
            REQUIRE_FALSE(proves(root, key, other_record, proof));
            Hash256 near = key;
            near.bytes[31] ^= 1;
            if (!records.contains(near)) check_absent(near);
        }
        check_absent(random.hash());
    }
}

TEST_CASE("Absence is not proven by a leaf that stands elsewhere, or by the key's own") {
    const Hash256 low = key_of("20");
    const Hash256 high = key_of("80");
    const Records records{{low, {1}}, {high, {2}}};
    const Hash256 root = root_of(records);
    // `high` told to stand in the left half.
    const StateProof forged = prove(records, key_of("90"));
    REQUIRE(verify_state_proof(root, key_of("90"), std::nullopt, forged));
    REQUIRE_FALSE(verify_state_proof(root, key_of("10"), std::nullopt, forged));
    const StateProof swapped{{state_leaf_hash(low, Bytes{1})}, StateProof::OtherLeaf{high, sha256(Bytes{2})}};
    REQUIRE_FALSE(verify_state_proof(root, key_of("10"), std::nullopt, swapped));
    StateProof own = prove(records, high);
    own.other = StateProof::OtherLeaf{high, sha256(Bytes{2})};
    REQUIRE_FALSE(verify_state_proof(root, high, std::nullopt, own));
    REQUIRE_FALSE(proves(root, high, {2}, own));
    // A root that no set of records has: `high` to the left. The sum is right, the place is not.
    const Hash256 crooked = state_inner_hash(state_leaf_hash(high, Bytes{2}), state_leaf_hash(low, Bytes{1}));
    REQUIRE_FALSE(verify_state_proof(crooked, key_of("10"), std::nullopt, swapped));
}

TEST_CASE("One key twice has no root") {
    const Hash256 key = key_of("20");
    const StateLeaf leaf{key, state_leaf_hash(key, Bytes{1})};
    const std::vector<StateLeaf> twice{leaf, leaf};
    REQUIRE(test::aborts([&] { (void)state_root(twice); }));
}

TEST_CASE("Every single bit of a small proof counts") {
    const Records records{{key_of("20"), {1}}, {key_of("30"), {2}}, {key_of("80"), {3}}, {key_of("c0"), {4}}};
    const Hash256 root = root_of(records);
    struct Claim {
        Hash256 key;
        std::optional<ByteView> record;
    };
    const Bytes present{2};
    for (const Claim& claim : {Claim{key_of("30"), ByteView(present)}, Claim{key_of("31"), std::nullopt},
                               Claim{key_of("40"), std::nullopt}}) {
        const Bytes encoded = prove(records, claim.key).encode();
        REQUIRE(verify_state_proof(root, claim.key, claim.record, *StateProof::decode(encoded)));
        for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
            Bytes flipped = encoded;
            flipped[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> (bit % 8));
            const auto proof = StateProof::decode(flipped);
            INFO("bit " << bit << " of " << encoded.size() * 8);
            if (proof.ok()) REQUIRE_FALSE(verify_state_proof(root, claim.key, claim.record, *proof));
        }
        for (std::size_t size = 0; size < encoded.size(); ++size)
            REQUIRE_FALSE(StateProof::decode(ByteView(encoded).first(size)).ok());
        for (std::size_t bit = 0; bit < 256; ++bit) {
            Hash256 other_key = claim.key;
            other_key.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> (bit % 8));
            if (claim.record)
                REQUIRE_FALSE(verify_state_proof(root, other_key, claim.record, *StateProof::decode(encoded)));
        }
    }
}

TEST_CASE("The encoding of a proof is pinned") {
    const Hash256 a = key_of("aa");
    const Hash256 b = key_of("bb");
    const std::string a_hex = a.hex();
    const std::string b_hex = b.hex();
    REQUIRE(to_hex(StateProof{}.encode()) == "000000");
    REQUIRE(to_hex(StateProof{{a}, {}}.encode()) == "000180" + a_hex + "00");
    REQUIRE(to_hex(StateProof{{{}, a, {}, b}, StateProof::OtherLeaf{b, a}}.encode()) ==
            "000450" + a_hex + b_hex + "01" + b_hex + a_hex);
    StateProof nine;
    nine.siblings.resize(9);
    nine.siblings[8] = b;
    REQUIRE(to_hex(nine.encode()) == "00090080" + b_hex + "00");
    // A whole worked example: four records, the absence of 31… beside 30….
    const Records records{{key_of("20"), {1}}, {key_of("30"), {2}}, {key_of("80"), {3}}, {key_of("c0"), {4}}};
    REQUIRE(root_of(records).hex() == "4a7353ecee903ba06a4f56a9f5e3038bf2dc0815657c5874392402d381b76fa4");
    REQUIRE(to_hex(prove(records, key_of("31")).encode()) ==
            "000490"
            "58a65c024880e21f607d18109220368809cc447e4d3485cc388ee213ddd7d46a"
            "94df7c62045dd016a72d1e1f8916b6341e59a3231d3144abd76deb29e271e2c6"
            "01"
            "3000000000000000000000000000000000000000000000000000000000000000"
            "dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986");
}

TEST_CASE("A proof in any other encoding is refused") {
    const std::string zero(64, '0');
    const std::string hash(64, 'a');
    REQUIRE(StateProof::decode(*from_hex("000180" + hash + "00")).ok());
    for (const std::string& text : {
             std::string(""),                       // nothing
             std::string("0000"),                   // no flag
             std::string("000002"),                 // a flag that is neither 0 nor 1
             std::string("00000000"),               // a byte too many
             "000180" + zero + "00",                // an empty sibling written out
             "0001c0" + hash + "00",                // a bit beyond the count
             "000140" + hash + "00",                // likewise
             "0001" + hash + "00",                  // too short for its bitmap
             "0101" + std::string(66, '0') + "00",  // 257 siblings
             std::string("000001"),                 // another leaf announced and absent
             "000001" + hash,                       // half a leaf
             "000001" + hash + hash + "00"          // a byte too many
         }) {
        INFO(text);
        const auto proof = StateProof::decode(*from_hex(text));
        REQUIRE_FALSE(proof.ok());
        REQUIRE(proof.error().code == "proof_malformed");
    }
}

TEST_CASE("Random bytes that decode encode to themselves") {
    SHOW_SEED();
    test::Randomness random(22);
    for (int round = 0; round < 20000; ++round) {
        Bytes bytes = random.bytes(random.below(120));
        if (bytes.size() > 3) {
            bytes[0] = 0;
            bytes[1] = static_cast<std::uint8_t>(random.below(5));
            bytes[2] = static_cast<std::uint8_t>(random.below(16) << 4);
        }
        const auto proof = StateProof::decode(bytes);
        if (proof.ok()) REQUIRE(proof->encode() == bytes);
    }
}

}  // namespace touchstone::crypto
