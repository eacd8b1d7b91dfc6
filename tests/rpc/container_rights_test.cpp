// Where goods were, to whom a container opens for it, and what a refusal tells by its work.
#include "rpc/container_access.h"
#include "tests/rpc/member_desk.h"

using namespace touchstone;
using namespace touchstone::test;
namespace op = ledger::op;

namespace {

ledger::ContainerName box(const std::string& maker, unsigned number) {
    std::string sscc = "10614141000000" + std::to_string(100 + number) + "0";
    int sum = 0;
    for (std::size_t i = 0; i < 17; ++i) sum += (sscc[i] - '0') * (i % 2 == 0 ? 3 : 1);
    sscc[17] = static_cast<char>('0' + (10 - sum % 10) % 10);
    return {maker, ledger::sscc_commitment(sscc)};
}
const ledger::ContainerName kCase = box("brand", 1), kPallet = box("brand", 2), kTruck = box("brand", 3);

struct Desk : MemberDesk {
    Desk() { node.stock(60); }
    ledger::Items items(std::size_t first, std::size_t count) const {
        ledger::Items made;
        for (std::size_t i = first; i < first + count; ++i) made.add(node.item(i));
        return made;
    }
    void pack(const ledger::ContainerName& into, const ledger::Items& what, const ledger::Containers& inner = {}) {
        node.must("brand", {op::Pack{into, what, inner}});
    }
    void unpack(const ledger::ContainerName& from, const ledger::Items& what, const ledger::Containers& inner = {}) {
        node.must("brand", {op::Unpack{from, what, inner}});
    }
    void hand_over(const ledger::ContainerName& what, const std::string& from, const std::string& to) {
        node.must(from, {op::Ship{{}, to, {}, {what}}});
        node.must(to, {op::Receive{{}, {what}}});
    }
    json named(std::size_t item) const {
        return {{"gtin", kGtin}, {"commitment", node.item(item).commitment.hex()}};
    }
    // By nobody, who names the item.
    bool opens(const ledger::ContainerName& container, std::size_t item) {
        const std::string reason =
            refusal("", "container_history", {{"key", container.key().hex()}, {"item", named(item)}});
        REQUIRE((reason == "none" || reason == "access_denied"));
        return reason == "none";
    }
    bool knows_history(const std::string& who, const ledger::ContainerName& container) {
        return refusal(who, "container_history", {{"key", container.key().hex()}}) == "none";
    }
};

// Counts what is read.
class CountingView : public rpc::ReadView {
  public:
    explicit CountingView(const rpc::ReadView& view) : view_(view) {}
    const rpc::SignedTip& tip() const override { return view_.tip(); }
    Result<std::optional<Bytes>> record(const Hash256& key) const override {
        ++reads.records;
        return view_.record(key);
    }
    Result<crypto::StateProof> prove(const Hash256& key) const override { return view_.prove(key); }
    Result<std::optional<Bytes>> side(ByteView key) const override {
        ++reads.events;
        return view_.side(key);
    }
    Status side_scan(ByteView prefix, ByteView from,
                     const std::function<bool(ByteView, ByteView)>& visit) const override {
        ++reads.lists;
        return view_.side_scan(prefix, from, [&](ByteView key, ByteView value) {
            ++entries;
            return visit(key, value);
        });
    }
    struct Reads {
        int records = 0, events = 0, lists = 0;
        bool operator==(const Reads&) const = default;
    };
    mutable Reads reads;
    mutable std::size_t entries = 0;

  private:
    const rpc::ReadView& view_;
};

}  // namespace

TEST_CASE("an item opens no container that its case was put into after it had left the case") {
    Desk desk;
    desk.pack(kCase, desk.items(0, 3));
    desk.unpack(kCase, desk.items(0, 1));
    desk.pack(kPallet, desk.items(5, 1), {kCase});
    REQUIRE(desk.opens(kCase, 0));
    REQUIRE(!desk.opens(kPallet, 0));
    REQUIRE(desk.opens(kPallet, 1));
    // The case is emptied and used again, for other goods.
    desk.unpack(kPallet, {}, {kCase});
    desk.unpack(kCase, desk.items(1, 2));
    desk.pack(kCase, desk.items(10, 2));
    desk.pack(kTruck, {}, {kCase});
    REQUIRE(desk.opens(kTruck, 10));
    for (const std::size_t before : {0, 1, 2}) REQUIRE(!desk.opens(kTruck, before));
    REQUIRE(desk.opens(kPallet, 1));  // where it was, it was
    REQUIRE(!desk.opens(kPallet, 10));
}

