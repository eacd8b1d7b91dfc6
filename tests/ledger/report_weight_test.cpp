// Which reports weigh on an item, how many one reporter may have open, who decides, and what statistics say.
#include "ledger/records/report_index.h"
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/reports.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

// small_genesis() and a second platform, which has no part in anything.
Genesis two_platforms() {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("bazaar", {Role::kPlatform}));
    return genesis;
}

ReportRecord report_at(const World& world, const Hash256& id) { return *world.get<ReportRecord>(report_key(id)); }
ReporterRecord reporter_at(const World& world, const std::string& id) {
    return *world.get<ReporterRecord>(reporter_key(id));
}
ReportStatsRecord stats_of(const World& world, const std::string& handler) {
    return *world.get<ReportStatsRecord>(report_stats_key(handler, month_of(world.time)));
}
std::uint32_t open_reports(const World& world) { return world.item_at(item(0)).open_reports; }
op::Report on_market(op::Report report) {
    report.subject.platform = "market";
    return report;
}
std::size_t listed(const World& world, const Bytes& prefix) {
    std::size_t count = 0;
    for (const auto& [key, value] : world.side)
        if (key.size() >= prefix.size() && equal(ByteView(key).first(prefix.size()), prefix)) {
            REQUIRE(parse_report_index(key));
            ++count;
        }
    return count;
}

}  // namespace

TEST_CASE("a report weighs on an item when its reporter has to do with it") {
    World world(two_platforms());
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1")});
    world.must("maker", {op::Ship{items(0, 1), "carrier", {}}});
    const std::uint32_t before = world.item_at(item(0)).event_count;
    for (const char* stranger : {"shop", "rival", "market", "bazaar"}) {
        INFO(stranger);
        const Hash256 id = file(world, stranger, report_on(item(0)));
        REQUIRE_FALSE(report_at(world, id).counts);
    }
    REQUIRE(open_reports(world) == 0);
    REQUIRE(world.item_at(item(0)).event_count == before);

    std::uint32_t counted = 0;
    for (const char* party : {"brand", "maker", "carrier", "customs", "auditor"}) {
        INFO(party);
        REQUIRE(report_at(world, file(world, party, report_on(item(0)))).counts);
        REQUIRE(open_reports(world) == ++counted);
    }
    // Whoever says where it was offered, only that platform's own word weighs.
    REQUIRE(report_at(world, file(world, "market", on_market(report_on(item(0))))).counts);
    REQUIRE_FALSE(report_at(world, file(world, "bazaar", on_market(report_on(item(0))))).counts);
    REQUIRE(open_reports(world) == counted + 1);
    require_chain<ItemRecord>(world, item(0));
}

TEST_CASE("lots and products: their brand, who makes them, who oversees") {
    World world(two_platforms());
    world.with_product();
    world.must("maker", {World::registration(items(0, 1), "L1")});
    const auto lot = report_about({ReportSubjectKind::kLot, {}, kGtin, "L1", {}, {}});
    const auto product = report_about({ReportSubjectKind::kProduct, {}, kGtin, {}, {}, {}});
    for (const char* party : {"brand", "maker", "customs"}) {
        REQUIRE(report_at(world, file(world, party, lot)).counts);
        REQUIRE(report_at(world, file(world, party, product)).counts);
    }
    world.must("brand", {op::RevokeLicence{kGtin, "maker", {}}});
    REQUIRE_FALSE(report_at(world, file(world, "maker", product)).counts);
    REQUIRE_FALSE(report_at(world, file(world, "shop", lot)).counts);
    const auto listing = report_about({ReportSubjectKind::kListing, {}, {}, {}, "market", digest(7)});
    REQUIRE_FALSE(report_at(world, file(world, "brand", listing)).counts);
    REQUIRE(report_at(world, file(world, "market", listing)).counts);
}

TEST_CASE("L16: a thousand reports of an organisation without relation") {
    World world;
    world.with_items(1);
    const std::vector<Operation> many(1000, Operation(report_on(item(0))));
    refused(world, "shop", many, Refusal::kTooManyReports);
    REQUIRE_FALSE(world.get<ReporterRecord>(reporter_key("shop")));
    REQUIRE(open_reports(world) == 0);
    REQUIRE(world.item_at(item(0)).event_count == 1);
}

