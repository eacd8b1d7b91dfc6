// Identifiers in both of their forms, and times.
#include "rpc/epcis/identifiers.h"

#include <catch2/catch.hpp>

#include "ledger/records/records.h"
#include "rpc/epcis/times.h"

using namespace touchstone;
using namespace touchstone::epcis;

TEST_CASE("EPC URNs and Digital Links of one thing are one identifier") {
    const std::tuple<const char*, const char*, IdentifierKind, std::size_t> cases[] = {
        {"urn:epc:id:sgtin:0614141.107346.2017", "https://id.gs1.org/01/10614141073464/21/2017", IdentifierKind::kItem,
         7},
        {"urn:epc:id:sscc:4012345.0000000333", "https://id.gs1.org/00/040123450000003338", IdentifierKind::kContainer,
         7},
        {"urn:epc:class:lgtin:4012345.012345.998877", "https://id.gs1.org/01/04012345123456/10/998877",
         IdentifierKind::kLot, 7},
        {"urn:epc:id:sgln:4012345.00011.987", "https://id.gs1.org/414/4012345000115/254/987", IdentifierKind::kLocation,
         7},
        {"urn:epc:id:sgln:4012345.00011.0", "https://id.gs1.org/414/4012345000115", IdentifierKind::kLocation, 7},
        {"urn:epc:id:pgln:4012345.00225", "https://id.gs1.org/417/4012345002256", IdentifierKind::kParty, 7},
        {"urn:epc:id:sgln:950600013435..0", "https://id.gs1.org/414/9506000134352", IdentifierKind::kLocation, 12}};
    for (const auto& [urn, link, kind, prefix] : cases) {
        INFO(urn);
        REQUIRE(canonical_link(urn) == link);
        REQUIRE(canonical_link(link) == link);
        const auto from_urn = read_identifier(urn), from_link = read_identifier(link);
        REQUIRE(from_urn.ok());
        REQUIRE(from_link.ok());
        REQUIRE(*from_urn == *from_link);
        REQUIRE(from_urn->kind == kind);
        REQUIRE(epc_urn(*from_link, prefix) == urn);
    }
    REQUIRE_FALSE(epc_urn(*read_identifier("https://id.gs1.org/01/10614141073464"), 7));
    REQUIRE_FALSE(epc_urn(*read_identifier("https://id.gs1.org/01/10614141073464/21/2017"), 5));
}

TEST_CASE("names on the ledger follow from either form, and from this project's own") {
    const auto item = read_identifier("urn:epc:id:sgtin:0614141.107346.2017");
    REQUIRE(item_name(*item) ==
            ledger::ItemName{"10614141073464", ledger::serial_commitment("10614141073464", "2017")});
    const auto container = read_identifier("urn:epc:id:sscc:0614141.1234567890");
    REQUIRE(container->sscc == "106141412345678908");
    REQUIRE(container_commitment(*container) == ledger::sscc_commitment("106141412345678908"));
    const Hash256 commitment = ledger::serial_commitment("10614141073464", "1");
    REQUIRE(item_name(*read_identifier(std::string(kItemUrn) + "10614141073464:" + commitment.hex())) ==
            ledger::ItemName{"10614141073464", commitment});
    const auto named = read_identifier(std::string(kContainerUrn) + "acme:" + commitment.hex());
    REQUIRE(named->kind == IdentifierKind::kContainer);
    REQUIRE(named->maker == "acme");
    REQUIRE(container_commitment(*named) == commitment);
    // A key of the state is no name.
    for (const std::string& none : {std::string(kContainerKeyUrn) + commitment.hex(),
                                    std::string(kItemUrn) + commitment.hex(), std::string(kItemUrn) + "1:" + commitment.hex(),
                                    std::string(kContainerUrn) + "No Body:" + commitment.hex()})
        REQUIRE(read_identifier(none)->kind == IdentifierKind::kOther);
}

TEST_CASE("links keep the finest level alone, whatever stands around it") {
    REQUIRE(canonical_link("http://shop.example/a/b/01/9506000134352/10/L1/21/S%2F1?17=271231#x") ==
            "https://id.gs1.org/01/09506000134352/21/S%2F1");
    REQUIRE(canonical_link("https://example.org/giai/401234599999") == "https://id.gs1.org/8004/401234599999");
    REQUIRE(canonical_link("https://example.com/bizStep/inspecting") == std::nullopt);
    REQUIRE(canonical_link("https://example.com/00/12") == std::nullopt);
    REQUIRE(canonical_link("urn:epc:id:grai:4012345.55555.987") == "https://id.gs1.org/8003/04012345555554987");
    REQUIRE(canonical_link("urn:epc:idpat:sgtin:4012345.012345.*") == "https://id.gs1.org/01/04012345123456");
    REQUIRE(read_identifier("https://x.example/01/09506000134352/21/S%2F1")->serial == "S/1");
}

TEST_CASE("a key that is not well-formed is named; what is no GS1 key is somebody's own") {
    const std::pair<const char*, const char*> faults[] = {
        {"https://id.gs1.org/01/09521141012346/21/2017", "bad_gtin"},
        {"https://id.gs1.org/00/040123450000003339", "bad_sscc"},
        {"https://id.gs1.org/414/4012345000116", "bad_gln"},
        {"https://id.gs1.org/01/09506000134352/21/%00", "bad_serial"},
        {"https://id.gs1.org/01/09506000134352/10/123456789012345678901", "bad_lot"},
        {"urn:epc:id:sgtin:0614141.1073.2017", "bad_identifier"}};
    for (const auto& [uri, code] : faults) {
        INFO(uri);
        REQUIRE(read_identifier(uri).error().code == code);
    }
    for (const char* other : {"urn:epc:id:giai:4000001.12345", "https://example.com/things/7", "urn:uuid:1", ""})
        REQUIRE(read_identifier(other)->kind == IdentifierKind::kOther);
}

TEST_CASE("the GLN of a place or party") {
    REQUIRE(gln_of("https://id.gs1.org/414/9521321000018") == "9521321000018");
    REQUIRE(gln_of("urn:epc:id:pgln:4012345.00225") == "4012345002256");
    REQUIRE(gln_of("9506000134352") == "9506000134352");
    REQUIRE_FALSE(gln_of("urn:epc:id:sgln:061414.00777.0"));
    REQUIRE_FALSE(gln_of("9506000134353"));
}

TEST_CASE("times are read with their offset and rounded to milliseconds") {
    REQUIRE(read_time("2020-03-04T11:00:30+01:00")->ms == read_time("2020-03-04T10:00:30.000Z")->ms);
    REQUIRE(time_text(*read_time("2023-02-02T11:04:03.1415Z")) == "2023-02-02T11:04:03.142Z");
    REQUIRE(time_text(*read_time("2023-02-02T11:04:03.1414999Z")) == "2023-02-02T11:04:03.141Z");
    REQUIRE(time_text(*read_time("2023-12-31T23:59:59.9996-00:30")) == "2024-01-01T00:30:00.000Z");
    REQUIRE(time_text(*read_time("2023-12-31T23:59Z")) == "2023-12-31T23:59:00.000Z");
    for (const char* bad : {"2023-02-30T11:04:03Z", "2023-02-02T11:04:03", "2023-02-02 11:04:03Z", "2023-02-02", "",
                            "2023-02-02T11:61:03Z", "2023-02-02T11:04:03.Z", "2023-02-02T11:04:03+1:00"})
        REQUIRE_FALSE(read_time(bad));
    REQUIRE(day_text(*read_day("2028-02-29")) == "2028-02-29");
    REQUIRE_FALSE(read_day("2027-02-29"));
}
