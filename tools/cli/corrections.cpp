// correct: declare an event wrong that one recorded oneself. territories: where a product may be sold.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/country_arguments.h"
#include "tools/client/item_file.h"
#include "tools/proof/provenance.h"
#include "tools/client/registry_reads.h"
#include "tools/client/single_operation.h"

namespace touchstone::tools {

namespace {

struct Arguments {
    std::string item;
    std::string gtin;
    std::uint32_t sequence = 0;
    std::string reason;
    std::vector<std::string> countries;
    bool everywhere = false;
};

Result<Hash256> item_from(const Arguments& arguments) {
    ItemDefaults defaults;
    if (!arguments.gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(arguments.gtin));
    }
    const ItemFile named = parse_item_arguments({arguments.item}, defaults);
    if (named.items.empty()) return Error{named.bad.at(0).code, named.bad.at(0).message};
    return named.items[0].key;
}

// The head up to the wrong event, and that event and all after it whole.
void take_events(const std::vector<Bytes>& events, ledger::op::Correct& correction) {
    std::uint32_t next = 0;
    for (const Bytes& event : events) {
        if (next++ < correction.sequence)
            correction.head_before = ledger::next_event_head(correction.head_before, correction.item, event);
        else if (correction.events.size() <= limits::kCorrectionEventsMax)
            correction.events.push_back(event);
    }
}

// What the node answers need not be believed here: a history that is not the item's is refused by the ledger.
Result<Operation> correction_from(const Arguments& arguments, RpcClient& client) {
    ledger::op::Correct correction;
    TRY_ASSIGN(correction.item, item_from(arguments));
    correction.sequence = arguments.sequence;
    correction.reason = arguments.reason;
    const auto history = fetch_events(client, "item_history", correction.item);
    // Nothing is proven here, so nothing is unproven: the answer is not one.
    if (!history.ok() && history.error().code == "unproven") return Error{"rpc_malformed", history.error().message};
    if (!history.ok()) return history.error();
    take_events(history->events, correction);
    if (correction.events.empty())
        return Error{"bad_event",
                     fmt::format("the item has no event {}; touchstone history shows them", arguments.sequence)};
    Operation operation;
    operation.kind = OperationKind::kCorrect;
    operation.exact = std::move(correction);
    return operation;
}

int run_correct(const Arguments& arguments, const GlobalOptions& options) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto operation = correction_from(arguments, *client);
    return operation.ok() ? run_single(*operation, options) : fail(options, operation.error());
}

Result<Operation> territories_from(const Arguments& arguments) {
    if (arguments.countries.empty() != arguments.everywhere)
        return Error{"usage", "name the countries, or say --everywhere (not both)"};
    ledger::op::SetTerritories territories;
    TRY_ASSIGN(territories.gtin, ledger::to_gtin14(arguments.gtin));
    TRY_ASSIGN(territories.countries, countries_from(arguments.countries));
    Operation operation;
    operation.kind = OperationKind::kSetTerritories;
    operation.exact = std::move(territories);
    return operation;
}

int run_territories(const Arguments& arguments, const GlobalOptions& options) {
    const auto operation = territories_from(arguments);
    return operation.ok() ? run_single(*operation, options) : fail(options, operation.error());
}

}  // namespace

void add_correction_commands(CLI::App& app, GlobalOptions& options) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(app, "correct", "Declare an event wrong that you recorded; it stays in the history",
                             "touchstone correct https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H --event 1 "
                             "--reason 'wrong receiver'");
    sub->add_option("item", arguments->item, "Digital Link, EPC URI, item key, or serial with --gtin")->required();
    sub->add_option("--gtin", arguments->gtin, "GTIN of a serial that stands alone");
    sub->add_option("--event", arguments->sequence, "Number of the event, as touchstone history shows it")->required();
    sub->add_option("--reason", arguments->reason, "Why, for all members")->required();
    sub->callback([&options, arguments] { options.exit_status = run_correct(*arguments, options); });

    arguments = std::make_shared<Arguments>();
    sub = add_read(app, "territories", "Say in which countries a product of yours may be sold",
                   "touchstone territories 09506000134352 CH DE FR");
    sub->add_option("gtin", arguments->gtin, "GTIN of the product (8, 12, 13 or 14 digits)")->required();
    sub->add_option("countries", arguments->countries, "ISO 3166-1 alpha-2; they replace those set before");
    sub->add_flag("--everywhere", arguments->everywhere, "Without limits again");
    sub->callback([&options, arguments] { options.exit_status = run_territories(*arguments, options); });
}

}  // namespace touchstone::tools
