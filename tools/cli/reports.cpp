// Complaints: file, list, and how well an organisation handled those of a month.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/proof/epochs.h"
#include "tools/client/item_file.h"
#include "tools/client/registry_reads.h"
#include "tools/client/single_operation.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::string item;
    std::string gtin;
    std::string lot;
    std::string platform;
    std::string url;
    std::string kind = "other";
    std::string text;
    std::vector<std::string> evidence;
    std::string seller;
    std::string report;
    std::string organisation;
    std::string state;
    std::string month;
};

Result<Hash256> hash_argument(const std::string& text, const char* what) {
    const auto hash = Hash256::from_hex(text);
    if (!hash) return Error{"bad_key", fmt::format("{} '{}' is not 64 hexadecimal digits", what, text)};
    return *hash;
}

// An item, or a product, or a lot of it, or a listing on a platform.
Result<ledger::ReportSubject> subject_from(const Arguments& arguments) {
    using Kind = ledger::ReportSubjectKind;
    if (!arguments.item.empty()) {
        if (!arguments.url.empty() || !arguments.lot.empty())
            return Error{"usage", "a report is about one thing: an item, a product or lot, or a listing"};
        TRY_ASSIGN(const ItemLine item, item_named(arguments.item, arguments.gtin));
        return ledger::ReportSubject{
            Kind::kItem, item.name.commitment, item.name.gtin, {}, arguments.platform, {}};
    }
    if (!arguments.url.empty()) {
        if (arguments.platform.empty() || !arguments.gtin.empty())
            return Error{"usage", "a listing is named by --platform and --url, and by nothing else"};
        return ledger::ReportSubject{
            Kind::kListing, {}, {}, {}, arguments.platform, crypto::sha256(as_bytes(arguments.url))};
    }
    if (arguments.gtin.empty())
        return Error{"usage", "what is the report about? Name an item, or --gtin [--lot], or --platform and --url"};
    TRY_ASSIGN(const std::string gtin, ledger::to_gtin14(arguments.gtin));
    return ledger::ReportSubject{
        arguments.lot.empty() ? Kind::kProduct : Kind::kLot, {}, gtin, arguments.lot, arguments.platform, {}};
}

Result<ledger::Operation> report_from(const Arguments& arguments) {
    ledger::op::Report report;
    TRY_ASSIGN(report.subject, subject_from(arguments));
    report.kind = ledger::report_kind_from(arguments.kind).value_or(ledger::ReportKind::kOther);
    report.text = arguments.text;
    for (const std::string& path : arguments.evidence) {
        TRY_ASSIGN(const Hash256 digest, file_digest(path));
        report.evidence.push_back(digest);
    }
    if (!arguments.seller.empty()) {
        TRY_ASSIGN(report.seller, hash_argument(arguments.seller, "--seller"));
    }
    return ledger::Operation(std::move(report));
}

// The report's id follows from the transaction's.
void note_report_id(const TransactionAnswer& answer, AnswerNotes notes) {
    const std::string id = ledger::report_id(answer.id, 0).hex();
    notes.object["report"] = id;
    notes.text += fmt::format("  report {}\nNext: touchstone reports --id {}\n", id, id);
}

int run(const Arguments& arguments, const GlobalOptions& options) {
    const auto operation = report_from(arguments);
    return operation.ok() ? run_single(*operation, options, note_report_id) : fail(options, operation.error());
}

int list_reports(const Arguments& arguments, const GlobalOptions& options) {
    json params = json::object();
    if (!arguments.organisation.empty()) params["organisation"] = arguments.organisation;
    if (!arguments.state.empty()) params["state"] = arguments.state;
    return show_list(options, {"report_list", "reports", {"id", "kind", "reporter", "handler", "state", "outcome"}},
                     params);
}

int show_report(const Arguments& arguments, const GlobalOptions& options) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto answer = client->call("report_get", {{"id", arguments.report}});
    if (!answer.ok()) return fail(options, answer.error());
    std::string text;
    for (const auto& [name, value] : (*answer)["report"].items())
        text += fmt::format("{:<16} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
    for (const json& event : (*answer)["events"])
        text += fmt::format("  {} by {}: {}\n", event.value("kind", ""), event.value("actor", ""),
                            event["detail"].is_string() ? event["detail"].get<std::string>() : "-");
    return finish(options, {{"ok", true}, {"result", *answer}}, text);
}

