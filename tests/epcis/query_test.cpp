// Queries about captured events, and the repository that answers them over a ledger in memory.
#include "rpc/epcis/query.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "rpc/epcis/repository.h"
#include "rpc/epcis/times.h"
#include "tests/epcis/world_port.h"
#include "tests/support/test_data.h"

using namespace touchstone;
using namespace touchstone::epcis;
using namespace touchstone::ledger::test;
using epcis::test::WorldPort;
using nlohmann::json;

namespace {

EventQuery query(const std::string& text) {
    const auto parsed = parse_query(text);
    if (!parsed.ok()) FAIL(parsed.error().detail);
    return *parsed;
}

json shipping() {
    return {{"type", "ObjectEvent"},
            {"eventTime", "2026-01-01T10:00:00+01:00"},
            {"eventTimeZoneOffset", "+01:00"},
            {"recordTime", "2026-01-02T00:00:00Z"},
            {"eventID", "urn:uuid:1"},
            {"action", "OBSERVE"},
            {"bizStep", "https://ref.gs1.org/cbv/BizStep-shipping"},
            {"disposition", "in_transit"},
            {"readPoint", {{"id", "urn:epc:id:sgln:4012345.00011.0"}}},
            {"bizLocation", {{"id", "https://id.gs1.org/414/4012345000115"}}},
            {"epcList", {"urn:epc:id:sgtin:0614141.107346.2017", "ext:thing"}},
            {"persistentDisposition", {{"set", {"stolen"}}}}};
}

bool finds(const std::string& text) {
    Namespaces namespaces = standard_namespaces();
    namespaces["ext"] = "https://ns.example.com/";
    return matches(query(text), shipping(), namespaces);
}

std::string uri(int number) { return "https://id.gs1.org/01/" + kGtin + "/21/" + std::to_string(number); }

json event(const char* step, int hour, std::vector<std::string> epcs) {
    return {{"type", "ObjectEvent"},
            {"eventTime", time_text(WallTime{1'767'225'600'000ull + static_cast<std::uint64_t>(hour) * 3'600'000})},
            {"eventTimeZoneOffset", "+00:00"},
            {"action", std::string_view(step) == "commissioning" ? "ADD" : "OBSERVE"},
            {"bizStep", step},
            {"epcList", std::move(epcs)}};
}

// A repository of "brand" over the ledger in memory.
struct Desk {
    Desk() { world.with_product(); }

    Capturer capturer() {
        return {"brand",
                [this]() -> Result<CaptureContext> {
                    if (lost) return Error{"store_fault", "the state can not be read"};
                    return CaptureContext{{}, "shop", "brand", 0};
                },
                [this] { return std::make_unique<WorldPort>(world, "brand"); },
                [this] { return WallTime{1'767'300'000'000 + 1000 * ticks++}; }};
    }
    // Captures and waits until the job ended.
    json capture(const json& events, Behaviour behaviour = Behaviour::kProceed) {
        const auto id = repository.capture(events.dump(), behaviour);
        if (!id.ok()) FAIL(id.error().detail);
        for (;;) {
            const auto job = repository.job(*id);
            REQUIRE(job.ok());
            if (!job->at("running").get<bool>()) return *job;
            std::this_thread::yield();
        }
    }
    std::vector<std::string> steps(const std::string& text) {
        const auto page = repository.events(query(text));
        REQUIRE(page.ok());
        std::vector<std::string> made;
        for (const json& one : page->document["epcisBody"]["queryResults"]["resultsBody"]["eventList"])
            made.push_back(one["bizStep"]);
        return made;
    }

