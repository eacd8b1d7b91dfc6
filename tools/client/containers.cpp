#include "tools/client/containers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/identifiers/gs1.h"
#include "tools/client/client_options.h"
#include "tools/client/item_file.h"
#include "tools/client/ledger_gate.h"
#include "tools/client/paged_reads.h"
#include "tools/proof/near_spellings.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

using Candidate = ContainerCustody;

Result<std::vector<Candidate>> candidates(RpcClient& client, const json& named) {
    std::vector<Candidate> found;
    const auto answer = client.call("container_find", named);
    if (!answer.ok()) {
        if (answer.error().code == "not_found") return found;
        return answer.error();
    }
    if (!answer->is_object() || !answer->contains("containers") || !(*answer)["containers"].is_array())
        return Error{"rpc_malformed", "container_find answered no list 'containers'"};
    for (const json& one : (*answer)["containers"]) {
        if (!one.is_object() || !one.contains("maker") || !one["maker"].is_string()) continue;
        const json custody = one.value("custody", json::object());
        const auto party = [&](const char* member) {
            const auto at = custody.is_object() ? custody.find(member) : custody.end();
            return at != custody.end() && at->is_string() ? at->get<std::string>() : std::string();
        };
        found.push_back({one["maker"], party("custodian"), party("receiver")});
    }
    return found;
}

// The maker of the container that is meant.
Result<std::string> maker_of(RpcClient& client, const std::string& sscc, const ContainerChoice& choice) {
    if (!choice.maker.empty()) return choice.maker;
    TRY_ASSIGN(const std::vector<Candidate> all, candidates(client, {{"sscc", sscc}}));
    std::vector<std::string> held, makers;
    for (const Candidate& one : all) {
        makers.push_back(one.maker);
        if (!choice.self.empty() && one.custodian == choice.self) held.push_back(one.maker);
    }
    if (held.size() == 1) return held[0];
    // Whoever else has used the number can not keep its owner from it.
    if (held.empty() && choice.may_be_new && !choice.self.empty()) return choice.self;
    const std::vector<std::string>& meant = held.empty() ? makers : held;
    if (meant.size() == 1) return meant[0];
    if (meant.empty())
        return Error{"container_unknown",
                     fmt::format("there is no container with the SSCC {} that you made, hold or are to receive; those of "
                                 "others are theirs to see",
                                 sscc)};
    return Error{"container_ambiguous", fmt::format("several organisations made a container with the SSCC {}: {}; say "
                                                    "which with --maker",
                                                    sscc, fmt::join(meant, ", "))};
}

Status read_entry(const json& entry, Contents& contents) {
    const auto hash = entry.is_object() ? Hash256::from_hex(entry.value("key", "")) : std::nullopt;
    if (!hash) return Error{"rpc_malformed", "container_get answered a content without a key"};
    const ledger::StateKey key = ledger::StateKey::written(*hash);
    if (entry.value("kind", "") != "item") {
        contents.containers.push_back(key);
        return Ok{};
    }
    std::optional<ledger::ItemName>& name = contents.items[key];
    const auto text = [&](const char* member) {
        const auto at = entry.find(member);
        return at != entry.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    const auto commitment = Hash256::from_hex(text("commitment"));
    if (commitment && ledger::item_key(text("gtin"), *commitment) == key) name = {text("gtin"), *commitment};
    return Ok{};
}

using NamedItems = std::map<ledger::StateKey, std::optional<ledger::ItemName>>;

// At all levels.
Result<NamedItems> items_within(RpcClient& client, const ledger::ContainerName& container) {
    NamedItems items;
    std::vector<json> open{params_of(container)};
    while (!open.empty()) {
        const json next = std::move(open.back());
        open.pop_back();
        TRY_ASSIGN(Contents contents, contents_of(client, next));
        items.merge(contents.items);
        for (const ledger::StateKey& inner : contents.containers) open.push_back({{"key", inner.hex()}});
    }
    return items;
}

Result<std::vector<ItemLine>> lines_of(const std::string& path, const std::string& gtin) {
    ItemDefaults defaults;
    if (!gtin.empty()) {
        TRY_ASSIGN(defaults.gtin, ledger::to_gtin14(gtin));
    }
    TRY_ASSIGN(const std::string text, read_text_file(path));
    TRY_ASSIGN(ItemFile file, parse_item_file(text, defaults));
    // Scanned twice is seen twice, and there once.
    for (const BadLine& bad : file.bad)
        if (bad.code != "duplicate_line")
            return Error{"bad_file", fmt::format("{}: line {}: {}", path, bad.line, bad.message)};
    // A scan of nothing would have everything missing.
    if (file.items.empty()) return Error{"bad_file", fmt::format("{}: there is no item in the file", path)};
    return std::move(file.items);
}

// Who misses an item must name it, and a key of the state is no name.
Status name_missing(const NamedItems& missing, const std::vector<ItemLine>& expected, ledger::op::Receive& receipt,
                    Found& found) {
    std::map<ledger::StateKey, const ItemLine*> known;
    for (const ItemLine& line : expected) known.emplace(line.name.key(), &line);
    std::size_t nameless = 0;
    for (const auto& [key, name] : missing) {
        const auto line = known.find(key);
        if (line != known.end()) {
            receipt.missing.add(line->second->name);
            found.missing.push_back(line->second->text);
        } else if (name) {
            receipt.missing.add(*name);
            found.missing.push_back(fmt::format("{} of {}", name->commitment.hex(), name->gtin));
        } else {
            ++nameless;
        }
    }
    if (nameless == 0) return Ok{};
    return Error{"missing_unnamed",
                 fmt::format("{} items that the ledger has in the container are not in the scan, and this node does not "
                             "know what they are called: give the sender's list with --expected FILE, or receive with "
                             "--counted alone",
                             nameless)};
}

// A scanner that is set to other letters than the label's would have all goods missing, and marked so.
Status check_misread(const ItemLine& line, const NamedItems& missing) {
    if (line.serial.empty()) return Ok{};
    for (const std::string& near : near_spellings(line.serial)) {
        if (!missing.contains(ledger::item_key(line.name.gtin, ledger::serial_commitment(line.name.gtin, near)))) continue;
        return Error{"scan_misread",
                     fmt::format("line {}: '{}' is not in the container, and '{}', which looks like it, is there and was "
                                 "not scanned; nothing was sent. Correct the scan, or say --as-scanned if both are right",
                                 line.line, line.serial, near)};
    }
    return Ok{};
}

}  // namespace

