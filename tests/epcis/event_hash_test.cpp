// Event hashes against those that the reference implementation of CBV 2.0 publishes for its examples
// (github.com/RalphTro/epcis-event-hash-generator, tests/examples/*.hashes), and what they must not depend on.
#include "rpc/epcis/event_hash.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "rpc/epcis/document.h"
#include "tests/support/test_data.h"

using namespace touchstone;
using namespace touchstone::epcis;
using nlohmann::json;

namespace {

Namespaces with(const char* prefix, const char* space) {
    Namespaces made = standard_namespaces();
    made[prefix] = space;
    return made;
}

const Namespaces kExample = with("example", "https://ns.example.com/epcis/");

json departing() {
    return {{"type", "ObjectEvent"},
            {"eventTime", "2020-03-04T11:00:30.000+01:00"},
            {"eventTimeZoneOffset", "+01:00"},
            {"action", "OBSERVE"},
            {"bizStep", "departing"}};
}

// The reference's first example: extensions, nested and repeated.
json with_extensions() {
    json event = departing();
    event["recordTime"] = "2020-03-04T11:00:30.999+01:00";
    event["epcList"] = {"urn:epc:id:sscc:4012345.0000000333", "urn:epc:id:sscc:4012345.0000000111",
                        "urn:epc:id:sscc:4012345.0000000222"};
    event["readPoint"] = {{"id", "urn:epc:id:sgln:4012345.00011.987"}};
    event["example:myField1"] = {{"example:mySubField1", "2"}, {"example:mySubField2", "5"}};
    event["example:myField2"] = "0";
    event["example:myField3"] = {{"example:mySubField3", {"3", "1"}}};
    return event;
}
constexpr const char* kWithExtensions = "6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7";

// Its third: papers, and who gives and gets.
json with_parties() {
    json event = departing();
    event["eventTime"] = "2020-03-04T11:00:30+01:00";
    event["epcList"] = json::array({"urn:epc:id:sgtin:0614141.011111.987"});
    event["disposition"] = "in_transit";
    event["readPoint"] = {{"id", "urn:epc:id:sgln:4012345.00011.0"}, {"example:myField1", "AB-12"}};
    event["bizTransactionList"] =
        json::array({{{"type", "po"}, {"bizTransaction", "urn:epc:id:gdti:4012345.11111.123"}}});
    event["sourceList"] = json::array({{{"type", "owning_party"}, {"source", "urn:epc:id:pgln:4012345.00000"}}});
    event["destinationList"] =
        json::array({{{"type", "owning_party"}, {"destination", "urn:epc:id:pgln:0614141.00000"}}});
    event["example:userExt"] = "CD-34";
    return event;
}
constexpr const char* kWithParties = "a13cbe6c8bb6df3710b3edaeff760a1365ec8fd69ca1f4d7e0c10eb5189a883a";

std::vector<Hash256> hashes_of(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    const auto events = read_document(text.str());
    REQUIRE(events.ok());
    std::vector<Hash256> made;
    for (const DocumentEvent& event : *events) made.push_back(event_hash(event.event, event.namespaces));
    return made;
}

}  // namespace

TEST_CASE("event hashes equal those of the reference implementation") {
    REQUIRE(event_hash(with_extensions(), kExample).hex() == kWithExtensions);
    REQUIRE(event_hash(with_parties(), kExample).hex() == kWithParties);

    json recalled{{"type", "ObjectEvent"},
                  {"eventTime", "2021-04-01T15:00:00+01:00"},
                  {"eventTimeZoneOffset", "+01:00"},
                  {"epcList", {"urn:epc:id:sgtin:4012345.011111.1", "urn:epc:id:sgtin:4012345.011111.2"}},
                  {"action", "OBSERVE"},
                  {"bizStep", "shipping"},
                  {"disposition", "in_transit"},
                  {"readPoint", {{"id", "urn:epc:id:sgln:4012345.00005.0"}}},
                  {"persistentDisposition", {{"set", {"recalled"}}}}};
    REQUIRE(event_hash(recalled, standard_namespaces()).hex() ==
            "f6a9d89f2cd8d7931daa3d4c3d48399c2173b88417932f8cc04d021671e7d01e");
    // Sensor data, a custom domain, and a time that rounds up.
    json sensed{{"type", "ObjectEvent"},
                {"eventTime", "2023-02-12T11:04:03.1415Z"},
                {"eventTimeZoneOffset", "+01:00"},
                {"certificationInfo", "https://accreditation-council.example.org/certificate/ABC12345"},
                {"epcList", json::array({"https://id.gs1.de/01/04012345999990/21/XYZ-1234"})},
                {"action", "OBSERVE"},
                {"bizStep", "receiving"},
                {"disposition", "in_progress"},
                {"readPoint", {{"id", "https://id.gs1.de/414/4012345000115"}}}};
    sensed["sensorElementList"] = json::array(
        {{{"sensorMetadata",
           {{"time", "2023-02-12T11:04:03.1007Z"}, {"bizRules", "https://id.example.com/253/4012345000054987"}}},
          {"sensorReport",
           json::array({{{"type", "Dimensionless"},
                         {"exception", "ALARM_CONDITION"},
                         {"coordinateReferenceSystem", "http://www.opengis.net/def/crs/EPSG/0/27700"}}})}}});
    REQUIRE(event_hash(sensed, standard_namespaces()).hex() ==
            "589e6268daac257cff0a64ae0f525abcc3ff90bc7832171270fd9260e9c481c8");
}

