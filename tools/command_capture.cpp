// capture: EPCIS 2.0 documents into operations, with a result for every event.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/limits.h"
#include "tools/commands.h"
#include "tools/epcis.h"
#include "tools/serial_care.h"
#include "tools/submit.h"
#include "tools/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Arguments {
    std::vector<std::string> files;
    std::string parties;
    std::string to;
    bool declare = false;
    bool opening_stock = false;
    bool rollback = false;
    bool proceed = false;
    bool dry_run = false;
    std::string vault = "auto";
};

enum class EventResult { kAccepted, kAlreadyThere, kRefused, kNotCovered, kMalformed, kPending, kCovered, kUnsent };

constexpr const char* kResultNames[] = {"accepted",  "already_there", "refused", "not_covered",
                                        "malformed", "pending",       "covered", "unsent"};

struct EventRow {
    std::string file;
    CapturedEvent event;
    EventResult result = EventResult::kUnsent;
    std::string code;
    std::string message;
    std::string transaction;
};

struct Session {
    Signer signer;
    std::unique_ptr<RpcGate> gate;
    Wait wait;
};

void set(EventRow& row, EventResult result, std::string code = {}, std::string message = {}) {
    row.result = result;
    row.code = std::move(code);
    row.message = std::move(message);
}

// Serials that the capture registers: commissioned ones, and with opening stock all that it moves.
Status care_for(RpcClient& client, const std::vector<EventRow>& rows, const Arguments& arguments,
                const std::string& organisation) {
    std::vector<ItemLine> items;
    for (const EventRow& row : rows)
        if (row.result == EventResult::kCovered &&
            (arguments.opening_stock || row.event.pattern.kind == OperationKind::kRegister))
            items.insert(items.end(), row.event.items.begin(), row.event.items.end());
    TRY_ASSIGN(const SerialCare care, care_for_serials(client, items, organisation, vault_use_from(arguments.vault)));
    for (const std::string& warning : care.warnings) std::cerr << "touchstone: warning: " << warning << '\n';
    return Ok{};
}

// Organisations that give a GLN on the ledger need no line in --parties.
Status add_chain_parties(RpcClient& client, Parties& parties) {
    json params{{"limit", 1000}};
    for (;;) {
        TRY_ASSIGN(const json page, client.call("org_list", params));
        if (!page.is_object() || !page.contains("organisations")) return Ok{};
        for (const json& organisation : page["organisations"])
            if (organisation.contains("gln") && organisation["gln"].is_string())
                parties.emplace(organisation["gln"].get<std::string>(), organisation.value("id", ""));
        if (page.value("complete", true) || !page["cursor"].is_string()) return Ok{};
        params["cursor"] = page["cursor"];
    }
}

