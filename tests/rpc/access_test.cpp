// Who reads what, over real sockets: every method of the table is called as nobody, as a member that has nothing to do
// with it, as the owner and as an auditor.
#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "node/app/vault.h"
#include "rpc/method.h"
#include "rpc/server.h"
#include "tests/rpc/client.h"
#include "tests/rpc/test_node.h"

using namespace touchstone;
using namespace touchstone::rpc;
using nlohmann::json;
using test::RawClient;

namespace {

const std::string kSscc = "106141412345678908";

ledger::ContainerName container(const std::string& maker, const std::string& sscc) {
    return {maker, ledger::sscc_commitment(sscc)};
}
const ledger::ContainerName kBox = container("brand", kSscc);

json name_of_item(const ledger::ItemName& item) {
    return {{"gtin", item.gtin}, {"commitment", item.commitment.hex()}};
}

struct Running {
    Running() {
        node.stock(7);
        node.must("brand", {ledger::op::GrantLicence{test::kGtin, "maker", 50, 0, 0, {}}});
        node.must("brand", {ledger::op::Pack{kBox, {node.item(0), node.item(1)}, {}}});
        node.must("brand", {ledger::op::Ship{{}, "shop", "DN-1", {kBox}}});
        node.must("brand", {ledger::op::Report{{ledger::ReportSubjectKind::kItem, node.item(2).commitment, test::kGtin, {}, {}, {}},
                                               ledger::ReportKind::kCounterfeit,
                                               "no seal",
                                               {},
                                               {}}});
        auto opened = node::Vault::over(storage::make_memory_store(), crypto::SecretFileBytes{});
        REQUIRE(opened.ok());
        vault = *std::move(opened);
        node.own_vault = vault.get();
        node.own = OwnOrganisation{"brand", nullptr};
        ServerOptions options;
        options.port = 0;
        options.auth.clock = [] { return test::kTestNow; };
        auto started = Server::start(node, options);
        REQUIRE(started.ok());
        server = *std::move(started);
    }
    // "" is nobody. For this node alone.
    json call(const std::string& who, const std::string& method, const json& params = json::object()) {
        std::string header;
        if (!who.empty()) {
            AuthToken token = node.token(who);
            token.audience = "127.0.0.1:" + std::to_string(server->port());
            header = "Touchstone " + encode_token(token, test::key_of(who));
        }
        return RawClient(server->port(), header).call(method, params);
    }
    // The reason of the refusal, or "none".
    std::string refusal(const std::string& who, const std::string& method, const json& params = json::object()) {
        const json answer = call(who, method, params);
        return answer.contains("error") ? answer["error"]["data"]["code"].get<std::string>() : "none";
    }
    json result(const std::string& who, const std::string& method, const json& params = json::object()) {
        const json answer = call(who, method, params);
        INFO(method << " as '" << who << "': " << answer.dump());
        REQUIRE(answer.contains("result"));
        return answer["result"];
    }
    test::TestNode node;
    std::unique_ptr<node::Vault> vault;
    std::unique_ptr<Server> server;
};

json params_of(const MethodInfo& method, Running& running) {
    const json item = name_of_item(running.node.item(3));
    const std::map<std::string_view, json> known{
        {"item_verify", item},
        {"item_get", item},
        {"item_history", item},
        {"item_proof", item},
        {"container_get", {{"maker", "brand"}, {"sscc", kSscc}}},
        {"container_history", {{"maker", "brand"}, {"sscc", kSscc}}},
        {"container_find", {{"sscc", kSscc}}},
        {"product_get", {{"gtin", test::kGtin}}},
        {"lot_get", {{"gtin", test::kGtin}, {"lot", "L1"}}},
        {"lot_list", {{"gtin", test::kGtin}}},
        {"org_get", {{"id", "brand"}}},
        {"licence_get", {{"gtin", test::kGtin}, {"manufacturer", "maker"}}},
        {"report_get", {{"id", std::string(64, '0')}}},
        {"report_stats", {{"organisation", "brand"}, {"month", "2024-10"}}},
        {"seller_get", {{"pseudonym", std::string(64, '1')}}},
        {"tx_get", {{"id", std::string(64, '2')}}},
        {"proposal_get", {{"number", 1}}},
        {"document_get", {{"document", std::string(64, '3')}, {"organisation", "brand"}}},
        {"tx_submit", {{"transaction", "AAAA"}}},
        {"tx_submit_and_wait", {{"transaction", "AAAA"}}},
        {"events_unsubscribe", {{"subscription", 1}}},
        {"vault_put", {{"items", json::array()}}},
    };
    const auto found = known.find(method.name);
    return found == known.end() ? json::object() : found->second;
}

}  // namespace