TEST_CASE("a reporter's open reports are bounded, in all and about one thing; what is resolved makes room") {
    World world;
    world.with_items(11);
    const Hash256 first = file(world, "shop", report_on(item(0)));
    const std::vector<Operation> rest(limits::kOpenReportsPerSubjectMax - 1, Operation(report_on(item(0))));
    world.must("shop", rest);
    refused(world, "shop", {report_on(item(0))}, Refusal::kTooManyReports);
    refused(world, "shop", {on_market(report_on(item(0)))}, Refusal::kTooManyReports);  // the same thing, elsewhere
    world.must("shop", {op::Resolve{first, ReportOutcome::kWithdrawn, {}}, report_on(item(0))});
    for (std::uint64_t n = 1; reporter_at(world, "shop").open_count() < limits::kOpenReportsPerReporterMax; ++n)
        world.must("shop", std::vector<Operation>(limits::kOpenReportsPerSubjectMax, Operation(report_on(item(n)))));
    refused(world, "shop", {report_on(item(10))}, Refusal::kTooManyReports);
    world.must("customs", {report_on(item(10))});  // others are not hindered
}

TEST_CASE("L15: counterfeit that was upheld flags the item until a regulator clears it") {
    World world(two_platforms());
    world.with_items(2);
    const Hash256 id = file(world, "shop", report_on(item(0)));  // of a stranger: it counts when a regulator upholds it
    world.must("customs", {op::Resolve{id, ReportOutcome::kUpheld, "laboratory"}});
    REQUIRE(world.item_at(item(0)).flags == std::vector<FlagMark>{{ItemFlag::kCounterfeit, "customs"}});
    REQUIRE(open_reports(world) == 0);
    REQUIRE(world.events(item(0)).back().kind == EventKind::kReportResolved);
    REQUIRE(world.events(item(0)).back().detail == "upheld: report " + id.hex());
    REQUIRE(listed(world, upheld_index_prefix(kGtin)) == 1);
    for (const char* other : {"bazaar", "brand"})
        refused(world, other, {op::ClearFlag{items(0, 1), ItemFlag::kCounterfeit, {}}}, Refusal::kFlagNotYours);
    world.must("bazaar", {op::Inspect{items(0, 1), Finding::kConform, {}}});
    REQUIRE(world.item_at(item(0)).has(ItemFlag::kCounterfeit));
    world.must("customs", {op::ClearFlag{items(0, 1), ItemFlag::kCounterfeit, "appeal"}});
    REQUIRE(world.item_at(item(0)).flags.empty());
    require_chain<ItemRecord>(world, item(0));

    // Of another kind, or rejected: nothing.
    world.must("customs", {op::Resolve{file(world, "shop", report_about(report_on(item(1)).subject, ReportKind::kDefect)),
                                       ReportOutcome::kUpheld, {}}});
    world.must("customs", {op::Resolve{file(world, "shop", report_on(item(1))), ReportOutcome::kRejected, {}}});
    REQUIRE(world.item_at(item(1)).flags.empty());
    // About a lot or a product: listed, and no item is flagged.
    world.must("customs", {op::Resolve{file(world, "shop", report_about({ReportSubjectKind::kLot, {}, kGtin, "L1", {}, {}})),
                                       ReportOutcome::kUpheld, {}}});
    REQUIRE(world.item_at(item(1)).flags.empty());
    REQUIRE(listed(world, upheld_index_prefix(kGtin)) == 3);
}

TEST_CASE("what an upheld report of counterfeit sets follows from who upheld it, as an inspection does") {
    Genesis genesis = two_platforms();
    genesis.organisations.push_back(organisation("both", {Role::kPlatform, Role::kAuditor}));
    World world(genesis);
    world.with_items(4);
    const auto upheld = [&](const char* reporter, const char* by, std::uint64_t n) {
        world.must(by, {op::Resolve{file(world, reporter, report_on(item(n))), ReportOutcome::kUpheld, {}}});
        return world.item_at(item(n)).flags;
    };
    REQUIRE(upheld("brand", "bazaar", 0) == std::vector<FlagMark>{{ItemFlag::kSuspect, "bazaar"}});
    REQUIRE(upheld("shop", "both", 1) == std::vector<FlagMark>{{ItemFlag::kCounterfeit, "both"}});
    REQUIRE(upheld("brand", "customs", 2) == std::vector<FlagMark>{{ItemFlag::kCounterfeit, "customs"}});
    // What is suspect is sold still, and the platform takes its word back.
    world.must("bazaar", {op::Inspect{items(0, 1), Finding::kConform, {}}});
    REQUIRE(world.item_at(item(0)).flags.empty());
}

