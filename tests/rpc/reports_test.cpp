// Reports, statistics, sellers, corrections and territories as JSON-RPC tells them, with their proofs.
#include <catch2/catch.hpp>

#include "ledger/records/document_records.h"
#include "rpc/fast_path.h"
#include "rpc/json_rpc.h"
#include "rpc/verdict.h"
#include "tests/rpc/test_node.h"

using namespace touchstone;
using namespace touchstone::rpc;
using nlohmann::json;
namespace op = ledger::op;

namespace {

class NoTimers : public Timers {
  public:
    std::function<void()> after(std::chrono::milliseconds, std::function<void()>) override {
        return [] {};
    }
};

struct Desk {
    Desk() { node.stock(2); }
    json call(const std::string& method, const json& params) {
        const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
        std::string out;
        dispatcher.handle_general(request.dump(), {nullptr, [this] { return caller; }}, out, [](std::string) {});
        return json::parse(out);
    }
    json result(const std::string& method, const json& params) {
        const json answer = call(method, params);
        INFO(answer.dump());
        REQUIRE(answer.contains("result"));
        return answer["result"];
    }
    std::string fault(const std::string& method, const json& params) {
        return call(method, params)["error"]["data"]["code"].get<std::string>();
    }
    // One transaction in a block of its own; answers its id.
    Hash256 run(const std::string& organisation, const ledger::Operation& operation) {
        const auto carried = node.sign(organisation, {operation});
        node.submit(carried.to_envelope(), [](SubmitOutcome outcome) { REQUIRE(!outcome.rejection); });
        node.seal();
        const auto outcome = node.transaction(carried.id()).outcome;
        INFO(ledger::info(outcome.refusal).code << ": " << outcome.detail);
        REQUIRE(outcome.applied());
        return carried.id();
    }
    Hash256 file(const std::string& organisation, const ledger::ReportSubject& subject) {
        return ledger::report_id(
            run(organisation, op::Report{subject, ledger::ReportKind::kCounterfeit, "no seal", {}, {}}), 0);
    }
    // The one element of the answer's proof, checked as a client does; answers its record, or nullopt.
    std::optional<Bytes> proven(const json& answer, const std::string& kind, const ledger::StateKey& key) {
        const Bytes header = *from_base64(answer["header"].get<std::string>());
        REQUIRE(ledger::Header::decode(header)->state_root == node.state_root());
        const json& element = answer["proof"].at(0);
        REQUIRE(element["kind"] == kind);
        REQUIRE(element["key"] == key.hex());
        std::optional<Bytes> record;
        if (!element["record"].is_null()) record = from_base64(element["record"].get<std::string>());
        const auto path = crypto::StateProof::decode(*from_base64(element["path"].get<std::string>()));
        REQUIRE(path.ok());
        const std::optional<ByteView> view = record ? std::optional<ByteView>(*record) : std::nullopt;
        REQUIRE(crypto::verify_state_proof(node.state_root(), key, view, *path));
        return record;
    }

    CallerPtr caller = std::make_shared<const Caller>(
        Caller{"auditor", 1u << static_cast<int>(ledger::Role::kAuditor), {}, false, {}, false});
    test::TestNode node;
    RecordCache cache;
    NoTimers timers;
    Services services{node, cache, timers, [] { return test::kTestNow; }};
    Dispatcher dispatcher{services, DispatcherLimits{4}};
};

ledger::ReportSubject about(const ledger::ItemName& item) {
    return {ledger::ReportSubjectKind::kItem, item.commitment, item.gtin, {}, {}, {}};
}
json name_of_item(const ledger::ItemName& item) {
    return {{"gtin", item.gtin}, {"commitment", item.commitment.hex()}};
}
json with(json params, const json& more) {
    params.update(more);
    return params;
}

}  // namespace