TEST_CASE("nobody reads what is not for everybody, and everybody what is") {
    Running running;
    for (const MethodInfo& method : method_table()) {
        const std::string reason = running.refusal("", std::string(method.name), params_of(method, running));
        INFO(method.name << " is " << name_of(method.access) << ": " << reason);
        REQUIRE((reason == "authentication_required") == (method.access != Access::kPublic));
    }
}

TEST_CASE("a member that has nothing to do with it is refused by name") {
    Running running;
    for (const MethodInfo& method : method_table()) {
        const std::string reason = running.refusal("carrier", std::string(method.name), params_of(method, running));
        INFO(method.name << " is " << name_of(method.access) << ": " << reason);
        const bool open = method.access == Access::kPublic || method.access == Access::kMember ||
                          method.name == "report_list";  // which has none of the member's in it
        REQUIRE((reason == "access_denied") == !open);
    }
    REQUIRE(running.result("carrier", "report_list")["reports"].empty());
    REQUIRE(running.refusal("carrier", "report_list", {{"organisation", "brand"}}) == "access_denied");
}

TEST_CASE("an auditor sees all but the vault") {
    Running running;
    for (const MethodInfo& method : method_table()) {
        const std::string reason = running.refusal("auditor", std::string(method.name), params_of(method, running));
        INFO(method.name << " is " << name_of(method.access) << ": " << reason);
        REQUIRE((reason == "access_denied") == (method.access == Access::kNodeOwner));
    }
    REQUIRE(running.result("auditor", "chain_status")["items"].is_number());
    REQUIRE(running.result("auditor", "block_list")["blocks"][0]["transaction_count"] == 1);
    REQUIRE(running.result("auditor", "report_list")["reports"].size() == 1);
}

TEST_CASE("volumes are the owner's, and no record of a verdict tells them") {
    Running running;
    const json product{{"gtin", test::kGtin}};
    for (const char* who : {"", "carrier", "maker"}) {
        REQUIRE(running.result(who, "product_get", product)["registered"].is_null());
        REQUIRE(running.result(who, "chain_status")["items"].is_null());
    }
    for (const char* who : {"brand", "auditor"})
        REQUIRE(running.result(who, "product_get", product)["registered"] == 7);
    REQUIRE(running.result("carrier", "product_list")["products"][0]["registered"].is_null());
    REQUIRE(running.result("brand", "product_list")["products"][0]["registered"] == 7);
    const json lot{{"gtin", test::kGtin}, {"lot", "L1"}};
    for (const char* who : {"brand", "auditor"}) {
        REQUIRE(running.result(who, "lot_get", lot)["registered"] == 7);
        REQUIRE(running.result(who, "lot_get", lot)["makers"] ==
                json::array({{{"maker", "brand"}, {"expiry", "2026-02-16"}, {"items", 7}}}));
    }
    // Who has a licence sees what it made itself: others may have used the same number.
    REQUIRE(running.refusal("maker", "lot_get", lot) == "not_found");
    ledger::op::Register made;
    made.items = {running.node.item(30), running.node.item(31)};
    made.lot = "L1";
    running.node.must("maker", {made});
    const json own = running.result("maker", "lot_get", lot);
    REQUIRE(own["makers"] == json::array({{{"maker", "maker"}, {"expiry", nullptr}, {"items", 2}}}));
    REQUIRE(own["registered"].is_null());
    REQUIRE(running.result("brand", "lot_get", lot)["makers"].size() == 2);
    const json licence{{"gtin", test::kGtin}, {"manufacturer", "maker"}};
    for (const char* who : {"brand", "maker", "auditor"})
        REQUIRE(running.result(who, "licence_get", licence)["quota"] == 50);
    const json verdict = running.result("", "item_verify", name_of_item(running.node.item(3)));
    REQUIRE(!verdict["product"].contains("registered"));
    REQUIRE(!verdict.contains("lot"));
}

