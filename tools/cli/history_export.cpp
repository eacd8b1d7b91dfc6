#include "tools/cli/history_export.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "rpc/epcis/document.h"
#include "rpc/epcis/export.h"
#include "tools/client/containers.h"
#include "tools/client/item_file.h"
#include "tools/proof/epochs.h"
#include "tools/proof/provenance.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

Result<epcis::ExportItem> fetch(const std::string& name, const std::string& gtin, const Trust& trust, RpcClient& client) {
    epcis::ExportItem made;
    TRY_ASSIGN(const ItemLine item, item_named(name, gtin));
    ItemQuery query;
    query.name = item.name;
    if (!item.serial.empty()) made.uri = ledger::digital_link(item.name.gtin, item.serial);
    TRY_ASSIGN(Provenance history, fetch_provenance(trust, query, client));
    if (!history.proven.item) return Error{"item_unknown", "this serial was never registered, so it has no history"};
    made.name = query.name;
    made.record = *std::move(history.proven.item);
    for (ProvenEvent& one : history.events) made.events.push_back({std::move(one.event), one.container});
    return made;
}

// The GLNs of members, each asked for once. Who can not be asked for has none.
class Glns {
  public:
    explicit Glns(RpcClient& client) : client_(client) {}
    std::optional<std::string> of(const std::string& organisation) {
        const auto [at, added] = known_.try_emplace(organisation);
        if (!added) return at->second;
        const auto answer = client_.call("org_get", {{"id", organisation}});
        if (!answer.ok() || !answer->is_object()) return std::nullopt;
        const json& record = answer->contains("organisation") ? (*answer)["organisation"] : *answer;
        if (record.is_object() && record.contains("gln") && record["gln"].is_string())
            at->second = record["gln"].get<std::string>();
        return at->second;
    }

  private:
    RpcClient& client_;
    std::map<std::string, std::optional<std::string>> known_;
};

WallTime now() {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    return WallTime{static_cast<std::uint64_t>(since.count())};
}

Result<json> document_of(const HistoryExport& order, const GlobalOptions& options) {
    TRY_ASSIGN(RpcClient client, connect(options));
    TRY_ASSIGN(const Trust trust, load_trust_and_follow(options.trust, client));
    std::map<ledger::StateKey, std::string> ssccs;
    for (const std::string& sscc : order.containers) {
        TRY_ASSIGN(const ledger::ContainerName name, container_named(client, sscc, {options.organisation, order.maker}));
        TRY_ASSIGN(ssccs[name.key()], sscc_from(sscc));
    }
    std::vector<epcis::ExportItem> items;
    for (const std::string& name : order.items) {
        TRY_ASSIGN(epcis::ExportItem item, fetch(name, order.gtin, trust, client));
        items.push_back(std::move(item));
    }
    Glns glns(client);
    const epcis::ExportNames names{[&](const ledger::StateKey& key) -> std::optional<std::string> {
                                       const auto at = ssccs.find(key);
                                       return at == ssccs.end() ? std::nullopt : std::optional(at->second);
                                   },
                                   [&](const std::string& organisation) { return glns.of(organisation); }};
    return epcis::export_document(items, names, now());
}

}  // namespace

int run_history_export(const HistoryExport& order, const GlobalOptions& options) {
    const auto document = document_of(order, options);
    if (!document.ok()) return fail(options, document.error());
    const std::string text = epcis::document_text(*document, 2) + "\n";
    if (order.output.empty()) {
        std::cout << text;
        return kExitOk;
    }
    std::ofstream file(order.output, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return fail(options, {"file_unwritable", fmt::format("cannot write {}", order.output)});
    const std::size_t events = (*document)["epcisBody"]["eventList"].size();
    return finish(options, {{"ok", true}, {"file", order.output}, {"events", events}, {"items", order.items.size()}},
                  fmt::format("{} events of {} items in {}\n", events, order.items.size(), order.output));
}

}  // namespace touchstone::tools
