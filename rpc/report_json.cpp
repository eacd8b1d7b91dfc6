#include "rpc/report_json.h"

#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

void time_or_null(JsonWriter& out, std::string_view name, WallTime time) {
    out.key(name);
    time.ms == 0 ? out.null() : out.number(time.ms);
}

void write_subject(JsonWriter& out, const ledger::ReportSubject& subject) {
    out.key("subject").begin_object().field("kind", ledger::name_of(subject.kind));
    write_text_or_null(out, "gtin", subject.gtin);
    write_hash_or_null(out, "commitment", subject.commitment);
    write_text_or_null(out, "lot", subject.lot);
    write_text_or_null(out, "platform", subject.platform);
    write_hash_or_null(out, "listing", subject.listing);
    out.end_object();
}

}  // namespace

void write_report(JsonWriter& out, const ledger::ReportRecord& report, std::uint64_t deadline_ms) {
    out.begin_object().field_hex("id", report.id.view());
    write_subject(out, report.subject);
    out.field("kind", ledger::name_of(report.kind)).field("reporter", report.reporter);
    out.field("handler", report.handler).field("text", report.text).key("evidence").begin_array();
    for (const Hash256& one : report.evidence) out.hex(one.view());
    out.end_array();
    write_hash_or_null(out, "seller", report.seller);
    out.field("filed_at_ms", report.filed_at.ms).field("due_at_ms", report.filed_at.ms + deadline_ms);
    time_or_null(out, "responded_at_ms", report.responded_at);
    time_or_null(out, "resolved_at_ms", report.resolved_at);
    out.field("state", ledger::name_of(report.state)).key("outcome");
    const bool decided = report.outcome != ledger::ReportOutcome::kNone;
    decided ? out.string(ledger::name_of(report.outcome)) : out.null();
    out.field("event_count", report.event_count).field_hex("event_head", report.event_head.view()).end_object();
}

void write_record(JsonWriter& out, const ledger::ReportStatsRecord& stats) {
    out.begin_object().field("organisation", stats.organisation).field("month", stats.month);
    out.field("filed", stats.filed).field("responded", stats.responded);
    out.field("responded_in_time", stats.responded_in_time).field("resolved", stats.resolved);
    out.field("resolved_in_time", stats.resolved_in_time).end_object();
}

void write_record(JsonWriter& out, const ledger::SellerRecord& seller) {
    out.begin_object().field_hex("pseudonym", seller.pseudonym.view()).key("entries").begin_array();
    for (const ledger::SellerEntry& entry : seller.entries) {
        out.begin_object().field("platform", entry.platform).field("country", entry.country);
        out.field("standing", ledger::name_of(entry.standing));
        write_text_or_null(out, "reason", entry.reason);
        out.field("since_ms", entry.since.ms).field("had_since_ms", entry.had_since.ms).end_object();
    }
    out.end_array().key("attestations").begin_array();
    for (const ledger::SellerAttestation& one : seller.attestations) {
        out.begin_object().field("organisation", one.organisation).field("as_regulator", one.as_regulator);
        write_text_or_null(out, "reason", one.reason);
        out.field("since_ms", one.since.ms).end_object();
    }
    out.end_array().field("event_count", seller.event_count).field_hex("event_head", seller.event_head.view());
    out.end_object();
}

}  // namespace touchstone::rpc
