#include "ledger/identifiers/gs1.h"

#include <catch2/catch.hpp>

#include "tests/support/seed.h"

namespace touchstone::ledger {
namespace {

constexpr std::string_view kSet82 =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

std::string error_of(std::string_view text) {
    const auto item = parse_item_name(text);
    return item.ok() ? "none" : item.error().code;
}

void require_item(std::string_view text, std::string_view gtin, std::string_view serial, std::string_view lot = "",
                  std::string_view expiry = "") {
    INFO(text);
    const auto item = parse_item_name(text);
    if (!item.ok()) FAIL(item.error().code << ": " << item.error().message);
    REQUIRE(item->gtin == gtin);
    REQUIRE(item->serial == serial);
    REQUIRE(item->lot == lot);
    REQUIRE(item->expiry == expiry);
}

}  // namespace

TEST_CASE("Check digits of published GS1 identifiers") {
    // General Specifications and check-digit calculator, TDS, and products that everybody knows.
    REQUIRE(check_digit("9638507") == '4');      // GTIN-8
    REQUIRE(check_digit("03600029145") == '2');  // GTIN-12
    REQUIRE(check_digit("61414100734") == '9');
    REQUIRE(check_digit("400638133393") == '1');  // GTIN-13
    REQUIRE(check_digit("629104150021") == '3');
    REQUIRE(check_digit("8061414112345") == '8');  // GTIN-14
    REQUIRE(check_digit("0950600013435") == '2');
    REQUIRE(check_digit("061414112345") == '2');       // GLN
    REQUIRE(check_digit("10614141234567890") == '8');  // SSCC
    REQUIRE(check_digit("37610425002123456") == '9');
    REQUIRE(check_digit("0000000000000") == '0');
    REQUIRE(check_digit("12a4") == '?');
}

TEST_CASE("GTIN, GLN and SSCC have their length, digits only, and the right check digit") {
    REQUIRE(is_gtin14("80614141123458"));
    REQUIRE(is_gln("0614141123452"));
    REQUIRE(is_sscc("106141412345678908"));
    for (char wrong = '0'; wrong <= '9'; ++wrong) {
        REQUIRE(is_gtin14(std::string("8061414112345") + wrong) == (wrong == '8'));
        REQUIRE(is_gln(std::string("061414112345") + wrong) == (wrong == '2'));
        REQUIRE(is_sscc(std::string("10614141234567890") + wrong) == (wrong == '8'));
    }
    for (std::string_view text :
         {"", "4006381333931", "080614141123458", "8061414112345x", "8061414112345 ", " 8061414112345"})
        REQUIRE_FALSE(is_gtin14(text));
    REQUIRE_FALSE(is_gln("80614141123458"));
    REQUIRE_FALSE(is_sscc("06141411234567890"));
    REQUIRE_FALSE(is_sscc("10614141234567890?"));
}

TEST_CASE("GTINs of 8, 12, 13 and 14 digits are padded to 14") {
    REQUIRE(*to_gtin14("96385074") == "00000096385074");
    REQUIRE(*to_gtin14("036000291452") == "00036000291452");
    REQUIRE(*to_gtin14("4006381333931") == "04006381333931");
    REQUIRE(*to_gtin14("80614141123458") == "80614141123458");
    for (std::string_view text :
         {"", "9", "9638507", "963850741", "4006381333932", "036000291453", "40063813339 1", "-4006381333931"}) {
        INFO(text);
        const auto gtin = to_gtin14(text);
        REQUIRE_FALSE(gtin.ok());
        REQUIRE(gtin.error().code == "bad_gtin");
    }
    REQUIRE(to_gtin14("4006381333935").error().message.find("end in 1") != std::string::npos);
}

TEST_CASE("Serials and lots have 1 to 20 characters of GS1 character set 82") {
    REQUIRE(kSet82.size() == 82);
    for (int c = 0; c < 256; ++c) {
        const std::string text(1, static_cast<char>(c));
        const bool expected = kSet82.find(static_cast<char>(c)) != std::string_view::npos;
        INFO(c);
        REQUIRE(is_serial(text) == expected);
        REQUIRE(is_lot(text) == expected);
    }
    REQUIRE_FALSE(is_serial(""));
    REQUIRE(is_serial(std::string(20, 'x')));
    REQUIRE_FALSE(is_serial(std::string(21, 'x')));
    REQUIRE_FALSE(is_lot(""));
    REQUIRE(is_lot(std::string(20, 'x')));
    REQUIRE_FALSE(is_lot(std::string(21, 'x')));
}

TEST_CASE("EPC URIs name items: the examples of the Tag Data Standard") {
    require_item("urn:epc:id:sgtin:0614141.112345.400", "10614141123459", "400");
    require_item("urn:epc:id:sgtin:0614141.812345.6789", "80614141123458", "6789");
    require_item("urn:epc:id:sgtin:0614141.712345.32a%2Fb", "70614141123451", "32a/b");
    require_item("urn:epc:id:sgtin:9506000.013435.12345", "09506000134352", "12345");
    require_item("URN:EPC:ID:SGTIN:9506000.013435.aB", "09506000134352", "aB");
    // Prefixes of 6 and of 12 digits: the item reference is then 7 digits, or the indicator alone.
    require_item("urn:epc:id:sgtin:950600.0013435.1", "09506000134352", "1");
    require_item("urn:epc:id:sgtin:950600013435.0.1", "09506000134352", "1");
    // A serial may hold dots, and any character of set 82 when escaped.
    require_item("urn:epc:id:sgtin:9506000.013435.1.2.3", "09506000134352", "1.2.3");
    require_item("urn:epc:id:sgtin:9506000.013435.%22%25%26%2F%3C%3E%3f", "09506000134352", "\"%&/<>?");
}

TEST_CASE("Malformed EPC URIs are refused by name") {
    for (std::string_view text :
         {"urn:epc:id:sgtin:", "urn:epc:id:sgtin:9506000", "urn:epc:id:sgtin:9506000.013435",
          "urn:epc:id:sgtin:9506000.13435.1", "urn:epc:id:sgtin:9506000.0134350.1", "urn:epc:id:sgtin:95060.00013435.1",
          "urn:epc:id:sgtin:9506000134350..1", "urn:epc:id:sgtin:950600x.013435.1", "urn:epc:id:sgtin:9506000.01343x.1",
          "urn:epc:id:sscc:0614141.1234567890", "urn:epc:id:sgtin:9506000.013435.1%",
          "urn:epc:id:sgtin:9506000.013435.1%2", "urn:epc:id:sgtin:9506000.013435.%zz"}) {
        INFO(text);
        REQUIRE(error_of(text) == "bad_identifier");
    }
    for (std::string_view text : {"urn:epc:id:sgtin:9506000.013435.", "urn:epc:id:sgtin:9506000.013435.a/b",
                                  "urn:epc:id:sgtin:9506000.013435.a?b", "urn:epc:id:sgtin:9506000.013435.a b",
                                  "urn:epc:id:sgtin:9506000.013435.a%20b", "urn:epc:id:sgtin:9506000.013435.%00",
                                  "urn:epc:id:sgtin:9506000.013435.123456789012345678901"}) {
        INFO(text);
        REQUIRE(error_of(text) == "bad_serial");
    }
}

TEST_CASE("Digital Links name items") {
    require_item("https://id.gs1.org/01/09506000134352/21/12345", "09506000134352", "12345");
    require_item("http://example.com/01/9520123456788/10/ABC1/21/12345?17=180426", "09520123456788", "12345", "ABC1",
                 "180426");
    require_item("https://id.gs1.org/01/09506000134376/10/ABC/21/123456?3103=000189&3923=2172&17=251231",
                 "09506000134376", "123456", "ABC", "251231");
    require_item("https://example.org/01/09506000134352/21/12345?17=271231&10=L%2F1", "09506000134352", "12345", "L/1",
                 "271231");
    require_item("https://example.org/01/09506000134352/21/12345/10/L1/17/271200", "09506000134352", "12345", "L1",
                 "271200");
    // The consumer product variant (22) is passed over, like the website's own parameters.
    require_item("https://example.org/01/09506000134352/22/2A/10/L1/21/S?linkType=all&utm=21", "09506000134352", "S",
                 "L1");
    require_item("HTTPS://ID.GS1.ORG/01/09506000134352/21/AB-1", "09506000134352", "AB-1");
    require_item("https://brand.example:8443/shop/de/01/09506000134352/21/S/", "09506000134352", "S");
    require_item("https://brand.example/01/01/09506000134352/21/01#details", "09506000134352", "01");
    require_item("https://x/01/96385074/21/S", "00000096385074", "S");
    require_item("https://x/01/036000291452/21/S", "00036000291452", "S");
    require_item("https://x/01/4006381333931/21/S", "04006381333931", "S");
    require_item("https://x/01/09506000134352/21/%22%25%26%2f%3C%3e%3F+%2B", "09506000134352", "\"%&/<>?++");
    require_item("https://x/01/09506000134352/21/S?", "09506000134352", "S");
    require_item("https://x/01/09506000134352/21/S?17&&=1", "09506000134352", "S");
}

TEST_CASE("Malformed Digital Links are refused by name") {
    for (std::string_view text : {"https://",
                                  "https://x",
                                  "https:///01/09506000134352/21/S",
                                  "https://x/21/S",
                                  "https://x/01/09506000134352",
                                  "https://x/01/09506000134352/21",
                                  "https://x/01/09506000134352/10/L",
                                  "https://x/01",
                                  "https://x/01/",
                                  "https://x/01/09506000134352/serial/S",
                                  "https://x/01/09506000134352/21/S/10/",
                                  "https://x/01/09506000134352/21/S/extra",
                                  "https://x/01/09506000134352//21/S",
                                  "https://x/01/09506000134352/21/S%2",
                                  "https://x/01/09506000134352/21/%GG",
                                  "https://x/01/09506000134352/21/S?17=%4",
                                  "https://x/01/09506000134352?21=S",
                                  "https://x/01/09506000134352/21/S?21=T",
                                  "https://x/01/09506000134352/21/S/21/T",
                                  "https://x/01/09506000134352/10/A/21/S?10=B",
                                  "https://x/01/09506000134352/21/S?01=09506000134352",
                                  "ftp://x/01/09506000134352/21/S",
                                  "x/01/09506000134352/21/S",
                                  "",
                                  "09506000134352",
                                  "https://x?/01/09506000134352/21/S",
                                  "https://x#/01/09506000134352/21/S"}) {
        INFO(text);
        REQUIRE(error_of(text) == "bad_identifier");
    }
    for (std::string_view text : {"https://x/01/09506000134353/21/S", "https://x/01/0950600013435/21/S",
                                  "https://x/01/abc/21/S", "https://x/01/4006381333930/21/S", "https://x/01//21/S"}) {
        INFO(text);
        REQUIRE(error_of(text) == "bad_gtin");
    }
    for (std::string_view text :
         {"https://x/01/09506000134352/21//10/L", "https://x/01/09506000134352/21/a%20b",
          "https://x/01/09506000134352/21/123456789012345678901", "https://x/01/09506000134352/21/%C3%A9"}) {
        INFO(text);
        REQUIRE(error_of(text) == "bad_serial");
    }
    REQUIRE(error_of("https://x/01/09506000134352/10/a%20b/21/S") == "bad_lot");
    REQUIRE(error_of("https://x/01/09506000134352/21/S?10=") == "bad_lot");
    for (std::string_view date :
         {"", "27123", "2712311", "271301", "270001", "270431", "270230", "270229", "2712a1", "271232"}) {
        INFO(date);
        REQUIRE(error_of(std::string("https://x/01/09506000134352/21/S?17=").append(date)) == "bad_expiry");
    }
    for (std::string_view date : {"271231", "270100", "280229", "270228", "270430"})
        REQUIRE(error_of(std::string("https://x/01/09506000134352/21/S?17=").append(date)) == "none");
}

TEST_CASE("GS1 element strings with brackets name items") {
    require_item("(01)09506000134352(21)12345", "09506000134352", "12345");
    require_item("(01)70614141123451(21)32a/b", "70614141123451", "32a/b");
    require_item("(01)09506000134352(17)271231(10)ABC(21)12345", "09506000134352", "12345", "ABC", "271231");
    require_item("(21)12345(01)09506000134352(8008)2301011200", "09506000134352", "12345");
    // Brackets that hold no identifier belong to the serial.
    require_item("(01)09506000134352(21)a(b)(1)(12345)", "09506000134352", "a(b)(1)(12345)");
    for (std::string_view text :
         {"(", "()", "(01)", "(01)09506000134352", "(21)S", "01)09506000134352(21)S", "(1)09506000134352(21)S",
          "(01)09506000134352(21)S(21)T", "(01)09506000134352(01)09506000134352(21)S", "(0a)1"}) {
        INFO(text);
        REQUIRE(error_of(text) == "bad_identifier");
    }
    REQUIRE(error_of("(01)09506000134353(21)S") == "bad_gtin");
    REQUIRE(error_of("(01)(21)S") == "bad_gtin");
    REQUIRE(error_of("(01)09506000134352(21)") == "bad_serial");
    REQUIRE(error_of("(01)09506000134352(21)S(10)") == "bad_lot");
    REQUIRE(error_of("(01)09506000134352(21)S(17)279931") == "bad_expiry");
}

TEST_CASE("The canonical link escapes all but unreserved characters") {
    REQUIRE(digital_link("09506000134352", "12345") == "https://id.gs1.org/01/09506000134352/21/12345");
    REQUIRE(digital_link("09506000134352", "a-._Z", "https://b.example") ==
            "https://b.example/01/09506000134352/21/a-._Z");
    REQUIRE(digital_link("09506000134352", "/?%&\"<>+=:;,'()*!") ==
            "https://id.gs1.org/01/09506000134352/21/%2F%3F%25%26%22%3C%3E%2B%3D%3A%3B%2C%27%28%29%2A%21");
}

TEST_CASE("Any GTIN and serial survive the way through a link and back") {
    SHOW_SEED();
    test::Randomness random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string gtin;
        for (int i = 0; i < 13; ++i) gtin.push_back(static_cast<char>('0' + random.below(10)));
        gtin.push_back(check_digit(gtin));
        std::string serial(1 + random.below(20), ' ');
        for (char& c : serial) c = kSet82[random.below(kSet82.size())];
        require_item(digital_link(gtin, serial, "https://r.example/a/b"), gtin, serial);
    }
}

