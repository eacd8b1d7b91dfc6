// JSON-RPC 2.0 by the letter, the fast path against the general one, and the generated documents.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "rpc/fast_path.h"
#include "rpc/json_rpc.h"
#include "tests/rpc/test_node.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::rpc;
using nlohmann::json;

namespace {

class NoTimers : public Timers {
  public:
    std::function<void()> after(std::chrono::milliseconds, std::function<void()>) override {
        return [] {};
    }
};

struct Desk {
    Desk() { node.stock(2); }
    std::string ask(std::string_view body) {
        std::string out;
        const Handled handled = dispatcher.handle(body, {}, out, [&](std::string text) { out += text; });
        REQUIRE(handled != Handled::kLater);
        return out;
    }
    std::string general(std::string_view body) {
        std::string out;
        dispatcher.handle_general(body, {}, out, [](std::string) {});
        return out;
    }
    int code(std::string_view body) { return json::parse(ask(body))["error"]["code"].get<int>(); }

    test::TestNode node;
    RecordCache cache;
    NoTimers timers;
    Services services{node, cache, timers, [] { return test::kTestNow; }};
    Dispatcher dispatcher{services, DispatcherLimits{4}};
};

std::string nested(std::size_t depth) {
    return R"({"jsonrpc":"2.0","id":1,"method":"chain_status","params":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}";
}

}  // namespace

TEST_CASE("errors of the specification") {
    Desk desk;
    REQUIRE(desk.code("") == -32700);
    REQUIRE(desk.code("{") == -32700);
    REQUIRE(desk.code("{}x") == -32700);
    REQUIRE(desk.code("\"\xff\"") == -32700);
    REQUIRE(desk.code("1") == -32600);
    REQUIRE(desk.code("[]") == -32600);
    REQUIRE(desk.code("{}") == -32600);
    REQUIRE(desk.code(R"({"jsonrpc":"1.0","id":1,"method":"chain_status"})") == -32600);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":1})") == -32600);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":{},"method":"chain_status"})") == -32600);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":true,"method":"chain_status"})") == -32600);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":"chain_status","params":1})") == -32600);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":"nothing"})") == -32601);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":"chain_status","params":[1]})") == -32602);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":"chain_status","params":{"x":1}})") == -32602);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":"org_get","params":{"id":1}})") == -32602);
    REQUIRE(desk.code(R"({"jsonrpc":"2.0","id":1,"method":"org_get"})") == -32602);
    REQUIRE(desk.code("[1,2,3,4,5]") == -32600);  // past the batch limit
    REQUIRE(json::parse(desk.ask("[1,2]")).size() == 2);
}

TEST_CASE("nesting is bounded while it is read") {
    Desk desk;
    REQUIRE(json::parse(desk.ask(nested(kJsonDepthMax - 1)))["error"]["code"] == -32602);
    REQUIRE(json::parse(desk.ask(nested(kJsonDepthMax)))["error"]["data"]["code"] == "json_too_deep");
    REQUIRE(desk.code(std::string(1'000'000, '[')) == -32700);
}

TEST_CASE("ids come back as they were written") {
    Desk desk;
    for (const char* id : {"1", "0", "-7", "1.0", "1e3", "0.10", "12345678901234567890123", "18446744073709551615",
                           "\"\"", "\"a b\"", "\"\\\"\"", "null"}) {
        const std::string start = std::string(R"({"jsonrpc":"2.0","id":)") + id + ",";
        for (const char* method : {"chain_status", "nothing", "item_verify"}) {
            const std::string call = start + "\"method\":\"" + method + "\",\"params\":{}}";
            REQUIRE(desk.ask(call).substr(0, start.size()) == start);
            REQUIRE(desk.ask("[" + call + "]").substr(1, start.size()) == start);
        }
    }
}

TEST_CASE("notifications are carried out and not answered") {
    Desk desk;
    const std::string quiet = R"({"jsonrpc":"2.0","method":"chain_status"})";
    REQUIRE(desk.ask(quiet).empty());
    REQUIRE(desk.ask(R"({"jsonrpc":"2.0","method":"nothing"})").empty());
    REQUIRE(desk.ask("[" + quiet + "," + quiet + "]").empty());
    const std::string submit = R"({"jsonrpc":"2.0","method":"tx_submit","params":[")" +
                               desk.node.envelope("brand", {ledger::op::Recall{test::kGtin, {}, "x"}}) + "\"]}";
    REQUIRE(desk.ask(submit).empty());
    REQUIRE(desk.node.status().pool_transactions == 1);
}

TEST_CASE("a batch whose answers grow past the limit is cut by name") {
    Desk desk;
    Dispatcher tight(desk.services, DispatcherLimits{4, 100});
    const std::string call =
        R"({"jsonrpc":"2.0","id":1,"method":"item_verify","params":{"gtin":"09506000134352","serial":"S1"}})";
    for (const std::string& body : {"[" + call + "," + call + "]", "[" + call + ", " + call + ",1]"}) {
        std::string out;
        tight.handle(body, {}, out, nullptr);
        const json answers = json::parse(out);
        REQUIRE(answers[0].contains("result"));
        REQUIRE(answers[1]["error"]["data"]["code"] == "reply_too_large");
    }
}

