#include "crypto/ed25519.h"

#include <sodium.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/sha256.h"
#include "tests/support/aborts.h"
#include "tests/support/seed.h"
#include "tests/support/test_data.h"

namespace touchstone::crypto {
namespace {

using nlohmann::json;

// RFC 8032 section 7.1.
struct Vector {
    std::string_view seed;
    std::string_view public_key;
    std::string_view message;
    std::string_view signature;
};
constexpr Vector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027beceea1ec40a"},
};

// The group order L, little-endian.
constexpr std::array<std::uint8_t, 32> kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                 0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

json load(const std::filesystem::path& path) {
    std::ifstream file(path);
    return json::parse(file);
}

SecretKey key_from_hex(std::string_view seed_hex) {
    const Bytes seed = *from_hex(seed_hex);
    return SecretKey::from_seed(std::span<const std::uint8_t, 32>(seed.data(), 32));
}

// k = SHA-512(R ‖ A ‖ M) mod L.
std::array<std::uint8_t, 32> challenge(ByteView r, const PublicKey& a, ByteView message) {
    Bytes input = to_bytes(r);
    append(input, a.view());
    append(input, message);
    std::array<std::uint8_t, 64> wide{};
    crypto_hash_sha512(wide.data(), input.data(), input.size());
    std::array<std::uint8_t, 32> k{};
    crypto_core_ed25519_scalar_reduce(k.data(), wide.data());
    return k;
}

Signature join(ByteView r, ByteView s) {
    Bytes joined = to_bytes(r);
    append(joined, s);
    return *Signature::from_view(joined);
}

}  // namespace

TEST_CASE("RFC 8032 vectors sign and verify") {
    for (const Vector& v : kRfc8032) {
        const SecretKey key = key_from_hex(v.seed);
        const Bytes message = *from_hex(v.message);
        REQUIRE(key.public_key().hex() == v.public_key);
        REQUIRE(to_hex(key.seed()) == v.seed);
        const Signature signature = key.sign(message);
        REQUIRE(to_hex(signature.view()) == v.signature);
        REQUIRE(verify(key.public_key(), message, signature));
    }
}

TEST_CASE("A signature holds for its key, its message and itself only") {
    const SecretKey key = key_from_hex(kRfc8032[2].seed);
    const Bytes message{0xaf, 0x82};
    const Signature signature = key.sign(message);
    for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
        Signature changed = signature;
        changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
        REQUIRE_FALSE(verify(key.public_key(), message, changed));
    }
    for (std::size_t bit = 0; bit < PublicKey::kSize * 8; ++bit) {
        PublicKey changed = key.public_key();
        changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
        REQUIRE_FALSE(verify(changed, message, signature));
    }
    REQUIRE_FALSE(verify(key.public_key(), Bytes{0xaf}, signature));
    REQUIRE_FALSE(verify(key.public_key(), Bytes{0xaf, 0x82, 0}, signature));
    REQUIRE_FALSE(verify(SecretKey::generate().public_key(), message, signature));
}

TEST_CASE("S of L or more is refused, though the equation holds") {
    const SecretKey key = key_from_hex(kRfc8032[0].seed);
    Signature signature = key.sign({});
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += signature.bytes[32 + i] + kOrder[i];
        signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    REQUIRE(carry == 0);
    REQUIRE_FALSE(verify(key.public_key(), {}, signature));
}

TEST_CASE("A of small order is refused, though the equation holds for every message") {
    // With A the neutral element, S·B = R + k·A for any R = S·B.
    PublicKey neutral;
    neutral.bytes[0] = 1;
    std::array<std::uint8_t, 32> s{};
    s[0] = 42;
    std::array<std::uint8_t, 32> r{};
    REQUIRE(crypto_scalarmult_ed25519_base_noclamp(r.data(), s.data()) == 0);
    REQUIRE_FALSE(verify(neutral, as_bytes("anything"), join(r, s)));
}

TEST_CASE("R of small order is refused, though the equation holds") {
    std::array<std::uint8_t, 32> a{};
    a[0] = 99;
    PublicKey key;
    REQUIRE(crypto_scalarmult_ed25519_base_noclamp(key.bytes.data(), a.data()) == 0);
    const ByteView message = as_bytes("message");
    const auto signed_with = [&](const std::array<std::uint8_t, 32>& nonce, ByteView r) {
        const auto k = challenge(r, key, message);
        std::array<std::uint8_t, 32> s{};
        crypto_core_ed25519_scalar_mul(s.data(), k.data(), a.data());
        crypto_core_ed25519_scalar_add(s.data(), s.data(), nonce.data());
        return join(r, s);
    };
    std::array<std::uint8_t, 32> nonce{};
    std::array<std::uint8_t, 32> neutral{};
    neutral[0] = 1;
    REQUIRE_FALSE(verify(key, message, signed_with(nonce, neutral)));
    // The same construction with an ordinary nonce verifies: it is R that was refused.
    nonce[0] = 7;
    std::array<std::uint8_t, 32> r{};
    REQUIRE(crypto_scalarmult_ed25519_base_noclamp(r.data(), nonce.data()) == 0);
    REQUIRE(verify(key, message, signed_with(nonce, r)));
}

