// The table of situations against the node (on both paths) and the light client; what it exports, docs/examples/verify.py
// is tested with (verify_py_test.py).
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "consensus/types.h"
#include "node/app/genesis_json.h"
#include "rpc/fast_path.h"
#include "rpc/json_rpc.h"
#include "tests/rpc/situations.h"
#include "tools/proof/light_client.h"
#include "tools/proof/near_spellings.h"

using namespace touchstone;
using namespace touchstone::rpc;
using namespace touchstone::test;
using nlohmann::json;

namespace {

class NoTimers : public Timers {
  public:
    std::function<void()> after(std::chrono::milliseconds, std::function<void()>) override {
        return [] {};
    }
};

WallTime clock_of(const Asked& asked) { return WallTime{kTestNow.ms + asked.days_later * 86'400'000}; }

json params_of(const Asked& asked) {
    json params{{"gtin", asked.gtin}, {"serial", kSerial}, {"purpose", name_of(asked.purpose)}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) params[name] = value;
    };
    add("lot", asked.lot);
    add("expiry", asked.expiry);
    add("country", asked.country);
    add("seller", asked.seller);
    return params;
}

// The node's answer, which must be the same on both paths.
json answer_of(Scene& scene, const Asked& asked) {
    RecordCache cache;
    NoTimers timers;
    Services services{scene.node, cache, timers, [&] { return clock_of(asked); }};
    Dispatcher dispatcher{services, DispatcherLimits{4}};
    const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "item_verify"}, {"params", params_of(asked)}};
    FastBody fast;
    REQUIRE(parse_fast(request.dump(), 4, fast));
    std::string quick, general;
    dispatcher.handle(request.dump(), {}, quick, [](std::string) {});
    dispatcher.handle_general(request.dump(), {}, general, [](std::string) {});
    REQUIRE(quick == general);
    return json::parse(quick);
}

// The tip of a test's node bears no certificate that holds: here is one, of its only validator.
std::string certificate_of(const Scene& scene, const json& result) {
    const auto header = ledger::Header::decode(*from_base64(result["header"].get<std::string>()));
    REQUIRE(header.ok());
    consensus::Certificate made;
    // The test's headers name no validators and no view: as when a block that closes an epoch is proposed again.
    made.subject = {header->epoch, consensus::VoteKind::kFinalize, View(header->view.value + 1), header->view,
                    header->hash()};
    made.signers = {ValidatorIndex(0)};
    made.signatures = {
        key_of("validator").sign(consensus::signing_bytes(scene.node.genesis().chain_id(), made.subject))};
    return to_base64(made.encode(1));
}

tools::ItemQuery query_of(const Scene& scene, const Asked& asked) {
    tools::ItemQuery query;
    query.name = scene.item;
    if (asked.gtin != kGtin) query.name = {asked.gtin, ledger::serial_commitment(asked.gtin, kSerial)};
    const auto given = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
    query.lot = given(asked.lot);
    query.expiry = given(asked.expiry);
    query.country = given(asked.country);
    query.seller = given(asked.seller);
    query.purpose = asked.purpose;
    query.now = clock_of(asked);
    return query;
}

std::string joined(const json& codes) {
    std::string text;
    for (const json& code : codes) text += (text.empty() ? "" : " ") + code.get<std::string>();
    return text;
}
std::string joined(const Verdict& verdict) {
    std::string text;
    for (const Reason reason : verdict.reasons) text += (text.empty() ? "" : " ") + std::string(info(reason).code);
    return text;
}

// item_history of an item that was registered, shipped, received and sold.
json history_of_a_sold_item() {
    const auto is_sold = [](const Situation& one) { return one.group == "Sold" && one.text == "sold"; };
    Scene scene;
    std::find_if(situations().begin(), situations().end(), is_sold)->make(scene);
    RecordCache cache;
    NoTimers timers;
    Services services{scene.node, cache, timers, [] { return kTestNow; }};
    Dispatcher dispatcher{services, DispatcherLimits{4}};
    const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "item_history"},
                       {"params", {{"gtin", kGtin}, {"serial", kSerial}}}};
    std::string text;
    dispatcher.handle_general(request.dump(), {}, text, [](std::string) {});
    json answer = json::parse(text);
    REQUIRE(answer.contains("result"));
    answer["result"]["certificate"] = certificate_of(scene, answer["result"]);
    return answer;
}

json exported(const Situation& situation, const json& result) {
    return {{"text", situation.group + ": " + situation.text},
            {"asked", params_of(situation.asked)},
            {"now_ms", clock_of(situation.asked).ms},
            {"answer", {{"result", result}}},
            {"verdict", name_of(situation.expected.kind)},
            {"reasons", situation.expected.reasons},
            {"action", name_of(situation.expected.action)}};
}

}  // namespace

