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
    ReportStatsRecord stats = found ? *found : ReportStatsRecord{organisation, month};
    stats.salt = {};  // of the last transaction that changed it
    return stats;
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
    const Hash256 id = file(world, "auditor", report_on(item(0)));
    ReportRecord report = report_at(world, id);
    REQUIRE(report.id == id);
    REQUIRE(report.reporter == "auditor");
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
    ReportStatsRecord expected{"brand", "2024-10", 1, 1, 1, 1, 0};
    expected.response_ms = world.parameters.report_deadline_ms;
    expected.responses[3] = 1;
    expected.reporters = {{"auditor", {1, 0, 1}}};
    REQUIRE(stats == expected);
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
    world.must("market", {op::Respond{listing, "taken down"}});
    world.must("customs", {op::Resolve{listing, ReportOutcome::kUpheld, {}}});
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
    ReportStatsRecord expected{"brand", "2024-02", 1, 1, 1, 0, 0};
    expected.response_ms = 2;
    expected.responses[0] = 1;
    expected.reporters = {{"shop", {1, 0, 0}}};
    REQUIRE(stats_at(world, "brand", "2024-02") == expected);
    REQUIRE(!world.get<ReportStatsRecord>(report_stats_key("brand", "2024-03")));
}

// What the rules say, in plain words: the model that random complaints are compared with.
namespace {

struct ModelReport {
    std::uint64_t item = 0;
    std::string reporter;
    std::uint64_t filed_ms = 0;
    int state = 1;  // open, responded, resolved
    std::uint64_t responded_ms = 0;
    ReportOutcome outcome = ReportOutcome::kNone;
    std::uint64_t resolved_ms = 0;

    bool counts() const { return reporter == "brand" || reporter == "customs" || reporter == "auditor"; }
};

using Model = std::map<Hash256, ModelReport>;

bool may_resolve(const ModelReport& report, const std::string& who, ReportOutcome outcome) {
    if (report.state == 3) return false;
    if (outcome == ReportOutcome::kWithdrawn) return who == report.reporter;
    return who == "customs" || (who == "market" && report.reporter != "market");
}

// The figures of a month, from all its reports.
ReportStatsRecord model_stats(const Model& model, const std::string& month) {
    constexpr std::uint64_t kDeadlineMs = 86'400'000;
    ReportStatsRecord stats{"brand", month};
    std::map<std::string, ReportShares> shares;
    for (const auto& [id, one] : model) {
        const bool counted = one.reporter != "brand" && one.outcome != ReportOutcome::kWithdrawn;
        if (!counted || month_of(WallTime{one.filed_ms}) != month) continue;
        ReportShares& own = shares[one.reporter];
        ++stats.filed, ++own.filed;
        if (one.responded_ms != 0) {
            const std::uint64_t took_ms = one.responded_ms - one.filed_ms;
            ++stats.responded, ++stats.responses[response_bucket(took_ms)];
            stats.response_ms += took_ms;
            if (took_ms <= kDeadlineMs) ++stats.responded_in_time;
        }
        if (one.state != 3) continue;
        ++stats.resolved;
        if (one.resolved_ms - one.filed_ms <= kDeadlineMs) ++stats.resolved_in_time;
        if (one.outcome == ReportOutcome::kUpheld) ++stats.upheld, ++own.upheld;
        if (one.outcome == ReportOutcome::kRejected) ++own.rejected;
    }
    for (const auto& [reporter, own] : shares) stats.reporters.push_back({reporter, own});
    return stats;
}

}  // namespace

TEST_CASE("random complaints agree with the model") {
    SHOW_SEED();
    Randomness random(11);
    const std::array<std::string, 6> actors{"brand", "maker", "shop", "market", "customs", "auditor"};
    World world;
    world.with_items(4);
    Model model;
    std::set<std::string> months;
    std::size_t applied = 0;
    for (int step = 0; step < 2500; ++step) {
        world.time.ms += random.below(10) * 3'600'000;
        const std::string& actor = actors[random.below(actors.size())];
        const std::uint64_t kind = random.below(3);
        if (kind == 0 || model.empty()) {
            const std::uint64_t n = random.below(4);
            const auto same = std::count_if(model.begin(), model.end(), [&](const auto& known) {
                return known.second.state != 3 && known.second.reporter == actor && known.second.item == n;
            });
            if (static_cast<std::size_t>(same) >= limits::kOpenReportsPerSubjectMax) {
                REQUIRE(world.run(actor, {report_on(item(n))}).refusal == Refusal::kTooManyReports);
                continue;
            }
            model[file(world, actor, report_on(item(n)))] = {n, actor, world.time.ms};
            months.insert(month_of(world.time));
            continue;
        }
        // Mostly one of those that wait: what is resolved answers the same for ever.
        const auto waiting = listed(world, report_index_prefix("brand", ReportState(1 + random.below(3))));
        if (waiting.empty()) continue;
        const Hash256 id = waiting[random.below(waiting.size())];
        ModelReport& one = model.at(id);
        if (kind == 1) {
            const std::string who = random.below(2) == 0 ? "brand" : actor;
            const bool allowed = one.state == 1 && who == "brand";
            REQUIRE(world.run(who, {op::Respond{id, "r"}}).applied() == allowed);
            if (!allowed) continue;
            one.state = 2;
            one.responded_ms = world.time.ms;
        } else {
            const auto outcome = ReportOutcome(1 + random.below(3));
            const bool allowed = may_resolve(one, actor, outcome);
            REQUIRE(world.run(actor, {op::Resolve{id, outcome, {}}}).applied() == allowed);
            if (!allowed) continue;
            one.state = 3;
            one.outcome = outcome;
            one.resolved_ms = world.time.ms;
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
        if (one.state != 3 && one.counts()) ++open[one.item];
    }
    for (std::uint64_t n = 0; n < 4; ++n) {
        REQUIRE(world.item_at(item(n)).open_reports == open[n]);
        require_chain<ItemRecord>(world, item(n));
    }
    for (const std::string& month : months) REQUIRE(stats_at(world, "brand", month) == model_stats(model, month));
    REQUIRE(listed(world, report_index_prefix({}, std::nullopt)).size() == model.size());
    for (int state = 1; state <= 3; ++state)
        for (const std::string handler : {"", "brand"}) {
            const auto ids = listed(world, report_index_prefix(handler, ReportState(state)));
            REQUIRE(std::set<Hash256>(ids.begin(), ids.end()) == by_state[state]);
        }
    REQUIRE(listed(world, report_index_prefix("bran", std::nullopt)).empty());
}