TEST_CASE("The verdict on every CCTV vector is pinned") {
    const auto path = test::test_data("ed25519/cctv_ed25519vectors.json");
    if (!path) return;
    const json vectors = load(*path);
    REQUIRE(vectors.size() == 914);
    // The rule in the words of the file: each of these is refused, and whatever has none of them is accepted.
    // "low_order_residue" holds only in the cofactored equation, "reencoded_k" only when A or R is hashed re-encoded.
    const std::set<std::string> refused{"low_order_A",     "low_order_R",       "non_canonical_A",
                                        "non_canonical_R", "low_order_residue", "reencoded_k"};
    std::map<std::string, int> accepted_with;
    std::string verdicts;
    for (const json& vector : vectors) {
        const auto key = PublicKey::from_hex(vector["key"].get<std::string>());
        const auto signature = Signature::from_view(*from_hex(vector["sig"].get<std::string>()));
        const std::string message = vector["msg"];
        const auto flags =
            vector["flags"].is_null() ? std::vector<std::string>{} : vector["flags"].get<std::vector<std::string>>();
        const bool accepted = verify(key.value(), as_bytes(message), signature.value());
        INFO(vector.dump());
        REQUIRE(accepted ==
                std::none_of(flags.begin(), flags.end(), [&](const std::string& f) { return refused.contains(f); }));
        verdicts.push_back(accepted ? '1' : '0');
        if (accepted)
            for (const std::string& flag : flags) ++accepted_with[flag];
    }
    REQUIRE(std::count(verdicts.begin(), verdicts.end(), '1') == 43);
    REQUIRE(accepted_with == std::map<std::string, int>{{"low_order_component_A", 42}, {"low_order_component_R", 35}});
    REQUIRE(sha256(as_bytes(verdicts)).hex() == "9111cd3acbe211e15031707588bc9d68cb7b0c2d8f500fad1ebfedfc4362ffab");
}

TEST_CASE("Every Wycheproof case is decided as Wycheproof says") {
    const auto path = test::test_data("ed25519/wycheproof_ed25519_test.json");
    if (!path) return;
    const json file = load(*path);
    int valid = 0;
    int invalid = 0;
    for (const json& group : file["testGroups"]) {
        const auto key = PublicKey::from_hex(group["publicKey"]["pk"].get<std::string>());
        for (const json& test : group["tests"]) {
            INFO(test.dump());
            const Bytes message = *from_hex(test["msg"].get<std::string>());
            const auto signature = Signature::from_view(*from_hex(test["sig"].get<std::string>()));
            const bool expected = test["result"] == "valid";
            REQUIRE((signature && verify(key.value(), message, *signature)) == expected);
            ++(expected ? valid : invalid);
        }
    }
    REQUIRE(valid == 88);
    REQUIRE(invalid == 63);
}

TEST_CASE("A point that keys are made on is told from zero, small orders, and points off the curve or the subgroup") {
    for (int i = 0; i < 20; ++i) REQUIRE(is_valid_point(SecretKey::generate().public_key()));
    for (const char* bad : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "0200000000000000000000000000000000000000000000000000000000000000"}) {
        INFO(bad);
        REQUIRE_FALSE(is_valid_point(*PublicKey::from_hex(bad)));
    }
}

TEST_CASE("Keys and signatures of another size are none") {
    for (std::size_t size : {0u, 31u, 33u, 63u, 65u}) {
        REQUIRE_FALSE(PublicKey::from_view(Bytes(size, 1)));
        REQUIRE_FALSE(Signature::from_view(Bytes(size, 1)));
    }
    REQUIRE_FALSE(Signature::from_view(Bytes(32, 1)));
    REQUIRE_FALSE(PublicKey::from_view(Bytes(64, 1)));
    REQUIRE_FALSE(PublicKey::from_hex(std::string(64, 'g')));
    REQUIRE_FALSE(PublicKey::from_hex(std::string(62, 'a')));
}

TEST_CASE("A secret key moves, and what it moved from can not sign") {
    SecretKey first = SecretKey::generate();
    const PublicKey public_key = first.public_key();
    SecretKey second = std::move(first);
    REQUIRE(second.public_key() == public_key);
    REQUIRE(verify(public_key, as_bytes("m"), second.sign(as_bytes("m"))));
    SecretKey third = SecretKey::generate();
    REQUIRE_FALSE(third.public_key() == public_key);
    third = std::move(second);
    REQUIRE(verify(public_key, as_bytes("m"), third.sign(as_bytes("m"))));
    // NOLINTNEXTLINE(bugprone-use-after-move): that is what is tested
    REQUIRE(test::aborts([&] { (void)first.sign(as_bytes("m")); }));
    REQUIRE(test::aborts([&] { (void)second.seed(); }));
    REQUIRE_FALSE(test::aborts([&] { (void)third.sign(as_bytes("m")); }));
}

TEST_CASE("Random numbers stay below their bound and reach all below it") {
    std::set<std::uint32_t> met;
    for (int i = 0; i < 1000; ++i) met.insert(random_below(7));
    REQUIRE(met.size() == 7);
    REQUIRE(*met.rbegin() == 6);
    REQUIRE(random_below(1) == 0);
    Bytes a(32);
    Bytes b(32);
    random_bytes(a);
    random_bytes(b);
    REQUIRE(a != b);
    wipe(a);
    REQUIRE(a == Bytes(32, 0));
}

}  // namespace touchstone::crypto
