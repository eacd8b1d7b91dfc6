#include "tools/client/containers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "tools/client/client_options.h"
#include "tools/client/item_file.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

struct Contents {
    std::set<Hash256> items;
    std::vector<Hash256> containers;
};

Status read_entry(const json& entry, Contents& contents) {
    const auto key = entry.is_object() ? Hash256::from_hex(entry.value("key", "")) : std::nullopt;
    if (!key) return Error{"rpc_malformed", "container_get answered a content without a key"};
    if (entry.value("kind", "") == "item")
        contents.items.insert(*key);
    else
        contents.containers.push_back(*key);
    return Ok{};
}

Result<Contents> contents_of(RpcClient& client, const Hash256& container) {
    Contents contents;
    json params{{"key", container.hex()}, {"limit", limits::kRpcPageMax}};
    while (true) {
        TRY_ASSIGN(const json page, client.call("container_get", params));
        if (!page.is_object() || !page.contains("contents") || !page["contents"].is_array())
            return Error{"rpc_malformed", "container_get answered no contents"};
        for (const json& entry : page["contents"]) TRY(read_entry(entry, contents));
        if (!page.contains("cursor") || !page["cursor"].is_string()) return contents;
        params["cursor"] = page["cursor"];
    }
}

}  // namespace

Result<Hash256> container_named(std::string_view sscc) {
    std::string_view digits = sscc;
    if (digits.starts_with("(00)")) digits.remove_prefix(4);
    if (ledger::is_sscc(digits)) return ledger::container_key(digits);
    if (digits.size() != 18) return Error{"bad_sscc", fmt::format("'{}' is no SSCC: it has 18 digits", sscc)};
    return Error{"bad_sscc", fmt::format("'{}' is no SSCC: its check digit would be {}", sscc,
                                         ledger::check_digit(digits.substr(0, 17)))};
}

Result<std::set<Hash256>> items_within(RpcClient& client, const Hash256& container) {
    std::set<Hash256> items;
    std::vector<Hash256> open{container};
    while (!open.empty()) {
        const Hash256 next = open.back();
        open.pop_back();
        TRY_ASSIGN(Contents contents, contents_of(client, next));
        items.merge(contents.items);
        open.insert(open.end(), contents.containers.begin(), contents.containers.end());
    }
    return items;
}

Status add_findings(const Findings& findings, RpcClient& client, Operation& receipt) {
    if (receipt.containers.size() != 1)
        return Error{"usage", "a count or a scan is of one container: name it with one --sscc"};
    receipt.counted = findings.counted;
    if (findings.scan_file.empty()) return Ok{};
    ItemDefaults defaults;
    if (!findings.gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(findings.gtin));
    }
    TRY_ASSIGN(const std::string text, read_text_file(findings.scan_file));
    TRY_ASSIGN(const ItemFile scan, parse_item_file(text, defaults));
    if (!scan.bad.empty())
        return Error{"bad_file",
                     fmt::format("line {} of the scan: {}", scan.bad.front().line, scan.bad.front().message)};
    TRY_ASSIGN(std::set<Hash256> missing, items_within(client, receipt.containers.front()));
    for (const ItemLine& found : scan.items)
        if (missing.erase(found.key) == 0) receipt.surplus.push_back(found.key);
    receipt.missing.assign(missing.begin(), missing.end());
    if (receipt.counted && *receipt.counted != scan.items.size())
        return Error{"usage",
                     fmt::format("--counted says {}, the scan has {} items", *receipt.counted, scan.items.size())};
    receipt.counted = scan.items.size();
    return Ok{};
}

}  // namespace touchstone::tools