TEST_CASE("where the peers can be reached is for overseers and for who runs the node") {
    Running running;
    for (const char* who : {"", "carrier", "maker"}) {
        const json peer = running.result(who, "chain_status")["peers"][0];
        REQUIRE(peer["address"].is_null());
        REQUIRE((peer["name"] == "brand-2" && peer["connected"] == true));
    }
    for (const char* who : {"brand", "auditor"})
        REQUIRE(running.result(who, "chain_status")["peers"][0]["address"] == "10.0.0.2:7545");
}

TEST_CASE("blocks and transactions are shown to those whom they concern") {
    Running running;
    const auto count = [&](const std::string& who, std::uint64_t height) {
        return running.result(who, "block_get", {{"height", height}})["transactions"].size();
    };
    // 1 declared, 2 registered, 3 licence for maker, 4 packed, 5 shipped to shop, 6 reported
    REQUIRE((count("auditor", 2) == 1 && count("brand", 2) == 1 && count("carrier", 2) == 0 && count("maker", 2) == 0));
    REQUIRE((count("maker", 3) == 1 && count("shop", 3) == 0 && count("shop", 5) == 1));
    REQUIRE(running.result("brand", "block_get", {{"height", 2}})["transaction_count"].is_null());
    const std::string id = running.result("auditor", "block_get", {{"height", 2}})["transactions"][0]["id"];
    const json outside = running.result("", "tx_get", {{"id", id}});
    REQUIRE((outside["status"] == "final" && outside["height"] == 2 && outside["applied"] == true));
    for (const char* more : {"operations", "transaction", "summary", "content"}) {
        REQUIRE(!outside.contains(more));
        REQUIRE(!running.result("carrier", "tx_get", {{"id", id}}).contains(more));
        REQUIRE(running.result("brand", "tx_get", {{"id", id}}).contains(more));
        REQUIRE(running.result("auditor", "tx_get", {{"id", id}}).contains(more));
    }
}

TEST_CASE("a container opens to its parties, and its history to whoever holds an item that was in it") {
    Running running;
    const json box{{"maker", "brand"}, {"sscc", kSscc}};
    for (const char* who : {"brand", "shop", "auditor"}) {
        REQUIRE(running.refusal(who, "container_get", box) == "none");
        REQUIRE(running.refusal(who, "container_history", box) == "none");
    }
    REQUIRE(running.refusal("maker", "container_get", box) == "access_denied");
    // What the maker made is the brand's, whoever packs it, and however deep.
    const std::string inner = "106141412345678915", outer = "106141412345678922";
    ledger::op::Register registration;
    registration.items = {running.node.item(20)};
    running.node.must("maker", {registration});
    running.node.must("maker", {ledger::op::Pack{container("maker", inner), {running.node.item(20)}, {}}});
    running.node.must("maker", {ledger::op::Pack{container("maker", outer), {}, {container("maker", inner)}}});
    for (const char* who : {"maker", "brand"})
        REQUIRE(running.refusal(who, "container_get", {{"maker", "maker"}, {"sscc", outer}}) == "none");
    for (const char* who : {"shop", "carrier"})
        REQUIRE(running.refusal(who, "container_get", {{"maker", "maker"}, {"sscc", outer}}) == "access_denied");
    // Whether there is such a container is not told either.
    REQUIRE(running.refusal("maker", "container_get", {{"maker", "maker"}, {"sscc", "006141411234567890"}}) == "access_denied");
    const auto held = [&](std::size_t item) {
        return running.refusal("", "container_history",
                               {{"key", kBox.key().hex()}, {"item", name_of_item(running.node.item(item))}});
    };
    REQUIRE(held(0) == "none");
    REQUIRE(held(3) == "access_denied");
    REQUIRE(running.refusal("", "container_history", {{"key", kBox.key().hex()}}) == "authentication_required");
    REQUIRE(running.refusal("", "container_history", {{"key", kBox.key().hex()}, {"item", 1}}) == "invalid_params");
    // A key of the state opens no item, not even to its own holder.
    const json by_key{{"item", {{"key", running.node.item(0).key().hex()}}}};
    REQUIRE(running.refusal("", "container_history", by_key) == "invalid_params");
}

