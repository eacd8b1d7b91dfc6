// Complaints: who handles them, what the chain's clock says of it, and random workloads against a plain model.
#include "tests/ledger/reports.h"

#include <set>

#include "ledger/records/report_index.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

ReportRecord report_at(const World& world, const Hash256& id) {
    const auto found = world.get<ReportRecord>(report_key(id));
    REQUIRE(found);
    return *found;
}

ReportStatsRecord stats_at(const World& world, const std::string& organisation, const std::string& month) {
    const auto found = world.get<ReportStatsRecord>(report_stats_key(organisation, month));
    return found ? *found : ReportStatsRecord{organisation, month, 0, 0, 0, 0, 0};
}

std::vector<Hash256> listed(const World& world, const Bytes& prefix) {
    std::vector<Hash256> ids;
    for (const auto& [key, value] : world.side) {
        if (key.size() < prefix.size() || !equal(ByteView(key).first(prefix.size()), prefix)) continue;
        const auto id = parse_report_index(key);
        REQUIRE(id);
        ids.push_back(*id);
    }
    return ids;
}

}  // namespace

TEST_CASE("a report on an item goes to the brand, counts on the item, and is timed by blocks") {
    World world;
    world.with_items(2);
    const auto filed_at = world.time;
    const Hash256 id = file(world, "shop", report_on(item(0)));
    ReportRecord report = report_at(world, id);
    REQUIRE(report.id == id);
    REQUIRE(report.reporter == "shop");
    REQUIRE(report.handler == "brand");
    REQUIRE(report.state == ReportState::kOpen);
    REQUIRE(report.filed_at == filed_at);
    REQUIRE(world.item_at(item(0)).open_reports == 1);
    REQUIRE(world.item_at(item(1)).open_reports == 0);
    REQUIRE(world.events(item(0)).back().kind == EventKind::kReported);
    REQUIRE(world.events(item(0)).back().other == "brand");
    REQUIRE(world.events(item(0)).back().detail == "counterfeit: report " + id.hex());

    const Hash256 second = file(world, "customs", report_on(item(0)));
    REQUIRE(second != id);
    REQUIRE(world.item_at(item(0)).open_reports == 2);

    world.time.ms += world.parameters.report_deadline_ms;  // the last moment that is in time
    world.must("brand", {op::Respond{id, "the seal is of the new kind"}});
    report = report_at(world, id);
    REQUIRE(report.state == ReportState::kResponded);
    REQUIRE(report.responded_at == world.time);
    REQUIRE(world.item_at(item(0)).open_reports == 2);
    ++world.time.ms;
    world.must("market", {op::Resolve{id, ReportOutcome::kRejected, "it is"}});
    report = report_at(world, id);
    REQUIRE(report.state == ReportState::kResolved);
    REQUIRE(report.outcome == ReportOutcome::kRejected);
    REQUIRE(report.resolved_at == world.time);
    REQUIRE(world.item_at(item(0)).open_reports == 1);
    REQUIRE(world.events(item(0)).back().detail == "rejected: report " + id.hex());
    world.must("customs", {op::Resolve{second, ReportOutcome::kWithdrawn, {}}});
    REQUIRE(world.item_at(item(0)).open_reports == 0);

    const ReportStatsRecord stats = stats_at(world, "brand", month_of(filed_at));
    REQUIRE(stats == ReportStatsRecord{"brand", "2024-10", 2, 1, 1, 2, 0});
    const auto events = world.events(report_key(id));
    REQUIRE(events.size() == 3);
    REQUIRE(events[0].detail == "the seal is missing");
    REQUIRE(events[1].detail == "the seal is of the new kind");
    REQUIRE(events[2].detail == "rejected: it is");
    require_chain<ReportRecord>(world, report_key(id));
    require_chain<ItemRecord>(world, item(0));
}

TEST_CASE("lots and products go to their brand, a listing to its platform") {
    World world;
    world.with_items(1);
    const Hash256 lot = file(world, "shop", report_about({ReportSubjectKind::kLot, {}, kGtin, "L1", {}, {}}));
    const Hash256 product = file(world, "shop", report_about({ReportSubjectKind::kProduct, {}, kGtin, {}, {}, {}}));
    const Hash256 listing =
        file(world, "brand", report_about({ReportSubjectKind::kListing, {}, {}, {}, "market", digest(7)}));
    REQUIRE(report_at(world, lot).handler == "brand");
    REQUIRE(report_at(world, product).handler == "brand");
    REQUIRE(report_at(world, listing).handler == "market");
    REQUIRE(world.item_at(item(0)).open_reports == 0);
    world.must("market", {op::Respond{listing, "taken down"}, op::Resolve{listing, ReportOutcome::kUpheld, {}}});
    REQUIRE(report_at(world, listing).event_count == 3);
    require_chain<ReportRecord>(world, report_key(listing));
}

TEST_CASE("two reports of one transaction are two, and reports on oneself are in no statistics") {
    World world;
    world.with_items(1);
    const auto transaction = world.transaction("brand", {report_on(item(0)), report_on(item(0))});
    REQUIRE(world.execute_block({transaction}).outcomes.at(0).applied());
    REQUIRE(report_at(world, report_id(info(*transaction).id, 0)).handler == "brand");
    REQUIRE(report_at(world, report_id(info(*transaction).id, 1)).handler == "brand");
    REQUIRE(world.item_at(item(0)).open_reports == 2);
    world.must("brand", {op::Respond{report_id(info(*transaction).id, 0), "at once"}});
    REQUIRE(!world.get<ReportStatsRecord>(report_stats_key("brand", month_of(world.time))));
}

