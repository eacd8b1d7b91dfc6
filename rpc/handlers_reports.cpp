// report_get, report_list, report_stats, seller_get.
#include "ledger/records/report_index.h"
#include "ledger/identifiers/text.h"
#include "rpc/answer_parts.h"
#include "rpc/report_json.h"
#include "rpc/report_pages.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

Result<Hash256, RpcError> required_hash(const Params& params, const char* name) {
    HANDLER_TRY(const std::string text, params.required_text(name));
    const auto hash = Hash256::from_hex(text);
    if (!hash) return invalid_params(std::string(name) + ": 64 hexadecimal digits.");
    return *hash;
}

Result<std::optional<std::string>, RpcError> asked_organisation(const Params& params) {
    HANDLER_TRY(const std::optional<std::string> id, params.text("organisation"));
    if (id && !ledger::is_slug(*id)) return invalid_params("organisation: an organisation id.");
    return id;
}

// Who has to answer it, who filed it, and the platform that it names: those who are told of it as well.
bool may_read(const Caller& caller, const ledger::ReportRecord& report) {
    return caller.sees(report.handler) || caller.sees(report.reporter) || caller.sees(report.subject.platform);
}

HandlerError report_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Hash256 id, required_hash(params, "id"));
    const ledger::StateKey key = ledger::report_key(id);
    const auto view = context.node().read();
    HANDLER_TRY(const std::optional<ledger::ReportRecord> report, read_record<ledger::ReportRecord>(*view, key));
    if (!report || !may_read(*context.caller, *report)) {
        if (!report && context.caller->oversees()) return not_found("There is no such report.");
        return access_denied(Access::kOwnOrOverseer);
    }
    out.begin_object().key("report");
    write_report(out, *report, context.node().parameters().report_deadline_ms);
    // A report has three events at most: filed, responded, resolved.
    if (auto error = write_event_page(out, *view, key, report->event_count,
                                      {context.cursors(), 0, report->event_count})) return error;
    if (auto error = write_proven(out, *view, {RecordKind::kReport, key})) return error;
    out.end_object();
    return std::nullopt;
}

HandlerError report_list(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::optional<std::string> organisation, asked_organisation(params));
    HANDLER_TRY(const std::optional<std::string> state_name, params.text("state"));
    std::optional<ledger::ReportState> state;
    if (state_name) {
        state = ledger::report_state_from(*state_name);
        if (!state) return invalid_params("state: open, responded or resolved.");
    }
    if (organisation)
        if (auto refused = check_own(*context.caller, *organisation)) return refused;
    const auto view = context.node().read();
    HANDLER_TRY(const ReportPage page, report_page(context, *view, params, {organisation, state}));
    out.begin_object().key("reports").begin_array();
    for (const Hash256& id : page.ids) {
        HANDLER_TRY(const std::optional<ledger::ReportRecord> report,
                    read_record<ledger::ReportRecord>(*view, ledger::report_key(id)));
        if (!report || !may_read(*context.caller, *report)) return index_fault();
        write_report(out, *report, context.node().parameters().report_deadline_ms);
    }
    out.end_array();
    write_cursor(out, page.cursor);
    out.end_object();
    return std::nullopt;
}

HandlerError report_stats(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string organisation, params.required_text("organisation"));
    HANDLER_TRY(const std::string month, params.required_text("month"));
    if (!ledger::is_slug(organisation)) return invalid_params("organisation: an organisation id.");
    if (!ledger::is_month(month)) return invalid_params("month: YYYY-MM.");
    if (auto refused = check_own(*context.caller, organisation)) return refused;
    const auto view = context.node().read();
    // A proof that there are none of a month shows another record's key: not for months that the chain has not seen.
    const std::string newest = ledger::month_of(view->tip().header.time);
    const auto first = context.node().block(Height(1));
    const std::string oldest = first.ok() ? ledger::month_of((*first)->block.header.time) : newest;
    if (month < oldest || month > newest) return invalid_params("month: from " + oldest + " to " + newest + ".");
    const ledger::StateKey key = ledger::report_stats_key(organisation, month);
    HANDLER_TRY(const auto stats, read_record<ledger::ReportStatsRecord>(*view, key));
    out.begin_object().key("stats");
    write_record(out, stats.value_or(ledger::ReportStatsRecord{organisation, month, 0, 0, 0, 0, 0}));
    out.field("deadline_ms", context.node().parameters().report_deadline_ms);
    if (auto error = write_proven(out, *view, {RecordKind::kReportStats, key})) return error;
    out.end_object();
    return std::nullopt;
}