TEST_CASE("whose container an SSCC is, is told to those who have to do with it") {
    Running running;
    // The shop numbers its own container alike.
    running.node.must("brand", {ledger::op::Ship{{running.node.item(4)}, "carrier", {}}});
    running.node.must("carrier", {ledger::op::Receive{{running.node.item(4)}}});
    running.node.must("carrier", {ledger::op::Pack{container("carrier", kSscc), {running.node.item(4)}, {}}});
    const auto makers = [&](const char* who, const json& params) {
        std::vector<std::string> found;
        const json answer = running.result(who, "container_find", params);
        for (const json& one : answer["containers"]) found.push_back(one["maker"]);
        return found;
    };
    using Names = std::vector<std::string>;
    const json by_sscc{{"sscc", kSscc}}, by_commitment{{"commitment", kBox.commitment.hex()}};
    REQUIRE(makers("shop", by_sscc) == Names{"brand"});
    REQUIRE(makers("carrier", by_commitment) == Names{"carrier"});
    REQUIRE(makers("auditor", by_sscc) == Names{"brand", "carrier"});
    REQUIRE(makers("maker", by_sscc).empty());
    const json custody = running.result("shop", "container_find", by_sscc)["containers"][0]["custody"];
    REQUIRE(custody == json{{"custodian", "brand"}, {"receiver", "shop"}, {"state", "in_transit"}});
    REQUIRE(running.refusal("shop", "container_find", {{"sscc", "1"}}) == "invalid_params");
    REQUIRE(running.refusal("shop", "container_get", by_sscc) == "invalid_params");  // whose, is to be said
}

TEST_CASE("a key of the state opens no record") {
    Running running;
    for (const char* method : {"item_verify", "item_get", "item_history", "item_proof"}) {
        for (const json& params : {json{{"key", running.node.item(3).key().hex()}},
                                   json{{"item", {{"key", running.node.item(3).key().hex()}}}}}) {
            const json answer = running.call("", method, params);
            INFO(method << ": " << answer.dump());
            REQUIRE(answer["error"]["data"]["code"] == "named_by_key");
            REQUIRE(answer["error"]["message"].get<std::string>().find("gtin and commitment") != std::string::npos);
        }
    }
    // Of another kind: not as a container either, to somebody who had the item in hand.
    const json item_key{{"key", running.node.item(0).key().hex()}};
    REQUIRE(running.refusal("brand", "container_get", item_key) == "access_denied");
    REQUIRE(running.refusal("carrier", "container_get", item_key) == "access_denied");
    // Names alone do, and one that names nothing is found by nobody.
    json wrong = name_of_item(running.node.item(3));
    wrong["gtin"] = "00614141123452";
    REQUIRE(running.refusal("", "item_get", wrong) == "not_found");
    REQUIRE(running.result("", "item_verify", wrong)["verdict"] == "unknown");
    wrong = {{"gtin", test::kGtin}, {"commitment", running.node.item(3).key().hex()}};
    REQUIRE(running.refusal("", "item_get", wrong) == "not_found");
}