TEST_CASE("names of items are judged one way only") {
    Desk desk;
    const auto reason = [&](const std::string& params) {
        return json::parse(desk.ask(R"({"jsonrpc":"2.0","id":1,"method":"item_verify","params":)" + params +
                                    "}"))["error"]["data"]["code"]
            .get<std::string>();
    };
    REQUIRE(reason("{}") == "item_name");
    REQUIRE(reason(R"({"gtin":"09506000134352"})") == "item_name");
    REQUIRE(reason(R"({"serial":"1"})") == "item_name");
    REQUIRE(reason(R"({"gtin":"09506000134352","serial":"1","uri":"x"})") == "item_name");
    REQUIRE(reason(R"({"gtin":"09506000134353","serial":"1"})") == "bad_gtin");
    REQUIRE(reason(R"({"gtin":"09506000134352","serial":"a b"})") == "bad_serial");
    REQUIRE(reason(R"({"key":"12"})") == "named_by_key");
    REQUIRE(reason(R"({"item":{"key":"12"}})") == "named_by_key");
    REQUIRE(reason(R"({"gtin":"09506000134352","commitment":"12"})") == "bad_commitment");
    REQUIRE(reason(R"({"gtin":"09506000134352","serial":"1","commitment":"12"})") == "item_name");
    REQUIRE(reason(R"({"commitment":"12"})") == "item_name");
    REQUIRE(reason(R"({"uri":"https://x.org/"})") == "bad_identifier");
    REQUIRE(reason(R"({"item":{"gtin":"09506000134352","serial":"1"},"serial":"1"})") == "invalid_params");
    REQUIRE(reason(R"({"gtin":"09506000134352","serial":"S1","expiry":"tomorrow"})") == "invalid_params");
}

TEST_CASE("the fast path answers as the general one, for whole and for damaged bodies") {
    SHOW_SEED();
    Desk desk;
    test::Randomness random(7);
    const std::vector<std::string> params{
        R"({"gtin":"09506000134352","serial":"S1"})",
        R"({ "gtin" : "9506000134352" , "serial":"S9","proof":false })",
        R"({"uri":"https://id.gs1.org/01/09506000134352/21/S0?17=241004","proof":true})",
        R"({"gtin":"09506000134352","commitment":")" + desk.node.item(1).commitment.hex() + R"(","lot":"L2","expiry":"2026-02-17"})",
        R"({"gtin":"09506000134353","serial":"S1"})",
        R"({})",
        R"({"gtin":"09506000134352","serial":""})"};
    const std::vector<std::string> ids{"1", "\"x\"", "0", "999999999999999", "01", "-1", "null", "1.5"};
    const std::string bytes = "{}[],:\"\\ 01e.-tfn\x01\x7f\xc3";
    int fast = 0;
    for (int round = 0; round < 4000; ++round) {
        const std::size_t calls = 1 + random.below(3);
        std::string body;
        for (std::size_t i = 0; i < calls; ++i)
            body += std::string(i ? "," : "") + R"({"jsonrpc":"2.0","id":)" +
                    ids[random.below(round % 2 ? 4 : ids.size())] + R"(,"method":"item_verify","params":)" +
                    params[random.below(params.size())] + "}";
        if (calls > 1 || random.below(2)) body = "[" + body + "]";
        const std::uint64_t edits = random.below(3);
        for (std::uint64_t i = 0; i < edits && round % 3; ++i) {
            const std::size_t at = random.below(body.size());
            if (random.below(2))
                body[at] = bytes[random.below(bytes.size())];
            else
                body.erase(at, 1 + random.below(3));
            if (body.empty()) body = " ";
        }
        FastBody parsed;
        fast += parse_fast(body, 4, parsed);
        INFO(body);
        REQUIRE(desk.ask(body) == desk.general(body));
    }
    REQUIRE(fast > 1000);
}

TEST_CASE("every method is described, and the documents follow from the table") {
    Desk desk;
    const json document = json::parse(desk.ask(R"({"jsonrpc":"2.0","id":1,"method":"rpc.discover"})"))["result"];
    REQUIRE(document["openrpc"] == "1.3.2");
    REQUIRE(document["methods"].size() == method_table().size());
    for (const MethodInfo& method : method_table()) {
        INFO(method.name);
        REQUIRE((method.immediate != nullptr) != (method.deferred != nullptr));
        const auto described = std::find_if(document["methods"].begin(), document["methods"].end(),
                                            [&](const json& one) { return one["name"] == std::string(method.name); });
        REQUIRE((*described)["x-access"] == std::string(name_of(method.access)));
        const json params = json::parse(method.example_params);
        REQUIRE(json::accept(method.example_result));
        for (const auto& [name, value] : params.items())
            REQUIRE(std::any_of(method.params.begin(), method.params.end(),
                                [&](const ParamInfo& param) { return param.name == name; }));
    }
}

namespace {

// What is generated stands behind a marker; TOUCHSTONE_WRITE_DOCS=1 writes it anew.
void require_document(const std::string& file, const std::string& generated) {
    const std::string marker =
        "<!-- generated from the dispatch table: TOUCHSTONE_WRITE_DOCS=1 test_rpc writes it -->\n\n";
    std::ifstream in(file);
    std::stringstream read;
    read << in.rdbuf();
    const std::string text = read.str();
    const std::size_t at = text.find(marker);
    REQUIRE(at != std::string::npos);
    const std::string expected = text.substr(0, at) + marker + generated;
    if (std::getenv("TOUCHSTONE_WRITE_DOCS")) std::ofstream(file) << expected;
    INFO(file << " is not what the dispatch table makes: run TOUCHSTONE_WRITE_DOCS=1 build/release/tests/rpc/test_rpc "
                 "from the project's root");
    REQUIRE((text == expected || std::getenv("TOUCHSTONE_WRITE_DOCS")));
}

}  // namespace

TEST_CASE("docs/rpc.md says what the table says") {
    require_document("docs/rpc.md", method_documentation(method_table()));
}

TEST_CASE("docs/access.md says what the table says") {
    require_document("docs/access.md", access_documentation(method_table()));
}
