// The server over real sockets: what works, and everything malformed that a client can send.
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "rpc/method.h"
#include "rpc/server.h"
#include "rpc/verdict.h"
#include "tests/rpc/client.h"
#include "tests/rpc/running_server.h"
#include "tests/rpc/test_node.h"

using namespace touchstone;
using namespace touchstone::rpc;
using nlohmann::json;
using test::any_port;
using test::RawClient;
using test::Running;
using test::WebSocket;

namespace {

Hash256 hash_in(const json& value) { return *Hash256::from_hex(value.get<std::string>()); }

// Checks every element of a proof against the root, as a client does.
void check_proofs(const json& answer, const Hash256& root, std::vector<std::string> kinds) {
    REQUIRE(ledger::Header::decode(*from_base64(answer["header"].get<std::string>()))->state_root == root);
    REQUIRE(answer["proof"].size() == kinds.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const json& element = answer["proof"][i];
        REQUIRE(element["kind"] == kinds[i]);
        const auto path = crypto::StateProof::decode(*from_base64(element["path"].get<std::string>()));
        REQUIRE(path.ok());
        Bytes bytes;
        std::optional<ByteView> record;
        if (!element["record"].is_null()) {
            bytes = *from_base64(element["record"].get<std::string>());
            record = bytes;
        }
        REQUIRE(crypto::verify_state_proof(root, hash_in(element["key"]), record, *path));
    }
}

int error_code(const json& reply) { return reply["error"]["code"].get<int>(); }
std::string error_name(const json& reply) { return reply["error"]["data"]["code"].get<std::string>(); }

}  // namespace

TEST_CASE("the chain's state is told") {
    Running running;
    auto client = running.client();
    const json status = client.call("chain_status")["result"];
    REQUIRE(status["height"] == 2);
    REQUIRE(status["chain_name"] == "test");
    REQUIRE(client.call("chain_validators")["result"]["quorum"] == 1);
    REQUIRE(client.call("block_get", {{"height", 2}})["result"]["transactions"][0]["operations"][0] == "register");
    REQUIRE(client.call("block_get", {{"hash", status["block_hash"]}})["result"]["height"] == 2);
    REQUIRE(error_name(client.call("block_get", {{"height", 99}})) == "not_found");
    const json page = client.call("block_list", {{"limit", 1}})["result"];
    REQUIRE(page["complete"] == false);
    const json rest = client.call("block_list", {{"cursor", page["cursor"]}})["result"];
    REQUIRE(rest["blocks"].size() == 1);
    REQUIRE(rest["complete"] == true);
    const json header = client.call("header_get", {{"height", 1}})["result"];
    REQUIRE(ledger::Header::decode(*from_base64(header["header"].get<std::string>()))->height == Height(1));
}

TEST_CASE("blocks are given out in their canonical bytes, page by page") {
    Running running;
    auto client = running.client();
    const auto block_of = [](const json& entry) {
        auto block = ledger::Block::decode(*from_base64(entry["block"].get<std::string>()));
        REQUIRE(block.ok());
        return *std::move(block);
    };
    const json all = client.call("block_bytes")["result"];
    REQUIRE(all["blocks"].size() == 2);
    REQUIRE((all["complete"] == true && all["cursor"].is_null()));
    for (std::uint64_t height : {1u, 2u}) {
        const json& entry = all["blocks"][height - 1];
        REQUIRE(entry["height"] == height);
        const ledger::Block block = block_of(entry);
        REQUIRE(block.header.height == Height(height));
        REQUIRE(block.header.transaction_root == ledger::transaction_root(block.transactions));
        REQUIRE(from_base64(entry["certificate"].get<std::string>()) == to_bytes(as_bytes("certificate of a test")));
    }
    const json first = client.call("block_bytes", {{"limit", 1}})["result"];
    REQUIRE((first["blocks"].size() == 1 && first["complete"] == false));
    const json rest = client.call("block_bytes", {{"cursor", first["cursor"]}})["result"];
    REQUIRE((rest["blocks"] == json::array({all["blocks"][1]}) && rest["complete"] == true));
    REQUIRE(client.call("block_bytes", {{"height", 2}})["result"] == rest);
    REQUIRE(client.call("block_bytes", {{"height", 3}})["result"]["blocks"].empty());
    REQUIRE(error_name(client.call("block_bytes", {{"cursor", "2"}})) == "cursor_unknown");
    REQUIRE(error_name(client.call("block_bytes", {{"limit", 0}})) == "invalid_params");
}