TEST_CASE("an item that left its case on the pallet was on the pallet, and not where that went") {
    Desk desk;
    desk.pack(kCase, desk.items(0, 2));
    desk.pack(kPallet, {}, {kCase});
    desk.unpack(kCase, desk.items(0, 1));
    desk.pack(kTruck, {}, {kPallet});
    REQUIRE(desk.opens(kPallet, 0));
    REQUIRE(!desk.opens(kTruck, 0));
    REQUIRE(desk.opens(kTruck, 1));
    // What is put into a case that stands on the pallet already is on the pallet.
    Desk other;
    other.pack(kCase, other.items(0, 1));
    other.pack(kPallet, {}, {kCase});
    other.pack(kCase, other.items(1, 1));
    REQUIRE(other.opens(kPallet, 1));
    other.unpack(kPallet, {}, {kCase});
    other.pack(kTruck, {}, {kCase});
    REQUIRE(other.opens(kTruck, 1));
}

TEST_CASE("who carried a pallet may read of the case that was on it, and of none that was not any more") {
    Desk desk;
    desk.pack(kCase, desk.items(0, 2));
    desk.pack(kPallet, desk.items(5, 1), {kCase});
    desk.hand_over(kPallet, "brand", "carrier");
    desk.hand_over(kPallet, "carrier", "brand");
    desk.unpack(kPallet, {}, {kCase});
    desk.hand_over(kPallet, "brand", "market");
    REQUIRE(desk.knows_history("carrier", kCase));
    REQUIRE(desk.knows_history("market", kPallet));
    REQUIRE(!desk.knows_history("market", kCase));
    REQUIRE(desk.refusal("carrier", "container_get", {{"key", kCase.key().hex()}}) == "access_denied");
}

TEST_CASE("a container is refused after the same work, whatever is in it and whether there is one") {
    Desk desk;
    desk.pack(box("brand", 10), desk.items(0, 1));
    desk.pack(box("brand", 11), desk.items(1, 30));
    for (unsigned i = 0; i < 20; ++i) desk.pack(box("brand", 20 + i), desk.items(31 + i, 1));
    ledger::Containers cases;
    for (unsigned i = 0; i < 20; ++i) cases.add(box("brand", 20 + i));
    desk.pack(box("brand", 12), {}, cases);
    desk.hand_over(box("brand", 12), "brand", "carrier");
    const auto view = desk.node.read();
    const rpc::Caller stranger = member_of(desk.node, "market");
    const auto work_of = [&](const ledger::ContainerName& name) {
        const CountingView counting(*view);
        const auto has = rpc::has_it(counting, name.key(), stranger);
        const auto party = rpc::is_party(counting, name.key(), stranger);
        REQUIRE((has.ok() && party.ok()));
        REQUIRE((!*has && !*party));
        REQUIRE(counting.entries <= 2 * rpc::kProbedLists * rpc::kProbedItems);
        return counting.reads;
    };
    const CountingView::Reads nothing = work_of(box("brand", 99));
    REQUIRE(nothing.events == static_cast<int>(rpc::kProbedEvents));
    for (const unsigned number : {10, 11, 12, 20}) {
        INFO(number);
        REQUIRE(work_of(box("brand", number)) == nothing);
    }
}

TEST_CASE("who owns few of many items in a container names one of them") {
    Desk desk;
    std::size_t last = 0;
    for (std::size_t i = 0; i < 40; ++i)
        if (desk.node.item(last).key() < desk.node.item(i).key()) last = i;
    desk.node.must("brand", {op::TransferOwnership{desk.items(last, 1), "shop"}});
    desk.node.must("shop", {op::AcceptOwnership{desk.items(last, 1)}});
    desk.pack(kCase, desk.items(0, 40));
    desk.pack(kPallet, {}, {kCase});
    desk.hand_over(kPallet, "brand", "carrier");
    for (const ledger::ContainerName& container : {kCase, kPallet}) {
        const json key{{"key", container.key().hex()}};
        json with_item = key;
        REQUIRE(desk.refusal("brand", "container_get", key) == "none");
        REQUIRE(desk.refusal("shop", "container_get", key) == "access_denied");
        with_item["item"] = desk.named(last);
        REQUIRE(desk.refusal("shop", "container_get", with_item) == "none");
        REQUIRE(desk.refusal("market", "container_get", with_item) == "access_denied");
        with_item["item"] = desk.named(last == 0 ? 1 : 0);
        REQUIRE(desk.refusal("shop", "container_get", with_item) == "access_denied");
    }
    // One that is in another box, or in none, is not in this one.
    desk.pack(kTruck, desk.items(50, 1));
    json elsewhere{{"key", kTruck.key().hex()}, {"item", desk.named(last)}};
    REQUIRE(desk.refusal("shop", "container_get", elsewhere) == "access_denied");
}
