// verify and history: what is said about one item, checked by this program itself.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "ledger/rules/corrections.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/proof/epochs.h"
#include "tools/proof/near_spellings.h"
#include "tools/proof/newest.h"
#include "tools/cli/history_export.h"
#include "tools/client/country_arguments.h"
#include "tools/client/item_file.h"
#include "tools/proof/provenance.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

using ledger::time_text;

namespace {

struct Arguments {
    std::string item;
    std::string gtin;
    std::string lot;
    std::string expiry;
    std::string country;
    std::string purpose;
    std::string seller;
    std::uint64_t max_age_s = 0;  // 0: any
};

WallTime reader_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return WallTime{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
}

// What was asked, and what is tried when it is unknown.
struct Asked {
    ItemQuery query;
    std::string serial;  // empty when a commitment was given
};

// A serial that is copied from a label may have blanks in it, which no serial has.
Result<ItemLine> item_of(const Arguments& arguments) {
    const auto as_typed = item_named(arguments.item, arguments.gtin);
    if (as_typed.ok() || arguments.gtin.empty()) return as_typed;
    const std::string plain = without_blanks(arguments.item);
    return plain == arguments.item ? as_typed : item_named(plain, arguments.gtin);
}

Result<Asked> asked_from(const Arguments& arguments) {
    TRY_ASSIGN(const ItemLine item, item_of(arguments));
    ItemQuery query;
    query.name = item.name;
    query.now = reader_now();
    if (!item.lot.empty()) query.lot = item.lot;
    if (item.expiry != 0) query.expiry = day_text(item.expiry);
    if (!arguments.lot.empty()) query.lot = arguments.lot;
    if (!arguments.expiry.empty()) query.expiry = arguments.expiry;
    if (query.expiry && !rpc::parse_expiry(*query.expiry, query.now))
        return Error{"bad_date", fmt::format("--expiry '{}' is no date; write YYYY-MM-DD", *query.expiry)};
    if (!arguments.country.empty()) {
        TRY_ASSIGN(const std::vector<std::string> countries, countries_from({arguments.country}));
        query.country = countries.front();
    }
    if (!arguments.seller.empty()) query.seller = arguments.seller;
    if (!arguments.purpose.empty()) {
        const auto purpose = rpc::purpose_from(arguments.purpose);
        if (!purpose) return Error{"usage", "--purpose: buy_new, own, resale, dispense or inspect"};
        query.purpose = *purpose;
    }
    return Asked{std::move(query), item.serial};
}

struct NearItem {
    std::string serial;
    ProvenItem proven;
};

// Of an unknown item: what is registered under a serial that looks like it. `unknown_at`: what is printed says the age of
// that state alone, so nothing older may stand beside it.
Result<std::vector<NearItem>> find_near(const Trust& trust, const Asked& asked, RpcClient& client, Height unknown_at) {
    std::vector<NearItem> found;
    if (asked.serial.empty()) return found;
    for (const std::string& serial : near_spellings(asked.serial)) {
        ItemQuery query = asked.query;
        query.name.commitment = ledger::serial_commitment(query.name.gtin, serial);
        TRY_ASSIGN(ProvenItem proven, fetch_item(trust, query, client));
        if (proven.signed_header.header.height < unknown_at)
            return Error{"unproven", "of a serial that looks like it the node answers with an older block"};
        if (proven.item) found.push_back({serial, std::move(proven)});
    }
    return found;
}

std::string near_text(const Asked& asked, const std::vector<NearItem>& near) {
    std::string out;
    for (const NearItem& one : near)
        out += fmt::format("  registered is {}, which looks like {}: {}. Compare what is printed, character by character\n",
                           one.serial, asked.serial, rpc::name_of(one.proven.verdict.kind));
    if (out.empty() && !asked.serial.empty())
        out = "  nothing that looks like it (case, O and 0, I and 1, blanks) is registered either\n";
    return out;
}

json near_json(const std::vector<NearItem>& near) {
    json out = json::array();
    for (const NearItem& one : near)
        out.push_back({{"serial", one.serial}, {"verdict", rpc::name_of(one.proven.verdict.kind)}});
    return out;
}

// How old the state is that the answer speaks of, by the reader's clock.
std::uint64_t age_s(const ItemQuery& query, const ProvenItem& proven) {
    const std::uint64_t then_ms = proven.signed_header.header.time.ms;
    return query.now.ms > then_ms ? (query.now.ms - then_ms) / 1000 : 0;
}

std::string age_text(std::uint64_t seconds) {
    if (seconds < 120) return fmt::format("{} seconds", seconds);
    if (seconds < 2 * 3600) return fmt::format("{} minutes", seconds / 60);
    if (seconds < 2 * 86'400) return fmt::format("{} hours", seconds / 3600);
    return fmt::format("{} days", seconds / 86'400);
}

// An idle chain still makes a block each heartbeat. One missed may be the network's; after two, somebody is cut off.
bool is_stale(const Trust& trust, std::uint64_t age_s) {
    const std::int64_t heartbeat_s = trust.heartbeat.us / 1'000'000;
    return heartbeat_s > 0 && age_s > 2 * static_cast<std::uint64_t>(heartbeat_s);
}

std::string stale_text(const Trust& trust) {
    return fmt::format("  older than an idle chain of this heartbeat ({}) gets: the node, or the chain, may be cut off; "
                       "ask another node with --rpc\n",
                       age_text(static_cast<std::uint64_t>(trust.heartbeat.us / 1'000'000)));
}

// What the nodes that were asked said, where it is not all the same.
std::string nodes_text(const NewestAnswer& answer) {
    std::string out;
    const Height newest = answer.proven.signed_header.header.height;
    for (const NodeWord& node : answer.nodes) {
        if (node.fault)
            out += fmt::format("  not counted: {}: {} ({})\n", node.url, node.fault->message, node.fault->code);
        else if (node.height < newest)
            out += fmt::format("  not counted: {} answers of block {}, which is older\n", node.url, node.height.value);
    }
    return out;
}

json nodes_json(const NewestAnswer& answer) {
    json out = json::array();
    for (const NodeWord& node : answer.nodes) {
        json one{{"rpc", node.url}};
        if (node.fault)
            one["error"] = {{"code", node.fault->code}, {"message", node.fault->message}};
        else
            one["height"] = node.height.value;
        out.push_back(std::move(one));
    }
    return out;
}

Status check_age(const Arguments& arguments, const ItemQuery& query, const ProvenItem& proven) {
    const std::uint64_t age = age_s(query, proven);
    if (arguments.max_age_s == 0 || age <= arguments.max_age_s) return Ok{};
    return Error{"answer_too_old",
                 fmt::format("the answer is {} old, of block {}; what happened since is not in it", age_text(age),
                             proven.signed_header.header.height.value)};
}

const TrustedSet& epoch_of(const Trust& trust, const SignedHeader& header) {
    return trust.epochs.at(header.header.epoch.value);
}

std::string signed_text(const Trust& trust, const SignedHeader& header) {
    if (header.is_genesis()) return "the genesis that you trust, and nothing after it";
    const TrustedSet& set = epoch_of(trust, header);
    std::string names;
    for (const std::uint32_t signer : header.signers) names += (names.empty() ? "" : ", ") + set.label(signer);
    return fmt::format("{} of {} validators ({}) signed block {} of {}", header.signers.size(), set.validators.size(),
                       names, header.header.height.value, time_text(header.header.time));
}

template <class Record>
std::string place_text(const Record& record) {
    if (record.state != ledger::ItemState::kInTransit) return fmt::format("with {}", record.custodian);
    return fmt::format("on its way from {} to {}, which has not accepted it yet", record.custodian, record.receiver);
}

std::string custody_text(const ProvenItem& proven) {
    const ledger::ItemRecord& item = *proven.item;
    switch (item.state) {
        case ledger::ItemState::kInTransit:
        case ledger::ItemState::kActive:
            return place_text(item);
        case ledger::ItemState::kSold:
            return fmt::format("sold by {}, {}", item.custodian, time_text(item.ended_at));
        case ledger::ItemState::kPacked:
            if (const auto& outer = proven.containers.back().record; outer.state == ledger::ItemState::kLost)
                return fmt::format("in a container that was recorded as lost by {}, {}", outer.ended_by,
                                   time_text(outer.ended_at));
            return fmt::format("in a container {}{}", place_text(proven.containers.back().record),
                               proven.containers.size() > 1
                                   ? fmt::format(" ({} containers in one another)", proven.containers.size())
                                   : std::string());
        case ledger::ItemState::kExported:
        case ledger::ItemState::kSampled:
        case ledger::ItemState::kDestroyed:
        case ledger::ItemState::kLost:
        case ledger::ItemState::kVoided:
            return fmt::format("recorded as {} by {}, {}", ledger::name_of(item.state), item.ended_by,
                               time_text(item.ended_at));
    }
    return "";
}

// Those of the product's recalls that are of this item; without an item, all.
bool is_of_item(const ItemQuery& query, const ProvenItem& proven, const ledger::RecallMark& recall) {
    return !proven.item || rpc::is_meant(recall, *proven.item, query.lot);
}

std::string recall_text(const ledger::RecallMark& recall) {
    std::string what = recall.scope.lot.empty() ? "recalled" : fmt::format("lot {} recalled", recall.scope.lot);
    if (!recall.scope.maker.empty()) what += fmt::format(", made by {}", recall.scope.maker);
    if (recall.scope.made_from != 0) what += fmt::format(", made from {}", day_text(recall.scope.made_from));
    if (recall.scope.made_until != 0) what += fmt::format(", made until {}", day_text(recall.scope.made_until));
    const std::string where = recall.countries.empty() ? "" : fmt::format(" in {}", fmt::join(recall.countries, ", "));
    return fmt::format("  {} by {}{}: {}\n", what, recall.by, where, recall.reason);
}

// What speaks against the item, by whom: the reasons alone do not tell whom to ask.
std::string trouble_text(const ItemQuery& query, const ProvenItem& proven) {
    std::string out;
    std::size_t others = 0;
    if (proven.product)
        for (const ledger::RecallMark& recall : proven.product->recalls) {
            const bool meant = is_of_item(query, proven, recall);
            if (meant) out += recall_text(recall);
            others += meant ? 0 : 1;
        }
    if (others > 0)
        out += fmt::format("  {} in force for this product, of other lots, makers or days: touchstone recalls\n",
                           others == 1 ? std::string("one more recall is") : fmt::format("{} more recalls are", others));
    if (proven.item)
        for (const ledger::FlagMark& mark : proven.item->flags)
            out += fmt::format("  marked as {} by {}; its history says why\n", ledger::name_of(mark.flag), mark.by);
    return out;
}

std::string people_text(const Trust& trust, const ItemQuery& query, const ProvenItem& proven) {
    using rpc::VerdictKind;
    const VerdictKind kind = proven.verdict.kind;
    std::string out = kind == VerdictKind::kGenuine   ? coloured("GENUINE", Colour::kGreen)
                      : kind == VerdictKind::kCaution ? coloured("CAUTION", Colour::kYellow)
                                                      : coloured("UNKNOWN", Colour::kRed);
    if (proven.product)
        out += fmt::format("  {} ({}), by {}", proven.product->name, proven.product->gtin, proven.product->brand);
    out += '\n';
    for (const rpc::Reason reason : proven.verdict.reasons)
        out += fmt::format("  {}: {}\n", rpc::info(reason).code, rpc::info(reason).meaning);
    out += fmt::format("  {}\n", rpc::meaning_of(proven.verdict.action));
    out += trouble_text(query, proven);
    if (proven.item) {
        const ledger::ItemRecord& item = *proven.item;
        out += fmt::format("  made by {}{}, registered {}\n", proven.maker ? proven.maker->name : item.maker,
                           item.lot.empty() ? "" : fmt::format(", lot {}", item.lot), time_text(item.registered_at));
        if (item.expiry != 0) out += fmt::format("  expires {}\n", day_text(item.expiry));
        out += fmt::format("  {}\n", custody_text(proven));
    }
    out += fmt::format("  proven: {}{}\n", signed_text(trust, proven.signed_header),
                       proven.item ? "" : "; that the serial is not registered is part of the proof");
    return out;
}

json item_json(const ledger::ItemRecord& item) {
    json flags = json::array();
    for (const ledger::FlagMark& mark : item.flags)
        flags.push_back({{"flag", ledger::name_of(mark.flag)}, {"by", mark.by}});
    return {{"gtin", item.gtin},
            {"lot", item.lot},
            {"expiry", day_text(item.expiry)},
            {"made_on", day_text(item.made_on)},
            {"state", ledger::name_of(item.state)},
            {"flags", flags},
            {"maker", item.maker},
            {"owner", item.owner},
            {"custodian", item.custodian},
            {"receiver", item.receiver},
            {"container", item.container.is_zero() ? json() : json(item.container.hex())},
            {"offered_to", item.offered_to},
            {"registered_at_ms", item.registered_at.ms},
            {"ended_at_ms", item.ended_at.ms == 0 ? json() : json(item.ended_at.ms)},
            {"ended_by", item.ended_by.empty() ? json() : json(item.ended_by)},
            {"open_reports", item.open_reports},
            {"events", item.event_count}};
}

json recalls_json(const ItemQuery& query, const ProvenItem& proven) {
    json out = json::array();
    const auto text_or_null = [](const std::string& text) { return text.empty() ? json() : json(text); };
    if (!proven.product) return out;
    for (const ledger::RecallMark& recall : proven.product->recalls)
        out.push_back({{"by", recall.by},
                       {"lot", text_or_null(recall.scope.lot)},
                       {"maker", text_or_null(recall.scope.maker)},
                       {"made_from", text_or_null(day_text(recall.scope.made_from))},
                       {"made_until", text_or_null(day_text(recall.scope.made_until))},
                       {"countries", recall.countries},
                       {"reason", recall.reason},
                       {"since_ms", recall.since.ms},
                       {"of_item", is_of_item(query, proven, recall)}});
    return out;
}

json proven_json(const Trust& trust, const ProvenItem& proven) {
    json reasons = json::array();
    for (const rpc::Reason reason : proven.verdict.reasons) reasons.push_back(rpc::info(reason).code);
    json signers = json::array();
    const TrustedSet& set = epoch_of(trust, proven.signed_header);
    for (const std::uint32_t signer : proven.signed_header.signers) signers.push_back(set.label(signer));
    json out{{"ok", proven.verdict.kind == rpc::VerdictKind::kGenuine},
             {"verdict", rpc::name_of(proven.verdict.kind)},
             {"action", rpc::name_of(proven.verdict.action)},
             {"reasons", reasons},
             {"proven", true},
             {"height", proven.signed_header.header.height.value},
             {"time_ms", proven.signed_header.header.time.ms},
             {"signers", signers},
             {"validators", set.validators.size()},
             {"item", nullptr},
             {"product", nullptr}};
    if (proven.item) out["item"] = item_json(*proven.item);
    if (proven.product)
        out["product"] = {
            {"gtin", proven.product->gtin}, {"brand", proven.product->brand}, {"name", proven.product->name}};
    return out;
}

int unproven_exit(const GlobalOptions& options, const Error& error) {
    const bool is_no_answer = error.code == "unproven" || error.code == "no_trust" || error.code == "answer_too_old" ||
                              error.code == "not_synced";
    // What a node says instead of an answer reads as if it were one.
    if (!is_no_answer) return fail(options, {error.code, "nothing is proven: " + error.message});
    const json out{{"ok", false},
                   {"verdict", "unproven"},
                   {"proven", false},
                   {"error", {{"code", error.code}, {"message", error.message}}}};
    return finish(options, out,
                  fmt::format("{}  {}\n  Do not rely on this answer; ask another node with --rpc, or check --trust.",
                              coloured("UNPROVEN", Colour::kRed), error.message),
                  kExitUnproven);
}

// A seller whose name was mistyped has nothing, like one who sells what is not his.
std::string seller_text(const ItemQuery& query, RpcClient& client) {
    if (!query.seller || query.seller->size() == 2 * Hash256::kSize) return {};
    const auto known = client.call("org_get", {{"id", *query.seller}});
    if (known.ok() || known.error().code != "not_found") return {};
    return fmt::format("  this node knows no organisation '{}': check how the seller is written\n", *query.seller);
}

int run_verify(const Arguments& arguments, const GlobalOptions& options) {
    const auto asked = asked_from(arguments);
    if (!asked.ok()) return fail(options, asked.error());
    auto answer = ask_newest(options, asked->query);
    if (!answer.ok()) return unproven_exit(options, answer.error());
    const ProvenItem& proven = answer->proven;
    if (const Status fresh = check_age(arguments, asked->query, proven); !fresh.ok())
        return unproven_exit(options, fresh.error());
    json object = proven_json(answer->trust, proven);
    const std::uint64_t age = age_s(asked->query, proven);
    object["purpose"] = rpc::name_of(asked->query.purpose);
    object["age_s"] = age;
    object["stale"] = is_stale(answer->trust, age);
    object["nodes"] = nodes_json(*answer);
    object["recalls"] = recalls_json(asked->query, proven);
    std::string text = people_text(answer->trust, asked->query, proven);
    if (!proven.item) {
        const auto near = find_near(answer->trust, *asked, answer->client, proven.signed_header.header.height);
        if (!near.ok()) return unproven_exit(options, near.error());
        object["near"] = near_json(*near);
        text += near_text(*asked, *near);
    }
    text += seller_text(asked->query, answer->client);
    text += fmt::format("  the answer is {} old\n", age_text(age));
    if (is_stale(answer->trust, age)) text += stale_text(answer->trust);
    text += nodes_text(*answer);
    return finish(options, object, text, proven.verdict.kind == rpc::VerdictKind::kGenuine ? kExitOk : kExitCaution);
}

// Events that name a container and a sequence of its events, for the join and not for people.
bool names_container(ledger::EventKind kind) {
    return kind == ledger::EventKind::kPacked || kind == ledger::EventKind::kUnpacked ||
           kind == ledger::EventKind::kMissing || kind == ledger::EventKind::kSurplus;
}

std::vector<std::string> history_row(const ProvenEvent& one, const std::map<std::uint32_t, std::uint32_t>& corrected) {
    const ledger::Event& event = one.event;
    const bool own = one.container.is_zero();
    const bool moved = names_container(event.kind);
    std::string detail = moved ? "" : event.detail;
    if (!own) detail = fmt::format("in container {} {}", one.container.hex().substr(0, 8), detail);
    if (const auto by = corrected.find(event.sequence); own && by != corrected.end())
        detail += fmt::format(" [wrong, see {}]", by->second);
    return {own ? fmt::to_string(event.sequence) : "",
            time_text(event.time),
            fmt::to_string(event.height.value),
            std::string(ledger::name_of(event.kind)),
            event.actor,
            moved ? "container " + event.other.substr(0, 8) : event.other,
            detail};
}

std::string history_text(const Trust& trust, const Provenance& history) {
    if (!history.proven.item)
        return fmt::format("UNKNOWN  this serial was never registered, so it has no history\n  proven: {}\n",
                           signed_text(trust, history.proven.signed_header));
    Table table;
    table.row({"#", "time", "block", "event", "by", "to / from", "detail"});
    std::map<std::uint32_t, std::uint32_t> corrected;  // the item's event -> its correction
    for (const ProvenEvent& one : history.events)
        if (const auto wrong = ledger::corrected_sequence(one.event)) corrected[*wrong] = one.event.sequence;
    for (const ProvenEvent& one : history.events) table.row(history_row(one, corrected));
    std::string containers;
    if (history.containers > 0) containers = fmt::format(", and those of {} containers", history.containers);
    return table.text() + fmt::format("complete: all {} events{}, chains checked; {}\n",
                                      history.proven.item->event_count, containers,
                                      signed_text(trust, history.proven.signed_header));
}

json history_json(const Trust& trust, const Provenance& history) {
    json out = proven_json(trust, history.proven);
    out["ok"] = history.proven.item.has_value();
    out["complete"] = true;
    out["events"] = json::array();
    for (const ProvenEvent& one : history.events)
        out["events"].push_back({{"sequence", one.event.sequence},
                                 {"kind", ledger::name_of(one.event.kind)},
                                 {"biz_step", ledger::biz_step_of(one.event.kind)},
                                 {"height", one.event.height.value},
                                 {"time_ms", one.event.time.ms},
                                 {"actor", one.event.actor},
                                 {"other", one.event.other},
                                 {"detail", one.event.detail},
                                 {"transaction", one.event.transaction_id.hex()},
                                 {"container", one.container.is_zero() ? json() : json(one.container.hex())}});
    for (const ProvenEvent& one : history.events) {
        const auto wrong = ledger::corrected_sequence(one.event);
        if (!wrong) continue;
        for (json& event : out["events"]) {
            if (!event["container"].is_null()) continue;
            if (event["sequence"] == one.event.sequence) event["corrects"] = *wrong;
            if (event["sequence"] == *wrong) event["corrected_by"] = one.event.sequence;
        }
    }
    return out;
}

int run_history(const Arguments& arguments, const GlobalOptions& options) {
    const auto asked = asked_from(arguments);
    if (!asked.ok()) return fail(options, asked.error());
    auto newest = ask_newest(options, asked->query);
    if (!newest.ok()) return unproven_exit(options, newest.error());
    const auto history = fetch_provenance(newest->trust, asked->query, newest->client);
    if (!history.ok()) return unproven_exit(options, history.error());
    // What was newest a moment ago is no older now.
    if (history->proven.signed_header.header.height < newest->proven.signed_header.header.height)
        return unproven_exit(options, {"unproven", "the node answers with an older history than its verdict was"});
    json object = history_json(newest->trust, *history);
    object["nodes"] = nodes_json(*newest);
    return finish(options, object, history_text(newest->trust, *history) + nodes_text(*newest),
                  history->proven.item ? kExitOk : kExitCaution);
}

std::shared_ptr<Arguments> add_item_arguments(CLI::App& sub) {
    auto arguments = std::make_shared<Arguments>();
    sub.add_option("item", arguments->item, "Digital Link, EPC URI, or serial, or its commitment, with --gtin")->required();
    sub.add_option("--gtin", arguments->gtin, "GTIN of a serial or commitment that stands alone");
    return arguments;
}

}  // namespace

void add_verify_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* sub = app.add_subcommand("verify", "What the ledger says about an item, proven on this machine");
    sub->footer(
        fmt::format("Example: touchstone verify --trust genesis.json --lot A1 "
                    "https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H\n{}",
                    kExitStatusHelp));
    const auto arguments = add_item_arguments(*sub);
    sub->add_option("--lot", arguments->lot, "Lot as printed on the item");
    sub->add_option("--expiry", arguments->expiry, "Expiry date as printed on the item");
    sub->add_option("--country", arguments->country,
                    "Where it is offered, ISO 3166-1 alpha-2: judges territories and recalls");
    sub->add_option("--purpose", arguments->purpose,
                    "Why you ask: buy_new, own, resale, dispense or inspect; without: own");
    sub->add_option("--seller", arguments->seller, "Who offers or sold it: an organisation, or a shop's pseudonym");
    sub->add_option("--max-age", arguments->max_age_s, "Refuse an answer that is older, in seconds");
    sub->callback([&options, arguments] { options.exit_status = run_verify(*arguments, options); });
}

void add_history_command(CLI::App& app, GlobalOptions& options) {
    CLI::App* sub =
        app.add_subcommand("history", "Everything that was recorded about an item, and that nothing is missing");
    sub->footer(
        fmt::format("Example: touchstone history --trust genesis.json "
                    "https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H\n"
                    "         touchstone history --trust genesis.json --epcis --output history.jsonld URI URI…\n{}",
                    kExitStatusHelp));
    const auto arguments = std::make_shared<Arguments>();
    const auto order = std::make_shared<HistoryExport>();
    const auto as_epcis = std::make_shared<bool>(false);
    sub->add_option("item", order->items,
                    "Digital Link, EPC URI, or serial, or its commitment, with --gtin; several with --epcis")
        ->required();
    sub->add_option("--gtin", arguments->gtin, "GTIN of a serial or commitment that stands alone");
    sub->add_flag("--epcis", *as_epcis, "Write an EPCIS 2.0 document in JSON-LD");
    sub->add_option("--sscc", order->containers, "With --epcis: an SSCC to name a container by; may be repeated")
        ->allow_extra_args(false);
    sub->add_option("--maker", order->maker, "Organisation that made these containers, where several have used the number");
    sub->add_option("--output,-o", order->output, "With --epcis: the file to write; otherwise it is printed");
    sub->callback([&options, arguments, order, as_epcis] {
        const bool plain = order->items.size() == 1 && order->containers.empty() && order->output.empty();
        arguments->item = order->items.front();
        order->gtin = arguments->gtin;
        options.exit_status = *as_epcis ? run_history_export(*order, options)
                              : plain   ? run_history(*arguments, options)
                                        : fail(options, {"usage", "several items, --sscc and --output need --epcis"});
    });
}

}  // namespace touchstone::tools