Result<std::string> sscc_from(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with("(00)")) digits.remove_prefix(4);
    if (ledger::is_sscc(digits)) return std::string(digits);
    if (digits.size() != 18) return Error{"bad_sscc", fmt::format("'{}' is no SSCC: it has 18 digits", text)};
    return Error{"bad_sscc", fmt::format("'{}' is no SSCC: its check digit would be {}", text,
                                         ledger::check_digit(digits.substr(0, 17)))};
}

Result<ledger::ContainerName> container_named(RpcClient& client, std::string_view sscc, const ContainerChoice& choice) {
    TRY_ASSIGN(const std::string digits, sscc_from(sscc));
    TRY_ASSIGN(std::string maker, maker_of(client, digits, choice));
    return ledger::ContainerName{std::move(maker), ledger::sscc_commitment(digits)};
}

std::vector<ContainerCustody> containers_with(RpcClient& client, const Hash256& commitment) {
    auto found = candidates(client, {{"commitment", commitment.hex()}});
    return found.ok() ? *std::move(found) : std::vector<ContainerCustody>();
}

Result<Contents> contents_of(RpcClient& client, const json& container) {
    TRY_ASSIGN(const json entries, fetch_all(client, "container_get", "contents", container));
    Contents contents;
    for (const json& entry : entries) TRY(read_entry(entry, contents));
    return contents;
}

Result<Found> add_findings(const Findings& findings, RpcClient& client, ledger::op::Receive& receipt) {
    if (receipt.containers.size() != 1 || !receipt.items.empty())
        return Error{"usage", "a scan is of one container: name it with one --sscc"};
    TRY_ASSIGN(const std::vector<ItemLine> scan, lines_of(findings.scan_file, findings.gtin));
    if (receipt.counted && *receipt.counted != scan.size())
        return Error{"usage", fmt::format("--counted says {}, the scan has {} items", *receipt.counted, scan.size())};
    receipt.counted = scan.size();
    std::vector<ItemLine> expected;
    if (!findings.expected_file.empty()) {
        TRY_ASSIGN(expected, lines_of(findings.expected_file, findings.gtin));
    }
    TRY_ASSIGN(NamedItems missing, items_within(client, receipt.containers.front()));
    Found found;
    std::vector<const ItemLine*> surplus;
    for (const ItemLine& line : scan)
        if (missing.erase(line.name.key()) == 0) surplus.push_back(&line);
    for (const ItemLine* const line : surplus) {
        if (!findings.as_scanned) TRY(check_misread(*line, missing));
        receipt.surplus.add(line->name);
        found.surplus.push_back(line->text);
    }
    TRY(name_missing(missing, expected, receipt, found));
    return found;
}

}  // namespace touchstone::tools
