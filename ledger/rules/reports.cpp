// Complaints, and how fast they are handled by the chain's own clock.
//   Report   any organisation, with few open at a time, in all and about one thing. The handler is the product's brand, or
//            the platform of a listing. A shop is named with the platform that it is registered on
//   Respond  the handler, once, while the report is not resolved
//   Resolve  a regulator, or a platform, that is no party to it: upheld or rejected. The reporter, and nobody else:
//            withdrawn
// A report counts when its reporter has to do with the subject: as maker, owner, holder, receiver or brand, as the
// platform on which it is offered, or as one that oversees. An item has the reports that count in its history, and its
// number of open ones; of the others it has nothing, so that nobody makes goods doubtful that are no business of his.
// `counterfeit` that was upheld about an item sets what an inspection of whoever upheld it would set (inspections.cpp): the
// flag counterfeit, until a regulator clears it, of one that examines goods; suspect, of a platform. Of a platform only
// where the report counts: a stranger who files and a stranger who upholds would make any brand's goods doubtful.
// About a lot or a product it flags nothing: one resolver's word would make goods doubtful that nobody looked at. For that
// a regulator has a recall, with scope and reach; the index lists what was upheld about a product. A shop that an upheld
// report names has it in its history, which says who upheld it.
// An answer is in time within report_deadline_ms of the block that filed the report. Statistics are kept for the month of
// filing; what the handler filed itself is in none, so that nobody polishes his own figures, nor is what was withdrawn.
#include <fmt/format.h>

#include "ledger/records/report_index.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

using ReportSlot = RecordCache<ReportRecord>::Slot;

// -- who has to do with it

const std::string& receiver_of(Run& run, const ItemRecord& item) {
    return item.container.is_zero() ? item.receiver : outermost(run, item.container).receiver;
}

bool is_party(Run& run, const ItemRecord& item, const std::string& id) {
    return item.maker == id || item.owner == id || holder_of(run, item) == id || receiver_of(run, item) == id ||
           product_of(run, item).brand == id;
}

// As a maker of the lot, or with a licence for the product.
bool makes(Run& run, const ReportSubject& subject, const std::string& id) {
    if (subject.kind == ReportSubjectKind::kLot) {
        const LotSlot& lot = run.overlay.lot(subject.gtin, subject.lot);
        return lot.record && lot.record->of(id) != nullptr;
    }
    const LicenceRecord* const licence = run.overlay.licences.get(licence_key(subject.gtin, id));
    return licence != nullptr && !licence->revoked;
}

// Precondition: find_handler() found it.
bool counts(Run& run, const ReportSubject& subject, const std::string& handler) {
    const OrganisationRecord& actor = run.actor;
    if (actor.has(Role::kRegulator) || actor.has(Role::kAuditor)) return true;
    if (subject.platform == actor.id || handler == actor.id) return true;
    switch (subject.kind) {
        case ReportSubjectKind::kItem:
            return is_party(run, *run.overlay.items.get(subject.item()), actor.id);
        case ReportSubjectKind::kLot:
        case ReportSubjectKind::kProduct:
            return makes(run, subject, actor.id);
        case ReportSubjectKind::kListing:
            return false;
    }
    INVARIANT(false);
}

Verdict find_brand(Run& run, const std::string& gtin, std::string& handler) {
    const ProductSlot& product = run.overlay.product(gtin);
    if (!product.record) return Rejection{Refusal::kProductUnknown, gtin};
    handler = product.record->brand;
    return std::nullopt;
}

Verdict check_is_platform(Run& run, const std::string& id) {
    const OrganisationRecord* const platform = run.overlay.organisation(id);
    if (platform == nullptr)
        return Rejection{Refusal::kUnknownRecipient, fmt::format("platform: there is no '{}'", id)};
    if (!platform->has(Role::kPlatform)) return Rejection{Refusal::kNotPlatform, fmt::format("'{}'", id)};
    return std::nullopt;
}

Verdict find_handler(Run& run, const ReportSubject& subject, std::string& handler) {
    switch (subject.kind) {
        case ReportSubjectKind::kItem: {
            const ItemRecord* const item = run.overlay.items.get(subject.item());
            if (item == nullptr) return Rejection{Refusal::kItemUnknown, subject.item().hex()};
            handler = product_of(run, *item).brand;
            return std::nullopt;
        }
        case ReportSubjectKind::kLot:  // one that nothing is registered for is what a copy may have
        case ReportSubjectKind::kProduct:
            return find_brand(run, subject.gtin, handler);
        case ReportSubjectKind::kListing:
            handler = subject.platform;
            return check_is_platform(run, subject.platform);
    }
    INVARIANT(false);
}