TEST_CASE("a stranger who files and a platform that upholds make nobody's goods doubtful") {
    World world(two_platforms());
    world.with_items(60);
    std::vector<Operation> reports, resolutions;
    for (std::uint64_t n = 0; n < 60; ++n) reports.push_back(report_on(item(n)));
    const auto filed = world.transaction("shop", reports);
    REQUIRE(world.execute_block({filed}).outcomes.at(0).applied());
    for (std::uint32_t n = 0; n < 60; ++n)
        resolutions.push_back(op::Resolve{report_id(info(*filed).id, n), ReportOutcome::kUpheld, "pictures"});
    world.must("bazaar", resolutions);
    for (std::uint64_t n = 0; n < 60; ++n) {
        REQUIRE(world.item_at(item(n)).flags.empty());
        REQUIRE(world.item_at(item(n)).event_count == 1);  // of its registration
    }
    REQUIRE(reporter_at(world, "shop").shares == ReportShares{60, 60, 0});  // decided all the same
    world.must("brand", {op::Sell{items(0, 60), "FR"}});
}

TEST_CASE("others' marks do not keep an upheld report's out") {
    World world;
    world.with_items(1);
    const Hash256 id = file(world, "shop", report_on(item(0)));
    ItemRecord full = world.item_at(item(0));
    for (std::size_t i = 0; i < limits::kMarksPerFlagMax; ++i)
        full.flags.push_back({ItemFlag::kSuspect, "platform-" + std::to_string(i)});
    world.state[item(0).key()] = full.encode();
    world.must("customs", {op::Resolve{id, ReportOutcome::kUpheld, {}}});
    REQUIRE(world.item_at(item(0)).has(ItemFlag::kCounterfeit, "customs"));
}

TEST_CASE("L17: nobody decides about itself") {
    World world(two_platforms());
    world.with_items(3);
    const auto upheld = [](const Hash256& id) { return op::Resolve{id, ReportOutcome::kUpheld, {}}; };
    const Hash256 listing =
        file(world, "brand", report_about({ReportSubjectKind::kListing, {}, {}, {}, "market", digest(7)}));
    refused(world, "market", {upheld(listing)}, Refusal::kOwnCase);  // handler, and platform named
    const Hash256 offered = file(world, "shop", on_market(report_on(item(0))));
    refused(world, "market", {upheld(offered)}, Refusal::kOwnCase);
    refused(world, "shop", {upheld(offered)}, Refusal::kNotAllowed);
    const Hash256 own = file(world, "bazaar", report_on(item(0)));
    refused(world, "bazaar", {upheld(own)}, Refusal::kOwnCase);
    refused(world, "customs", {op::Resolve{own, ReportOutcome::kWithdrawn, {}}}, Refusal::kNotReporter);
    world.must("brand", {op::Ship{items(1, 1), "market", {}}});
    const Hash256 held = file(world, "shop", report_on(item(1)));
    refused(world, "market", {upheld(held)}, Refusal::kOwnCase);  // it is on its way to it
    world.must("bazaar", {upheld(listing), upheld(offered), upheld(held)});
    world.must("market", {upheld(own)});
    // A regulator decides on what it found itself.
    const Hash256 found = file(world, "customs", report_on(item(2)));
    world.must("customs", {upheld(found)});
}