Result<std::pair<ledger::ReportStatsRecord, std::uint64_t>> proven_stats(const Arguments& arguments,
                                                                         const GlobalOptions& options) {
    const json params{{"organisation", arguments.organisation}, {"month", arguments.month}};
    const ledger::StateKey key = ledger::report_stats_key(arguments.organisation, arguments.month);
    TRY_ASSIGN(const ProvenRecord proven, ask_proven(options, {"report_stats", params, key}));
    const std::uint64_t height = proven.signed_header.header.height.value;
    // That there is no record is proven too, and stands for zeros.
    if (!proven.record)
        return std::pair{ledger::ReportStatsRecord{arguments.organisation, arguments.month, 0, 0, 0, 0, 0}, height};
    TRY_ASSIGN(ledger::ReportStatsRecord stats, ledger::ReportStatsRecord::decode(*proven.record));
    return std::pair{std::move(stats), height};
}

int show_stats(const Arguments& arguments, const GlobalOptions& options) {
    const auto proven = proven_stats(arguments, options);
    if (!proven.ok()) return fail(options, proven.error());
    const auto& [stats, height] = *proven;
    const json out{{"ok", true},
                   {"proven", true},
                   {"height", height},
                   {"organisation", stats.organisation},
                   {"month", stats.month},
                   {"filed", stats.filed},
                   {"responded", stats.responded},
                   {"responded_in_time", stats.responded_in_time},
                   {"resolved", stats.resolved},
                   {"resolved_in_time", stats.resolved_in_time}};
    return finish(options, out,
                  fmt::format("{} in {}: reports filed: {}; responded to: {}, in time: {}; resolved: {}, in time: {}\n"
                              "proven for block {}\n",
                              stats.organisation, stats.month, stats.filed, stats.responded, stats.responded_in_time,
                              stats.resolved, stats.resolved_in_time, height));
}

void add_report(CLI::App& app, GlobalOptions& options) {
    const auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(app, "report", "Complain about an item, a product, a lot or a listing",
                             "touchstone report https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H "
                             "--kind counterfeit --text 'the seal is missing' --evidence photo.jpg");
    sub->add_option("item", arguments->item, "Digital Link, EPC URI, or serial, or its commitment, with --gtin");
    sub->add_option("--gtin", arguments->gtin, "GTIN of the product, if not one item is meant");
    sub->add_option("--lot", arguments->lot, "Lot of the product");
    sub->add_option("--platform", arguments->platform, "Id of the platform: of the listing, or where it was offered");
    sub->add_option("--url", arguments->url, "URL of the listing; the ledger keeps its digest");
    sub->add_option("--kind", arguments->kind, "What is wrong")
        ->check(CLI::IsMember({"counterfeit", "defect", "diversion", "listing", "other"}))
        ->required();
    sub->add_option("--text", arguments->text, "What was seen, for all members")->required();
    sub->add_option("--evidence", arguments->evidence, "File, of which the ledger keeps the digest; may be repeated")
        ->allow_extra_args(false);
    sub->add_option("--seller", arguments->seller, "Pseudonym of the shop; for platforms");
    sub->callback([&options, arguments] { options.exit_status = run(*arguments, options); });
}

}  // namespace

void add_report_commands(CLI::App& app, GlobalOptions& options) {
    add_report(app, options);

    auto arguments = std::make_shared<Arguments>();
    CLI::App* reports =
        add_read(app, "reports", "Reports, or one of them", "touchstone reports --handler acme --state open");
    reports->add_option("--id", arguments->report, "Only this one, with its events");
    reports->add_option("--handler", arguments->organisation, "Those that this organisation has to answer");
    reports->add_option("--state", arguments->state, "Only those")
        ->check(CLI::IsMember({"open", "responded", "resolved"}));
    reports->callback([&options, arguments] {
        options.exit_status =
            arguments->report.empty() ? list_reports(*arguments, options) : show_report(*arguments, options);
    });

    arguments = std::make_shared<Arguments>();
    CLI::App* stats = add_read(app, "report-stats", "How an organisation handled the reports of a month, proven",
                               "touchstone report-stats acme --month 2026-11 --trust genesis.json");
    stats->add_option("organisation", arguments->organisation, "Id of the organisation")->required();
    stats->add_option("--month", arguments->month, "Month of filing (UTC), YYYY-MM")->required();
    stats->callback([&options, arguments] { options.exit_status = show_stats(*arguments, options); });
}

}  // namespace touchstone::tools