TEST_CASE("No input makes the parser do worse than refuse") {
    SHOW_SEED();
    test::Randomness random(2);
    const std::string_view seeds[] = {"https://x.example/01/09506000134352/10/L1/21/S%2F1?17=271231&10=A",
                                      "(01)09506000134352(17)271231(21)12(3)45",
                                      "urn:epc:id:sgtin:9506000.013435.1%2F5"};
    for (int round = 0; round < 20000; ++round) {
        std::string text(seeds[random.below(3)]);
        for (std::uint64_t edits = 1 + random.below(4); edits > 0 && !text.empty(); --edits) {
            const std::size_t at = random.below(text.size());
            switch (random.below(3)) {
                case 0:
                    text[at] = static_cast<char>(random.below(256));
                    break;
                case 1:
                    text.erase(at, 1 + random.below(3));
                    break;
                default:
                    text.insert(at, 1, "/%?&=().#01"[random.below(11)]);
            }
        }
        const auto item = parse_item_name(text);
        if (!item.ok()) continue;
        INFO(text);
        REQUIRE(is_gtin14(item->gtin));
        REQUIRE(is_serial(item->serial));
        REQUIRE((item->lot.empty() || is_lot(item->lot)));
        REQUIRE((item->expiry.empty() || item->expiry.size() == 6));
    }
}

}  // namespace touchstone::ledger