TEST_CASE("public documents that the reference has as examples too have the hashes that it publishes") {
    const auto folder = test::test_data("epcis/valid");
    if (!folder) return;
    const std::string shipping = "df6523665bc5e5803d6c7b84f5a04e103694d8220f2abc4f2c74310e89f31bc6";
    const std::string receiving = "32547b2344d525ea60ab1b899d82a9011fd9c39bb26ed936e113066146f49941";
    const std::pair<const char*, std::vector<std::string>> known[] = {
        {"Documents_ObjectEvent.json", {shipping, receiving}},
        {"Documents_ObjectEvent_with_comment.json", {shipping, receiving}},
        // The declaration of the error takes no part: it is the same event.
        {"Documents_ObjectEvent_with_error_declaration.json", {shipping, receiving}},
        {"Documents_epcisDocWithAllGS1Keys.json", {"40744f32beff53a4bf5bb5956d465cb52de5bbcc9f131409d8efb903b04d9351"}},
    };
    for (const auto& [name, wanted] : known) {
        INFO(name);
        const std::vector<Hash256> hashes = hashes_of(*folder / name);
        REQUIRE(hashes.size() == wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) REQUIRE(hashes[i].hex() == wanted[i]);
    }
}

TEST_CASE("the hash does not depend on how an event is written") {
    json same = with_parties();
    same["eventTime"] = "2020-03-04T10:00:30Z";
    same["epcList"] = json::array({"https://shop.example/some/path/01/00614141111114/10/L1/21/987?17=271231"});
    same["bizStep"] = "urn:epcglobal:cbv:bizstep:departing";
    same["disposition"] = "https://ref.gs1.org/cbv/Disp-in_transit";
    same["readPoint"] = {{"id", " https://id.gs1.org/414/4012345000115 "}, {"example:myField1", "AB-12"}};
    same["sourceList"][0]["type"] = "cbv:SDT-owning_party";
    same["eventID"] = "urn:uuid:00000000-0000-4000-8000-000000000000";
    same["recordTime"] = "2021-01-01T00:00:00Z";
    same["errorDeclaration"] = {{"declarationTime", "2021-01-01T00:00:00Z"}, {"reason", "did_not_occur"}};
    same["rdfs:comment"] = "nothing";
    same["x:userExt"] = same["example:userExt"];
    same.erase("example:userExt");
    same["@context"] = {{"x", "https://ns.example.com/epcis/"}};
    REQUIRE(event_hash(same, kExample).hex() == kWithParties);
}

TEST_CASE("the hash depends on everything that an event says") {
    const json whole = with_parties();
    for (const auto& [name, value] : whole.items()) {
        INFO(name);
        json less = whole;
        less.erase(name);
        REQUIRE(event_hash(less, kExample).hex() != kWithParties);
    }
    json changed = whole;
    changed["destinationList"][0]["type"] = "possessing_party";
    REQUIRE(event_hash(changed, kExample).hex() != kWithParties);
    REQUIRE(event_hash(whole, with("example", "https://ns.example.com/other/")).hex() != kWithParties);
}

TEST_CASE("numbers have one form") {
    const auto of = [](const json& value) {
        return pre_hash({{"type", "ObjectEvent"}, {"example:n", value}}, kExample);
    };
    REQUIRE(of("26.0") == of(26));
    REQUIRE(of("+0.50") == of(0.5));
    REQUIRE(of("0012") == of("12"));
    REQUIRE(of("1e3") == of(1000));
    REQUIRE(of("12a") == "eventType=ObjectEvent{https://ns.example.com/epcis/}n=12a");
    REQUIRE(of("1.2.3") == "eventType=ObjectEvent{https://ns.example.com/epcis/}n=1.2.3");
    REQUIRE(of("") == "eventType=ObjectEvent{https://ns.example.com/epcis/}n");
}

TEST_CASE("an event identifier names its hash") {
    const Hash256 hash = event_hash(with_parties(), kExample);
    REQUIRE(event_id_of(hash) == "ni:///sha-256;" + hash.hex() + "?ver=CBV2.0");
    REQUIRE(hash_of_event_id(event_id_of(hash)) == hash);
    for (const char* other : {"", "urn:uuid:1", "ni:///sha-256;00?ver=CBV2.0", "ni:///sha-512;?ver=CBV2.0"})
        REQUIRE_FALSE(hash_of_event_id(other));
}
