#include "tools/replay/audit_report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;
using node::AuditFault;

namespace {

std::uint64_t peak_memory_bytes() {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::uint64_t per_second(std::uint64_t count, double seconds) {
    return static_cast<std::uint64_t>(static_cast<double>(count) / std::max(seconds, 0.001));
}

json counts_json(const node::AuditCounts& counts) {
    return {{"blocks", counts.blocks},
            {"transactions", counts.transactions},
            {"signatures", counts.signatures},
            {"certificates", counts.certificates},
            {"validator_signatures", counts.validator_signatures},
            {"items", counts.items},
            {"products", counts.products},
            {"lots", counts.lots},
            {"events", counts.events}};
}

}  // namespace

json audit_json(const AuditedChain& chain, const ReplayReport& report) {
    json object{{"ok", true},
                {"chain_name", chain.target.genesis.name},
                {"chain_id", chain.target.chain_id.hex()},
                {"source", chain.source},
                {"height", report.height.value},
                {"block_hash", report.block_hash.hex()},
                {"state_root", report.state_root.hex()},
                {"checked", counts_json(report.counts)},
                {"seconds", report.seconds},
                {"blocks_per_s", per_second(report.counts.blocks, report.seconds)},
                {"transactions_per_s", per_second(report.counts.transactions, report.seconds)},
                {"items_per_s", per_second(report.counts.items, report.seconds)},
                {"peak_memory_bytes", peak_memory_bytes()}};
    object["note"] = chain.note.empty() ? json() : json(chain.note);
    return object;
}

std::string audit_text(const AuditedChain& chain, const ReplayReport& report) {
    const node::AuditCounts& counts = report.counts;
    std::string text = fmt::format("{}  chain {} ({}) up to block {}, from {}\n", coloured("HOLDS", Colour::kGreen),
                                   chain.target.genesis.name, chain.target.chain_id.hex().substr(0, 16),
                                   report.height.value, chain.source);
    text += fmt::format("  block {}\n  state {}\n", report.block_hash.hex(), report.state_root.hex());
    Table table;
    const auto row = [&](std::uint64_t count, const char* what) { table.row({fmt::format("  {:>10}", count), what}); };
    row(counts.blocks, "blocks: header against its parent, log of blocks, transaction root, state root after it");
    row(counts.transactions, "transactions executed again");
    row(counts.signatures, "signatures of clients");
    row(counts.certificates, "certificates of a quorum, which cover every block");
    row(counts.validator_signatures, "signatures of validators in them");
    row(counts.items, "items whose events end in their record's head");
    row(counts.products, "products, the same");
    row(counts.lots, "lots, the same");
    row(counts.events, "events");
    text += table.text();
    text +=
        fmt::format("  {:.1f} s: {} blocks/s, {} transactions/s, {} items/s; at most {} MB of memory\n", report.seconds,
                    per_second(counts.blocks, report.seconds), per_second(counts.transactions, report.seconds),
                    per_second(counts.items, report.seconds), peak_memory_bytes() >> 20);
    if (!chain.note.empty()) text += fmt::format("  note: {}\n", chain.note);
    return text;
}

json fault_json(const AuditFault& fault, const ReplayReport& checked) {
    const auto or_null = [](const std::string& text) { return text.empty() ? json() : json(text); };
    return {{"ok", false},
            {"fault",
             {{"code", fault.code},
              {"height", fault.height.value},
              {"subject", or_null(fault.subject)},
              {"what", fault.what},
              {"expected", or_null(fault.expected)},
              {"found", or_null(fault.found)}}},
            {"height", checked.height.value},
            {"checked", counts_json(checked.counts)}};
}

std::string fault_text(const AuditedChain& chain, const AuditFault& fault, const ReplayReport& checked) {
    std::string text =
        fmt::format("{}  chain {} ({}), from {}\n  {} at block {}: {}\n", coloured("DOES NOT HOLD", Colour::kRed),
                    chain.target.genesis.name, chain.target.chain_id.hex().substr(0, 16), chain.source, fault.code,
                    fault.height.value, fault.what);
    if (!fault.subject.empty()) text += fmt::format("  about     {}\n", fault.subject);
    if (!fault.expected.empty()) text += fmt::format("  expected  {}\n", fault.expected);
    if (!fault.found.empty()) text += fmt::format("  found     {}\n", fault.found);
    text += fmt::format("  {} blocks before it were executed without a fault\n", checked.counts.blocks);
    // A damaged log has named its places by now.
    if (!chain.note.empty() && fault.code != "log_corrupt") text += fmt::format("  note: {}\n", chain.note);
    return text;
}

int exit_status_of(const AuditFault& fault) {
    return fault.in == AuditFault::In::kChain ? kExitUnproven : exit_status_of(Error{fault.code, fault.what});
}

Result<OpenedSource> open_source(const GlobalOptions& options, const std::string& home) {
    if (!home.empty()) {
        TRY_ASSIGN(auto blocks, open_home_blocks(home));
        return OpenedSource{std::move(blocks), home};
    }
    TRY_ASSIGN(RpcClient client, connect(options));
    std::string url = client.url();
    TRY_ASSIGN(auto blocks, open_rpc_blocks(std::move(client)));
    return OpenedSource{std::move(blocks), std::move(url)};
}

std::optional<AuditFault> check_chain_id(const node::AuditTarget& target, const BlockSource& source) {
    if (source.chain_id() == target.chain_id) return std::nullopt;
    return AuditFault{AuditFault::In::kChain,
                      "wrong_genesis",
                      Height(0),
                      {},
                      "this is another chain than the trusted genesis describes",
                      "chain " + target.chain_id.hex(),
                      "chain " + source.chain_id().hex()};
}

}  // namespace touchstone::tools