TEST_CASE("a report is told with its events and its proof, and warns on its item while it is open") {
    Desk desk;
    const Hash256 id = desk.file("auditor", about(desk.node.item(0)));
    json answer = desk.result("report_get", {{"id", id.hex()}});
    REQUIRE(answer["report"]["state"] == "open");
    REQUIRE(answer["report"]["handler"] == "brand");
    REQUIRE(answer["report"]["subject"]["gtin"] == test::kGtin);
    REQUIRE(answer["report"]["subject"]["commitment"] == desk.node.item(0).commitment.hex());
    REQUIRE(answer["report"]["outcome"].is_null());
    REQUIRE(answer["report"]["due_at_ms"].get<std::uint64_t>() - answer["report"]["filed_at_ms"].get<std::uint64_t>() ==
            86'400'000);
    REQUIRE(answer["events"].size() == 1);
    REQUIRE(answer["events"][0]["kind"] == "reported");
    const auto record = desk.proven(answer, "report", ledger::report_key(id));
    REQUIRE(ledger::ReportRecord::decode(record.value())->reporter == "auditor");

    const json named = name_of_item(desk.node.item(0));
    REQUIRE(desk.result("item_verify", named)["reasons"] == json{"open_report"});
    REQUIRE(desk.result("item_verify", named)["verdict"] == "caution");
    REQUIRE(desk.result("item_get", named)["open_reports"] == 1);
    REQUIRE(desk.result("item_verify", name_of_item(desk.node.item(1)))["verdict"] == "genuine");
    desk.run("brand", op::Respond{id, "sorry"});
    REQUIRE(desk.result("item_verify", named)["reasons"] == json{"open_report"});
    desk.run("auditor", op::Resolve{id, ledger::ReportOutcome::kWithdrawn, "found it"});
    REQUIRE(desk.result("item_verify", named)["verdict"] == "genuine");
    answer = desk.result("report_get", {{"id", id.hex()}});
    REQUIRE(answer["report"]["outcome"] == "withdrawn");
    REQUIRE(answer["events"].size() == 3);
    REQUIRE(answer["events"][2]["detail"] == "withdrawn: found it");
    REQUIRE(desk.fault("report_get", {{"id", Hash256{}.hex()}}) == "not_found");
    REQUIRE(desk.fault("report_get", {{"id", "xy"}}) == "invalid_params");
}

TEST_CASE("reports are listed by who answers them and by state, in pages") {
    Desk desk;
    std::vector<std::string> filed;
    for (int i = 0; i < 5; ++i) filed.push_back(desk.file("auditor", about(desk.node.item(0))).hex());
    desk.run("brand", op::Respond{*Hash256::from_hex(filed[1]), "sorry"});
    const auto all = [&](json params) {
        std::vector<std::string> ids;
        params["limit"] = 2;
        for (;;) {
            const json page = desk.result("report_list", params);
            REQUIRE(page["reports"].size() <= 2);
            for (const json& report : page["reports"]) ids.push_back(report["id"]);
            if (page["complete"].get<bool>()) return ids;
            params["cursor"] = page["cursor"];
        }
    };
    const auto sorted = [](std::vector<std::string> ids) {
        std::sort(ids.begin(), ids.end());
        return ids;
    };
    REQUIRE(sorted(all(json::object())) == sorted(filed));
    REQUIRE(sorted(all({{"organisation", "brand"}})) == sorted(filed));
    REQUIRE(all({{"organisation", "shop"}}).empty());
    REQUIRE(all({{"state", "responded"}}) == std::vector{filed[1]});
    REQUIRE(all({{"organisation", "brand"}, {"state", "open"}}).size() == 4);
    REQUIRE(all({{"state", "resolved"}}).empty());
    REQUIRE(desk.fault("report_list", {{"state", "late"}}) == "invalid_params");
    REQUIRE(desk.fault("report_list", {{"organisation", "No Body"}}) == "invalid_params");
    REQUIRE(desk.fault("report_list", {{"state", "open"}, {"cursor", "6971"}}) == "cursor_unknown");
}