TEST_CASE("an item is verified with a proof of every record") {
    Running running;
    auto client = running.client();
    const json answer = client.call("item_verify", {{"gtin", test::kGtin}, {"serial", "S1"}, {"lot", "L1"}})["result"];
    REQUIRE(answer["verdict"] == "genuine");
    REQUIRE(answer["custody"]["custodian"] == "brand");
    REQUIRE(answer["product"]["name"] == "Lamp \"Aurora\"");
    check_proofs(answer, running.node.state_root(), {"item", "product", "organisation"});
    const json mismatch =
        client.call("item_verify", {{"uri", "https://x.org/01/09506000134352/21/S1?10=L9&17=260101"}})["result"];
    REQUIRE(mismatch["verdict"] == "caution");
    REQUIRE(mismatch["reasons"] == json{"lot_mismatch", "expiry_mismatch"});
    const json bare = client.call("item_verify", {{"gtin", test::kGtin}, {"commitment", running.node.item(1).commitment.hex()}, {"proof", false}})["result"];
    REQUIRE(bare["verdict"] == "genuine");
    REQUIRE_FALSE(bare.contains("proof"));
    REQUIRE_FALSE(bare.contains("header"));
}

TEST_CASE("a serial that was never registered is unknown, and its absence is proven") {
    Running running;
    auto client = running.client();
    const json answer = client.call("item_verify", {{"gtin", test::kGtin}, {"serial", "NOT-THERE"}})["result"];
    REQUIRE(answer["verdict"] == "unknown");
    REQUIRE(answer["reasons"] == json{"never_registered"});
    REQUIRE(answer["item"].is_null());
    REQUIRE(answer["proof"][0]["record"].is_null());
    check_proofs(answer, running.node.state_root(), {"item", "product"});
}

TEST_CASE("cached records do not outlive their block") {
    Running running;
    auto client = running.client();
    const json ask{{"gtin", test::kGtin}, {"serial", "S1"}};
    REQUIRE(client.call("item_verify", ask)["result"]["verdict"] == "genuine");
    running.node.must("brand", {ledger::op::Recall{test::kGtin, "L1", "it burns"}});
    const json answer = client.call("item_verify", ask)["result"];
    REQUIRE(answer["reasons"] == json{"recalled"});
    check_proofs(answer, running.node.state_root(), {"item", "product", "organisation"});
    const json recalls = client.call("recall_list")["result"];
    REQUIRE(recalls["recalls"][0]["lot"] == "L1");
    REQUIRE(recalls["recalls"][0]["reason"] == "it burns");
    REQUIRE(recalls["recalls"][0]["gtin"] == test::kGtin);
    REQUIRE(recalls["recalls"][0]["maker"].is_null());
    const json product = client.call("product_get", {{"gtin", test::kGtin}})["result"];
    json mark = recalls["recalls"][0];
    mark.erase("gtin");
    REQUIRE(product["recalls"] == json::array({mark}));
}

TEST_CASE("an item's history can be recomputed to the proven head") {
    Running running;
    running.node.must("brand", {ledger::op::Ship{{running.node.item(1)}, "shop", "D1"}});
    running.node.must("shop", {ledger::op::Receive{{running.node.item(1)}}});
    auto client = running.client();
    Hash256 head;
    json params{{"item", {{"gtin", test::kGtin}, {"serial", "S1"}}}, {"limit", 2}};
    std::vector<std::string> kinds;
    for (;;) {
        const json page = client.call("item_history", params)["result"];
        for (const json& event : page["events"]) {
            kinds.push_back(event["kind"]);
            head = ledger::next_event_head(head, running.node.item(1), *from_base64(event["bytes"].get<std::string>()));
        }
        check_proofs(page, running.node.state_root(), {"item"});
        REQUIRE(page["event_count"] == 3);
        if (page["complete"].get<bool>()) {
            REQUIRE(hash_in(page["head"]) == head);
            break;
        }
        params["cursor"] = page["cursor"];
    }
    REQUIRE(kinds == std::vector<std::string>{"registered", "shipped", "received"});
    const json item = client.call("item_get", {{"gtin", test::kGtin}, {"serial", "S1"}})["result"];
    REQUIRE(hash_in(item["event_head"]) == head);
    REQUIRE(item["custodian"] == "shop");
}