Result<std::vector<EventRow>> read_files(const Arguments& arguments, const CaptureContext& context) {
    std::vector<EventRow> rows;
    for (const std::string& path : arguments.files) {
        TRY_ASSIGN(const std::string text, read_text_file(path));
        auto events = read_epcis(text, context);
        if (!events.ok()) {
            EventRow row;
            row.file = path;
            set(row, EventResult::kMalformed, events.error().code, events.error().message);
            rows.push_back(std::move(row));
            continue;
        }
        for (CapturedEvent& event : *events) {
            EventRow row;
            row.file = path;
            const EventResult result = event.state == CaptureState::kCovered      ? EventResult::kCovered
                                       : event.state == CaptureState::kNotCovered ? EventResult::kNotCovered
                                       : event.state == CaptureState::kRefused    ? EventResult::kRefused
                                                                                  : EventResult::kMalformed;
            set(row, result, event.code, event.reason);
            row.event = std::move(event);
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

Status declare_products(Session& session, const std::vector<EventRow>& rows, bool opening_stock) {
    std::set<std::string> gtins;
    for (const EventRow& row : rows)
        if (row.result == EventResult::kCovered &&
            (opening_stock || row.event.pattern.kind == OperationKind::kRegister))
            for (const ItemLine& item : row.event.items) gtins.insert(item.gtin);
    for (const std::string& gtin : gtins) {
        const auto known = session.gate->client().call("product_get", {{"gtin", gtin}});
        if (known.ok()) continue;
        if (is_unreachable(known.error())) return known.error();
        Operation declare;
        declare.kind = OperationKind::kDeclareProduct;
        declare.gtin = gtin;
        declare.text = fmt::format("Product {}", gtin);
        TRY_ASSIGN(const SingleReport report,
                   submit_operation(declare, session.signer, *session.gate, Wait::kUntilFinal));
        if (report.answer.refused() && !report.already)
            return Error{report.answer.refusal, fmt::format("declaring {}: {}", gtin, report.answer.message)};
    }
    return Ok{};
}

void take_report(EventRow& row, const SubmitReport& report) {
    if (!report.transaction_ids.empty()) row.transaction = report.transaction_ids.back();
    if (report.error) return set(row, EventResult::kUnsent, report.error->code, report.error->message);
    for (const LineResult& line : report.lines)
        if (line.state == LineState::kRefused) {
            set(row, EventResult::kRefused, line.code, fmt::format("{}: {}", line.text, line.message));
            if (line.code == "product_unknown") row.message += "; or capture again with --declare";
            return;
        }
    const bool pending = report.count(LineState::kPending) > 0;
    const bool fresh = report.count(LineState::kAccepted) > 0;
    set(row, pending ? EventResult::kPending : fresh ? EventResult::kAccepted : EventResult::kAlreadyThere);
}

// The session's own gate, lent to a submission that wants one for each of its threads and has one thread.
struct LentGate : LedgerGate {
    explicit LentGate(LedgerGate& g) : gate(g) {}
    Result<ChainFacts> facts() override { return gate.facts(); }
    Result<TransactionAnswer> submit(const Envelope& e, Wait w) override { return gate.submit(e, w); }
    Result<ItemFacts> item(const Hash256& key) override { return gate.item(key); }
    LedgerGate& gate;
};

SubmitReport submit_now(Session& session, const std::vector<ItemLine>& items, const Operation& pattern, Mode mode) {
    SubmitPlan plan;
    plan.pattern = pattern;
    plan.mode = mode;
    plan.wait = session.wait;
    plan.items_max = limits::kItemsPerRegisterMax;
    plan.in_flight = 1;
    ItemFile file;
    file.items = items;
    const GateFactory gates = [&](std::size_t) -> Result<std::unique_ptr<LedgerGate>> {
        return std::unique_ptr<LedgerGate>(std::make_unique<LentGate>(*session.gate));
    };
    return submit_items(file, plan, session.signer, gates, [](std::size_t) {});
}

// Goods that an event moves and that no event of the capture commissions: made before there was a ledger. What the
// ledger knows already is answered as already there and left as it is.
Status register_opening_stock(Session& session, const std::vector<EventRow>& rows) {
    std::set<Hash256> seen;
    std::vector<ItemLine> stock;
    for (const EventRow& row : rows) {
        if (row.result != EventResult::kCovered) continue;
        const bool registers = row.event.pattern.kind == OperationKind::kRegister;
        for (const ItemLine& item : row.event.items)
            if (seen.insert(item.key).second && !registers) stock.push_back(item);
    }
    if (stock.empty()) return Ok{};
    Operation pattern;
    pattern.kind = OperationKind::kRegister;
    const SubmitReport report = submit_now(session, stock, pattern, Mode::kPartial);
    if (report.error) return *report.error;
    return Ok{};
}

// One event, one transaction, all of it or nothing; the next event goes on whatever became of this one.
void submit_one_by_one(Session& session, std::vector<EventRow>& rows) {
    Progress progress("events", rows.size());
    std::size_t done = 0;
    for (EventRow& row : rows) {
        progress.update(++done);
        if (row.result == EventResult::kCovered)
            take_report(row, submit_now(session, row.event.items, row.event.pattern, Mode::kAtomic));
    }
}

struct Bundle {
    std::vector<Operation> operations;
    std::vector<EventRow*> rows;  // of each operation
};

Bundle bundle_of(std::vector<EventRow>& rows) {
    Bundle bundle;
    for (EventRow& row : rows) {
        if (row.result != EventResult::kCovered) continue;
        for (Chunk& chunk : plan_chunks(row.event.items, row.event.pattern, limits::kItemsPerRegisterMax))
            for (Operation& operation : chunk.operations) {
                bundle.operations.push_back(std::move(operation));
                bundle.rows.push_back(&row);
            }
    }
    return bundle;
}

// All events in one transaction, so that the ledger itself takes all of them or none.
Status submit_together(Session& session, std::vector<EventRow>& rows) {
    for (;;) {
        const Bundle bundle = bundle_of(rows);
        if (bundle.operations.empty()) return Ok{};
        if (bundle.operations.size() > kOperationsPerTransaction)
            return Error{"too_many_events",
                         fmt::format("{} operations do not fit one transaction: capture the files one by "
                                     "one, or use --proceed",
                                     bundle.operations.size())};
        TRY_ASSIGN(const ChainFacts facts, session.gate->facts());
        const Envelope envelope =
            make_transaction({facts.chain_id, session.signer.organisation, facts.height + kValidHeights},
                             session.signer.key, bundle.operations);
        TRY_ASSIGN(const TransactionAnswer answer, session.gate->submit(envelope, session.wait));
        if (!answer.refused()) {
            for (EventRow* row : bundle.rows) {
                set(*row, answer.final ? EventResult::kAccepted : EventResult::kPending);
                row->transaction = answer.id.hex();
            }
            return Ok{};
        }
        EventRow* const culprit = answer.operation < bundle.rows.size() ? bundle.rows[answer.operation] : nullptr;
        if (culprit && says_already(culprit->event.pattern.kind, answer.refusal)) {
            // What an earlier capture did is left out, and the rest is tried again.
            set(*culprit, EventResult::kAlreadyThere);
            continue;
        }
        for (EventRow* row : bundle.rows)
            set(*row, EventResult::kRefused, row == culprit ? answer.refusal : "rolled_back",
                row == culprit ? answer.message : "not recorded, because another event of the capture was refused");
        return Ok{};
    }
}

json to_json(const std::vector<EventRow>& rows, int status) {
    json events = json::array();
    std::map<std::string, std::size_t> counts;
    for (const EventRow& row : rows) {
        const char* result = kResultNames[static_cast<int>(row.result)];
        ++counts[result];
        json event{{"file", row.file},
                   {"index", row.event.index},
                   {"type", row.event.type},
                   {"result", result},
                   {"items", row.event.items.size()}};
        if (!row.event.event_id.empty()) event["event_id"] = row.event.event_id;
        if (!row.code.empty()) event["code"] = row.code;
        if (!row.message.empty()) event["message"] = row.message;
        if (!row.transaction.empty()) event["transaction"] = row.transaction;
        if (row.event.state == CaptureState::kCovered) event["operation"] = name_of(row.event.pattern.kind);
        events.push_back(std::move(event));
    }
    return {{"ok", status == kExitOk}, {"counts", counts}, {"events", events}};
}

std::string to_text(const std::vector<EventRow>& rows) {
    Table table;
    table.row({"file", "event", "type", "result", "what"});
    for (const EventRow& row : rows) {
        const bool covered = row.event.state == CaptureState::kCovered && row.event.index > 0;
        const std::string what =
            !row.message.empty() ? fmt::format("{} ({})", row.message, row.code)
            : covered ? fmt::format("{} of {} items", name_of(row.event.pattern.kind), row.event.items.size())
                      : "";
        table.row({row.file, fmt::to_string(row.event.index), row.event.type,
                   kResultNames[static_cast<int>(row.result)], what});
    }
    return table.text();
}

int status_of(const std::vector<EventRow>& rows) {
    bool faults = false, unsent = false, good = false;
    for (const EventRow& row : rows) {
        faults = faults || row.result == EventResult::kRefused || row.result == EventResult::kMalformed;
        unsent = unsent || row.result == EventResult::kUnsent;
        good = good || row.result == EventResult::kAccepted || row.result == EventResult::kAlreadyThere ||
               row.result == EventResult::kPending || row.result == EventResult::kCovered ||
               row.result == EventResult::kNotCovered;
    }
    if (unsent) return kExitUnreachable;
    return !faults ? kExitOk : good ? kExitRefused : kExitUsage;
}

Result<std::vector<EventRow>> execute(const Arguments& arguments, const GlobalOptions& options) {
    if (arguments.rollback && arguments.proceed) return Error{"usage", "give one of --proceed and --rollback"};
    CaptureContext context;
    context.default_receiver = arguments.to;
    if (!arguments.parties.empty()) {
        TRY_ASSIGN(const std::string text, read_text_file(arguments.parties));
        TRY_ASSIGN(context.parties, parse_parties(text));
    }
    if (arguments.dry_run) return read_files(arguments, context);
    TRY_ASSIGN(Signer signer, load_signer(options));
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY(add_chain_parties(client, context.parties));
    TRY_ASSIGN(std::vector<EventRow> rows, read_files(arguments, context));
    TRY(care_for(client, rows, arguments, signer.organisation));
    Session session{std::move(signer), std::make_unique<RpcGate>(std::move(client), seconds(60)),
                    options.no_wait ? Wait::kUntilTaken : Wait::kUntilFinal};
    const bool faulty = std::any_of(rows.begin(), rows.end(), [](const EventRow& row) {
        return row.result == EventResult::kMalformed || row.result == EventResult::kRefused;
    });
    if (arguments.rollback && faulty) {
        for (EventRow& row : rows)
            if (row.result == EventResult::kCovered)
                set(row, EventResult::kRefused, "rolled_back",
                    "not sent, because another event of the capture is faulty");
        return rows;
    }
    if (arguments.declare || arguments.opening_stock) TRY(declare_products(session, rows, arguments.opening_stock));
    if (arguments.opening_stock) TRY(register_opening_stock(session, rows));
    if (arguments.rollback)
        TRY(submit_together(session, rows));
    else
        submit_one_by_one(session, rows);
    return rows;
}

}  // namespace

void add_capture_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* sub = app.add_subcommand("capture", "Record EPCIS 2.0 JSON-LD documents, with a result for every event");
    sub->footer(
        fmt::format("Example: touchstone capture --org acme --key acme.key --parties parties.csv events.jsonld\n\n"
                    "Covered: ObjectEvents that commission, ship, receive or sell serialised items. All other "
                    "events are\nnamed not_covered and kept aside. Capturing the same file twice is safe.\n{}",
                    kExitStatusHelp));
    const auto arguments = std::make_shared<Arguments>();
    sub->add_option("files", arguments->files, "EPCIS documents or single events, JSON-LD")->required();
    sub->add_option("--parties", arguments->parties,
                    "CSV of gln,organisation, for receivers without a GLN on the ledger");
    sub->add_option("--to", arguments->to, "Receiver of shipments whose destination is not known");
    sub->add_flag("--opening-stock", arguments->opening_stock,
                  "Also register items that a covered event moves and the ledger does not know: goods that were "
                  "commissioned before there was a ledger (implies --declare)");
    sub->add_flag("--declare", arguments->declare, "Declare unknown products first (needs the role of a brand)");
    sub->add_flag("--proceed", arguments->proceed, "Go on after an event that is refused (default)");
    sub->add_flag("--rollback", arguments->rollback, "All events or none: one transaction for the whole capture");
    sub->add_option(
           "--vault", arguments->vault,
           "Keep registered serials in the vault of the node: auto, when it is your organisation's; always, or "
           "not at all; never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    sub->add_flag("--dry-run", arguments->dry_run, "Read and judge the documents; send nothing");
    sub->callback([&options, arguments] {
        const auto rows = execute(*arguments, options);
        if (!rows.ok()) {
            options.exit_status = fail(options, rows.error());
            return;
        }
        const int status = status_of(*rows);
        options.exit_status = finish(options, to_json(*rows, status), to_text(*rows), status);
    });
}

}  // namespace touchstone::tools
