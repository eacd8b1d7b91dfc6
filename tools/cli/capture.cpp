// capture: EPCIS 2.0 documents into operations, with a result for every event.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/limits.h"
#include "tools/client/capture_port.h"
#include "tools/client/containers.h"
#include "tools/cli/commands.h"
#include "tools/client/serial_care.h"
#include "tools/client/submit.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using epcis::EventResult;
using epcis::EventState;
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

// The events of all files in one row, and where each came from.
struct Captured {
    std::vector<std::string> files;  // of each event
    std::vector<EventResult> events;
};

void add_broken_file(Captured& captured, const std::string& path, const Error& error) {
    EventResult broken;
    broken.state = EventState::kMalformed;
    broken.code = error.code;
    broken.message = error.message;
    captured.files.push_back(path);
    captured.events.push_back(std::move(broken));
}

// Serials that the capture registers: commissioned ones, and with opening stock all that it moves.
Status care_for(RpcClient& client, const Captured& captured, const Arguments& arguments,
                const std::string& organisation) {
    std::vector<ItemLine> items;
    for (const EventResult& event : captured.events) {
        const auto registers = [](const ledger::Operation& one) {
            return std::holds_alternative<ledger::op::Register>(one);
        };
        const auto& operations = event.plan.operations;
        if (event.state != EventState::kPlanned || event.plan.kind != epcis::PlanKind::kOperations) continue;
        if (!arguments.opening_stock && std::none_of(operations.begin(), operations.end(), registers)) continue;
        for (const epcis::NamedItem& item : event.plan.named) {
            ItemLine line;
            line.name = {item.gtin, ledger::serial_commitment(item.gtin, item.serial)};
            line.serial = item.serial;
            items.push_back(std::move(line));
        }
    }
    TRY_ASSIGN(const SerialCare care, care_for_serials(client, items, organisation, vault_use_from(arguments.vault)));
    for (const std::string& warning : care.warnings) std::cerr << "touchstone: warning: " << warning << '\n';
    return Ok{};
}

Result<Captured> read_files(const Arguments& arguments, const epcis::CaptureContext& context) {
    Captured captured;
    std::vector<epcis::DocumentEvent> all;
    for (const std::string& path : arguments.files) {
        TRY_ASSIGN(const std::string text, read_text_file(path));
        auto events = epcis::read_document(text);
        if (!events.ok()) {
            add_broken_file(captured, path, events.error());
            continue;
        }
        for (EventResult& event : epcis::plan_events(*events, context)) {
            captured.files.push_back(path);
            captured.events.push_back(std::move(event));
        }
    }
    return captured;
}

template <class Visit>
void for_each_planned(const Captured& captured, const Visit& visit) {
    for (const EventResult& event : captured.events)
        if (event.state == EventState::kPlanned && event.plan.kind == epcis::PlanKind::kOperations)
            for (const ledger::Operation& operation : event.plan.operations) visit(event.plan, operation);
}

Result<epcis::SubmitAnswer> submit_one(RpcCapturePort& port, ledger::Operation operation) {
    return port.submit(std::span(&operation, 1));
}

Status declare_products(RpcCapturePort& port, const Captured& captured, bool opening_stock) {
    std::set<std::string> gtins;
    for_each_planned(captured, [&](const epcis::Plan& plan, const ledger::Operation& operation) {
        if (opening_stock || std::holds_alternative<ledger::op::Register>(operation))
            for (const epcis::NamedItem& item : plan.named) gtins.insert(item.gtin);
    });
    for (const std::string& gtin : gtins) {
        const auto known = port.client().call("product_get", {{"gtin", gtin}});
        if (known.ok()) continue;
        if (is_unreachable(known.error())) return known.error();
        TRY_ASSIGN(const epcis::SubmitAnswer answer,
                   submit_one(port, ledger::op::DeclareProduct{gtin, fmt::format("Product {}", gtin), {}, {}}));
        if (!answer.refusal.empty() && answer.refusal != "product_exists")
            return Error{answer.refusal, fmt::format("declaring {}: {}", gtin, answer.message)};
    }
    return Ok{};
}

// Goods that an event moves and that no event of the capture commissions: made before there was a ledger. What the
// ledger knows already is reported and left as it is.
Status register_opening_stock(RpcCapturePort& port, const Captured& captured) {
    std::set<ledger::StateKey> made;
    for_each_planned(captured, [&](const epcis::Plan&, const ledger::Operation& operation) {
        if (const auto* registration = std::get_if<ledger::op::Register>(&operation))
            made.insert(registration->items.keys().begin(), registration->items.keys().end());
    });
    std::map<std::string, ledger::Items> stock;
    for_each_planned(captured, [&](const epcis::Plan& plan, const ledger::Operation&) {
        for (const epcis::NamedItem& item : plan.named) {
            const ledger::ItemName name{item.gtin, ledger::serial_commitment(item.gtin, item.serial)};
            if (made.insert(name.key()).second) stock[item.gtin].add(name);
        }
    });
    for (const auto& [gtin, items] : stock) {
        ledger::op::Register registration;
        registration.items = items;
        registration.mode = ledger::RegisterMode::kPartial;
        TRY_ASSIGN(const epcis::SubmitAnswer answer, submit_one(port, registration));
        if (!answer.refusal.empty()) return Error{answer.refusal, answer.message};
    }
    return Ok{};
}

