#include "tools/client/single_operation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crypto/sha256.h"
#include "tools/client/like_lots.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

Result<SingleReport> execute(std::span<const ledger::Operation> operations, const GlobalOptions& options) {
    TRY_ASSIGN(const Signer signer, load_signer(options));
    TRY_ASSIGN(RpcClient client, connect(options));
    RpcGate gate(std::move(client), seconds(60));
    return submit_together(operations, signer, gate, options.no_wait ? Wait::kUntilTaken : Wait::kUntilFinal);
}

}  // namespace

int run_single(const ledger::Operation& operation, const GlobalOptions& options, const AddNotes& add_notes) {
    return run_together(std::span(&operation, 1), options, add_notes);
}

int run_together(std::span<const ledger::Operation> operations, const GlobalOptions& options, const AddNotes& add_notes) {
    const auto report = execute(operations, options);
    if (!report.ok()) return fail(options, report.error());
    const TransactionAnswer& answer = report->answer;
    const std::string_view command = ledger::info(operations[0]).command;
    const bool done = !answer.refused() || report->already;
    const char* state = report->already    ? "already_there"
                        : answer.refused() ? "refused"
                        : answer.final     ? "accepted"
                                           : "pending";
    json out{{"ok", done}, {"result", state}, {"transaction", answer.id.hex()}};
    if (answer.final) out["height"] = answer.height;
    if (answer.refused()) out["refusal"] = {{"code", answer.refusal}, {"message", answer.message}};
    std::string text = report->already    ? fmt::format("already there: {}\n", answer.message)
                       : answer.refused() ? fmt::format("refused: {} ({})\n", answer.message, answer.refusal)
                       : answer.final
                           ? fmt::format("{}: final in block {}\n", command, answer.height)
                           : fmt::format("{}: taken, not final yet\n", command);
    text += fmt::format("  transaction {}\n", answer.id.hex());
    if (add_notes && !answer.refused()) add_notes(answer, {out, text});
    if (answer.refusal == ledger::info(ledger::Refusal::kLotUnknown).code && answer.operation < operations.size())
        note_like_lots(operations[answer.operation], options, {out, text});
    return finish(options, out, text, done ? kExitOk : kExitRefused);
}

Result<Hash256> file_digest(const std::string& path) {
    TRY_ASSIGN(const std::string content, read_text_file(path));
    return crypto::sha256(as_bytes(content));
}

}  // namespace touchstone::tools