TEST_CASE("the registry's records and lists") {
    Running running;
    running.node.must("brand", {ledger::op::GrantLicence{test::kGtin, "maker", 50, 0, 0, {}}});
    auto client = running.client();
    REQUIRE(client.call("product_get", {{"gtin", "9506000134352"}})["result"]["registered"] == 3);
    REQUIRE(client.call("lot_get", {{"gtin", test::kGtin}, {"lot", "L1"}})["result"]["lot"] == "L1");
    REQUIRE(client.call("licence_get", json::array({test::kGtin, "maker"}))["result"]["quota"] == 50);
    REQUIRE(client.call("org_get", {{"id", "shop"}})["result"]["roles"] == json{"retailer"});
    REQUIRE(error_name(client.call("org_get", {{"id", "nobody"}})) == "not_found");
    REQUIRE(client.call("product_list")["result"]["products"].size() == 1);
    std::vector<std::string> ids;
    json params{{"limit", 3}};
    for (bool more = true; more;) {
        const json page = client.call("org_list", params)["result"];
        for (const json& one : page["organisations"]) ids.push_back(one["id"]);
        more = !page["complete"].get<bool>();
        params["cursor"] = page["cursor"];
    }
    REQUIRE(ids == std::vector<std::string>{"auditor", "brand", "carrier", "customs", "frozen", "maker", "market", "shop"});
    REQUIRE(error_code(client.call("org_list", {{"cursor", "ff"}})) == -32602);
    REQUIRE(error_code(client.call("org_list", {{"limit", 0}})) == -32602);
}

TEST_CASE("a transaction is taken in, waited for and told") {
    Running running;
    auto client = running.client();
    ledger::op::Register again;
    again.lot = "L1";
    again.expiry = 20'500;
    again.mode = ledger::RegisterMode::kPartial;
    again.items = {running.node.item(0), running.node.named("NEW")};
    const std::string envelope = running.node.envelope("brand", {again});
    const json taken = client.call("tx_submit", {{"transaction", envelope}})["result"];
    REQUIRE(taken["status"] == "pending");
    REQUIRE(client.call("tx_get", {{"id", taken["id"]}})["result"]["status"] == "pending");

    auto waiter = running.client();
    waiter.post(
        json{{"jsonrpc", "2.0"}, {"id", "w"}, {"method", "tx_submit_and_wait"}, {"params", {{"transaction", envelope}}}}
            .dump());
    while (running.node.waits() == 0) std::this_thread::yield();
    running.node.seal();
    const json done = json::parse(waiter.reply().second);
    REQUIRE(done["id"] == "w");
    REQUIRE(done["result"]["status"] == "final");
    REQUIRE(done["result"]["applied"] == true);
    REQUIRE(done["result"]["operations"][0]["accepted"] == 1);
    REQUIRE(done["result"]["operations"][0]["refused"] ==
            json::array({{{"index", 0},
                          {"gtin", test::kGtin},
                          {"commitment", running.node.item(0).commitment.hex()},
                          {"code", "item_exists"}}}));
    const json told = client.call("tx_get", {{"id", taken["id"]}})["result"];
    REQUIRE(told["operations"] == done["result"]["operations"]);
    REQUIRE(told["transaction"] == envelope);
    // Final already: answered at once.
    REQUIRE(client.call("tx_submit_and_wait", {{"transaction", envelope}})["result"]["status"] == "final");
    REQUIRE(running.node.waits() == 0);
}

