// What pages and their cursors tell of what is not for who asks: nothing.
#include <set>

#include "rpc/cursor.h"
#include "tests/rpc/member_desk.h"

using namespace touchstone;
using namespace touchstone::test;
namespace op = ledger::op;

namespace {

struct Desk : MemberDesk {
    Desk() { node.stock(3); }

    Hash256 report(const std::string& who, std::size_t item) {
        const ledger::ItemName name = node.item(item);
        const auto carried = node.sign(
            who, {op::Report{{ledger::ReportSubjectKind::kItem, name.commitment, name.gtin, {}, {}, {}},
                             ledger::ReportKind::kDefect, "cap broken", {}, {}}});
        node.submit(carried.to_envelope(), [](rpc::SubmitOutcome) {});
        node.seal();
        REQUIRE(node.transaction(carried.id()).outcome.applied());
        return ledger::report_id(carried.id(), 0);
    }
};

std::size_t entries(const std::vector<json>& pages, const char* list) {
    std::size_t count = 0;
    for (const json& page : pages) count += page[list].size();
    return count;
}

}  // namespace

TEST_CASE("a member's pages of reports are full of its own, and do not count those of others") {
    Desk desk;
    std::set<std::string> mine;
    for (int i = 0; i < 4; ++i) desk.report("auditor", 0);
    mine.insert(desk.report("shop", 1).hex());
    for (int i = 0; i < 4; ++i) desk.report("market", 2);
    mine.insert(desk.report("shop", 2).hex());
    REQUIRE(desk.pages("carrier", "report_list").size() == 1);
    REQUIRE(desk.result("carrier", "report_list")["reports"].empty());
    const auto pages = desk.pages("shop", "report_list");
    REQUIRE(pages.size() == 2);
    std::set<std::string> found;
    for (const json& page : pages) {
        REQUIRE(page["reports"].size() == 1);
        found.insert(page["reports"][0]["id"].get<std::string>());
    }
    REQUIRE(found == mine);
    // Who has to answer them all has them all, and so has who oversees; what the handler filed itself is there once.
    desk.report("brand", 0);
    REQUIRE(entries(desk.pages("brand", "report_list"), "reports") == 11);
    REQUIRE(entries(desk.pages("auditor", "report_list"), "reports") == 11);
    REQUIRE(entries(desk.pages("market", "report_list", {{"state", "open"}}), "reports") == 4);
    REQUIRE(entries(desk.pages("market", "report_list", {{"state", "resolved"}}), "reports") == 0);
}

TEST_CASE("a contract maker's pages of lots are its own lots") {
    Desk desk;
    desk.node.must("brand", {op::GrantLicence{kGtin, "maker", 50, 0, 0, {}}});
    const auto make = [&](const std::string& who, const std::string& lot) {
        op::Register made;
        made.lot = lot;
        made.items.add(desk.node.named(who + lot));
        desk.node.must(who, {made});
    };
    for (const char* lot : {"A1", "A2", "A4", "Z9"}) make("brand", lot);
    make("maker", "A3");
    make("maker", "A4");
    const json lots{{"gtin", kGtin}};
    const auto pages = desk.pages("maker", "lot_list", lots);
    REQUIRE(pages.size() == 2);
    REQUIRE(pages[0]["lots"][0]["lot"] == "A3");
    REQUIRE(pages[1]["lots"][0]["lot"] == "A4");
    REQUIRE(pages[1]["lots"][0]["makers"].size() == 1);
    REQUIRE(entries(desk.pages("brand", "lot_list", lots), "lots") == 6);  // with L1 of the stock
    // Voided again, it is in the list no more.
    desk.node.must("maker", {op::VoidRegistration{{desk.node.named("makerA3")}, "wrong file"}});
    REQUIRE(desk.pages("maker", "lot_list", lots).size() == 1);
}

