// EPCIS documents into operations: the public test documents one by one, and the rules on documents of our own.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/test_data.h"
#include "tools/epcis.h"
#include "tools/epcis_checks.h"

using namespace touchstone;
using namespace touchstone::tools;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

json event(const char* action, const char* step) {
    return {{"type", "ObjectEvent"},
            {"eventTime", "2026-01-01T10:00:00Z"},
            {"eventTimeZoneOffset", "+01:00"},
            {"action", action},
            {"bizStep", step},
            {"epcList", {"urn:epc:id:sgtin:0614141.107346.2017", "https://id.gs1.org/01/09521141012345/21/2017"}}};
}

CapturedEvent capture(const json& one, const CaptureContext& context = {}) {
    const auto events = read_epcis(one.dump(), context);
    REQUIRE(events.ok());
    REQUIRE(events->size() == 1);
    return events->front();
}

}  // namespace

TEST_CASE("every valid public document is read; each event is covered or named") {
    const auto folder = test::test_data("epcis/valid");
    if (!folder) return;
    CaptureContext context;
    context.default_receiver = "carrier";
    std::map<CaptureState, std::size_t> counts;
    std::size_t documents = 0;
    for (const auto& file : fs::directory_iterator(*folder)) {
        INFO(file.path().filename().string());
        const auto events = read_epcis(content(file.path()), context);
        REQUIRE(events.ok());
        REQUIRE_FALSE(events->empty());
        ++documents;
        for (const CapturedEvent& one : *events) {
            INFO(one.index << " " << one.type << ": " << one.code << " " << one.reason);
            REQUIRE(one.state != CaptureState::kMalformed);
            REQUIRE(one.state != CaptureState::kRefused);
            if (one.state == CaptureState::kCovered)
                REQUIRE_FALSE(one.items.empty());
            else
                REQUIRE_FALSE(one.reason.empty());
            ++counts[one.state];
        }
    }
    REQUIRE(documents == 43);
    REQUIRE(counts[CaptureState::kCovered] == 9);
    REQUIRE(counts[CaptureState::kNotCovered] >= 40);
}

TEST_CASE("every invalid public document is refused, and its fault is named") {
    const auto folder = test::test_data("epcis/invalid");
    if (!folder) return;
    // What each is named for, in the words of the refusal of its faulty events.
    const std::map<std::string, std::string> faults = {
        {"Combination_of_events_with_missing_mandatory_fields.json", "missing"},
        {"Combination_of_non_standard_bizStep_and_disposition.json", "Core Business Vocabulary"},
        {"ObjectEvent_with_ilmd_field_without_namespace.json", "'materialType' has no namespace"},
        {"ObjectEvent_with_invalid_certificationInfo.json",
         "gs1:certificationAuditDate in certificationInfo is no date"},
        {"ObjectEvent_with_non_standard_bizStep.json", "bizStep 'transforming'"},
        {"ObjectEvent_with_non_standard_disposition.json", "disposition 'in_transport'"},
        {"ObjectEvent_with_unknown_field_in_quantityList.json", "unknown field 'weight' in quantityList"},
        {"ObjectEvent_without_identifier_list.json", "needs an epcList or a quantityList"},
    };
    std::size_t documents = 0;
    for (const auto& [name, words] : faults) {
        INFO(name);
        const auto events = read_epcis(content(*folder / name), {});
        REQUIRE(events.ok());
        for (const CapturedEvent& one : *events) {
            INFO(one.reason);
            REQUIRE(one.state == CaptureState::kMalformed);
            REQUIRE(one.reason.find(words) != std::string::npos);
        }
        ++documents;
    }
    REQUIRE(documents == 8);
}

