// product history: what was ever said of a product, recalls that are over included, checked by this program itself.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/cli/commands.h"
#include "tools/client/registry_reads.h"
#include "tools/client/terminal.h"
#include "tools/proof/epochs.h"
#include "tools/proof/provenance.h"

namespace touchstone::tools {

using nlohmann::json;

using ledger::time_text;

namespace {

struct ProductHistory {
    SignedHeader signed_header;
    std::vector<ledger::Event> events;
};

Result<ProductHistory> fetch(const std::string& gtin, const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(const Trust trust, load_trust_and_follow(options.trust, client));
    TRY_ASSIGN(const EventPages pages, fetch_events(client, "product_history", {{"gtin", gtin}}));
    const ledger::StateKey key = ledger::product_key(gtin);
    TRY_ASSIGN(ProvenRecord proven, check_record_answer(trust, key, pages.last));
    if (!proven.record) return Error{"product_unknown", fmt::format("no brand has declared {}", gtin)};
    TRY_ASSIGN(const ledger::ProductRecord product, ledger::ProductRecord::decode(*proven.record));
    TRY_ASSIGN(std::vector<ledger::Event> events,
               check_history(key, product.event_count, product.event_head, pages.events));
    return ProductHistory{std::move(proven.signed_header), std::move(events)};
}

int run(const std::string& typed, const GlobalOptions& options) {
    const auto gtin = ledger::to_gtin14(typed);
    if (!gtin.ok()) return fail(options, gtin.error());
    const auto history = fetch(*gtin, options);
    if (!history.ok()) return fail(options, history.error());
    Table table;
    table.row({"#", "time", "block", "event", "by", "other", "detail"});
    json events = json::array();
    for (const ledger::Event& event : history->events) {
        table.row({fmt::to_string(event.sequence), time_text(event.time), fmt::to_string(event.height.value),
                   std::string(ledger::name_of(event.kind)), event.actor, event.other, event.detail});
        events.push_back({{"sequence", event.sequence},
                          {"kind", ledger::name_of(event.kind)},
                          {"height", event.height.value},
                          {"time_ms", event.time.ms},
                          {"actor", event.actor},
                          {"other", event.other},
                          {"detail", event.detail},
                          {"transaction", event.transaction_id.hex()}});
    }
    const std::uint64_t height = history->signed_header.header.height.value;
    return finish(options, {{"ok", true}, {"gtin", *gtin}, {"complete", true}, {"height", height}, {"events", events}},
                  fmt::format("{}complete: all {} events, checked against block {}\n", table.text(),
                              history->events.size(), height));
}

}  // namespace

void add_product_history(CLI::App& product, GlobalOptions& options) {
    CLI::App* const sub = add_read(product, "history", "All that was said of a product, lifted recalls too; proven",
                                   "touchstone product history 09506000134352");
    const auto gtin = std::make_shared<std::string>();
    sub->add_option("gtin", *gtin, "GTIN of the product")->required();
    sub->callback([&options, gtin] { options.exit_status = run(*gtin, options); });
}

}  // namespace touchstone::tools