// The platform that it was offered on, and the shop there.
Verdict check_offer(Run& run, const op::Report& operation, ReportSubject& subject) {
    if (subject.platform.empty() && !operation.seller.is_zero()) {
        if (!run.actor.has(Role::kPlatform))
            return Rejection{Refusal::kBadReport, "a shop is named with the platform that it is registered on"};
        subject.platform = run.actor.id;
    }
    if (!subject.platform.empty())
        if (auto refused = check_is_platform(run, subject.platform)) return refused;
    return operation.seller.is_zero() ? std::nullopt : check_seller(run, subject.platform, operation.seller);
}

void put_report_index(Run& run, const ReportRecord& report) {
    for (Bytes& key : report_index_keys(report)) run.overlay.put_index(std::move(key));
}
void erase_report_index(Run& run, const ReportRecord& report) {
    for (Bytes& key : report_index_keys(report)) run.overlay.erase_index(std::move(key));
}

// -- figures

ReporterRecord& reporter_of(Run& run, const std::string& id) {
    const StateKey key = reporter_key(id);
    auto& slot = run.overlay.reporters.slot(key);
    ReporterRecord& reporter =
        slot.record ? run.overlay.reporters.change(slot) : run.overlay.reporters.create(slot, {});
    reporter.organisation = id;
    reporter.salt = next_salt(run, key, reporter.salt);
    return reporter;
}

// The statistics that a report counts in, taken for a change; null: in none.
ReportStatsRecord* stats_of(Run& run, const ReportRecord& report) {
    if (report.reporter == report.handler) return nullptr;
    const std::string month = month_of(report.filed_at);
    const StateKey key = report_stats_key(report.handler, month);
    auto& slot = run.overlay.report_stats.slot(key);
    ReportStatsRecord& stats =
        slot.record ? run.overlay.report_stats.change(slot) : run.overlay.report_stats.create(slot, {});
    stats.organisation = report.handler;
    stats.month = month;
    stats.salt = next_salt(run, key, stats.salt);
    return &stats;
}

// Of the handler's month and of the reporter.
void change_shares(Run& run, const ReportRecord& report, ReportStatsRecord& stats, const auto& change) {
    stats.change_shares(report.reporter, change);
    change(reporter_of(run, report.reporter).shares);
}

bool in_time(const Run& run, const ReportRecord& report) {
    return run.block.time.ms - report.filed_at.ms <= run.block.parameters.report_deadline_ms;
}

void count_filed(Run& run, const ReportRecord& report) {
    reporter_of(run, report.reporter).add_open(subject_digest(report.subject));
    ReportStatsRecord* const stats = stats_of(run, report);
    if (stats == nullptr) return;
    ++stats->filed;
    change_shares(run, report, *stats, [](ReportShares& shares) { ++shares.filed; });
}

void count_response(Run& run, const ReportRecord& report) {
    ReportStatsRecord* const stats = stats_of(run, report);
    if (stats == nullptr) return;
    const std::uint64_t took_ms = report.responded_at.ms - report.filed_at.ms;
    ++stats->responded;
    ++stats->responses[response_bucket(took_ms)];
    stats->response_ms += took_ms;
    if (report.responded_in_time) ++stats->responded_in_time;
}

void take_back(Run& run, const ReportRecord& report, ReportStatsRecord& stats) {
    --stats.filed;
    change_shares(run, report, stats, [](ReportShares& shares) { --shares.filed; });
    if (report.responded_at.ms == 0) return;
    const std::uint64_t took_ms = report.responded_at.ms - report.filed_at.ms;
    --stats.responded;
    --stats.responses[response_bucket(took_ms)];
    stats.response_ms -= took_ms;
    if (report.responded_in_time) --stats.responded_in_time;
}