TEST_CASE("refusals carry code, meaning and remedy; time limits and full pools are named") {
    Running running;
    auto client = running.client();
    auto forged = running.node.sign("brand", {ledger::op::Recall{test::kGtin, {}, "no"}});
    forged.signature.bytes[3] ^= 1;
    const json refused = client.call("tx_submit", {{"transaction", to_base64(forged.to_envelope())}});
    REQUIRE(error_code(refused) == -32002);
    REQUIRE(error_name(refused) == "bad_signature");
    REQUIRE_FALSE(refused["error"]["data"]["remedy"].get<std::string>().empty());
    REQUIRE(hash_in(refused["error"]["data"]["id"]) == forged.id());
    REQUIRE(error_code(client.call("tx_submit", {{"transaction", "!!!"}})) == -32602);
    REQUIRE(error_code(client.call("tx_submit", {{"transaction", "AAAA"}})) == -32002);
    const std::string envelope = running.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "x"}});
    const json late = client.call("tx_submit_and_wait", {{"transaction", envelope}, {"timeout_ms", 1}});
    REQUIRE(error_code(late) == -32004);
    REQUIRE(error_name(late) == "timeout");
    REQUIRE(running.node.waits() == 0);
    REQUIRE(error_code(client.call("tx_submit_and_wait", {{"transaction", envelope}, {"timeout_ms", 120001}})) ==
            -32602);
    running.node.fill_pool();
    const json full = client.call(
        "tx_submit", {{"transaction", running.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "y"}})}});
    REQUIRE(error_code(full) == -32003);
    REQUIRE(error_name(full) == "pool_full");
}

TEST_CASE("pipelined requests are answered in their order, also behind one that waits") {
    Running running;
    auto client = running.client();
    const std::string envelope = running.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "x"}});
    client.post(
        json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tx_submit_and_wait"}, {"params", {{"transaction", envelope}}}}
            .dump());
    for (int id = 2; id < 40; ++id)
        client.post(json{{"jsonrpc", "2.0"}, {"id", id}, {"method", "chain_status"}}.dump());
    while (running.node.waits() == 0) std::this_thread::yield();
    running.node.seal();
    for (int id = 1; id < 40; ++id) REQUIRE(json::parse(client.reply().second)["id"] == id);
}

TEST_CASE("a batch with calls that wait comes back whole") {
    Running running;
    auto client = running.client();
    json batch = json::array();
    const std::string envelope = running.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "x"}});
    batch.push_back(
        {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tx_submit_and_wait"}, {"params", {{"transaction", envelope}}}});
    batch.push_back({{"jsonrpc", "2.0"}, {"method", "chain_status"}});
    batch.push_back({{"jsonrpc", "2.0"}, {"id", 2}, {"method", "chain_status"}});
    client.post(batch.dump());
    while (running.node.waits() == 0) std::this_thread::yield();
    running.node.seal();
    const json answers = json::parse(client.reply().second);
    REQUIRE(answers.size() == 2);
    REQUIRE(answers[0]["result"]["status"] == "final");
    REQUIRE(answers[1]["id"] == 2);
}

TEST_CASE("HTTP: addresses, methods and limits have their proper answers") {
    auto options = any_port();
    options.body_bytes_max = 1000;
    options.cors = Cors::kAnyOrigin;
    Running running(options);
    REQUIRE(running.client().get("/").first == 200);
    REQUIRE(running.client().get("/nothing").first == 404);
    REQUIRE(running.client().get("/ws").first == 426);
    const auto [status, body] = running.client().get("/01/09506000134352/21/S2?10=L1");
    REQUIRE(status == 200);
    REQUIRE(json::parse(body)["verdict"] == "genuine");
    REQUIRE(running.client().get("/01/09506000134353/21/S2").first == 400);
    auto client = running.client();
    client.send("DELETE / HTTP/1.1\r\nHost: t\r\n\r\n");
    REQUIRE(client.reply().first == 405);
    client.send("OPTIONS / HTTP/1.1\r\nHost: t\r\n\r\n");
    REQUIRE(client.reply().first == 204);
    client.post(std::string(1001, ' '));
    REQUIRE(client.reply().first == 413);
    REQUIRE(client.read_all().empty());
    RawClient chunked(running.server->port());
    chunked.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, ' '));
    REQUIRE(chunked.reply().first == 413);
    RawClient header(running.server->port());
    header.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
    REQUIRE(header.reply().first == 431);
    RawClient expecting(running.server->port());
    const std::string call = R"({"jsonrpc":"2.0","id":1,"method":"chain_status"})";
    expecting.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(call.size()) +
                   "\r\n\r\n");
    REQUIRE(expecting.reply().first == 100);
    expecting.send(call);
    REQUIRE(expecting.reply().first == 200);
    REQUIRE(running.alive());
}