json to_json(const Captured& captured, int status) {
    json events = json::array();
    std::map<std::string, std::size_t> counts;
    for (std::size_t i = 0; i < captured.events.size(); ++i) {
        const EventResult& event = captured.events[i];
        const std::string result(epcis::name_of(event.state));
        ++counts[result];
        json one{{"file", captured.files[i]},        {"index", event.plan.index},
                 {"type", event.plan.type},          {"result", result},
                 {"items", event.plan.items.size()}, {"containers", event.plan.containers.size()},
                 {"operations", json::array()}};
        for (const ledger::Operation& operation : event.plan.operations)
            one["operations"].push_back(ledger::info(operation).name);
        if (event.plan.kind == epcis::PlanKind::kCorrection) one["operations"].push_back("correct");
        if (!event.plan.event_id.empty()) one["event_id"] = event.plan.event_id;
        if (!event.plan.hash.is_zero()) one["hash"] = event.plan.hash.hex();
        if (!event.code.empty()) one["code"] = event.code;
        if (!event.message.empty()) one["message"] = event.message;
        if (!event.transaction.empty()) one["transaction"] = event.transaction;
        events.push_back(std::move(one));
    }
    return {{"ok", status == kExitOk}, {"counts", counts}, {"events", events}};
}

std::string what_text(const EventResult& event) {
    if (!event.message.empty()) return fmt::format("{} ({})", event.message, event.code);
    if (event.plan.kind == epcis::PlanKind::kCorrection)
        return fmt::format("corrects '{}' of {} items", ledger::name_of(event.plan.corrected), event.plan.items.size());
    std::string text;
    for (const ledger::Operation& operation : event.plan.operations)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", ledger::info(operation).name);
    return text.empty() ? text
                        : fmt::format("{} of {} items, {} containers", text, event.plan.items.size(),
                                      event.plan.containers.size());
}

std::string to_text(const Captured& captured) {
    Table table;
    table.row({"file", "event", "type", "result", "what"});
    for (std::size_t i = 0; i < captured.events.size(); ++i) {
        const EventResult& event = captured.events[i];
        table.row({captured.files[i], fmt::to_string(event.plan.index), event.plan.type,
                   std::string(epcis::name_of(event.state)), what_text(event)});
    }
    return table.text();
}

int status_of(const Captured& captured) {
    bool faults = false, unsent = false, good = false;
    for (const EventResult& event : captured.events) {
        const bool fault = event.state == EventState::kRefused || event.state == EventState::kMalformed;
        faults = faults || fault;
        unsent = unsent || event.state == EventState::kUnsent;
        good = good || (!fault && event.state != EventState::kUnsent);
    }
    if (unsent) return kExitUnreachable;
    return !faults ? kExitOk : good ? kExitRefused : kExitUsage;
}

Result<Captured> execute(const Arguments& arguments, const GlobalOptions& options) {
    if (arguments.rollback && arguments.proceed) return Error{"usage", "give one of --proceed and --rollback"};
    epcis::CaptureContext context;
    context.default_receiver = arguments.to;
    if (!arguments.parties.empty()) {
        TRY_ASSIGN(const std::string text, read_text_file(arguments.parties));
        TRY_ASSIGN(context.parties, parse_parties(text));
    }
    if (arguments.dry_run) return read_files(arguments, context);
    TRY_ASSIGN(Signer signer, load_signer(options));
    context.organisation = signer.organisation;
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY(add_chain_parties(client, context));
    context.containers = [&client](const Hash256& commitment) {
        std::vector<epcis::KnownContainer> known;
        for (const ContainerCustody& one : containers_with(client, commitment))
            known.push_back({one.maker, one.custodian, one.receiver});
        return known;
    };
    TRY_ASSIGN(Captured captured, read_files(arguments, context));
    TRY(care_for(client, captured, arguments, signer.organisation));
    RpcCapturePort port(std::move(client), std::move(signer), options.no_wait ? Wait::kUntilTaken : Wait::kUntilFinal);
    if (arguments.declare || arguments.opening_stock) TRY(declare_products(port, captured, arguments.opening_stock));
    if (arguments.opening_stock) TRY(register_opening_stock(port, captured));
    Progress progress("events", captured.events.size());
    const auto behaviour = arguments.rollback ? epcis::Behaviour::kRollback : epcis::Behaviour::kProceed;
    epcis::capture_events(captured.events,
                          {behaviour, context.organisation, [&](std::size_t done) { progress.update(done); }}, port);
    for (EventResult& event : captured.events)
        if (event.code == "product_unknown") event.message += "; or capture again with --declare";
    return captured;
}

}  // namespace

void add_capture_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* sub = app.add_subcommand("capture", "Record EPCIS 2.0 JSON-LD documents, with a result for every event");
    sub->footer(fmt::format(
        "Example: touchstone capture --org acme --key acme.key --parties parties.csv events.jsonld\n\n"
        "Each event is accepted, already_there, kept (the ledger has no rule for it: its hash is recorded),\n"
        "refused with the reason, or malformed with the fault. Capturing the same file twice is safe.\n{}",
        kExitStatusHelp));
    const auto arguments = std::make_shared<Arguments>();
    sub->add_option("files", arguments->files, "EPCIS documents or single events, JSON-LD")->required();
    sub->add_option("--parties", arguments->parties,
                    "CSV of gln,organisation, for receivers without a GLN on the ledger");
    sub->add_option("--to", arguments->to, "Receiver of shipments whose destination is not known");
    sub->add_flag("--opening-stock", arguments->opening_stock,
                  "Also register items that an event moves and the ledger does not know: goods that were "
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
        const auto captured = execute(*arguments, options);
        if (!captured.ok()) {
            options.exit_status = fail(options, captured.error());
            return;
        }
        const int status = status_of(*captured);
        options.exit_status = finish(options, to_json(*captured, status), to_text(*captured), status);
    });
}

}  // namespace touchstone::tools
