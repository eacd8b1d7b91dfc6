// The errors that a JSON-RPC call can end with. docs/rpc.md lists them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/schema/refusal.h"

namespace touchstone::rpc {

class JsonWriter;

enum class ErrorCode : int {
    // JSON-RPC 2.0, section 5.1
    kParse = -32700,
    kInvalidRequest = -32600,
    kMethodNotFound = -32601,
    kInvalidParams = -32602,
    kInternal = -32603,
    // of this server
    kFault = -32000,  // the node can not answer: storage fault, not ready
    kNotFound = -32001,
    kRefused = -32002,  // refused by the ledger's rules
    kOverloaded = -32003,
    kTimeout = -32004,
    kTooLarge = -32005,
    kPruned = -32006,
    kNeedsWebSocket = -32007,
    kUnauthenticated = -32010,  // who asks has to say who he is, or what he showed does not count
    kForbidden = -32011,        // he said so, and it is not for him
};

// `code` in `reason` is stable and machine-readable; `extra` is JSON members for `data` (",\"id\":…") or empty.
struct RpcError {
    ErrorCode code = ErrorCode::kInternal;
    std::string message;
    std::string reason;
    std::string remedy;
    std::string extra;
};

// Of a state key where an item is to be named.
RpcError named_by_key();
RpcError invalid_params(std::string message);
RpcError not_found(std::string message);
// A refusal of the ledger, with the meaning and remedy that it documents.
RpcError refused(ledger::Refusal refusal, std::string_view detail);
// An Error of another room: not_found, pruned and overloads keep their meaning, all else is a fault of the node.
RpcError from_error(const Error& error);
RpcError bad_input(const Error& error);

// {"code":…,"message":…,"data":{"code":…,"meaning":…,"remedy":…}}
void write_error(JsonWriter& out, const RpcError& error);

}  // namespace touchstone::rpc
