// The verdict's rules, one by one, and printed dates.
#include <catch2/catch.hpp>

#include "rpc/json_writer.h"
#include "rpc/verdict.h"

using namespace touchstone;
using namespace touchstone::rpc;

namespace {

constexpr ledger::Day kToday = 20'000;  // 2024-10-04
const WallTime kNow{std::uint64_t{kToday} * 86'400'000};

// A verdict without its action, which follows from the table alone.
struct Said {
    VerdictKind kind;
    std::vector<Reason> reasons;
    bool operator==(const Said&) const = default;
};
Said said(Verdict verdict) { return {verdict.kind, std::move(verdict.reasons)}; }

struct World {
    ledger::ItemRecord item;
    ledger::ProductRecord product;
    ledger::OrganisationRecord maker;
    World() {
        item.lot = "L1";
        item.expiry = kToday;
    }
    Said judged(VerdictContext context = {kNow, {}, {}}) const {
        return said(judge({&item, &product, &maker, true}, context));
    }
};

Said verdict(VerdictKind kind, std::vector<Reason> reasons) { return {kind, std::move(reasons)}; }

}  // namespace

TEST_CASE("an item of which nothing speaks ill is genuine") {
    REQUIRE(World().judged() == verdict(VerdictKind::kGenuine, {}));
    REQUIRE(World().judged({kNow, "L1", kToday}) == verdict(VerdictKind::kGenuine, {}));
}

TEST_CASE("being sold or under way is told, and speaks against nothing") {
    World world;
    world.item.state = ledger::ItemState::kSold;
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {Reason::kSold}));
    world.item.state = ledger::ItemState::kInTransit;
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {Reason::kInTransit}));
}

TEST_CASE("recalls of the product, of the lot and of the item alone are cautions") {
    World world;
    const Said recalled = verdict(VerdictKind::kCaution, {Reason::kRecalled});
    world.product.recalls = {{"brand", true, {}, "glass", kNow}};
    REQUIRE(world.judged() == recalled);
    world.product.recalls[0].scope.lot = "L1";
    REQUIRE(world.judged() == recalled);
    world.product.recalls[0].scope.lot = "L2";
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {}));
    world.item.flags = {{ledger::ItemFlag::kRecalled, "brand"}};
    REQUIRE(world.judged() == recalled);
}

TEST_CASE("an item without a lot is of a recalled lot, unless another is printed on it") {
    World world;
    world.item.lot.clear();
    world.product.recalls = {{"brand", true, {"L1", {}, 0, 0}, "glass", kNow}};
    REQUIRE(world.judged() == verdict(VerdictKind::kCaution, {Reason::kRecalled}));
    const Said of_lot = verdict(VerdictKind::kCaution, {Reason::kRecalled, Reason::kLotNotRecorded});
    for (const char* print : {"L1", "l1", " l 1\t", "", " "}) REQUIRE(world.judged({kNow, print, {}}) == of_lot);
    for (const char* print : {"L2", "L1A", "\xcc\x81L1"})
        REQUIRE(world.judged({kNow, print, {}}) == verdict(VerdictKind::kGenuine, {Reason::kLotNotRecorded}));
    // What else the recall goes by must hold as well.
    world.item.maker = "brand";
    world.product.recalls[0].scope.maker = "maker";
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {}));
    REQUIRE(world.judged({kNow, "L1", {}}) == verdict(VerdictKind::kGenuine, {Reason::kLotNotRecorded}));
}

TEST_CASE("a lot that is recalled in small letters is the one that is printed in capitals") {
    World world;
    world.product.recalls = {{"brand", true, {"b-7x", {}, 0, 0}, "glass", kNow}};
    REQUIRE(world.judged({kNow, "B-7X", {}}) ==
            verdict(VerdictKind::kCaution, {Reason::kRecalled, Reason::kLotMismatch}));
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {}));
}

TEST_CASE("each flag is a caution of its own, and they add up") {
    World world;
    world.item.flags = {{ledger::ItemFlag::kStolen, "shop"}};
    REQUIRE(world.judged() == verdict(VerdictKind::kCaution, {Reason::kStolen}));
    world.item.flags = {{ledger::ItemFlag::kStolen, "shop"},
                        {ledger::ItemFlag::kSuspect, "auditor"},
                        {ledger::ItemFlag::kSuspect, "customs"},
                        {ledger::ItemFlag::kQuarantined, "brand"}};
    world.item.state = ledger::ItemState::kSold;
    REQUIRE(world.judged() ==
            verdict(VerdictKind::kCaution, {Reason::kStolen, Reason::kSuspect, Reason::kQuarantined, Reason::kSold}));
}

TEST_CASE("print that differs from the registration is a caution") {
    REQUIRE(World().judged({kNow, "L2", {}}) == verdict(VerdictKind::kCaution, {Reason::kLotMismatch}));
    REQUIRE(World().judged({kNow, {}, kToday + 1}) == verdict(VerdictKind::kCaution, {Reason::kExpiryMismatch}));
}

TEST_CASE("an item is good on its expiry day and expired on the next") {
    World world;
    REQUIRE(world.judged().reasons.empty());
    world.item.expiry = kToday - 1;
    REQUIRE(world.judged() == verdict(VerdictKind::kCaution, {Reason::kExpired}));
    world.item.expiry = 0;  // never expires
    REQUIRE(world.judged().reasons.empty());
}

TEST_CASE("a suspended maker and an undeclared product are cautions") {
    World world;
    world.maker.suspended = true;
    REQUIRE(world.judged() == verdict(VerdictKind::kCaution, {Reason::kMakerSuspended}));
    REQUIRE(said(judge({&world.item, nullptr, nullptr, true}, {kNow, {}, {}})) ==
            verdict(VerdictKind::kCaution, {Reason::kProductUnknown}));
}

