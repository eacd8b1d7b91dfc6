// correct: declare an event wrong that one recorded oneself.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/limits.h"
#include "tools/cli/commands.h"
#include "tools/client/item_file.h"
#include "tools/client/ledger_gate.h"
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
};

// The head up to the wrong event, and that event and all after it whole.
void take_events(const std::vector<Bytes>& events, ledger::op::Correct& correction) {
    std::uint32_t next = 0;
    for (const Bytes& event : events) {
        if (next++ < correction.sequence)
            correction.head_before = ledger::next_event_head(correction.head_before, correction.item.key(), event);
        else if (correction.events.size() <= limits::kCorrectionEventsMax)
            correction.events.push_back(event);
    }
}

// What the node answers need not be believed here: a history that is not the item's is refused by the ledger.
Result<ledger::Operation> correction_from(const Arguments& arguments, RpcClient& client) {
    ledger::op::Correct correction;
    TRY_ASSIGN(const ItemLine item, item_named(arguments.item, arguments.gtin));
    correction.item = item.name;
    correction.sequence = arguments.sequence;
    correction.reason = arguments.reason;
    const auto history = fetch_events(client, "item_history", params_of(correction.item));
    // Nothing is proven here, so nothing is unproven: the answer is not one.
    if (!history.ok() && history.error().code == "unproven") return Error{"rpc_malformed", history.error().message};
    if (!history.ok()) return history.error();
    take_events(history->events, correction);
    if (correction.events.empty())
        return Error{"bad_event",
                     fmt::format("the item has no event {}; touchstone history shows them", arguments.sequence)};
    return ledger::Operation(std::move(correction));
}

int run_correct(const Arguments& arguments, const GlobalOptions& options) {
    auto client = connect(options);
    if (!client.ok()) return fail(options, client.error());
    const auto operation = correction_from(arguments, *client);
    return operation.ok() ? run_single(*operation, options) : fail(options, operation.error());
}

}  // namespace

void add_correction_commands(CLI::App& app, GlobalOptions& options) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* sub = add_read(app, "correct", "Declare an event wrong that you recorded; it stays in the history",
                             "touchstone correct https://id.gs1.org/01/09506000134352/21/7KQ2M9XTRB4H --event 1 "
                             "--reason 'wrong receiver'");
    sub->add_option("item", arguments->item, "Digital Link, EPC URI, or serial, or its commitment, with --gtin")->required();
    sub->add_option("--gtin", arguments->gtin, "GTIN of a serial or commitment that stands alone");
    sub->add_option("--event", arguments->sequence, "Number of the event, as touchstone history shows it")->required();
    sub->add_option("--reason", arguments->reason, "Why, for all members")->required();
    sub->callback([&options, arguments] { options.exit_status = run_correct(*arguments, options); });
}

}  // namespace touchstone::tools
