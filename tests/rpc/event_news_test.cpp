// Who is told of what by the stream of events: who has a part in it, whether the operation names him or not.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "rpc/subscriptions.h"
#include "tests/rpc/test_node.h"

using namespace touchstone;
using nlohmann::json;
namespace op = ledger::op;

namespace {

rpc::Caller member(const std::string& id, ledger::Role role) {
    rpc::Caller caller;
    caller.organisation = id;
    caller.roles = static_cast<std::uint16_t>(1u << static_cast<int>(role));
    return caller;
}

struct Network {
    Network() { node.stock(4); }

    // Does it, and answers who of all is told of an event of this kind.
    std::set<std::string> told(const std::string& by, const ledger::Operation& operation, const std::string& kind) {
        node.must(by, {operation});
        const Height height = node.read()->tip().header.height;
        std::set<std::string> out;
        for (const auto& [id, role] : everybody) {
            const auto news = rpc::block_news(node, height, member(id, role));
            REQUIRE(news.ok());
            const json block = json::parse("{" + *news + "}");
            REQUIRE(block["told"] == (id == "auditor" ? "all" : "concerned"));
            for (const json& event : block["events"])
                if (event["kind"] == kind) out.insert(id);
        }
        return out;
    }

    const std::map<std::string, ledger::Role> everybody{
        {"auditor", ledger::Role::kAuditor},   {"brand", ledger::Role::kBrand},
        {"carrier", ledger::Role::kLogistics}, {"maker", ledger::Role::kManufacturer},
        {"market", ledger::Role::kPlatform},   {"shop", ledger::Role::kRetailer}};
    test::TestNode node;
};

using Ids = std::set<std::string>;

}  // namespace

TEST_CASE("who has a part in the goods is told of what others do with them") {
    Network net;
    const ledger::Items first{net.node.item(0)};
    REQUIRE(net.told("brand", op::Ship{first, "carrier", "D1"}, "shipped") == Ids{"auditor", "brand", "carrier"});
    // The receipt names nobody: the owner, who is the brand, learns of it, and nobody without a part in it.
    REQUIRE(net.told("carrier", op::Receive{first}, "received") == Ids{"auditor", "brand", "carrier"});
    REQUIRE(net.told("brand", op::TransferOwnership{first, "shop"}, "ownership_offered") ==
            Ids{"auditor", "brand", "carrier", "shop"});
    REQUIRE(net.told("shop", op::AcceptOwnership{first}, "ownership_accepted") ==
            Ids{"auditor", "brand", "carrier", "shop"});
    // A new owner is told from now on; the brand of the GTIN always.
    REQUIRE(net.told("carrier", op::Ship{first, "market", "D2"}, "shipped") ==
            Ids{"auditor", "brand", "carrier", "market", "shop"});
    REQUIRE(net.told("market", op::Receive{first}, "received") == Ids{"auditor", "brand", "carrier", "market", "shop"});
    // Other goods are no business of theirs.
    REQUIRE(net.told("brand", op::Ship{ledger::Items{net.node.item(1)}, "carrier", "D3"}, "shipped") ==
            Ids{"auditor", "brand", "carrier"});
}

TEST_CASE("what happens to a pallet is told to who holds it, and to the brand of what comes out") {
    Network net;
    const ledger::ContainerName pallet{"brand", ledger::sscc_commitment("106141412345678908")};
    const ledger::Items item{net.node.item(0)};
    net.node.must("brand", {op::Pack{pallet, item, {}}});
    net.node.must("brand", {op::Ship{{}, "carrier", "D1", ledger::Containers{pallet}}});
    REQUIRE(net.told("carrier", op::Receive{{}, ledger::Containers{pallet}}, "received") ==
            Ids{"auditor", "brand", "carrier"});
    // Its holder is who has the pallet.
    REQUIRE(net.told("auditor", op::Inspect{item, ledger::Finding::kConform}, "inspected") ==
            Ids{"auditor", "brand", "carrier"});
}

TEST_CASE("recalls and flags reach every member") {
    Network net;
    const Ids all{"auditor", "brand", "carrier", "maker", "market", "shop"};
    op::Recall recall;
    recall.gtin = test::kGtin;
    recall.lot = "L1";
    recall.reason = "glass";
    REQUIRE(net.told("brand", recall, "recalled") == all);
    op::LiftRecall lift;
    lift.gtin = test::kGtin;
    lift.lot = "L1";
    REQUIRE(net.told("brand", lift, "recall_lifted") == all);
    const ledger::Items item{net.node.item(0)};
    REQUIRE(net.told("brand", op::Flag{item, ledger::ItemFlag::kStolen, "truck 17"}, "flagged") == all);
    REQUIRE(net.told("brand", op::ClearFlag{item, ledger::ItemFlag::kStolen, "found"}, "flag_cleared") == all);
}

TEST_CASE("a report is told to its reporter and its handler") {
    Network net;
    const ledger::ItemName item = net.node.item(0);
    const ledger::ReportSubject subject{ledger::ReportSubjectKind::kItem, item.commitment, item.gtin, {}, {}, {}};
    net.node.must("brand", {op::Ship{ledger::Items{item}, "carrier", "D1"}});
    net.node.must("carrier", {op::Receive{ledger::Items{item}}});
    net.node.must("carrier", {op::Ship{ledger::Items{item}, "shop", "D2"}});
    net.node.must("shop", {op::Receive{ledger::Items{item}}});
    const op::Report report{subject, ledger::ReportKind::kDefect, "cap broken", {}, {}};
    REQUIRE(net.told("shop", report, "reported") == Ids{"auditor", "brand", "shop"});
    // Who has the goods reads in their history that there is one.
    REQUIRE(net.told("carrier", report, "reported") == Ids{"auditor", "brand", "carrier"});
}

TEST_CASE("in one transaction everybody is told of his part") {
    Network net;
    net.node.must("brand", {op::Ship{ledger::Items{net.node.item(0)}, "carrier", "D1"},
                            op::Ship{ledger::Items{net.node.item(1)}, "shop", "D2"}});
    const Height height = net.node.read()->tip().header.height;
    for (const auto& [id, document] : {std::pair{"carrier", "D1"}, std::pair{"shop", "D2"}}) {
        const json block =
            json::parse("{" + *rpc::block_news(net.node, height, member(id, ledger::Role::kRetailer)) + "}");
        REQUIRE(block["events"].size() == 1);
        REQUIRE(block["events"][0]["detail"] == document);
        REQUIRE(block["transaction_count"] == 1);
    }
}