TEST_CASE("what was never registered is unknown, never more") {
    const ledger::ProductRecord product;
    REQUIRE(said(judge({nullptr, &product, nullptr, true}, {kNow, "L", kToday})) ==
            verdict(VerdictKind::kUnknown, {Reason::kNeverRegistered}));
    REQUIRE(said(judge({nullptr, nullptr, nullptr, true}, {kNow, {}, {}})) ==
            verdict(VerdictKind::kUnknown, {Reason::kNeverRegistered, Reason::kProductUnknown}));
    REQUIRE(said(judge({nullptr, nullptr, nullptr, false}, {kNow, {}, {}})) ==
            verdict(VerdictKind::kUnknown, {Reason::kNeverRegistered}));
}

TEST_CASE("what is registered when its maker is suspended, or without its licence, is doubtful; what was before is not") {
    World world;
    world.maker.suspended = true;
    world.maker.suspended_at = kNow;
    world.item.registered_at = kNow;
    REQUIRE(world.judged() == verdict(VerdictKind::kCaution, {Reason::kMakerSuspended}));
    world.item.registered_at.ms -= 1;
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {Reason::kMakerSuspendedLater}));
    world.maker.suspended = false;
    world.item.maker = "maker";
    world.product.brand = "brand";
    world.product.revoked_licences = {{"other", kNow}, {"maker", kNow}};
    REQUIRE(world.judged() == verdict(VerdictKind::kGenuine, {Reason::kLicenceRevokedLater}));
    world.item.registered_at = kNow;
    REQUIRE(world.judged() == verdict(VerdictKind::kCaution, {Reason::kLicenceRevoked}));
    world.product.brand = "maker";  // who bought the brand needs no licence
    REQUIRE(world.judged().reasons.empty());
}

TEST_CASE("an item expires by the later of the block's time and the reader's clock") {
    World world;
    VerdictContext context{kNow, {}, {}};
    context.now = WallTime{kNow.ms + 86'400'000};
    REQUIRE(world.judged(context) == verdict(VerdictKind::kCaution, {Reason::kExpired}));
    context.now = WallTime{1};  // a clock that stands still
    REQUIRE(world.judged(context).reasons.empty());
}

TEST_CASE("the most urgent action of all reasons counts, and without one that of the purpose") {
    World world;
    VerdictContext context{kNow, {}, {}};
    const VerdictRecords records{&world.item, &world.product, &world.maker, true};
    REQUIRE(judge(records, context).action == Action::kKeep);
    world.item.open_reports = 1;
    REQUIRE(judge(records, context).action == Action::kAsk);
    world.item.flags = {{ledger::ItemFlag::kStolen, "shop"}};
    REQUIRE(judge(records, context).action == Action::kReport);
    context.purpose = Purpose::kResale;
    REQUIRE(judge(records, context).action == Action::kTakeDown);
}

TEST_CASE("a seller is an organisation or the pseudonym of a shop") {
    VerdictContext context{kNow, {}, {}};
    REQUIRE(set_seller(context, "shop"));
    REQUIRE(context.seller == "shop");
    REQUIRE(set_seller(context, std::string(64, 'a')));
    REQUIRE(context.seller_shop);
    for (const std::string& bad : {std::string(), std::string(64, 'x'), std::string(33, 'a')})
        REQUIRE_FALSE(set_seller(context, bad));
}

TEST_CASE("printed expiry dates") {
    REQUIRE(parse_expiry("2024-10-04", kNow) == kToday);
    REQUIRE(parse_expiry("241004", kNow) == kToday);
    REQUIRE(parse_expiry("241000", kNow) == kToday + 27);  // day 00: the month's last
    REQUIRE(parse_expiry("240200", kNow) == parse_expiry("2024-02-29", kNow));
    REQUIRE(parse_expiry("740101", kNow) == parse_expiry("2074-01-01", kNow));  // 50 years ahead
    REQUIRE(parse_expiry("750101", kNow) == parse_expiry("1975-01-01", kNow));  // 51 are too many
    for (const char* bad : {"", "2024-13-01", "2024-02-30", "2024-10-00", "241301", "24100", "24-10-04", "2410a4",
                            "+24-10-04", "1969-12-31", "20241004"})
        REQUIRE_FALSE(parse_expiry(bad, kNow));
}

TEST_CASE("text that is not UTF-8 comes out as valid JSON all the same") {
    const auto written = [](std::string_view text) {
        std::string out;
        JsonWriter(out).string(text);
        return out;
    };
    REQUIRE(written("a\"b\\c\n\x01") == "\"a\\\"b\\\\c\\n\\u0001\"");
    REQUIRE(written("\xc3\xa9\xf0\x9f\x98\x80") == "\"\xc3\xa9\xf0\x9f\x98\x80\"");
    const std::string bad = "\"\xef\xbf\xbd\"";
    for (const char* text : {"\xff", "\xc3", "\x80"}) REQUIRE(written(text) == bad);
    REQUIRE(written("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
    REQUIRE(written("\xc0\xaf") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");                  // overlong
}

TEST_CASE("base64 and hexadecimal agree with the ones of base") {
    Bytes bytes;
    for (int size = 0; size < 70; ++size) {
        std::string base64, hex;
        append_base64(base64, bytes);
        append_hex(hex, bytes);
        REQUIRE(base64 == to_base64(bytes));
        REQUIRE(hex == to_hex(bytes));
        bytes.push_back(static_cast<std::uint8_t>(size * 37 + 250));
    }
}