TEST_CASE("statistics are of the month of filing, in UTC") {
    REQUIRE(month_of(WallTime{0}) == "1970-01");
    REQUIRE(month_of(WallTime{1'709'251'199'999}) == "2024-02");  // 2024-02-29T23:59:59.999Z
    REQUIRE(month_of(WallTime{1'709'251'200'000}) == "2024-03");
    REQUIRE(month_of(WallTime{UINT64_MAX}) == "9999-12");
    for (const char* text : {"", "2024-00", "2024-13", "2024-1", "24-01-01", "2024/01", "2024-0a"})
        REQUIRE(!is_month(text));
    World world;
    world.with_items(1);
    world.time = WallTime{1'709'251'199'999};
    const Hash256 id = file(world, "shop", report_on(item(0)));
    world.time.ms += 2;
    world.must("brand", {op::Respond{id, {}}});
    REQUIRE(stats_at(world, "brand", "2024-02") == ReportStatsRecord{"brand", "2024-02", 1, 1, 1, 0, 0});
    REQUIRE(!world.get<ReportStatsRecord>(report_stats_key("brand", "2024-03")));
}

TEST_CASE("random complaints agree with the model") {
    SHOW_SEED();
    Randomness random(11);
    struct ModelReport {
        std::uint64_t item;
        std::string reporter;
        std::uint64_t filed_ms;
        int state = 1;  // open, responded, resolved
    };
    const std::array<std::string, 6> actors{"brand", "maker", "shop", "market", "customs", "auditor"};
    World world;
    world.with_items(4);
    std::map<Hash256, ModelReport> model;
    std::map<std::string, ReportStatsRecord> stats;
    std::size_t applied = 0;
    for (int step = 0; step < 2500; ++step) {
        world.time.ms += random.below(10) * 3'600'000;
        const std::string& actor = actors[random.below(actors.size())];
        const std::uint64_t kind = random.below(3);
        if (kind == 0 || model.empty()) {
            const std::uint64_t n = random.below(4);
            const Hash256 id = file(world, actor, report_on(item(n)));
            model[id] = {n, actor, world.time.ms};
            auto& month = stats.try_emplace(month_of(world.time)).first->second;
            if (actor != "brand") ++month.filed;
            continue;
        }
        // Mostly one of those that wait: what is resolved answers the same for ever.
        const auto waiting = listed(world, report_index_prefix("brand", ReportState(1 + random.below(3))));
        if (waiting.empty()) continue;
        const Hash256 id = waiting[random.below(waiting.size())];
        ModelReport& one = model.at(id);
        auto& month = stats.at(month_of(WallTime{one.filed_ms}));
        const bool in_time = world.time.ms - one.filed_ms <= 86'400'000;
        const bool counted = one.reporter != "brand";
        if (kind == 1) {
            const std::string who = random.below(2) == 0 ? "brand" : actor;
            const bool allowed = one.state == 1 && who == "brand";
            REQUIRE(world.run(who, {op::Respond{id, "r"}}).applied() == allowed);
            if (!allowed) continue;
            one.state = 2;
            if (counted) ++month.responded, month.responded_in_time += in_time ? 1 : 0;
        } else {
            const auto outcome = ReportOutcome(1 + random.below(3));
            const bool judges = actor == "market" || actor == "customs";
            const bool allowed =
                one.state != 3 && (outcome == ReportOutcome::kWithdrawn ? actor == one.reporter : judges);
            REQUIRE(world.run(actor, {op::Resolve{id, outcome, {}}}).applied() == allowed);
            if (!allowed) continue;
            one.state = 3;
            if (counted) ++month.resolved, month.resolved_in_time += in_time ? 1 : 0;
        }
        ++applied;
    }
    REQUIRE(applied > 150);
    std::array<std::uint32_t, 4> open{};
    std::map<int, std::set<Hash256>> by_state;
    for (const auto& [id, one] : model) {
        REQUIRE(static_cast<int>(report_at(world, id).state) == one.state);
        require_chain<ReportRecord>(world, report_key(id));
        by_state[one.state].insert(id);
        if (one.state != 3) ++open[one.item];
    }
    for (std::uint64_t n = 0; n < 4; ++n) {
        REQUIRE(world.item_at(item(n)).open_reports == open[n]);
        require_chain<ItemRecord>(world, item(n));
    }
    for (auto& [month, expected] : stats) {
        expected.organisation = "brand";
        expected.month = month;
        REQUIRE(stats_at(world, "brand", month) == expected);
    }
    REQUIRE(listed(world, report_index_prefix({}, std::nullopt)).size() == model.size());
    for (int state = 1; state <= 3; ++state)
        for (const std::string handler : {"", "brand"}) {
            const auto ids = listed(world, report_index_prefix(handler, ReportState(state)));
            REQUIRE(std::set<Hash256>(ids.begin(), ids.end()) == by_state[state]);
        }
    REQUIRE(listed(world, report_index_prefix("bran", std::nullopt)).empty());
}