TEST_CASE("garbage of every kind gets a named error, and the server lives on") {
    Running running;
    for (const std::string& garbage :
         {std::string("\x16\x03\x01\x02\x00\x01\x00", 7), std::string("\0\0\0\0\r\n\r\n", 8),
          std::string("GET / HTTP/9.9\r\n\r\n"), std::string("POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"),
          std::string("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")}) {
        auto client = running.client();
        client.send(garbage);
        client.finish_sending();
        const std::string answer = client.read_all();
        if (!answer.empty()) REQUIRE(answer.substr(0, 12) == "HTTP/1.1 400");
    }
    auto client = running.client();
    client.post("[" + std::string(100'000, '['));
    REQUIRE(error_name(json::parse(client.reply().second)) == "json_too_deep");
    client.post("\xff\xfe\x00");
    REQUIRE(error_code(json::parse(client.reply().second)) == -32700);
    RawClient half(running.server->port());
    half.send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
    half.finish_sending();
    REQUIRE(half.read_all().empty());
    REQUIRE(running.alive());
}

TEST_CASE("slow and silent clients lose their connection") {
    auto options = any_port();
    options.timeouts.header = std::chrono::milliseconds(30);
    options.timeouts.body = std::chrono::milliseconds(30);
    options.timeouts.idle = std::chrono::milliseconds(30);
    Running running(options);
    REQUIRE(running.client().read_all().empty());  // says nothing
    auto header = running.client();
    header.send("GET / HTTP/1.1\r\nX: ");
    REQUIRE(header.read_all().substr(0, 12) == "HTTP/1.1 408");
    auto body = running.client();
    body.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
    REQUIRE(body.read_all().substr(0, 12) == "HTTP/1.1 408");
    // Waiting for the ledger is not idleness.
    auto waiting = running.client();
    const std::string envelope = running.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "x"}});
    REQUIRE(error_name(waiting.call("tx_submit_and_wait", {{"transaction", envelope}, {"timeout_ms", 200}})) ==
            "timeout");
}

TEST_CASE("connections past the limit are refused by name") {
    auto options = any_port();
    options.connections_max = 2;
    Running running(options);
    RawClient first(running.server->port()), second(running.server->port());
    first.call("chain_status");
    second.call("chain_status");
    RawClient third(running.server->port());
    REQUIRE(third.reply().first == 503);
    REQUIRE(first.call("chain_status").contains("result"));
}

TEST_CASE("the admin listener tells health, readiness and metrics, and nothing else does") {
    Running running;
    RawClient admin(running.server->admin_port());
    REQUIRE(admin.get("/healthz").first == 200);
    REQUIRE(admin.get("/readyz").first == 200);
    running.node.is_ready = false;
    REQUIRE(admin.get("/readyz").first == 503);
    const auto [status, text] = admin.get("/metrics");
    REQUIRE(status == 200);
    REQUIRE(text.find("touchstone_test 1\n") != std::string::npos);
    REQUIRE(text.find("touchstone_rpc_connections ") != std::string::npos);
    admin.post("{}");
    REQUIRE(admin.reply().first == 404);
    REQUIRE(running.client().get("/metrics").first == 404);
}

