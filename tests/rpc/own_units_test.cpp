// Who has a part in some units of an operation is shown these, by every method alike, and not how many others there are.
#include "rpc/subscriptions.h"
#include "tests/rpc/member_desk.h"

using namespace touchstone;
using namespace touchstone::test;
namespace op = ledger::op;

namespace {

// Four lamps at the carrier's, one of which is the shop's.
struct Desk : MemberDesk {
    Desk() {
        node.stock(4);
        for (std::size_t i = 0; i < 4; ++i) all.add(node.item(i));
        node.must("brand", {op::Ship{all, "carrier", "D1"}});
        node.must("carrier", {op::Receive{all}});
        node.must("brand", {op::TransferOwnership{ledger::Items{node.item(2)}, "shop"}});
        node.must("shop", {op::AcceptOwnership{ledger::Items{node.item(2)}}});
    }
    json news(const std::string& who) {
        const auto text = rpc::block_news(node, node.read()->tip().header.height, member_of(node, who));
        REQUIRE(text.ok());
        return json::parse("{" + *text + "}")["events"];
    }
    json newest_summaries(const std::string& who) { return result(who, "block_get")["transactions"]; }

    ledger::Items all;
};

json units(const TestNode& node, std::vector<std::size_t> numbers) {
    json commitments = json::array();
    for (const std::size_t number : numbers) commitments.push_back(node.item(number).commitment.hex());
    return json::array({{{"gtin", kGtin}, {"commitments", commitments}}});
}

}  // namespace

TEST_CASE("the owner of one item in a shipment is shown that item, and that there are others") {
    Desk desk;
    const auto status = desk.run("carrier", {op::Ship{desk.all, "market", "D2"}});
    REQUIRE(status.outcome.applied());
    const json told = desk.news("shop").at(0);
    REQUIRE(told["items"] == units(desk.node, {2}));
    REQUIRE(told["left_out"] == true);
    REQUIRE((told["detail"] == "D2" && told["other"] == "market"));  // as the item's own history has it
    const std::string id = desk.newest_summaries("shop").at(0)["id"];
    const json shown = desk.result("shop", "tx_get", {{"id", id}});
    REQUIRE(shown["operations"] == json::array({{{"accepted", 1}, {"refused", json::array()}}}));
    REQUIRE(shown["content"][0]["fields"]["items"] == units(desk.node, {2}));
    REQUIRE(shown["content"][0]["left_out"] == true);
    REQUIRE(!shown.contains("transaction"));
    for (const json& summary : {shown["summary"], desk.newest_summaries("shop")[0]}) {
        REQUIRE(summary["operations"] == json{"ship"});
        REQUIRE((summary["items"].is_null() && summary["size_bytes"].is_null()));
    }
    for (const std::size_t other : {0, 1, 3}) {
        const std::string commitment = desk.node.item(other).commitment.hex();
        REQUIRE(shown.dump().find(commitment) == std::string::npos);
        REQUIRE(told.dump().find(commitment) == std::string::npos);
    }
    // Who signed it, whom it names, whose all of it is, and who oversees, see all of it.
    for (const char* who : {"carrier", "market", "brand", "auditor"}) {
        const json event = desk.news(who).at(0);
        REQUIRE(event["items"] == units(desk.node, {0, 1, 2, 3}));
        REQUIRE(event["left_out"] == false);
    }
    REQUIRE(desk.result("market", "tx_get", {{"id", id}})["content"][0]["fields"]["items"] ==
            units(desk.node, {0, 1, 2, 3}));
    // Nobody else sees more than that it was applied.
    for (const char* who : {"maker", ""}) REQUIRE(!desk.result(who, "tx_get", {{"id", id}}).contains("content"));
    REQUIRE(desk.newest_summaries("maker").empty());
    REQUIRE(desk.news("maker").empty());
}

TEST_CASE("the maker of a pallet is not told what its receiver counted in it") {
    Desk desk;
    const ledger::ContainerName pallet{"carrier", ledger::sscc_commitment("106141412345678908")};
    desk.node.must("carrier", {op::Pack{pallet, desk.all, {}}});
    desk.node.must("carrier", {op::Ship{{}, "market", "D2", {pallet}}});
    desk.node.must("market", {op::Receive{{}, {pallet}, 3, {desk.node.item(1)}, {}}});
    const json event = desk.news("carrier").at(0);
    REQUIRE(event["kind"] == "received");
    REQUIRE(event["containers"][0]["commitments"] == json::array({pallet.commitment.hex()}));
    REQUIRE(!event["fields"].contains("counted"));
    REQUIRE(desk.news("market").at(0)["fields"]["counted"] == 3);
    const json content =
        desk.result("carrier", "tx_get", {{"id", desk.newest_summaries("carrier").at(0)["id"]}})["content"][0];
    REQUIRE((!content["fields"].contains("counted") && !content["fields"].contains("missing")));
}

TEST_CASE("a report is told to those who may read it, and to nobody for having the goods") {
    Desk desk;
    const ledger::ItemName item = desk.node.item(2);
    const op::Report report{{ledger::ReportSubjectKind::kItem, item.commitment, item.gtin, {}, {}, {}},
                            ledger::ReportKind::kDefect, "cap broken", {}, {}};
    const auto filed = desk.run("carrier", {report});  // it holds the item, so that it counts
    REQUIRE(filed.outcome.applied());
    const std::string transaction = desk.newest_summaries("auditor").at(0)["id"];
    const Hash256 id = ledger::report_id(*Hash256::from_hex(transaction), 0);
    for (const auto& [who, reads] : {std::pair{"carrier", true}, {"brand", true}, {"auditor", true}, {"shop", false},
                                     {"market", false}, {"maker", false}}) {
        INFO(who);
        REQUIRE((desk.refusal(who, "report_get", {{"id", id.hex()}}) == "none") == reads);
        REQUIRE(desk.news(who).empty() == !reads);
        REQUIRE(desk.result(who, "tx_get", {{"id", transaction}}).contains("content") == reads);
    }
}
