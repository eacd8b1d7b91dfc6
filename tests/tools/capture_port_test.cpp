// Parties of a capture: whom a GLN stands for.
#include "tools/client/capture_port.h"

#include <catch2/catch.hpp>

#include "rpc/epcis/identifiers.h"

using namespace touchstone;
using namespace touchstone::tools;

TEST_CASE("parties are read from any form of a GLN, and a line without one is named") {
    const auto parties = parse_parties("gln,organisation\r\nurn:epc:id:sgln:0614141.00777.0,shop\n" +
                                       *epcis::gln_of("urn:epc:id:pgln:4012345.00225") +
                                       ",carrier\n\nhttps://id.gs1.org/417/9506000134352,acme\n");
    REQUIRE(parties.ok());
    REQUIRE(*parties == epcis::Parties{{*epcis::gln_of("urn:epc:id:sgln:0614141.00777.0"), "shop"},
                                       {"4012345002256", "carrier"},
                                       {"9506000134352", "acme"}});
    for (const char* bad : {"123,shop\n", "9506000134352\n", "9506000134352,\n", "\"9506000134352,acme\n"})
        REQUIRE(parse_parties(bad).error().code == "bad_parties");
}