TEST_CASE("events become operations by action and business step, in all three spellings") {
    const CaptureContext context{{}, "carrier"};
    const std::tuple<const char*, const char*, OperationKind> cases[] = {
        {"ADD", "commissioning", OperationKind::kRegister},
        {"OBSERVE", "shipping", OperationKind::kShip},
        {"OBSERVE", "urn:epcglobal:cbv:bizstep:shipping", OperationKind::kShip},
        {"OBSERVE", "https://ref.gs1.org/cbv/BizStep-receiving", OperationKind::kReceive},
        {"OBSERVE", "retail_selling", OperationKind::kSell},
        {"OBSERVE", "void_shipping", OperationKind::kCancelShipment},
    };
    for (const auto& [action, step, kind] : cases) {
        const CapturedEvent captured = capture(event(action, step), context);
        INFO(step << captured.reason);
        REQUIRE(captured.state == CaptureState::kCovered);
        REQUIRE(captured.pattern.kind == kind);
        REQUIRE(captured.items.size() == 2);
        REQUIRE(captured.items[0].gtin == "10614141073464");
        REQUIRE(captured.items[0].key == ledger::item_key("10614141073464", "2017"));
        REQUIRE(captured.items[1].gtin == "09521141012345");
    }
    for (const auto& [action, step] : {std::pair{"DELETE", "decommissioning"},
                                       {"OBSERVE", "inspecting"},
                                       {"ADD", "receiving"},
                                       {"OBSERVE", "https://example.com/steps/dusting"}})
        REQUIRE(capture(event(action, step), context).state == CaptureState::kNotCovered);
    REQUIRE(capture(event("OBSERVE", "dusting"), context).state == CaptureState::kMalformed);
    REQUIRE(capture(event("OBSERVE", "https://ref.gs1.org/cbv/BizStep-dusting"), context).state ==
            CaptureState::kMalformed);
}

TEST_CASE("lot, dates and place of a registration come from the event") {
    json one = event("ADD", "commissioning");
    one["ilmd"] = {{"cbvmda:lotNumber", "L42"}, {"cbvmda:itemExpirationDate", "2027-12-31T00:00:00Z"}};
    one["readPoint"] = {{"id", "urn:epc:id:sgln:0614141.07346.1234"}};
    const CapturedEvent captured = capture(one);
    REQUIRE(captured.items[0].lot == "L42");
    REQUIRE(day_text(captured.items[1].expiry) == "2027-12-31");
    REQUIRE(captured.pattern.facility == *gln_of("urn:epc:id:sgln:0614141.07346.0"));
    one["ilmd"]["cbvmda:itemExpirationDate"] = "soon";
    REQUIRE(capture(one).code == "bad_date");
}

TEST_CASE("a shipment goes to the party that will hold the goods, if it is known") {
    json one = event("OBSERVE", "shipping");
    one["destinationList"] = {
        {{"type", "location"}, {"destination", "urn:epc:id:sgln:0614141.00777.0"}},
        {{"type", "urn:epcglobal:cbv:sdt:possessing_party"}, {"destination", "urn:epc:id:pgln:4012345.00225"}}};
    const auto parties = parse_parties("gln,organisation\r\nurn:epc:id:sgln:0614141.00777.0,shop\n" +
                                       *gln_of("urn:epc:id:pgln:4012345.00225") + ",carrier\n");
    REQUIRE(parties.ok());
    REQUIRE(capture(one, {*parties, "nobody"}).pattern.party == "carrier");
    REQUIRE(capture(one, {{}, "fallback"}).pattern.party == "fallback");
    const CapturedEvent refused = capture(one);
    REQUIRE(refused.state == CaptureState::kRefused);
    REQUIRE(refused.code == "unknown_recipient");
    REQUIRE_FALSE(parse_parties("123,shop\n").ok());
}

TEST_CASE("nothing is half captured") {
    json one = event("OBSERVE", "receiving");
    one["quantityList"] = {{{"epcClass", "urn:epc:class:lgtin:4012345.012345.998877"}, {"quantity", 2}}};
    REQUIRE(capture(one).code == "class_level");
    one = event("OBSERVE", "receiving");
    one["epcList"].push_back("urn:epc:id:sscc:4012345.0000000333");
    REQUIRE(capture(one).code == "other_identifier");
    one = event("OBSERVE", "receiving");
    one["epcList"][1] = "https://id.gs1.org/01/09521141012346/21/2017";
    REQUIRE(capture(one).state == CaptureState::kMalformed);
    one = event("OBSERVE", "receiving");
    one["errorDeclaration"] = json::object();
    REQUIRE(capture(one).code == "error_declaration");
}

TEST_CASE("what is no EPCIS document is refused whole") {
    for (const char* bad : {"{", "7", R"({"type":"EPCISDocument","schemaVersion":"2.0"})",
                            R"({"type":"EPCISDocument","schemaVersion":"1.2","epcisBody":{"eventList":[]}})",
                            R"({"type":"EPCISDocument","schemaVersion":"2.0","epcisBody":{"eventList":{}}})"})
        REQUIRE_FALSE(read_epcis(bad, {}).ok());
    REQUIRE(read_epcis("{}", {})->front().state == CaptureState::kMalformed);
    REQUIRE(gln_of("https://id.gs1.org/414/9521321000018") == "9521321000018");
    REQUIRE_FALSE(gln_of("urn:epc:id:sgln:061414.00777.0").has_value());
}