TEST_CASE("an answer is timed, and mean, median and shares of handler and reporter follow") {
    World world;
    world.with_items(4);
    std::vector<Hash256> ids;
    for (std::uint64_t n = 0; n < 4; ++n) ids.push_back(file(world, n < 3 ? "shop" : "customs", report_on(item(n))));
    const std::uint64_t start = world.time.ms;
    const std::array<std::uint64_t, 4> answered_ms{kHourMs, kHourMs + 1, 24 * kHourMs, 200 * kHourMs};
    for (std::size_t n = 0; n < 4; ++n) {
        world.time.ms = start + answered_ms[n];
        world.must("brand", {op::Respond{ids[n], "seen"}});
    }
    world.must("customs", {op::Resolve{ids[0], ReportOutcome::kUpheld, {}}, op::Resolve{ids[1], ReportOutcome::kRejected, {}},
                           op::Resolve{ids[3], ReportOutcome::kUpheld, {}}});
    ReportStatsRecord stats = stats_of(world, "brand");
    REQUIRE(stats.filed == 4);
    REQUIRE(stats.responded == 4);
    REQUIRE(stats.responded_in_time == 3);
    REQUIRE(stats.resolved == 3);
    REQUIRE(stats.resolved_in_time == 0);
    REQUIRE(stats.upheld == 2);
    REQUIRE(stats.responses == ResponseTimes{1, 1, 0, 1, 0, 0, 1});
    REQUIRE(stats.mean_response_ms() == (226 * kHourMs + 1) / 4);
    REQUIRE(stats.median_response() == 1u);
    REQUIRE(stats.reporters == std::vector<ReportStatsRecord::Reporter>{{"customs", {1, 1, 0}}, {"shop", {3, 1, 1}}});
    REQUIRE_FALSE(stats.salt.is_zero());
    REQUIRE(reporter_at(world, "shop").shares == ReportShares{3, 1, 1});
    REQUIRE(reporter_at(world, "shop").open_count() == 1);

    // What is withdrawn is in no figure, nor is its answer, whatever the deadline is by then.
    world.parameters.report_deadline_ms = 1;
    world.must("shop", {op::Resolve{ids[2], ReportOutcome::kWithdrawn, {}}});
    stats = stats_of(world, "brand");
    REQUIRE(stats.filed == 3);
    REQUIRE(stats.responded == 3);
    REQUIRE(stats.responded_in_time == 2);
    REQUIRE(stats.resolved == 3);
    REQUIRE(stats.responses == ResponseTimes{1, 1, 0, 0, 0, 0, 1});
    REQUIRE(stats.response_ms == 202 * kHourMs + 1);
    REQUIRE(reporter_at(world, "shop").shares == ReportShares{2, 1, 1});
    REQUIRE(reporter_at(world, "shop").open.empty());
    REQUIRE(*ReportStatsRecord::decode(stats.encode()) == stats);
}

TEST_CASE("the only report of a month, withdrawn: the month is empty") {
    World world;
    world.with_items(1);
    const Hash256 id = file(world, "shop", report_on(item(0)));
    world.must("shop", {op::Resolve{id, ReportOutcome::kWithdrawn, {}}});
    const ReportStatsRecord stats = stats_of(world, "brand");
    REQUIRE(stats.filed == 0);
    REQUIRE(stats.reporters.empty());
    REQUIRE_FALSE(stats.mean_response_ms());
    REQUIRE_FALSE(stats.median_response());
}

TEST_CASE("spans of response times include their end") {
    REQUIRE(response_bucket(0) == 0);
    REQUIRE(response_bucket(kHourMs) == 0);
    REQUIRE(response_bucket(kHourMs + 1) == 1);
    REQUIRE(response_bucket(168 * kHourMs) == 5);
    REQUIRE(response_bucket(168 * kHourMs + 1) == 6);
}

TEST_CASE("the records of reporters and months have one encoding") {
    ReporterRecord reporter{"shop", {3, 1, 1}, {}, digest(1)};
    for (const std::uint64_t n : {5, 6, 7, 5}) reporter.add_open(digest(n));
    REQUIRE(reporter.open_count() == 4);
    REQUIRE(reporter.open_count(digest(5)) == 2);
    REQUIRE(reporter.open_count(digest(9)) == 0);
    const Bytes bytes = reporter.encode();
    REQUIRE(*ReporterRecord::decode(bytes) == reporter);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        REQUIRE_FALSE(ReporterRecord::decode(ByteView(bytes).first(size)).ok());
    std::swap(reporter.open[0], reporter.open[1]);
    REQUIRE_FALSE(ReporterRecord::decode(reporter.encode()).ok());
    std::swap(reporter.open[0], reporter.open[1]);
    reporter.open[0].reports = 0;
    REQUIRE_FALSE(ReporterRecord::decode(reporter.encode()).ok());

    ReportStatsRecord stats;
    stats.month = "2026-11";
    stats.reporters = {{"b", {1, 0, 0}}, {"a", {1, 0, 0}}};
    REQUIRE_FALSE(ReportStatsRecord::decode(stats.encode()).ok());
    stats.reporters = {{"a", {}}};
    REQUIRE_FALSE(ReportStatsRecord::decode(stats.encode()).ok());
}

