#include "tools/client/ledger_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "ledger/schema/refusal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

Error malformed(std::string_view what) {
    return {"rpc_malformed", fmt::format("the node's answer is not understood: {}; is it of the same version?", what)};
}

std::string explain(const std::string& code, const std::string& detail) {
    const ledger::Refusal refusal = refusal_named(code);
    const ledger::RefusalInfo& known = ledger::info(refusal);
    const std::string text =
        refusal == ledger::Refusal::kNone ? code : fmt::format("{} {}", known.meaning, known.remedy);
    return detail.empty() ? text : fmt::format("{} [{}]", text, detail);
}

std::string text_at(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::uint64_t number_at(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

}  // namespace

Result<TransactionAnswer> transaction_answer_from(const json& answer) {
    if (!answer.is_object()) return malformed("no object");
    TransactionAnswer made;
    const auto id = Hash256::from_hex(text_at(answer, "id"));
    if (!id) return malformed("no transaction id");
    made.id = *id;
    made.final = text_at(answer, "status") == "final";
    made.height = number_at(answer, "height");
    if (const auto refusal = answer.find("refusal"); refusal != answer.end() && refusal->is_object()) {
        made.refusal = text_at(*refusal, "code");
        made.operation = number_at(*refusal, "operation");
        made.message = explain(made.refusal, text_at(*refusal, "detail"));
        if (made.refusal.empty()) return malformed("a refusal without a code");
    }
    if (const auto operations = answer.find("operations"); operations != answer.end() && operations->is_array())
        for (const json& operation : *operations) {
            if (!operation.is_object()) return malformed("operations");
            OperationAnswer one{number_at(operation, "accepted"), {}};
            const auto refused = operation.find("refused");
            if (refused != operation.end() && refused->is_array())
                for (const json& item : *refused) {
                    if (!item.is_object()) return malformed("refused items");
                    const std::string code = text_at(item, "code");
                    one.refused.push_back({number_at(item, "index"), code, explain(code, "")});
                }
            made.operations.push_back(std::move(one));
        }
    return made;
}

Result<ChainFacts> RpcGate::facts() {
    TRY_ASSIGN(const json status, client_.call("chain_status", json::object()));
    if (!status.is_object()) return malformed("chain_status");
    const auto chain = Hash256::from_hex(text_at(status, "chain_id"));
    if (!chain) return malformed("chain_status names no chain");
    return ChainFacts{*chain, number_at(status, "height")};
}

namespace {

// Errors of a call after which the same bytes are worth another attempt.
bool worth_again(const Error& error) {
    return is_unreachable(error) || error.code == "overloaded" || error.code == "pool_full" ||
           error.code == "timeout" || error.code == "read_only";
}

bool is_refusal(const std::string& code) { return refusal_named(code) != ledger::Refusal::kNone; }

}  // namespace

Result<TransactionAnswer> RpcGate::submit(const Envelope& envelope, Wait wait) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto until = start + std::chrono::microseconds(patience_.us);
    const char* method = wait == Wait::kUntilFinal ? "tx_submit_and_wait" : "tx_submit";
    json params{{"transaction", to_base64(envelope.bytes)}};
    if (wait == Wait::kUntilFinal) params["timeout_ms"] = 15'000;
    bool reached = false;
    auto pause = std::chrono::milliseconds(50);
    for (;;) {
        const auto answer = client_.call(method, params);
        if (answer.ok()) {
            TRY_ASSIGN(TransactionAnswer made, transaction_answer_from(*answer));
            if (wait == Wait::kUntilTaken || made.final || made.refused()) return made;
            reached = true;
        } else if (is_refusal(answer.error().code)) {
            TransactionAnswer refused;
            refused.id = envelope.id;
            refused.refusal = answer.error().code;
            refused.message = answer.error().message;
            return refused;
        } else if (!worth_again(answer.error()) || (answer.error().code == "read_only" && client_.endpoints() == 1)) {
            return answer.error();
        } else {
            // A node that was never there is told at once; one that was lost on the way may come back.
            const bool never_there = !reached && answer.error().code == "unreachable";
            if (Clock::now() > (never_there ? start + std::chrono::seconds(2) : until))
                return Error{is_unreachable(answer.error()) ? answer.error().code : "timed_out",
                             fmt::format("{}\nThe transaction {} may still become final.", answer.error().message,
                                         envelope.id.hex())};
            reached = reached || !never_there;
            if (answer.error().code == "read_only" || answer.error().code == "pool_full") client_.try_next();
        }
        if (Clock::now() > until)
            return Error{
                "timed_out",
                fmt::format("transaction {} was taken but is not final yet; is a quorum of validators running? "
                            "touchstone status",
                            envelope.id.hex())};
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(1000));
    }
}

json params_of(const ledger::ItemName& name) { return {{"gtin", name.gtin}, {"commitment", name.commitment.hex()}}; }
json params_of(const ledger::ContainerName& name) {
    return {{"maker", name.maker}, {"commitment", name.commitment.hex()}};
}

namespace {

// `member`: what holds the record in the answer of the method.
Result<std::optional<ledger::UnitFacts>> facts_of(RpcClient& client, const char* method, const char* member,
                                                  const json& params) {
    const auto answer = client.call(method, params);
    if (!answer.ok()) {
        // What one has nothing to do with any more one is not told of: an emptied container is its maker's again.
        const std::string& code = answer.error().code;
        if (code == "not_found" || code == "access_denied") return std::optional<ledger::UnitFacts>();
        return answer.error();
    }
    const json& unit = answer->is_object() && answer->contains(member) ? (*answer)[member] : *answer;
    const auto state = unit.is_object() ? enum_from<ledger::ItemState>(text_at(unit, "state")) : std::nullopt;
    if (!state) return malformed(fmt::format("{} tells no state", method));
    return std::optional(ledger::UnitFacts{*state, text_at(unit, "custodian"), text_at(unit, "receiver"),
                                           text_at(unit, "owner"), text_at(unit, "offered_to"),
                                           text_at(unit, "container")});
}

}  // namespace

Result<std::optional<ledger::UnitFacts>> RpcGate::item(const ledger::ItemName& name) {
    return facts_of(client_, "item_get", "item", params_of(name));
}

Result<std::optional<ledger::UnitFacts>> RpcGate::container(const ledger::ContainerName& name) {
    return facts_of(client_, "container_get", "container", params_of(name));
}

}  // namespace touchstone::tools