TEST_CASE("statistics are proven, and so is that there are none") {
    Desk desk;
    const std::string month = ledger::month_of(desk.node.status().block_time);
    const json none = desk.result("report_stats", {{"organisation", "brand"}, {"month", month}});
    REQUIRE(none["stats"]["filed"] == 0);
    REQUIRE(!desk.proven(none, "report_stats", ledger::report_stats_key("brand", month)));
    // Of months that the chain has not seen nothing is proven: each proof of absence shows where another record is.
    for (const char* unseen : {"2020-01", "2999-12"})
        REQUIRE(desk.fault("report_stats", {{"organisation", "brand"}, {"month", unseen}}) == "invalid_params");
    const Hash256 id = desk.file("auditor", about(desk.node.item(0)));
    desk.run("brand", op::Respond{id, "sorry"});
    const json some = desk.result("report_stats", {{"organisation", "brand"}, {"month", month}});
    REQUIRE(some["stats"]["filed"] == 1);
    REQUIRE(some["stats"]["responded_in_time"] == 1);
    REQUIRE(some["stats"]["resolved"] == 0);
    REQUIRE(some["deadline_ms"] == 86'400'000);
    const auto record = desk.proven(some, "report_stats", ledger::report_stats_key("brand", month));
    REQUIRE(ledger::ReportStatsRecord::decode(record.value())->responded == 1);
    REQUIRE(desk.fault("report_stats", {{"organisation", "brand"}, {"month", "2020-13"}}) == "invalid_params");
    REQUIRE(desk.fault("report_stats", {{"organisation", "brand"}}) == "invalid_params");
}

TEST_CASE("an answer names every correction and every corrected event that it holds") {
    Desk desk;
    const ledger::ItemName item = desk.node.item(0);
    desk.run("brand", op::Ship{{item}, "shop", "DN-2"});
    op::Correct correct{item, 1, {}, {}, "typed"};
    const json before = desk.result("item_history", name_of_item(item));
    for (const json& event : before["events"]) {
        const Bytes bytes = *from_base64(event["bytes"].get<std::string>());
        if (event["sequence"] == 0)
            correct.head_before = ledger::next_event_head({}, item, bytes);
        else
            correct.events.push_back(bytes);
    }
    desk.run("brand", correct);
    const json events = desk.result("item_history", name_of_item(item))["events"];
    REQUIRE(events.size() == 3);
    REQUIRE(!events[0].contains("corrected_by"));
    REQUIRE(events[1]["corrected_by"] == 2);
    REQUIRE(events[1]["detail"] == "DN-2");
    REQUIRE(events[2]["kind"] == "corrected");
    REQUIRE(events[2]["corrects"] == 1);
    // On a page without the correction it is not known; the correction itself always says.
    const json page = desk.result("item_history", with(name_of_item(item), {{"limit", 2}}));
    REQUIRE(!page["events"][1].contains("corrected_by"));
    REQUIRE(desk.result("item_history", with(name_of_item(item), {{"cursor", page["cursor"]}}))["events"][0]["corrects"] ==
            1);
}

TEST_CASE("territories and limited recalls are judged for the country that is asked, on both paths") {
    Desk desk;
    const json item = name_of_item(desk.node.item(0));
    const auto reasons = [&](const char* country) {
        json params = with(item, {{"proof", false}});
        if (country) params["country"] = country;
        const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "item_verify"}, {"params", params}};
        FastBody fast;
        REQUIRE(parse_fast(request.dump(), 4, fast));
        std::string quick, general;
        desk.dispatcher.handle(request.dump(), {}, quick, [](std::string) {});
        desk.dispatcher.handle_general(request.dump(), {}, general, [](std::string) {});
        REQUIRE(quick == general);
        return json::parse(quick)["result"]["reasons"];
    };
    desk.run("brand", op::SetTerritories{test::kGtin, {"CH", "DE"}});
    REQUIRE(desk.result("product_get", {{"gtin", test::kGtin}})["territories"] == json{"CH", "DE"});
    REQUIRE(reasons(nullptr).empty());
    REQUIRE(reasons("DE").empty());
    REQUIRE(reasons("FR") == json{"outside_territory"});
    desk.run("brand", op::Recall{test::kGtin, "L1", "label", {"DE"}});
    REQUIRE(reasons(nullptr) == json{"recalled"});
    REQUIRE(reasons("DE") == json{"recalled"});
    REQUIRE(reasons("CH").empty());
    REQUIRE(reasons("FR") == json{"outside_territory"});
    REQUIRE(desk.result("recall_list", json::object())["recalls"][0]["countries"] == json{"DE"});
    for (const char* bad : {"de", "DEU", "", "D1"})
        REQUIRE(desk.fault("item_verify", with(item, {{"country", bad}})) == "invalid_params");
}

