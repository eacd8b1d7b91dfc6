#include "tools/client/item_file.h"

#include <catch2/catch.hpp>

#include "tools/client/plan.h"

using namespace touchstone;
using namespace touchstone::tools;

namespace {

const ItemDefaults kDefaults{"09506000134352", "", 0, 0};

ItemFile parse(std::string_view text) {
    const auto file = parse_item_file(text, kDefaults);
    REQUIRE(file.ok());
    return *file;
}

}  // namespace

TEST_CASE("a file without a header holds one identifier a line") {
    const ItemFile file =
        parse("7KQ2M9XTRB4H\r\n\r\nhttps://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4J\nA,L1,2027-12-31\n");
    REQUIRE(file.bad.empty());
    REQUIRE(file.items.size() == 3);
    REQUIRE(file.items[0].line == 1);
    REQUIRE(file.items[0].name.commitment == ledger::serial_commitment("09506000134352", "7KQ2M9XTRB4H"));
    REQUIRE(file.items[1].line == 3);
    REQUIRE(file.items[1].serial == "7KQ2M9XTRB4J");
    REQUIRE(file.items[2].lot == "L1");
    REQUIRE(day_text(file.items[2].expiry) == "2027-12-31");
}

TEST_CASE("a header names the columns, in any order and with any usual separator") {
    for (const char* text : {"\xEF\xBB\xBFLot,Serial\nL1,S1\n", "lot;serial\nL1;S1\n", "lot\tserial\nL1\tS1\n"}) {
        const ItemFile file = parse(text);
        REQUIRE(file.items.size() == 1);
        REQUIRE(file.items[0].serial == "S1");
        REQUIRE(file.items[0].lot == "L1");
    }
    REQUIRE_FALSE(parse_item_file("serial,colour\nS1,red\n", kDefaults).ok());
    REQUIRE_FALSE(parse_item_file("serial,serial\nS1,S2\n", kDefaults).ok());
}

TEST_CASE("a serial may hold a separator when it is quoted, or when the file has another") {
    REQUIRE(parse("serial,lot\n\"A,B\",L\n").items[0].serial == "A,B");
    REQUIRE(parse("A;B\n").items[0].serial == "A;B");
    REQUIRE(split_csv("\"a\"\"b\",c", ',') == std::vector<std::string>{"a\"b", "c"});
    REQUIRE_FALSE(split_csv("\"open,c", ',').has_value());
}

TEST_CASE("bad lines are named with number and reason, and stop no other line") {
    const ItemFile file = parse(
        "serial,uri,lot,expiry\n"
        "GOOD1,,,\n"
        "GOOD1,,,\n"
        ",https://id.gs1.org/01/09506000134353/21/X1,,\n"
        "WAYTOOLONGFORASERIALNUMBER,,,\n"
        "GOOD2,,,2027-02-30\n"
        "GOOD3,,\"open\n"
        "a,b,c,d,e\n"
        ",,,\n"
        "GOOD4,,,\n");
    REQUIRE(file.items.size() == 2);
    REQUIRE(file.items[1].line == 10);
    std::vector<std::pair<std::size_t, std::string>> faults;
    for (const BadLine& bad : file.bad) faults.emplace_back(bad.line, bad.code);
    REQUIRE(faults == std::vector<std::pair<std::size_t, std::string>>{{3, "duplicate_line"},
                                                                       {4, "bad_gtin"},
                                                                       {5, "bad_serial"},
                                                                       {6, "bad_date"},
                                                                       {7, "malformed_line"},
                                                                       {8, "malformed_line"},
                                                                       {9, "malformed_line"}});
}

TEST_CASE("a serial alone needs a GTIN, and so does the commitment to one") {
    const std::string commitment(64, 'a');
    const ItemFile none = parse_item_arguments({"S1", commitment}, {});
    REQUIRE(none.items.empty());
    REQUIRE(none.bad[0].code == "no_gtin");
    REQUIRE(none.bad[1].code == "no_gtin");
    const ItemFile file = parse_item_arguments({commitment, std::string(64, 'A')}, kDefaults);
    REQUIRE(file.bad.size() == 1);
    REQUIRE(file.bad[0].code == "duplicate_line");
    REQUIRE(file.items[0].name == ledger::ItemName{"09506000134352", *Hash256::from_hex(commitment)});
    REQUIRE(parse("commitment,gtin\n" + commitment + ",09506000134352\n").items.size() == 1);
}

TEST_CASE("a column of keys is refused with words, alone and among others") {
    for (const char* text : {"key\nS1\n", "key,gtin\nS1,09506000134352\n", "Lot,key\nL1,S1\n"}) {
        const auto file = parse_item_file(text, kDefaults);
        REQUIRE_FALSE(file.ok());
        REQUIRE(file.error().code == "bad_file_header");
        REQUIRE(file.error().message.find("commitment") != std::string::npos);
    }
}

TEST_CASE("days of the calendar") {
    REQUIRE(parse_day("1970-01-02") == ledger::Day{1});
    REQUIRE(day_text(*parse_day("271200")) == "2027-12-31");
    REQUIRE(day_text(*parse_day("280200")) == "2028-02-29");
    for (const char* bad :
         {"2027-02-29", "2027-13-01", "2027-1-1", "27-12-31", "20271231", "", "1969-12-31", "2027-12-00"})
        REQUIRE_FALSE(parse_day(bad).has_value());
}

TEST_CASE("chunks hold every line once, in groups that one registration can say") {
    std::string text = "serial,lot\n";
    for (int i = 0; i < 25; ++i) text += "S" + std::to_string(i) + (i % 2 ? ",odd\n" : ",even\n");
    const ItemFile file = parse(text);
    ledger::Operation pattern = ledger::op::Register{};
    const auto chunks = plan_chunks(file.items, pattern, 10);
    REQUIRE(chunks.size() == 3);
    std::vector<int> seen(25);
    for (const Chunk& chunk : chunks) {
        REQUIRE(chunk.items() <= 10);
        for (std::size_t o = 0; o < chunk.operations.size(); ++o) {
            REQUIRE(ledger::items_of(chunk.operations[o])->size() == chunk.lines[o].size());
            for (std::size_t i = 0; i < chunk.lines[o].size(); ++i) {
                const ItemLine& item = file.items[chunk.lines[o][i]];
                ++seen[chunk.lines[o][i]];
                REQUIRE(item.lot == std::get<ledger::op::Register>(chunk.operations[o]).lot);
                REQUIRE(item.name == ledger::items_of(chunk.operations[o])->at(i));
            }
        }
    }
    REQUIRE(seen == std::vector<int>(25, 1));
    REQUIRE(chunks[1].operations.size() == 2);  // the end of one lot and the beginning of the other

    pattern = ledger::op::Ship{};
    REQUIRE(plan_chunks(file.items, pattern, 10)[0].operations.size() == 1);
    REQUIRE(plan_chunks({}, pattern).empty());
}

TEST_CASE("no transaction has more operations than the ledger takes") {
    std::string text = "serial,lot\n";
    for (int i = 0; i < 1001; ++i) text += "S" + std::to_string(i) + ",L" + std::to_string(i) + "\n";
    const auto chunks = plan_chunks(parse(text).items, ledger::op::Register{});
    REQUIRE(chunks.size() == 2);
    REQUIRE(chunks[0].operations.size() == kOperationsPerTransaction);
}