HandlerError seller_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Hash256 pseudonym, required_hash(params, "pseudonym"));
    HANDLER_TRY(const EventRange range, asked_events(context, params));
    const auto view = context.node().read();
    const ledger::StateKey key = ledger::seller_key(pseudonym);
    HANDLER_TRY(const auto seller, read_record<ledger::SellerRecord>(*view, key));
    out.begin_object().field("registered", seller.has_value()).key("seller");
    seller ? write_record(out, *seller) : void(out.null());
    if (auto error = write_event_page(out, *view, key, seller ? seller->event_count : 0, range)) return error;
    if (auto error = write_proven(out, *view, {RecordKind::kSeller, key})) return error;
    out.end_object();
    return std::nullopt;
}

constexpr std::string_view kReportExample =
    R"({"report":{"id":"9c…","subject":{"kind":"item","gtin":"09506000134352","commitment":"b2…","lot":null,"platform":null,"listing":null},"kind":"counterfeit","reporter":"bazaar","handler":"acme","text":"the seal is missing","evidence":["4b…"],"seller":"77…","filed_at_ms":1767225600000,"due_at_ms":1767312000000,"responded_at_ms":null,"resolved_at_ms":null,"state":"open","outcome":null,"event_count":1,"event_head":"07…"},"events":[{"kind":"reported","sequence":0,"actor":"bazaar","other":"acme","detail":"the seal is missing","bytes":"AQIA…"}],"complete":true,"cursor":null,"proof":[{"kind":"report","key":"e7…","record":"AQAA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})";
constexpr std::string_view kStatsExample =
    R"({"stats":{"organisation":"acme","month":"2026-01","filed":12,"responded":11,"responded_in_time":10,"resolved":9,"resolved_in_time":4},"deadline_ms":86400000,"proof":[{"kind":"report_stats","key":"5e…","record":"AQAA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})";
constexpr std::string_view kSellerExample =
    R"({"registered":true,"seller":{"pseudonym":"77…","entries":[{"platform":"bazaar","country":"FR","standing":"closed","reason":"sold fakes","since_ms":1767225600000,"had_since_ms":1766966400000}],"attestations":[{"organisation":"customs","as_regulator":true,"reason":"new owner","since_ms":1767312000000}],"event_count":2,"event_head":"07…"},"events":[{"kind":"seller_registered","sequence":0,"actor":"bazaar","detail":"FR","bytes":"AQIA…"}],"complete":true,"cursor":null,"proof":[{"kind":"seller","key":"a1…","record":"AQAA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})";

}  // namespace

std::vector<MethodInfo> report_methods() {
    const ParamInfo limit{"limit", schema::kLimit, false, "Entries in one answer."};
    const ParamInfo cursor{"cursor", schema::kText, false, "Where an earlier answer ended."};
    return {
        {"report_get",
         Access::kOwnOrOverseer,
         "A report (complaint), its events, and the proof of its record. An answer until `due_at_ms` is in time.",
         {{"id", schema::kHash, true, "The report's id."}},
         schema::kObject,
         R"({"id":"9c…"})",
         kReportExample,
         report_get,
         nullptr},
        {"report_list",
         Access::kOwnOrOverseer,
         "Reports, by state (open, responded, resolved) and then by the time of filing. Who is no regulator and no "
         "auditor "
         "gets those that it filed or has to answer, and its pages are full of them.",
         {{"organisation", schema::kText, false, "Only those that this organisation has to answer."},
          {"state", schema::kText, false, "Only open, responded or resolved ones."},
          limit,
          cursor},
         schema::kPage,
         R"({"organisation":"acme","state":"open"})",
         R"({"reports":[{"id":"9c…","kind":"counterfeit","reporter":"bazaar","handler":"acme","state":"open","due_at_ms":1767312000000}],"complete":true,"cursor":null})",
         report_list,
         nullptr},
        {"report_stats",
         Access::kOwnOrOverseer,
         "How an organisation handled the reports that were filed in one month (UTC) for it to answer, and the proof: "
         "of the record, or that there is none, which stands for zeros. Reports that it filed itself are not counted.",
         {{"organisation", schema::kText, true, "The organisation's id."}, {"month", schema::kText, true, "YYYY-MM."}},
         schema::kObject,
         R"({"organisation":"acme","month":"2026-01"})",
         kStatsExample,
         report_stats,
         nullptr},
        {"seller_get",
         Access::kMember,
         "What every platform says of a shop, its events, and the proof of its record, or of its absence.",
         {{"pseudonym", schema::kHash, true, "The shop's pseudonym."}, limit, cursor},
         schema::kObject,
         R"({"pseudonym":"77…"})",
         kSellerExample,
         seller_get,
         nullptr},
    };
}

}  // namespace touchstone::rpc
