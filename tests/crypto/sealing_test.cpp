// Sealed records open with everything right and with nothing else; names are keyed.
#include "crypto/sealing.h"

#include <catch2/catch.hpp>

#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::crypto;

namespace {

SecretFileBytes secret(std::uint8_t first) {
    SecretFileBytes made;
    made.bytes[0] = first;
    return made;
}

}  // namespace

TEST_CASE("what was sealed opens again, and hides itself") {
    test::Randomness random;
    const SealingKey key(secret(1));
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{20}, std::size_t{5000}}) {
        const Bytes plain = random.bytes(size), name = random.bytes(9);
        const Bytes sealed = key.seal(plain, name);
        REQUIRE(sealed.size() == size + kSealOverheadBytes);
        REQUIRE(key.open(sealed, name) == plain);
        REQUIRE(key.seal(plain, name) != sealed);  // another nonce
    }
    const Bytes sealed = key.seal(as_bytes("7HK2M9QX4TBA"), {});
    REQUIRE(as_text(sealed).find("7HK2") == std::string_view::npos);
}

TEST_CASE("one altered bit, another name or another key opens nothing") {
    const SealingKey key(secret(1));
    const Bytes sealed = key.seal(as_bytes("serial"), as_bytes("name"));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes altered = sealed;
        altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1u << (bit % 8)));
        REQUIRE(!key.open(altered, as_bytes("name")));
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        REQUIRE(!key.open(ByteView(sealed).first(size), as_bytes("name")));
    REQUIRE(!key.open(sealed, as_bytes("other")));
    REQUIRE(!SealingKey(secret(2)).open(sealed, as_bytes("name")));
}

TEST_CASE("names depend on key, label and data, and on nothing else") {
    const SealingKey key(secret(1));
    REQUIRE(key.name("gtin", as_bytes("1")) == SealingKey(secret(1)).name("gtin", as_bytes("1")));
    REQUIRE(key.name("gtin", as_bytes("1")) != SealingKey(secret(2)).name("gtin", as_bytes("1")));
    REQUIRE(key.name("gtin", as_bytes("1")) != key.name("gti", as_bytes("n1")));
    REQUIRE(key.name("gtin", as_bytes("1")) != key.name("item", as_bytes("1")));
}