TEST_CASE("a subscription tells old and new blocks without gap or duplicate") {
    Running running;
    WebSocket socket(running.server->port(), running.node.authorization("auditor"));
    const json begun = socket.call("events_subscribe", {{"from_height", 1}});
    REQUIRE(begun["result"]["from_height"] == 1);
    for (std::uint64_t height = 1; height <= 2; ++height) {
        const json news = *socket.receive();
        REQUIRE(news["method"] == "events");
        REQUIRE(news["params"]["height"] == height);
    }
    for (int i = 0; i < 20; ++i) running.node.seal();
    running.node.must("brand", {ledger::op::Ship{{running.node.item(1)}, "shop", "D1"}});
    for (std::uint64_t height = 3; height <= 23; ++height) {
        const json news = *socket.receive();
        REQUIRE(news["params"]["height"] == height);
        if (height < 23) continue;
        const json& event = news["params"]["events"][0];
        REQUIRE(event["kind"] == "shipped");
        REQUIRE(event["other"] == "shop");
        REQUIRE(event["items"] == json::array({{{"gtin", test::kGtin},
                                                {"commitments", {running.node.item(1).commitment.hex()}}}}));
        REQUIRE(event["fields"] == json{{"to", "shop"}, {"document", "D1"}});
    }
    REQUIRE(socket.call("events_unsubscribe",
                        {{"subscription", begun["result"]["subscription"]}})["result"]["removed"] == true);
    running.node.seal();
    REQUIRE(socket.call("chain_status", json::object())["result"]["height"] == 24);  // nothing came between
    REQUIRE(error_code(socket.call("events_subscribe", {{"from_height", 99}})) == -32602);
    REQUIRE(error_name(running.client().call("events_subscribe")) == "needs_websocket");
}

TEST_CASE("a member's subscription tells what concerns it") {
    Running running;
    WebSocket nobody(running.server->port());
    REQUIRE(error_name(nobody.call("events_subscribe", json::object())) == "authentication_required");
    WebSocket shop(running.server->port(), running.node.authorization("shop"));
    REQUIRE(shop.call("events_subscribe", {{"from_height", 1}})["result"]["from_height"] == 1);
    running.node.must("brand", {ledger::op::Ship{{running.node.item(1)}, "shop", "D1"}});
    running.node.must("brand", {ledger::op::Ship{{running.node.item(2)}, "carrier", "D2"}});
    for (std::uint64_t height = 1; height <= 4; ++height) {
        const json news = *shop.receive();
        REQUIRE(news["params"]["height"] == height);
        REQUIRE(news["params"]["transaction_count"] == (height == 3 ? 1 : 0));
        REQUIRE(news["params"]["events"].size() == (height == 3 ? 1u : 0u));
    }
}

TEST_CASE("WebSocket garbage closes that connection only") {
    auto options = any_port();
    options.websocket_message_bytes_max = 1000;
    Running running(options);
    {
        WebSocket socket(running.server->port());
        socket.send("not json");
        REQUIRE(error_code(*socket.receive()) == -32700);
        boost::asio::write(socket.socket(), boost::asio::buffer("\xff\xff\xff\xff\xff\xff\xff\xff", 8));
        REQUIRE_FALSE(socket.receive());
        REQUIRE(socket.close_code() == boost::beast::websocket::close_code::protocol_error);
    }
    WebSocket large(running.server->port());
    large.send(std::string(2000, ' '));
    REQUIRE_FALSE(large.receive());
    REQUIRE(large.close_code() == boost::beast::websocket::close_code::too_big);
    REQUIRE(running.alive());
}

TEST_CASE("stop lets nobody hang, and late news find closed doors") {
    Running running;
    auto client = running.client();
    const std::string envelope = running.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "x"}});
    WebSocket socket(running.server->port());
    client.post(
        json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tx_submit_and_wait"}, {"params", {{"transaction", envelope}}}}
            .dump());
    while (running.node.waits() == 0) std::this_thread::yield();
    running.server->stop();
    REQUIRE_FALSE(socket.receive());
    running.server.reset();
    running.node.seal();
    REQUIRE(client.read_all().empty());
}

TEST_CASE("a port that is taken and an address that is none are errors with a name") {
    Running running;
    auto options = any_port();
    options.port = running.server->port();
    REQUIRE(Server::start(running.node, options).error().code == "rpc_listen");
    options.address = "nowhere";
    REQUIRE(Server::start(running.node, options).error().code == "rpc_address");
}
