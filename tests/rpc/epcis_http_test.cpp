// The REST binding of EPCIS over the server's own sockets: capture, jobs, queries, and who may.
#include <catch2/catch.hpp>
#include <thread>

#include "rpc/epcis/repository.h"
#include "rpc/epcis_port.h"
#include "rpc/server.h"
#include "tests/rpc/client.h"
#include "tests/rpc/test_node.h"

using namespace touchstone;
using namespace touchstone::rpc;
using nlohmann::json;
using test::RawClient;

namespace {

// The test node as that of "brand".
class EpcisNode : public test::TestNode {
  public:
    epcis::Repository* epcis() override { return repository.get(); }
    void open_repository() {
        own = OwnOrganisation{"brand", &key};
        epcis::Capturer capturer;
        capturer.organisation = "brand";
        capturer.context = [this] { return capture_context(*this, "brand"); };
        capturer.port = [this] { return std::make_unique<NodeCapturePort>(*this, "brand", key); };
        capturer.clock = [] { return WallTime{1'767'300'000'000}; };
        repository = std::make_unique<epcis::Repository>(store, capturer);
    }

    const crypto::SecretKey key =
        crypto::SecretKey::from_seed(crypto::sha256(as_bytes(std::string_view("brand"))).bytes);
    epcis::MemoryEventStore store;
    std::unique_ptr<epcis::Repository> repository;
};

struct Reply {
    int status = 0;
    std::string head;
    std::string body;
    bool has(const std::string& line) const { return head.find("\r\n" + line + "\r\n") != std::string::npos; }
    std::string header(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const std::size_t start = at + name.size() + 4;
        return head.substr(start, head.find("\r\n", start) - start);
    }
    json problem() const {
        REQUIRE(header("Content-Type") == "application/problem+json");
        const json made = json::parse(body);
        REQUIRE(made["status"] == status);
        REQUIRE(made["type"] == "epcisException:" + made["title"].get<std::string>());
        return made;
    }
};

struct Running {
    Running() {
        node.stock(2);
        ServerOptions options;
        options.port = 0;
        options.auth.clock = [] { return test::kTestNow; };
        auto started = Server::start(node, options);
        REQUIRE(started.ok());
        server = *std::move(started);
    }
    Reply ask(const std::string& method, const std::string& target, const std::optional<std::string>& said = {},
              const std::string& body = {}) {
        const std::string more = said.value_or(brand());
        RawClient client(server->port());
        client.send(method + " " + target + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n" + more +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        const std::string all = client.read_all();
        const std::size_t end = all.find("\r\n\r\n");
        REQUIRE(end != std::string::npos);
        return {std::stoi(all.substr(9, 3)), all.substr(0, end + 2), all.substr(end + 4)};
    }
    Reply post(const json& document, const std::string& more = {}) {
        return ask("POST", "/capture", brand() + "Content-Type: application/ld+json\r\n" + more, document.dump());
    }
    // Seals blocks until the job ended.
    json job(const std::string& location) {
        for (;;) {
            node.seal();
            const Reply reply = ask("GET", location);
            REQUIRE(reply.status == 200);
            json made = json::parse(reply.body);
            if (!made["running"].get<bool>()) return made;
            std::this_thread::yield();
        }
    }

    // The header of a token.
    std::string of(const std::string& organisation) const {
        return "Authorization: " + node.authorization(organisation) + "\r\n";
    }
    std::string brand() const { return of("brand"); }
    EpcisNode node;
    std::unique_ptr<Server> server;
};

std::string uri(const std::string& serial) { return "https://id.gs1.org/01/" + test::kGtin + "/21/" + serial; }

json document() {
    const auto event = [](const char* action, const char* step, const std::string& epc) {
        return json{{"type", "ObjectEvent"},
                    {"eventTime", "2026-01-01T10:00:00Z"},
                    {"eventTimeZoneOffset", "+00:00"},
                    {"action", action},
                    {"bizStep", step},
                    {"epcList", {epc}}};
    };
    return {{"@context", json::array({"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"})},
            {"type", "EPCISDocument"},
            {"schemaVersion", "2.0"},
            {"creationDate", "2026-01-01T10:00:00Z"},
            {"epcisBody",
             {{"eventList",
               {event("ADD", "commissioning", uri("N1")), event("OBSERVE", "storing", uri("S0")),
                event("OBSERVE", "retail_selling", uri("S0"))}}}}};
}

}  // namespace

TEST_CASE("a capture over HTTP is a job; what it took is on the ledger and answers queries") {
    Running running;
    running.node.open_repository();
    const Reply taken =
        running.post(document(), "GS1-Capture-Error-Behaviour: proceed\r\nGS1-EPCIS-Version: 2.0.0\r\n");
    REQUIRE(taken.status == 202);
    REQUIRE(taken.has("GS1-EPCIS-Version: 2.0.0"));
    REQUIRE(taken.has("GS1-CBV-Version: 2.0.0"));
    REQUIRE(taken.has("GS1-Capture-Error-Behaviour: proceed"));
    const std::string location = taken.header("Location");
    REQUIRE(location.starts_with("/capture/"));
    const json job = running.job(location);
    REQUIRE(job["success"] == true);
    REQUIRE(job["captureID"] == location.substr(9));
    REQUIRE(job["touchstone:events"][1]["result"] == "kept");
    const auto item = [&](const std::string& serial) {
        const auto bytes = running.node.read()->record(running.node.named(serial).key());
        return *ledger::ItemRecord::decode(bytes->value());
    };
    REQUIRE(item("N1").maker == "brand");
    REQUIRE(item("S0").state == ledger::ItemState::kSold);

    const Reply page = running.ask("GET", "/events?perPage=2&MATCH_anyEPC=" + uri("S0") + "|" + uri("N1"));
    REQUIRE(page.status == 200);
    REQUIRE(page.header("Content-Type") == "application/json");
    const auto list = [](const Reply& reply) {
        return json::parse(reply.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
    };
    REQUIRE(list(page).size() == 2);
    const std::string link = page.header("Link");
    REQUIRE(link.starts_with("</events?perPage=2&MATCH_anyEPC="));
    REQUIRE(link.ends_with(">; rel=\"next\""));
    const Reply last = running.ask("GET", link.substr(1, link.find('>') - 1));
    REQUIRE(list(last).size() == 1);
    REQUIRE(list(last)[0]["bizStep"] == "retail_selling");
    REQUIRE(last.header("Link").empty());
    std::string id = list(last)[0]["eventID"];
    REQUIRE(list(running.ask("GET", "/events/" + id.replace(id.find('?'), 1, "%3F")))[0]["bizStep"] ==
            "retail_selling");
}

TEST_CASE("without the header a capture over HTTP is all or nothing") {
    Running running;
    running.node.open_repository();
    json broken = document();
    broken["epcisBody"]["eventList"][2]["epcList"][0] = uri("NEVER");
    const Reply taken = running.post(broken);
    REQUIRE(taken.has("GS1-Capture-Error-Behaviour: rollback"));
    const json job = running.job(taken.header("Location"));
    REQUIRE(job["success"] == false);
    REQUIRE(job["errors"].size() == 3);
    REQUIRE_FALSE(running.node.read()->record(running.node.named("N1").key())->has_value());
    REQUIRE(json::parse(running.ask("GET", "/events").body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
                .empty());
}

TEST_CASE("events are their organisation's: others are refused by name, and overseers may ask") {
    Running running;
    REQUIRE(running.post(document()).status == 501);  // no repository
    REQUIRE(running.ask("GET", "/events").problem()["detail"].get<std::string>().find("organisation") !=
            std::string::npos);
    running.node.open_repository();
    const std::string auditor = running.of("auditor") + "Content-Type: application/json\r\n";
    for (const std::string& who : {std::string(), std::string("Authorization: Bearer x\r\n")}) {
        REQUIRE(running.ask("GET", "/events", who).problem()["title"] == "SecurityException");
        REQUIRE(running.ask("GET", "/events", who).status == 401);
        REQUIRE(running.ask("POST", "/capture", who, document().dump()).status == 401);
        REQUIRE(running.ask("GET", "/capture/x", who).status == 401);
    }
    REQUIRE(running.ask("GET", "/events", auditor).status == 200);
    REQUIRE(running.ask("POST", "/capture", auditor, document().dump()).status == 403);
}

TEST_CASE("what the binding can not do is told as a problem with the standard's exception") {
    Running running;
    running.node.open_repository();
    const std::tuple<const char*, const char*, std::string, int, const char*> cases[] = {
        {"GET", "/events?colour=red", "", 400, "QueryParameterException"},
        {"GET", "/events/none", "", 404, "NoSuchResourceException"},
        {"GET", "/events/%ff", "", 404, "NoSuchResourceException"},
        {"GET", "/events/%f", "", 400, "ValidationException"},
        {"GET", "/events?%ff=%fe", "", 400, "QueryParameterException"},
        {"GET", "/capture/none", "", 404, "NoSuchResourceException"},
        {"POST", "/capture", "Content-Type: application/xml\r\n", 415, "UnsupportedMediaTypeException"},
        {"POST", "/capture", "Content-Type: application/json\r\n", 400, "ValidationException"},
        {"POST", "/capture", "Content-Type: application/json\r\nGS1-Capture-Error-Behaviour: hope\r\n", 400,
         "ValidationException"},
        {"GET", "/events", "GS1-EPCIS-Version: 1.2\r\n", 406, "NotAcceptableException"},
        {"GET", "/events", "GS1-EPC-Format: Always_EPC_URN\r\n", 406, "NotAcceptableException"},
        {"DELETE", "/events", "", 405, "ImplementationException"},
        {"GET", "/capture", "", 405, "ImplementationException"}};
    for (const auto& [method, target, more, status, title] : cases) {
        INFO(method << " " << target << " " << more);
        const Reply reply = running.ask(method, target, running.brand() + more);
        REQUIRE(reply.status == status);
        REQUIRE(reply.problem()["title"] == title);
    }
    const Reply options = running.ask("OPTIONS", "/capture", "");
    REQUIRE(options.status == 204);
    REQUIRE(options.has("Allow: POST, OPTIONS"));
    REQUIRE(options.has("GS1-EPCIS-Capture-Limit: 10000"));
}
