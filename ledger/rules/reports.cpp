// Complaints, and how fast they are handled by the chain's own clock.
//   Report   any organisation. The handler is the product's brand, or the platform of a listing
//   Respond  the handler, once, while the report is not resolved
//   Resolve  a platform or a regulator: upheld or rejected. The reporter, and nobody else: withdrawn
// An item counts its reports that are not resolved, and has them in its history. An answer is in time within
// report_deadline_ms of the block that filed the report. Statistics are kept for the month of filing; what the handler
// filed itself is in none, so that nobody polishes his own figures.
#include <fmt/format.h>

#include "ledger/records/report_index.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

using ReportSlot = RecordCache<ReportRecord>::Slot;

Verdict find_brand(Run& run, const std::string& gtin, std::string& handler) {
    const ProductSlot& product = run.overlay.product(gtin);
    if (!product.record) return Rejection{Refusal::kProductUnknown, gtin};
    handler = product.record->brand;
    return std::nullopt;
}

Verdict find_platform(Run& run, const std::string& id, std::string& handler) {
    const OrganisationRecord* const platform = run.overlay.organisation(id);
    if (platform == nullptr)
        return Rejection{Refusal::kUnknownRecipient, fmt::format("platform: there is no '{}'", id)};
    if (!platform->has(Role::kPlatform)) return Rejection{Refusal::kNotPlatform, fmt::format("'{}'", id)};
    handler = id;
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
        case ReportSubjectKind::kLot: {
            if (auto refused = find_brand(run, subject.gtin, handler)) return refused;
            if (run.overlay.lot(subject.gtin, subject.lot).record) return std::nullopt;
            return Rejection{Refusal::kLotUnknown, fmt::format("lot {} of {}", subject.lot, subject.gtin)};
        }
        case ReportSubjectKind::kProduct:
            return find_brand(run, subject.gtin, handler);
        case ReportSubjectKind::kListing:
            return find_platform(run, subject.platform, handler);
    }
    INVARIANT(false);
}

void put_report_index(Run& run, const ReportRecord& report) {
    for (Bytes& key : report_index_keys(report)) run.overlay.put_index(std::move(key));
}
void erase_report_index(Run& run, const ReportRecord& report) {
    for (Bytes& key : report_index_keys(report)) run.overlay.erase_index(std::move(key));
}

// The statistics that a report counts in, taken for a change; null: in none.
ReportStatsRecord* stats_of(Run& run, const ReportRecord& report) {
    if (report.reporter == report.handler) return nullptr;
    const std::string month = month_of(report.filed_at);
    auto& slot = run.overlay.report_stats.slot(report_stats_key(report.handler, month));
    if (slot.record) return &run.overlay.report_stats.change(slot);
    ReportStatsRecord stats;
    stats.organisation = report.handler;
    stats.month = month;
    return &run.overlay.report_stats.create(slot, std::move(stats));
}

bool in_time(const Run& run, const ReportRecord& report) {
    return run.block.time.ms - report.filed_at.ms <= run.block.parameters.report_deadline_ms;
}

// On the item that a report is about, if it is about one.
void mark_item(Run& run, const ReportRecord& report, EventKind kind, std::string_view what) {
    if (report.subject.kind != ReportSubjectKind::kItem) return;
    ItemRecord& item = run.overlay.items.change(run.overlay.items.slot(report.subject.item()));
    if (kind == EventKind::kReported)
        ++item.open_reports;
    else
        --item.open_reports;
    EventLog(run, kind, kind == EventKind::kReported ? report.handler : report.reporter,
             fmt::format("{}: report {}", what, report.id.hex()))
        .append(report.subject.item(), item);
}

Verdict find_unresolved(Run& run, const Hash256& id, ReportSlot*& slot) {
    slot = &run.overlay.reports.slot(report_key(id));
    if (!slot->record) return Rejection{Refusal::kReportUnknown, id.hex()};
    if (slot->record->state == ReportState::kResolved)
        return Rejection{Refusal::kReportResolved, fmt::format("it was {}", name_of(slot->record->outcome))};
    return std::nullopt;
}

Verdict check_resolver(const Run& run, const ReportRecord& report, ReportOutcome outcome) {
    if (outcome == ReportOutcome::kWithdrawn) {
        if (report.reporter == run.actor.id) return std::nullopt;
        return Rejection{Refusal::kNotReporter, fmt::format("'{}' filed it", report.reporter)};
    }
    if (run.actor.has(Role::kPlatform) || run.actor.has(Role::kRegulator)) return std::nullopt;
    return Rejection{Refusal::kNotAllowed, "needs the role platform or regulator"};
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Report& operation, OperationOutcome& outcome) {
    std::string handler;
    if (auto refused = find_handler(run, operation.subject, handler)) return refused;
    if (!operation.seller.is_zero())
        if (auto refused = check_seller(run, operation.seller)) return refused;
    const Hash256 id = report_id(run.transaction_id, run.operation);
    ReportRecord filed;
    filed.id = id;
    filed.subject = operation.subject;
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
    mark_item(run, report, EventKind::kReported, name_of(report.kind));
    if (ReportStatsRecord* const stats = stats_of(run, report)) ++stats->filed;
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Respond& operation, OperationOutcome& outcome) {
    ReportSlot* slot = nullptr;
    if (auto refused = find_unresolved(run, operation.report, slot)) return refused;
    if (slot->record->handler != run.actor.id)
        return Rejection{Refusal::kNotHandler, fmt::format("'{}' is to answer it", slot->record->handler)};
    if (slot->record->state == ReportState::kResponded) return Rejection{Refusal::kReportResponded, {}};
    ReportRecord& report = run.overlay.reports.change(*slot);
    erase_report_index(run, report);
    report.state = ReportState::kResponded;
    report.responded_at = run.block.time;
    EventLog(run, EventKind::kReportResponded, report.reporter, operation.text).append(report_key(report.id), report);
    put_report_index(run, report);
    if (ReportStatsRecord* const stats = stats_of(run, report)) {
        ++stats->responded;
        if (in_time(run, report)) ++stats->responded_in_time;
    }
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::Resolve& operation, OperationOutcome& outcome) {
    ReportSlot* slot = nullptr;
    if (auto refused = find_unresolved(run, operation.report, slot)) return refused;
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
    mark_item(run, report, EventKind::kReportResolved, name_of(report.outcome));
    if (ReportStatsRecord* const stats = stats_of(run, report)) {
        ++stats->resolved;
        if (in_time(run, report)) ++stats->resolved_in_time;
    }
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
