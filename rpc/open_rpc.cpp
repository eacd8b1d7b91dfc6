// What is generated from the dispatch table: the OpenRPC document, and the methods' part of docs/rpc.md.
#include <array>

#include "rpc/method.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

struct ErrorInfo {
    ErrorCode code;
    std::string_view meaning;
};

constexpr std::array<ErrorInfo, 15> kErrors{{
    {ErrorCode::kParse, "The body is not JSON (`json_malformed`), or nested deeper than 32 levels (`json_too_deep`)."},
    {ErrorCode::kInvalidRequest,
     "JSON, but no JSON-RPC 2.0 request (`invalid_request`), or a batch past the limit "
     "(`batch_too_large`)."},
    {ErrorCode::kMethodNotFound, "`method_not_found`."},
    {ErrorCode::kInvalidParams,
     "`invalid_params`, or what is wrong with a value: `bad_gtin`, `bad_serial`, `bad_key`, `cursor_unknown`, "
     "`bad_identifier`, `item_name`."},
    {ErrorCode::kInternal, "A fault of this server."},
    {ErrorCode::kFault,
     "The node can not answer; `data.code` names the fault. `transaction_quarantined`: executing that transaction ended "
     "the node once, and it takes it no more; docs/operations.md. `not_synced`: the node has lost touch with the chain, "
     "and gives no verdict."},
    {ErrorCode::kNotFound, "`not_found`."},
    {ErrorCode::kRefused,
     "Refused by the ledger's rules: `data.code`, `data.meaning` and `data.remedy` are those of "
     "docs/errors.md, `data.detail` names the field."},
    {ErrorCode::kOverloaded,
     "`pool_full`, `overloaded` or `too_many_subscriptions`: try again; `read_only`: try another node."},
    {ErrorCode::kTimeout, "`timeout`: not final within `timeout_ms`. The transaction is not lost: ask `tx_get`."},
    {ErrorCode::kTooLarge, "`reply_too_large`: send fewer calls in one batch."},
    {ErrorCode::kPruned, "`pruned`: this node no longer keeps that block."},
    {ErrorCode::kNeedsWebSocket, "`needs_websocket`."},
    {ErrorCode::kUnauthenticated,
     "Who asks has to say who he is: `authentication_required`; or what he showed does not count: `token_malformed`, "
     "`token_signature`, `token_expired`, `token_not_yet_valid`, `token_lifetime`, `token_other_chain`, "
     "`token_other_node`, `organisation_unknown`, `organisation_suspended`, `key_unknown`, `key_revoked`."},
    {ErrorCode::kForbidden, "`access_denied`: not for the organisation that asks; docs/access.md."},
}};

HandlerError discover(const CallContext& context, const Params&, JsonWriter& out) {
    out.raw(open_rpc_document(method_table(), context.node().status().version));
    return std::nullopt;
}

void write_method(JsonWriter& out, const MethodInfo& method) {
    out.begin_object().field("name", method.name).field("summary", method.summary);
    out.field("x-access", name_of(method.access));
    out.field("paramStructure", "either").key("params").begin_array();
    for (const ParamInfo& param : method.params) {
        out.begin_object().field("name", param.name).field("summary", param.summary);
        out.field("required", param.required).key("schema").raw(param.schema).end_object();
    }
    out.end_array().key("result").begin_object().field("name", "result").key("schema").raw(method.result_schema);
    out.end_object().end_object();
}

std::string pretty(std::string_view json) { return nlohmann::json::parse(json).dump(2); }

std::string param_lines(const MethodInfo& method) {
    if (method.params.empty()) return "No parameters.\n\n";
    std::string text = "| parameter | | |\n|---|---|---|\n";
    for (const ParamInfo& param : method.params)
        text.append("| `")
            .append(param.name)
            .append("` | ")
            .append(param.required ? "required" : "optional")
            .append(" | ")
            .append(param.summary)
            .append(" |\n");
    return text + "\n";
}

}  // namespace

const std::vector<MethodInfo>& method_table() {
    static const std::vector<MethodInfo> table = [] {
        std::vector<MethodInfo> all;
        for (auto part : {chain_methods, transaction_methods, item_methods, container_methods, registry_methods,
                          report_methods, document_methods, governance_methods, event_methods, vault_methods})
            for (MethodInfo& method : part()) all.push_back(std::move(method));
        all.push_back({"rpc.discover",
                       Access::kPublic,
                       "This interface as an OpenRPC document.",
                       {},
                       schema::kObject,
                       "{}",
                       R"({"openrpc":"1.3.2","info":{"title":"Touchstone"},"methods":[]})",
                       discover,
                       nullptr});
        return all;
    }();
    return table;
}

std::string open_rpc_document(std::span<const MethodInfo> methods, std::string_view version) {
    std::string text;
    JsonWriter out(text);
    out.begin_object().field("openrpc", "1.3.2").key("info").begin_object().field("title", "Touchstone");
    out.field("version", version).field("description", "Product provenance that can be checked: docs/rpc.md.");
    out.end_object().key("methods").begin_array();
    for (const MethodInfo& method : methods) write_method(out, method);
    out.end_array().end_object();
    return text;
}

std::string method_documentation(std::span<const MethodInfo> methods) {
    std::string text = "## Methods\n\n";
    for (const MethodInfo& method : methods) {
        text.append("### ").append(method.name).append("\n\n").append(method.summary).append("\n\n");
        text.append("Access: [").append(name_of(method.access)).append("](access.md).\n\n");
        text += param_lines(method);
        const std::string request = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method.name) +
                                    R"(","params":)" + std::string(method.example_params) + "}";
        text.append("```json\n").append(request).append("\n```\n\nresult:\n\n```json\n");
        text.append(pretty(method.example_result)).append("\n```\n\n");
    }
    text += "## Errors\n\n| code | meaning |\n|---|---|\n";
    for (const ErrorInfo& error : kErrors)
        text.append("| ")
            .append(std::to_string(static_cast<int>(error.code)))
            .append(" | ")
            .append(error.meaning)
            .append(" |\n");
    text += "\n## Reasons of a verdict\n\nThey are in [verify.md](verify.md#reasons-of-a-verdict), and what they come to in "
            "[situations.md](situations.md).\n";
    return text;
}

std::string access_documentation(std::span<const MethodInfo> methods) {
    std::string text = "## Who is who\n\n| access | who may call |\n|---|---|\n";
    for (std::size_t i = 0; i < kAccessCount; ++i) {
        const auto access = static_cast<Access>(i);
        text.append("| `").append(name_of(access)).append("` | ").append(meaning_of(access)).append(" |\n");
    }
    text += "\n## Methods\n\n| method | access |\n|---|---|\n";
    for (const MethodInfo& method : methods)
        text.append("| `").append(method.name).append("` | `").append(name_of(method.access)).append("` |\n");
    return text;
}

}  // namespace touchstone::rpc
