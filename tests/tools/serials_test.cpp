#include "tools/client/serials.h"

#include <catch2/catch.hpp>
#include <set>

#include "ledger/identifiers/gs1.h"
#include "tools/client/qr_image.h"

using namespace touchstone;
using namespace touchstone::tools;

TEST_CASE("serials are distinct, of the alphabet, and too many to guess") {
    std::size_t told = 0;
    const auto serials = make_serials(5000, 12, [&](std::size_t done) { told = done; });
    REQUIRE(serials.ok());
    REQUIRE(told == 5000);
    REQUIRE(std::set(serials->begin(), serials->end()).size() == 5000);
    std::set<char> seen;
    for (const std::string& serial : *serials) {
        REQUIRE(serial.size() == 12);
        REQUIRE(ledger::is_serial(serial));
        for (const char c : serial) {
            REQUIRE(kSerialAlphabet.find(c) != std::string_view::npos);
            seen.insert(c);
        }
    }
    REQUIRE(seen.size() == kSerialAlphabet.size());
    REQUIRE(guesses_per_hit(1'000'000, 12) > 1e9);
}

TEST_CASE("no character can be taken for another") {
    for (const char c : std::string_view("01258BILOSUVZabc"))
        REQUIRE(kSerialAlphabet.find(c) == std::string_view::npos);
}

TEST_CASE("serials that can be guessed or do not fit are refused") {
    const auto ignore = [](std::size_t) {};
    REQUIRE(make_serials(1, 11, ignore).error().code == "bad_length");
    REQUIRE(make_serials(1, 21, ignore).error().code == "bad_length");
    REQUIRE(make_serials(0, 12, ignore).error().code == "bad_count");
    REQUIRE(make_serials(kSerialCountMax + 1, 12, ignore).error().code == "bad_count");
}

TEST_CASE("QR codes have their finder patterns, a quiet zone and the right magic") {
    const auto matrix = encode_qr(ledger::digital_link("09506000134352", "7KQ2M9XTRB4H"));
    REQUIRE(matrix.ok());
    REQUIRE((matrix->width - 17) % 4 == 0);
    for (std::size_t i = 0; i < 7; ++i) {
        REQUIRE(matrix->at(i, 0));
        REQUIRE(matrix->at(0, i));
        REQUIRE(matrix->at(matrix->width - 1 - i, 0));
    }
    REQUIRE_FALSE(matrix->at(7, 0));
    const Bytes png = qr_png(*matrix);
    REQUIRE(to_hex(ByteView(png).first(8)) == "89504e470d0a1a0a");
    REQUIRE(qr_svg(*matrix).find("viewBox=\"0 0 " + std::to_string(matrix->width + 8)) != std::string::npos);
    REQUIRE_FALSE(encode_qr(std::string(5000, 'x')).ok());
}