TEST_CASE("a transaction's content is told from the description of its operations") {
    Running running;
    const auto content = [&](std::uint64_t height) {
        const std::string id = running.result("auditor", "block_get", {{"height", height}})["transactions"][0]["id"];
        return running.result("brand", "tx_get", {{"id", id}})["content"];
    };
    const json commitments = {running.node.item(0).commitment.hex(), running.node.item(1).commitment.hex()};
    const json box{{"maker", "brand"}, {"commitment", kBox.commitment.hex()}};
    REQUIRE(content(4) ==
            json::array({{{"operation", "pack"},
                          {"event", "packed"},
                          {"fields",
                           {{"container", box},
                            {"items", json::array({{{"gtin", test::kGtin}, {"commitments", commitments}}})},
                            {"containers", json::array()}}}}}));
    const json licence = content(3)[0];
    REQUIRE((licence["operation"] == "grant_licence" && licence["event"].is_null()));
    REQUIRE(licence["fields"] == json{{"gtin", test::kGtin},
                                      {"manufacturer", "maker"},
                                      {"quota", 50},
                                      {"from_day", nullptr},
                                      {"until_day", nullptr},
                                      {"facility", nullptr},
                                      {"add", false}});
    const json report = content(6)[0]["fields"];
    REQUIRE((report["subject"] == "item" && report["kind"] == "counterfeit" && report["text"] == "no seal"));
    REQUIRE(report["commitment"] == running.node.item(2).commitment.hex());
}

TEST_CASE("a report is shown to who filed it and to who has to answer it") {
    Running running;
    const std::string id = running.result("auditor", "report_list")["reports"][0]["id"];
    for (const char* who : {"brand", "auditor"}) REQUIRE(running.refusal(who, "report_get", {{"id", id}}) == "none");
    for (const char* who : {"carrier", "market"})
        REQUIRE(running.refusal(who, "report_get", {{"id", id}}) == "access_denied");
    REQUIRE(running.result("brand", "report_list")["reports"].size() == 1);
}

TEST_CASE("the vault is the node owner's, by a token for this node alone") {
    Running running;
    const json items{{"items", json::array({{{"gtin", test::kGtin}, {"serial", "7HK2M9QX4TBA"}, {"lot", "L1"}},
                                            {{"gtin", test::kGtin}, {"serial", "7HK2M9QX4TBC"}}})}};
    REQUIRE(running.result("brand", "vault_put", items) == json{{"added", 2}, {"already_there", 0}});
    REQUIRE(running.result("brand", "vault_put", items)["already_there"] == 2);
    REQUIRE(running.result("brand", "vault_status")["items"] == 2);
    const std::string key = running.node.named("7HK2M9QX4TBA").key().hex();
    const json found = running.result("brand", "vault_find", {{"keys", {key, std::string(64, '0')}}});
    REQUIRE(found["items"].size() == 1);
    REQUIRE(found["items"][0]["serial"] == "7HK2M9QX4TBA");
    REQUIRE(found["items"][0]["lot"] == "L1");
    const json page = running.result("brand", "vault_find", {{"gtin", "9506000134352"}, {"limit", 1}});
    REQUIRE((page["complete"] == false && page["cursor"] == 2));
    REQUIRE(running.result("brand", "vault_find", {{"cursor", 2}})["items"][0]["serial"] == "7HK2M9QX4TBC");
    for (const char* who : {"maker", "auditor"}) REQUIRE(running.refusal(who, "vault_find") == "access_denied");
    REQUIRE(running.refusal("", "vault_find") == "authentication_required");
    // A token that other nodes would take as well could be another node's catch.
    REQUIRE(RawClient(running.server->port(), running.node.authorization("brand"))
                .call("vault_status")["error"]["data"]["code"] == "access_denied");
    const json bad{{"items", json::array({{{"gtin", test::kGtin}, {"serial", "with a space"}}})}};
    REQUIRE(running.refusal("brand", "vault_put", bad) == "vault_record");
    REQUIRE(running.refusal("brand", "vault_put", {{"items", 1}}) == "invalid_params");
    running.node.own_vault = nullptr;
    REQUIRE(running.refusal("brand", "vault_find") == "vault_not_here");
}

TEST_CASE("an expired or foreign token costs nobody a verdict") {
    Running running;
    RawClient client(running.server->port(), "Touchstone nonsense");
    REQUIRE(client.call("item_verify", name_of_item(running.node.item(3))).contains("result"));
    REQUIRE(client.call("item_get", name_of_item(running.node.item(3))).contains("result"));
    REQUIRE(client.call("org_list")["error"]["data"]["code"] == "token_malformed");
    REQUIRE(client.call("org_list")["error"]["code"] == -32010);
}