void count_resolved(Run& run, const ReportRecord& report) {
    reporter_of(run, report.reporter).remove_open(subject_digest(report.subject));
    ReportStatsRecord* const stats = stats_of(run, report);
    if (stats == nullptr) return;
    if (report.outcome == ReportOutcome::kWithdrawn) return take_back(run, report, *stats);
    const bool upheld = report.outcome == ReportOutcome::kUpheld;
    ++stats->resolved;
    if (upheld) ++stats->upheld;
    if (in_time(run, report)) ++stats->resolved_in_time;
    change_shares(run, report, *stats,
                  [&](ReportShares& shares) { ++(upheld ? shares.upheld : shares.rejected); });
}

Verdict check_room(Run& run, const ReportSubject& subject) {
    const ReporterRecord* const reporter = run.overlay.reporters.get(reporter_key(run.actor.id));
    if (reporter == nullptr) return std::nullopt;
    if (reporter->open_count(subject_digest(subject)) >= limits::kOpenReportsPerSubjectMax)
        return Rejection{Refusal::kTooManyReports,
                         fmt::format("{} about the same subject", limits::kOpenReportsPerSubjectMax)};
    if (reporter->open_count() >= limits::kOpenReportsPerReporterMax)
        return Rejection{Refusal::kTooManyReports, fmt::format("{} in all", limits::kOpenReportsPerReporterMax)};
    return std::nullopt;
}

// -- on the item that a report is about, if it is about one

void mark_filed(Run& run, const ReportRecord& report) {
    if (report.subject.kind != ReportSubjectKind::kItem || !report.counts) return;
    const StateKey key = report.subject.item();
    ItemRecord& item = run.overlay.items.change(run.overlay.items.slot(key));
    ++item.open_reports;
    EventLog(run, EventKind::kReported, report.handler,
             fmt::format("{}: report {}", name_of(report.kind), report.id.hex()))
        .append(key, item);
}

// Whoever thinks of letting the shop sell sees what was upheld.
void mark_shop(Run& run, const ReportRecord& report) {
    if (report.outcome != ReportOutcome::kUpheld || report.seller.is_zero()) return;
    const StateKey key = seller_key(report.seller);
    SellerRecord& seller = run.overlay.sellers.change(run.overlay.sellers.slot(key));
    EventLog(run, EventKind::kReportResolved, report.subject.platform,
             fmt::format("{}: report {}", name_of(report.outcome), report.id.hex()))
        .append(key, seller);
}

void mark_resolved(Run& run, const ReportRecord& report) {
    const bool weighs = report.outcome == ReportOutcome::kUpheld && (report.counts || examines(run.actor));
    if (report.subject.kind != ReportSubjectKind::kItem || (!report.counts && !weighs)) return;
    const StateKey key = report.subject.item();
    ItemRecord& item = run.overlay.items.change(run.overlay.items.slot(key));
    // A serial that was voided and registered anew has none of the reports before.
    if (report.counts && item.open_reports > 0) --item.open_reports;
    if (weighs && report.kind == ReportKind::kCounterfeit) put_flag(run, item, doubt_of(run.actor));
    EventLog(run, EventKind::kReportResolved, report.reporter,
             fmt::format("{}: report {}", name_of(report.outcome), report.id.hex()))
        .append(key, item);
}

// Whether a refusal may tell the actor of it: he may read it, or it names him.
bool may_know(const Run& run, const ReportRecord& report) {
    const OrganisationRecord& actor = run.actor;
    return report.reporter == actor.id || report.handler == actor.id || report.subject.platform == actor.id ||
           actor.has(Role::kRegulator) || actor.has(Role::kAuditor);
}

// Ids stand in the histories of items, which whoever has the item reads. To who has no part in a report it is as if it
// did not exist, word for word: neither whose it is nor that it is there. Any platform may decide one as long as it is
// open, and so learns when it is not, but not how it was decided.
enum class MayDecide { kNo, kYes };

Verdict find_unresolved(Run& run, const Hash256& id, MayDecide may_decide, ReportSlot*& slot) {
    slot = &run.overlay.reports.slot(report_key(id));
    const bool known = slot->record && may_know(run, *slot->record);
    if (!slot->record || (!known && may_decide == MayDecide::kNo)) return Rejection{Refusal::kReportUnknown, {}};
    if (slot->record->state != ReportState::kResolved) return std::nullopt;
    return Rejection{Refusal::kReportResolved,
                     known ? fmt::format("it was {}", name_of(slot->record->outcome)) : std::string()};
}