TEST_CASE("anybody names shop and platform, which belong together") {
    World world(two_platforms());
    world.with_items(1);
    const Hash256 shop = digest(100);
    world.must("market", {op::RegisterSeller{shop, "FR"}});
    op::Report report = report_on(item(0));
    report.seller = shop;
    refused(world, "shop", {report}, Refusal::kBadReport);
    REQUIRE(report_at(world, file(world, "market", report)).subject.platform == "market");  // its own
    refused(world, "bazaar", {report}, Refusal::kSellerNotYours);
    const Hash256 id = file(world, "shop", on_market(report));
    REQUIRE(report_at(world, id).seller == shop);
    REQUIRE(world.events(seller_key(shop)).size() == 1);
    world.must("customs", {op::Resolve{id, ReportOutcome::kUpheld, {}}});
    REQUIRE(world.events(seller_key(shop)).back().kind == EventKind::kReportResolved);
    REQUIRE(world.events(seller_key(shop)).back().other == "market");
    require_chain<SellerRecord>(world, seller_key(shop));
    report.seller = digest(101);
    refused(world, "shop", {on_market(report)}, Refusal::kSellerUnknown);
    report = report_on(item(0));
    report.subject.platform = "carrier";
    refused(world, "shop", {report}, Refusal::kNotPlatform);
    report.subject.platform = "nobody";
    refused(world, "shop", {report}, Refusal::kUnknownRecipient);
}

TEST_CASE("a finding counts by the role of who found it, and is taken back by the same") {
    World world(two_platforms());
    world.with_items(1);
    const auto flags = [&] { return world.item_at(item(0)).flags; };
    const auto inspect = [&](const char* actor, Finding finding) {
        world.must(actor, {op::Inspect{items(0, 1), finding, {}}});
    };
    inspect("market", Finding::kCounterfeitSuspected);
    REQUIRE(flags() == std::vector<FlagMark>{{ItemFlag::kSuspect, "market"}});
    inspect("auditor", Finding::kCounterfeitSuspected);
    inspect("auditor", Finding::kCounterfeitSuspected);  // again: one flag
    REQUIRE(flags().back() == FlagMark{ItemFlag::kCounterfeit, "auditor"});
    inspect("customs", Finding::kNonconform);
    REQUIRE(flags().size() == 3);
    inspect("bazaar", Finding::kConform);  // another's word takes nothing back
    REQUIRE(flags().size() == 3);
    inspect("market", Finding::kConform);
    REQUIRE_FALSE(world.item_at(item(0)).has(ItemFlag::kSuspect));
    inspect("auditor", Finding::kConform);
    inspect("customs", Finding::kConform);
    REQUIRE(flags().empty());
    require_chain<ItemRecord>(world, item(0));
}

TEST_CASE("an auditor that is a platform too does not clear what was upheld") {
    Genesis genesis = small_genesis();
    genesis.organisations.push_back(organisation("both", {Role::kPlatform, Role::kAuditor}));
    World world(genesis);
    world.with_items(1);
    world.must("both", {op::Resolve{file(world, "shop", report_on(item(0))), ReportOutcome::kUpheld, {}}});
    world.must("both", {op::Inspect{items(0, 1), Finding::kConform, {}}});
    REQUIRE(world.item_at(item(0)).has(ItemFlag::kCounterfeit, "both"));
}

void touchstone::ledger::test::weight_refusals() {
    World world(two_platforms());
    world.with_items(1);
    refused(world, "shop", std::vector<Operation>(limits::kOpenReportsPerSubjectMax + 1, Operation(report_on(item(0)))),
            Refusal::kTooManyReports);
    const Hash256 id = file(world, "bazaar", report_on(item(0)));
    refused(world, "bazaar", {op::Resolve{id, ReportOutcome::kRejected, {}}}, Refusal::kOwnCase);
}
