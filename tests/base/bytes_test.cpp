#include "base/bytes.h"

#include <catch2/catch.hpp>

#include "base/hash256.h"

using namespace touchstone;

TEST_CASE("hex round-trips and refuses what is malformed") {
    REQUIRE(to_hex(Bytes{0x00, 0xff, 0x1a}) == "00ff1a");
    REQUIRE(from_hex("00FF1a") == Bytes{0x00, 0xff, 0x1a});
    REQUIRE_FALSE(from_hex("0"));
    REQUIRE_FALSE(from_hex("0g"));
}

TEST_CASE("base64 follows the vectors of RFC 4648 section 10") {
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        REQUIRE(to_base64(as_bytes(plain)) == coded);
        REQUIRE(from_base64(coded) == to_bytes(as_bytes(plain)));
    }
}

TEST_CASE("base64 has one text per value") {
    REQUIRE_FALSE(from_base64("Zg"));
    REQUIRE_FALSE(from_base64("Zh=="));  // the bits that padding leaves over are not zero
    REQUIRE_FALSE(from_base64("Zg=a"));
    REQUIRE_FALSE(from_base64("Z g="));
}

TEST_CASE("a hash's bits are counted from the most significant") {
    Hash256 hash;
    hash.bytes[0] = 0x80;
    hash.bytes[1] = 0x01;
    REQUIRE(hash.bit(0));
    REQUIRE_FALSE(hash.bit(1));
    REQUIRE(hash.bit(15));
}