// It answers the report, is the platform that it names, or has the goods or made them.
bool is_concerned(Run& run, const ReportRecord& report) {
    const std::string& id = run.actor.id;
    if (report.handler == id || report.subject.platform == id) return true;
    if (report.subject.kind != ReportSubjectKind::kItem) return false;
    const ItemRecord* const item = run.overlay.items.get(report.subject.item());
    return item != nullptr && is_party(run, *item, id);
}

// A regulator may decide on what it reported itself: that is how it says what it found. It may hold what it seized.
Verdict check_resolver(Run& run, const ReportRecord& report, ReportOutcome outcome) {
    const std::string& id = run.actor.id;
    if (outcome == ReportOutcome::kWithdrawn) {
        if (report.reporter == id) return std::nullopt;
        return Rejection{Refusal::kNotReporter, fmt::format("'{}' filed it", report.reporter)};
    }
    const bool regulator = run.actor.has(Role::kRegulator);
    if (!regulator && !run.actor.has(Role::kPlatform))
        return Rejection{Refusal::kNotAllowed, "needs the role platform or regulator"};
    const bool own = regulator ? report.handler == id || report.subject.platform == id
                               : report.reporter == id || is_concerned(run, report);
    if (own) return Rejection{Refusal::kOwnCase, fmt::format("'{}' is a party to it", id)};
    return std::nullopt;
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Report& operation, OperationOutcome& outcome) {
    std::string handler;
    if (auto refused = find_handler(run, operation.subject, handler)) return refused;
    ReportSubject subject = operation.subject;
    if (auto refused = check_offer(run, operation, subject)) return refused;
    if (auto refused = check_room(run, subject)) return refused;
    const Hash256 id = report_id(run.transaction_id, run.operation);
    ReportRecord filed;
    filed.id = id;
    filed.counts = counts(run, subject, handler);
    filed.subject = std::move(subject);
    filed.kind = operation.kind;
    filed.reporter = run.actor.id;
    filed.handler = handler;
    filed.text = operation.text;
    filed.evidence = operation.evidence;
    filed.seller = operation.seller;
    filed.filed_at = run.block.time;
    ReportRecord& report = run.overlay.reports.create(run.overlay.reports.slot(report_key(id)), std::move(filed));
    EventLog(run, EventKind::kReported, handler, operation.text).append(report_key(id), report);
    put_report_index(run, report);
    mark_filed(run, report);
    count_filed(run, report);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Respond& operation, OperationOutcome& outcome) {
    ReportSlot* slot = nullptr;
    if (auto refused = find_unresolved(run, operation.report, MayDecide::kNo, slot)) return refused;
    if (slot->record->handler != run.actor.id)
        return Rejection{Refusal::kNotHandler, fmt::format("'{}' is to answer it", slot->record->handler)};
    if (slot->record->state == ReportState::kResponded) return Rejection{Refusal::kReportResponded, {}};
    ReportRecord& report = run.overlay.reports.change(*slot);
    erase_report_index(run, report);
    report.state = ReportState::kResponded;
    report.responded_at = run.block.time;
    report.responded_in_time = in_time(run, report);
    EventLog(run, EventKind::kReportResponded, report.reporter, operation.text).append(report_key(report.id), report);
    put_report_index(run, report);
    count_response(run, report);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Resolve& operation, OperationOutcome& outcome) {
    ReportSlot* slot = nullptr;
    const bool decides = run.actor.has(Role::kPlatform) && operation.outcome != ReportOutcome::kWithdrawn;
    const MayDecide may_decide = decides ? MayDecide::kYes : MayDecide::kNo;
    if (auto refused = find_unresolved(run, operation.report, may_decide, slot)) return refused;
    if (auto refused = check_resolver(run, *slot->record, operation.outcome)) return refused;
    ReportRecord& report = run.overlay.reports.change(*slot);
    erase_report_index(run, report);
    report.state = ReportState::kResolved;
    report.outcome = operation.outcome;
    report.resolved_at = run.block.time;
    std::string detail(name_of(operation.outcome));
    if (!operation.reason.empty()) detail += ": " + operation.reason;
    EventLog(run, EventKind::kReportResolved, report.reporter, std::move(detail)).append(report_key(report.id), report);
    put_report_index(run, report);
    mark_resolved(run, report);
    mark_shop(run, report);
    count_resolved(run, report);
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
