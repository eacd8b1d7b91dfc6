#include "rpc/rpc_error.h"

#include "rpc/json_writer.h"

namespace touchstone::rpc {

RpcError invalid_params(std::string message) {
    return {ErrorCode::kInvalidParams,
            std::move(message),
            "invalid_params",
            "Compare the call with the method's parameters in rpc.discover.",
            {}};
}

RpcError named_by_key() {
    return {ErrorCode::kInvalidParams,
            "A key of the state opens nothing: name the item by gtin and commitment, or by gtin and serial.",
            "named_by_key",
            "The commitment is SHA-256(\"touchstone/serial/1\" || GTIN-14 || serial); the key follows from both.",
            {}};
}

RpcError not_found(std::string message) {
    return {ErrorCode::kNotFound,
            std::move(message),
            "not_found",
            "Check the name; what was written a moment ago may not be final yet.",
            {}};
}

RpcError refused(ledger::Refusal refusal, std::string_view detail) {
    const ledger::RefusalInfo& known = ledger::info(refusal);
    RpcError error{
        ErrorCode::kRefused, std::string(known.meaning), std::string(known.code), std::string(known.remedy), {}};
    if (!detail.empty()) {
        std::string text;
        JsonWriter(text).string(detail);
        error.extra = ",\"detail\":" + text;
    }
    return error;
}

RpcError from_error(const Error& error) {
    if (error.code == "not_found") return not_found(error.message);
    if (error.code == "pruned" || error.code == "log_pruned")
        return {ErrorCode::kPruned, error.message, "pruned", "Ask a node that keeps all blocks.", {}};
    return {ErrorCode::kFault, error.message, error.code, "The node's operator finds the cause in its log.", {}};
}

RpcError bad_input(const Error& error) {
    return {ErrorCode::kInvalidParams, error.message, error.code, "Correct the value and call again.", {}};
}

void write_error(JsonWriter& out, const RpcError& error) {
    out.begin_object().key("code");
    out.raw(std::to_string(static_cast<int>(error.code)));
    out.field("message", error.message);
    std::string data;
    JsonWriter fields(data);
    fields.begin_object().field("code", error.reason).field("meaning", error.message);
    fields.field("remedy", error.remedy);
    data += error.extra;
    data += '}';
    out.key("data").raw(data).end_object();
}

}  // namespace touchstone::rpc