    World world;
    MemoryEventStore store;
    std::atomic<std::uint64_t> ticks{0};
    std::atomic<bool> lost{false};
    Repository repository{store, capturer()};
};

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("a query finds an event by each of its parameters, in any form of the value") {
    for (const char* hit :
         {"", "eventType=ObjectEvent", "eventType=AggregationEvent|ObjectEvent", "EQ_action=ADD|OBSERVE",
          "EQ_bizStep=shipping", "EQ_bizStep=urn%3Aepcglobal%3Acbv%3Abizstep%3Ashipping|receiving",
          "EQ_disposition=https://ref.gs1.org/cbv/Disp-in_transit", "EQ_persistentDisposition_set=stolen",
          "EQ_readPoint=https://id.gs1.org/414/4012345000115", "EQ_bizLocation=urn:epc:id:sgln:4012345.00011.0",
          "MATCH_epc=https://id.gs1.org/01/10614141073464/21/2017", "MATCH_anyEPC=urn:epc:id:sgtin:0614141.107346.2017",
          "MATCH_epc=https%3A%2F%2Fns.example.com%2Fthing", "EQ_eventID=urn:uuid:1",
          "GE_eventTime=2026-01-01T09:00:00Z", "LT_eventTime=2026-01-01T10:00:00.001+01:00",
          "GE_recordTime=2026-01-01T00:00:00Z&LT_recordTime=2026-01-03T00:00:00Z",
          "EQ_bizStep=shipping&eventType=ObjectEvent"}) {
        INFO(hit);
        REQUIRE(finds(hit));
    }
    for (const char* miss :
         {"eventType=TransactionEvent", "EQ_action=DELETE", "EQ_bizStep=receiving", "EQ_disposition=active",
          "EQ_persistentDisposition_unset=stolen", "EQ_readPoint=https://id.gs1.org/414/4012345000122",
          "MATCH_epc=https://id.gs1.org/01/10614141073464/21/2018",
          "MATCH_parentID=urn:epc:id:sgtin:0614141.107346.2017", "MATCH_inputEPC=urn:epc:id:sgtin:0614141.107346.2017",
          "EQ_eventID=urn:uuid:2", "GE_eventTime=2026-01-01T09:00:00.001Z", "LT_eventTime=2026-01-01T09:00:00Z",
          "LT_recordTime=2026-01-02T00:00:00Z", "EQ_bizStep=shipping&eventType=TransactionEvent"}) {
        INFO(miss);
        REQUIRE_FALSE(finds(miss));
    }
}

TEST_CASE("what a query can not mean is refused by name") {
    const std::pair<const char*, const char*> faults[] = {{"WD_readPoint=x", "'WD_readPoint'"},
                                                          {"colour=red", "'colour'"},
                                                          {"GE_eventTime=yesterday", "yesterday"},
                                                          {"perPage=0", "perPage '0'"},
                                                          {"perPage=1001", "perPage"},
                                                          {"orderBy=colour", "colour"},
                                                          {"orderDirection=UP", "UP"},
                                                          {"nextPageToken=x", "nextPageToken"},
                                                          {"EQ_bizStep=", "EQ_bizStep"},
                                                          {"EQ_bizStep=%zz", "percent"}};
    for (const auto& [text, words] : faults) {
        INFO(text);
        const auto parsed = parse_query(text);
        REQUIRE_FALSE(parsed.ok());
        REQUIRE(parsed.error().status == 400);
        REQUIRE(parsed.error().type == "QueryParameterException");
        REQUIRE(parsed.error().detail.find(words) != std::string::npos);
    }
}

TEST_CASE("a captured event is recorded on the ledger and can be queried; a refused one is neither") {
    Desk desk;
    json storing = event("storing", 2, {uri(1)});
    storing["@context"] = {{"ext", "https://ns.example.com/"}};
    storing["ext:shelf"] = "7";
    const json job = desk.capture(json::array({event("commissioning", 1, {uri(1)}), storing,
                                               event("receiving", 3, {uri(1)}), event("dusting", 4, {uri(1)})}));
    REQUIRE(job["success"] == false);
    REQUIRE(job["captureErrorBehaviour"] == "proceed");
    REQUIRE(job.contains("finishedAt"));
    std::vector<std::string> results;
    for (const json& one : job["touchstone:events"]) results.push_back(one["result"]);
    REQUIRE(results == Steps{"accepted", "kept", "refused", "malformed"});
    REQUIRE(job["errors"].size() == 2);
    REQUIRE(job["errors"][0]["detail"].get<std::string>().find("not_in_transit") != std::string::npos);
    REQUIRE(job["errors"][1]["title"] == "ValidationException");
    REQUIRE(desk.world.item_at(item(1)).maker == "brand");

    REQUIRE(desk.steps("") == Steps{"commissioning", "storing"});
    REQUIRE(desk.steps("MATCH_epc=" + uri(1) + "&EQ_bizStep=storing") == Steps{"storing"});
    const std::string id = job["touchstone:events"][1]["eventID"];
    const auto one = desk.repository.event(id);
    REQUIRE(one.ok());
    REQUIRE(one->at("type") == "EPCISQueryDocument");
    const json& told = one->at("epcisBody")["queryResults"]["resultsBody"]["eventList"][0];
    REQUIRE(told["eventID"] == id);
    REQUIRE(told["ext:shelf"] == "7");
    REQUIRE(read_time(told["recordTime"].get<std::string>()));
    REQUIRE(one->at("@context")[1]["ext"] == "https://ns.example.com/");
    REQUIRE(desk.repository.event("urn:uuid:none").error().type == "NoSuchResourceException");

    // Captured again it is there already, and stands once.
    const json again = desk.capture(json::array({storing}));
    REQUIRE(again["success"] == true);
    REQUIRE(again["touchstone:events"][0]["result"] == "already_there");
    REQUIRE(desk.steps("") == Steps{"commissioning", "storing"});
}

TEST_CASE("rollback keeps nothing of a capture with a fault") {
    Desk desk;
    const json job = desk.capture(json::array({event("commissioning", 1, {uri(1)}), event("dusting", 2, {uri(1)})}),
                                  Behaviour::kRollback);
    REQUIRE(job["success"] == false);
    REQUIRE(desk.steps("").empty());
    REQUIRE_FALSE(desk.world.get<ledger::ItemRecord>(item(1)));
    REQUIRE(desk.capture(json::array({event("commissioning", 1, {uri(1)})}), Behaviour::kRollback)["success"] == true);
    REQUIRE(desk.steps("") == Steps{"commissioning"});
}

TEST_CASE("pages follow one another in order, and tell each event once") {
    Desk desk;
    json events = json::array({event("commissioning", 1, {uri(1)})});
    const Steps kept{"storing", "picking", "loading", "unloading", "stocking"};
    for (std::size_t i = 0; i < kept.size(); ++i)
        events.push_back(event(kept[i].c_str(), 10 - static_cast<int>(i), {uri(1)}));
    desk.capture(events);
    const auto all = [&](const std::string& text) {
        Steps told;
        std::string token;
        for (int pages = 0; pages < 10; ++pages) {
            const auto page = desk.repository.events(query(text + "&perPage=2" + token));
            REQUIRE(page.ok());
            const json& list = page->document["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
            REQUIRE(list.size() <= 2);
            for (const json& one : list) told.push_back(one["bizStep"]);
            if (!page->token) return told;
            token = "&nextPageToken=" + *page->token;
        }
        return told;
    };
    REQUIRE(all("EQ_action=OBSERVE") == kept);
    REQUIRE(all("orderBy=eventTime") ==
            Steps{"commissioning", "stocking", "unloading", "loading", "picking", "storing"});
    REQUIRE(all("orderBy=eventTime&orderDirection=DESC") ==
            Steps{"storing", "picking", "loading", "unloading", "stocking", "commissioning"});
}

TEST_CASE("what is no document, too much, or asked of nobody is told by the binding's exceptions") {
    Desk desk;
    REQUIRE(desk.repository.capture("{", Behaviour::kProceed).error() ==
            Problem{400, "ValidationException", "not an EPCIS 2.0 JSON document: it is no JSON"});
    json many = json::array();
    for (std::size_t i = 0; i <= Repository::kEventsPerCaptureMax; ++i) many.push_back(1);
    REQUIRE(desk.repository.capture(many.dump(), Behaviour::kProceed).error().type == "CaptureLimitExceededException");
    REQUIRE(desk.repository.job("none").error().status == 404);
    desk.lost = true;
    const json job = desk.capture(json::array({event("commissioning", 1, {uri(1)})}));
    REQUIRE(job["success"] == false);
    REQUIRE(job["errors"][0]["title"] == "ImplementationException");
}

TEST_CASE("a job that ended is known to a repository that starts over the same store") {
    Desk desk;
    const std::string id = desk.capture(json::array({event("commissioning", 1, {uri(1)})}))["captureID"];
    desk.repository.stop();
    REQUIRE(desk.repository.capture("[]", Behaviour::kProceed).error().status == 503);
    Repository second(desk.store, desk.capturer());
    REQUIRE(second.job(id)->at("success") == true);
    REQUIRE(second.events(query(""))->document["epcisBody"]["queryResults"]["resultsBody"]["eventList"].size() == 1);
}

TEST_CASE("every valid public document is captured into the repository, and every event that was taken is found") {
    const auto folder = touchstone::test::test_data("epcis/valid");
    if (!folder) return;
    Desk desk;
    std::size_t taken = 0;
    for (const auto& file : std::filesystem::directory_iterator(*folder)) {
        INFO(file.path().filename().string());
        std::ifstream in(file.path());
        std::ostringstream text;
        text << in.rdbuf();
        const json job = desk.capture(json::parse(text.str()));
        for (const json& one : job["touchstone:events"]) {
            const std::string result = one["result"];
            REQUIRE(result != "malformed");
            if (result == "refused") continue;
            ++taken;
            REQUIRE(desk.repository.event(one["eventID"]).ok());
        }
    }
    REQUIRE(taken >= 60);
}
