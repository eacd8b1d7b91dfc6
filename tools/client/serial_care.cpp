#include "tools/client/serial_care.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "ledger/identifiers/serial_strength.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

// One request of so many items stays far below the limit of a body.
constexpr std::size_t kItemsPerCall = 5'000;
static_assert(kItemsPerCall <= limits::kVaultPutMax);

std::map<std::string, std::vector<std::string_view>> serials_by_gtin(std::span<const ItemLine> items) {
    std::map<std::string, std::vector<std::string_view>> serials;
    for (const ItemLine& item : items)
        if (!item.serial.empty()) serials[item.name.gtin].push_back(item.serial);
    return serials;
}

// A product that is not declared yet, or a node that does not answer: the ledger will say so in its own words.
bool refuses_guessable(RpcClient& client, const std::string& gtin) {
    const auto product = client.call("product_get", {{"gtin", gtin}});
    return product.ok() && product->is_object() &&
           product->value("serial_policy", "") == ledger::name_of(ledger::SerialPolicy::kRefuse);
}

Result<std::vector<std::string>> judge_serials(RpcClient& client, std::span<const ItemLine> items) {
    std::vector<std::string> warnings;
    for (const auto& [gtin, serials] : serials_by_gtin(items)) {
        const ledger::SerialEstimate estimate = ledger::estimate_serials(serials);
        if (!estimate.guessable()) continue;
        const std::string told = fmt::format("{}: {}", gtin, ledger::describe(estimate));
        if (refuses_guessable(client, gtin))
            return Error{"serials_guessable",
                         fmt::format("{}. The brand refuses such serials (serial_policy); nothing was sent", told)};
        warnings.push_back(told);
    }
    return warnings;
}

Result<bool> has_vault_of(RpcClient& client, const std::string& organisation) {
    TRY_ASSIGN(const json status, client.call("chain_status", json::object()));
    const auto owner = status.is_object() ? status.find("organisation") : status.end();
    return status.is_object() && owner != status.end() && owner->is_string() && *owner == organisation &&
           status.value("vault", false);
}

Result<std::size_t> keep(RpcClient& client, std::span<const ItemLine> items) {
    std::size_t kept = 0;
    json batch = json::array();
    const auto send = [&]() -> Status {
        TRY_ASSIGN(const json answer, client.call("vault_put", {{"items", std::move(batch)}}));
        kept += answer.is_object() ? answer.value("added", std::size_t{0}) : 0;
        batch = json::array();
        return Ok{};
    };
    for (const ItemLine& item : items) {
        if (item.serial.empty()) continue;
        json one{{"gtin", item.name.gtin}, {"serial", item.serial}};
        if (!item.lot.empty()) one["lot"] = item.lot;
        batch.push_back(std::move(one));
        if (batch.size() == kItemsPerCall) TRY(send());
    }
    if (!batch.empty()) TRY(send());
    return kept;
}

}  // namespace

VaultUse vault_use_from(const std::string& name) {
    return name == "always" ? VaultUse::kAlways : name == "never" ? VaultUse::kNever : VaultUse::kAuto;
}

Result<SerialCare> care_for_serials(RpcClient& client, std::span<const ItemLine> items, const std::string& organisation,
                                    VaultUse use) {
    SerialCare care;
    TRY_ASSIGN(care.warnings, judge_serials(client, items));
    if (use == VaultUse::kNever) return care;
    TRY_ASSIGN(const bool here, has_vault_of(client, organisation));
    if (here) {
        // Before the ledger has their keys: a crash in between leaves serials too many in the vault, never too few.
        auto kept = keep(client, items);
        // The organisation's own node went away between the two calls, and another answered in its place.
        if (!kept.ok() && kept.error().code == "access_denied" && use == VaultUse::kAuto) {
            care.warnings.push_back("the serials are not in the vault: your node does not answer; another was asked");
            return care;
        }
        if (!kept.ok()) return kept.error();
        care.kept = *kept;
    } else if (use == VaultUse::kAlways) {
        return Error{"vault_not_here",
                     fmt::format("{} has no vault of '{}': ask that organisation's own node, or register with --vault "
                                 "never; nothing was sent",
                                 client.url(), organisation)};
    }
    return care;
}

}  // namespace touchstone::tools
