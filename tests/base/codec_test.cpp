#include "base/codec.h"

#include <catch2/catch.hpp>

using namespace touchstone;

TEST_CASE("the worked example of the codec") {
    Writer writer;
    writer.u16(1).string("ab");
    REQUIRE(to_hex(writer.bytes()) == "0001000000026162");
    Reader reader(writer.bytes());
    REQUIRE(reader.u16() == 1);
    REQUIRE(reader.string() == "ab");
    REQUIRE(reader.finished());
}

TEST_CASE("a reader stays at fault after the first fault, and reads nothing past the end") {
    const Bytes bytes = {0, 0, 0, 9, 'x'};
    Reader reader(bytes);
    REQUIRE(reader.bytes().empty());
    REQUIRE_FALSE(reader.ok());
    REQUIRE(reader.u8() == 0);
    REQUIRE_FALSE(reader.finished());
}

TEST_CASE("bytes that are left over are not finished") {
    const Bytes bytes = {1, 2};
    Reader reader(bytes);
    reader.u8();
    REQUIRE(reader.ok());
    REQUIRE_FALSE(reader.finished());
}