TEST_CASE("what is said in each situation: by the node, and by the light client from what is proven", "[situations]") {
    REQUIRE(situations().size() >= 90);
    json rows = json::array();
    for (const Situation& one : situations()) {
        Scene scene;
        one.make(scene);
        const json answer = answer_of(scene, one.asked);
        INFO(one.group << ": " << one.text << ", " << name_of(one.asked.purpose) << "\n" << answer["result"]["reasons"].dump());
        REQUIRE(answer.contains("result"));
        json result = answer["result"];
        CHECK(result["verdict"] == std::string(name_of(one.expected.kind)));
        CHECK(joined(result["reasons"]) == one.expected.reasons);
        CHECK(result["action"] == std::string(name_of(one.expected.action)));
        CHECK(result["reasons"].size() == result["actions"].size());

        result["certificate"] = certificate_of(scene, result);
        const tools::Trust trust = tools::trust_from(scene.node.genesis());
        const auto proven = tools::check_item_answer(trust, query_of(scene, one.asked), result);
        if (!proven.ok()) FAIL(proven.error().message);
        CHECK(proven->verdict.kind == one.expected.kind);
        CHECK(joined(proven->verdict) == one.expected.reasons);
        CHECK(proven->verdict.action == one.expected.action);
        rows.push_back(exported(one, result));
    }
    if (const char* file = std::getenv("TOUCHSTONE_SITUATIONS"))
        std::ofstream(file) << json{{"rows", rows},
                                    {"genesis", node::genesis_to_json(Scene().node.genesis())},
                                    {"history", history_of_a_sold_item()}}
                                   .dump();
}

TEST_CASE("no record of those that a verdict rests on may be left out", "[situations]") {
    for (const Situation& one : situations()) {
        if (one.expected.kind != VerdictKind::kCaution) continue;
        Scene scene;
        one.make(scene);
        json result = answer_of(scene, one.asked)["result"];
        result["certificate"] = certificate_of(scene, result);
        const tools::Trust trust = tools::trust_from(scene.node.genesis());
        for (std::size_t i = 0; i < result["proof"].size(); ++i) {
            json lacking = result;
            lacking["proof"].erase(i);
            INFO(one.text << " without " << result["proof"][i]["kind"]);
            REQUIRE(tools::check_item_answer(trust, query_of(scene, one.asked), lacking).error().code == "unproven");
        }
    }
}

TEST_CASE("a node that is not in touch with the chain gives no verdict", "[situations]") {
    Scene scene;
    scene.node.is_synced = false;
    REQUIRE(answer_of(scene, {})["error"]["data"]["code"] == "not_synced");
    scene.node.is_synced = true;
    REQUIRE(answer_of(scene, {})["result"]["verdict"] == "unknown");
}

TEST_CASE("each reason occurs in the table of situations, or can not be made by operations", "[situations]") {
    // Who is suspended, or lost its licence, registers nothing: only its brand's suspension leaves it free to.
    const std::string unreachable = " maker_suspended licence_revoked ";
    std::string told = " ";
    for (const Situation& one : situations()) told += one.expected.reasons + " ";
    for (const ReasonInfo& one : reasons()) {
        const std::string code = " " + std::string(one.code) + " ";
        INFO(code);
        REQUIRE((told.find(code) != std::string::npos) != (unreachable.find(code) != std::string::npos));
    }
}

TEST_CASE("the documents say what the tables say", "[situations]") {
    const auto check = [](const std::string& file, const std::string& marker, const std::string& generated) {
        std::ifstream in(file);
        std::stringstream read;
        read << in.rdbuf();
        const std::string text = read.str();
        const std::size_t at = marker.empty() ? 0 : text.find(marker);
        INFO(file << ": write it anew with TOUCHSTONE_WRITE_DOCS=1 build/release/tests/rpc/test_rpc '[situations]'");
        REQUIRE(at != std::string::npos);
        const std::string expected = text.substr(0, at) + marker + generated;
        if (std::getenv("TOUCHSTONE_WRITE_DOCS"))
            std::ofstream(file) << expected;
        else
            REQUIRE(text == expected);
    };
    const std::string marker =
        "<!-- generated from the tables of the code: TOUCHSTONE_WRITE_DOCS=1 test_rpc writes it -->\n\n";
    check("docs/situations.md", marker, situations_document());
    check("docs/verify.md", marker, reasons_documentation());
    check("docs/examples/reasons.json", "", reasons_json());
}

TEST_CASE("near spellings: case, blanks, and what looks alike", "[situations]") {
    const auto has = [](std::string_view typed, const std::string& meant) {
        const auto near = tools::near_spellings(typed);
        REQUIRE(near.size() <= tools::kNearSpellingsMax);
        return std::find(near.begin(), near.end(), meant) != near.end();
    };
    REQUIRE(has("7kq2m9xtrb4h", "7KQ2M9XTRB4H"));
    REQUIRE(has("7KQ2M9XTRB4H", "7kq2m9xtrb4h"));
    REQUIRE(has("A1B0C", "AIBOC"));
    REQUIRE(has("AIBOC", "A1B0C"));
    REQUIRE(has("AIB0C", "A1B0C"));
    REQUIRE(has("aibOc", "A1B0C"));
    REQUIRE(has("7KQ2 M9XT RB4H", "7KQ2M9XTRB4H"));
    REQUIRE_FALSE(has("ABC", "ABC"));
    REQUIRE(tools::near_spellings("2345").empty());
}
