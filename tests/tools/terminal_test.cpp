#include "tools/client/terminal.h"

#include <catch2/catch.hpp>

using namespace touchstone::tools;

TEST_CASE("what somebody else wrote stands in one line, and does nothing to a terminal") {
    REQUIRE(one_line("Crème 50 ml, 東京") == "Crème 50 ml, 東京");
    REQUIRE(one_line("a\nGENUINE\r\x1b[2Jb\x7f\t") == "a?GENUINE??[2Jb??");
    REQUIRE(one_line("\xc2\x9b" "31m \xe2\x80\xae back \xff\xfe \xe2\x80") == "?31m ? back ?? ?");
    REQUIRE(one_line(std::string(1000, 'x')) == std::string(300, 'x') + "…");
    REQUIRE(one_line(std::string(299, 'x') + "éé") == std::string(299, 'x') + "…");
}

TEST_CASE("a text of ours keeps its lines and nothing else that moves") {
    REQUIRE(printable("one\ntwo\tthree\n") == "one\ntwo\tthree\n");
    REQUIRE(printable("one\x1b[1;32m\ntwo\r") == "one?[1;32m\ntwo?");
    REQUIRE(printable("") == "");
}