TEST_CASE("a shop is told as every platform sees it, or proven to be unknown") {
    Desk desk;
    Hash256 shop;
    shop.bytes.fill(7);
    const json none = desk.result("seller_get", {{"pseudonym", shop.hex()}});
    REQUIRE(none["registered"] == false);
    REQUIRE(!desk.proven(none, "seller", ledger::seller_key(shop)));
    desk.run("market", op::RegisterSeller{shop, "FR"});
    desk.run("market", op::SetSellerStanding{shop, ledger::SellerStanding::kSuspended, "late parcels"});
    const json some = desk.result("seller_get", {{"pseudonym", shop.hex()}});
    REQUIRE(some["seller"]["entries"][0]["platform"] == "market");
    REQUIRE(some["seller"]["entries"][0]["standing"] == "suspended");
    REQUIRE(some["seller"]["entries"][0]["reason"] == "late parcels");
    REQUIRE(some["events"].size() == 2);
    REQUIRE(some["seller"]["entries"][0]["country"] == "FR");
    REQUIRE(some["seller"]["entries"][0]["had_since_ms"] < some["seller"]["entries"][0]["since_ms"]);
    REQUIRE(some["seller"]["attestations"].empty());
    const auto record = ledger::SellerRecord::decode(desk.proven(some, "seller", ledger::seller_key(shop)).value());
    REQUIRE(record->entries[0].country == "FR");
    desk.run("market", op::SetSellerStanding{shop, ledger::SellerStanding::kClosed, {}});
    desk.run("customs", op::AttestSeller{shop, "new owner"});
    const json attestation = desk.result("seller_get", {{"pseudonym", shop.hex()}})["seller"]["attestations"][0];
    REQUIRE((attestation["organisation"] == "customs" && attestation["as_regulator"] == true));
    REQUIRE(attestation["reason"] == "new owner");
}

TEST_CASE("an open report and a foreign country are cautions beside all others") {
    ledger::ItemRecord item;
    ledger::ProductRecord product;
    item.state = ledger::ItemState::kSold;
    item.open_reports = 1;
    product.territories = {"CH"};
    const VerdictRecords records{&item, &product, nullptr, true};
    REQUIRE(judge(records, {WallTime{}, {}, {}, "FR"}) ==
            Verdict{VerdictKind::kCaution, {Reason::kSold, Reason::kOpenReport, Reason::kOutsideTerritory}, Action::kAsk});
    item.open_reports = 0;
    REQUIRE(judge(records, {WallTime{}, {}, {}, "CH"}) == Verdict{VerdictKind::kGenuine, {Reason::kSold}, Action::kKeep});
    REQUIRE(judge(records, {WallTime{}, {}, {}, {}}) == Verdict{VerdictKind::kGenuine, {Reason::kSold}, Action::kKeep});
}

TEST_CASE("a kept document is told with the proof of its record, or of its absence, and stands in histories") {
    Desk desk;
    const Hash256 document = crypto::sha256(as_bytes("invoice"));
    const json named{{"document", document.hex()}, {"organisation", "brand"}};
    json answer = desk.result("document_get", named);
    REQUIRE(answer["recorded"] == false);
    REQUIRE(answer["document"].is_null());
    REQUIRE_FALSE(desk.proven(answer, "document", ledger::document_key(document, "brand")));

    const Hash256 transaction = desk.run("brand", op::RecordDocument{document, {desk.node.item(0)}, {}});
    answer = desk.result("document_get", named);
    REQUIRE(answer["recorded"] == true);
    REQUIRE(answer["document"]["organisation"] == "brand");
    REQUIRE(answer["document"]["document"] == document.hex());
    REQUIRE(!answer["document"].contains("attached"));  // how many goods it is about
    const auto record = desk.proven(answer, "document", ledger::document_key(document, "brand"));
    REQUIRE(ledger::DocumentRecord::decode(record.value())->document == document);
    REQUIRE(desk.result("document_get", {{"document", document.hex()}, {"organisation", "shop"}})["recorded"] == false);

    const json event = desk.result("item_history", name_of_item(desk.node.item(0)))["events"].back();
    REQUIRE(event["kind"] == "documented");
    REQUIRE(event["detail"] == document.hex());
    REQUIRE(event["transaction"] == transaction.hex());
    REQUIRE(desk.fault("document_get", {{"document", "xy"}, {"organisation", "brand"}}) == "invalid_params");
    REQUIRE(desk.fault("document_get", {{"document", document.hex()}, {"organisation", "No"}}) == "invalid_params");
    REQUIRE(desk.fault("document_get", {{"document", document.hex()}}) == "invalid_params");
}