TEST_CASE("pages of a block count the transactions that the caller sees") {
    Desk desk;
    const auto send = [&](const std::string& who, const ledger::Operation& operation) {
        desk.node.submit(desk.node.sign(who, {operation}).to_envelope(), [](rpc::SubmitOutcome) {});
    };
    for (std::uint8_t i = 1; i <= 5; ++i) {
        Hash256 document;
        document.bytes.fill(i);
        send(i == 3 ? "shop" : "carrier", op::RecordDocument{document, {}, {}});
    }
    desk.node.seal();
    const std::uint64_t height = desk.node.status().height.value;
    REQUIRE(entries(desk.pages("carrier", "block_get", {{"height", height}}), "transactions") == 4);
    const auto pages = desk.pages("shop", "block_get", {{"height", height}});
    REQUIRE(pages.size() == 1);
    REQUIRE(pages[0]["transactions"].size() == 1);
    REQUIRE(desk.pages("maker", "block_get", {{"height", height}}).size() == 1);
    // The cursor keeps the block that was asked for, when it was the newest and is not any more.
    const json first = desk.result("carrier", "block_get", {{"limit", 1}});
    desk.node.seal();
    REQUIRE(desk.result("carrier", "block_get", {{"cursor", first["cursor"]}})["height"] == height);
    REQUIRE(desk.refusal("carrier", "block_get", {{"cursor", first["cursor"]}, {"height", height - 1}}) ==
            "cursor_unknown");
}

TEST_CASE("a cursor is of one length, holds nothing that can be read, and is refused to all others by name") {
    Desk desk;
    for (int i = 0; i < 3; ++i) desk.report("auditor", 0);
    const ledger::ItemName item = desk.node.item(0);
    const json named{{"gtin", item.gtin}, {"commitment", item.commitment.hex()}};
    const auto page = [&](const char* method, json params = json::object()) {
        params["limit"] = 1;
        const json answer = desk.result("auditor", method, params);
        REQUIRE(answer["complete"] == false);
        return answer;
    };
    const json reports = page("report_list");
    std::set<std::size_t> sizes;
    for (const json& answer : {reports, page("org_list"), page("block_list"), page("block_bytes"), page("item_history", named)})
        sizes.insert(answer["cursor"].get<std::string>().size());
    REQUIRE(sizes.size() == 1);
    const std::string cursor = reports["cursor"];
    const Bytes bytes = *from_base64(cursor);
    const std::string id = reports["reports"][0]["id"];
    const Bytes id_bytes = *from_hex(id);
    REQUIRE(std::search(bytes.begin(), bytes.end(), id_bytes.begin(), id_bytes.end()) == bytes.end());
    REQUIRE(page("report_list")["cursor"] != reports["cursor"]);  // of the same place

    const json asked{{"cursor", cursor}};
    REQUIRE(desk.refusal("auditor", "report_list", asked) == "none");
    REQUIRE(desk.refusal("brand", "report_list", asked) == "cursor_unknown");
    REQUIRE(desk.refusal("auditor", "org_list", asked) == "cursor_unknown");
    REQUIRE(desk.refusal("auditor", "report_list", {{"cursor", cursor}, {"state", "open"}}) == "cursor_unknown");
    desk.services.cursors = std::make_shared<const rpc::Cursors>();  // as after a new start, or at another node
    REQUIRE(desk.refusal("auditor", "report_list", asked) == "cursor_unknown");
    for (const char* made : {"", "6971", "AAAA", "1", "0", "zz", "//////////8="}) {
        for (const char* method : {"report_list", "org_list", "block_list", "block_bytes", "block_get", "recall_list",
                                   "product_list", "proposal_list"})
            REQUIRE(desk.refusal("auditor", method, {{"cursor", made}}) == "cursor_unknown");
        REQUIRE(desk.refusal("auditor", "item_history", {{"item", named}, {"cursor", made}}) == "cursor_unknown");
    }
    const json error = desk.call("auditor", "report_list", asked)["error"];
    REQUIRE(error["data"]["remedy"].get<std::string>().find("without a cursor") != std::string::npos);
}
