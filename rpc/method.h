// One entry of the dispatch table for each method: its name, its documentation, its schemas and its handler. The
// OpenRPC document (rpc.discover) and docs/rpc.md are generated from the table.
//
// Threads: handlers run on any RPC thread and must not wait. An immediate handler writes its result before it returns;
// a deferred one calls its completion exactly once, later, on any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "rpc/access.h"
#include "rpc/caller.h"
#include "rpc/cursor.h"
#include "rpc/json_writer.h"
#include "rpc/node_api.h"
#include "rpc/record_cache.h"
#include "rpc/rpc_error.h"

namespace touchstone::rpc {

// The schema of one parameter, as JSON Schema text.
struct ParamInfo {
    std::string_view name;
    std::string_view schema;
    bool required;
    std::string_view summary;
};

// Named parameters, checked against a method's list; positional ones have been given their names before.
class Params {
  public:
    explicit Params(nlohmann::json object) : object_(std::move(object)) {}
    const nlohmann::json& json() const { return object_; }
    // Absent and null are the same. Errors: invalid_params naming the parameter.
    Result<std::optional<std::string>, RpcError> text(const char* name) const;
    Result<std::optional<std::uint64_t>, RpcError> number(const char* name) const;
    Result<std::optional<bool>, RpcError> boolean(const char* name) const;
    Result<std::string, RpcError> required_text(const char* name) const;
    // From 1 to limits::kRpcPageMax, default kRpcPageDefault.
    Result<std::size_t, RpcError> limit() const;

  private:
    const nlohmann::json* find(const char* name) const;
    nlohmann::json object_;
};

using HandlerError = std::optional<RpcError>;  // nullopt: the result was written
using Answer = Result<std::string, RpcError>;  // the result as JSON text
using Completion = std::function<void(Answer)>;

// A client that can be told things later: a WebSocket. Any thread.
class Subscriber {
  public:
    virtual ~Subscriber() = default;
    // Answers the subscription's id, or an error (too many). Notifications start with the block at `from`.
    virtual Result<std::uint64_t, RpcError> subscribe(Height from) = 0;
    virtual bool unsubscribe(std::uint64_t subscription) = 0;
};
using SubscriberPtr = std::shared_ptr<Subscriber>;

// Calls back after a while unless cancelled. Any thread.
class Timers {
  public:
    virtual ~Timers() = default;
    // The answer cancels; it may be called at any time, any number of times, or never.
    virtual std::function<void()> after(std::chrono::milliseconds delay, std::function<void()> call) = 0;
};

// What handlers work with. Outlives them.
struct Services {
    NodeApi& node;
    RecordCache& cache;
    Timers& timers;
    std::function<WallTime()> clock = system_now;
    std::shared_ptr<const Cursors> cursors = std::make_shared<const Cursors>();
};

struct CallContext {
    Services& services;
    SubscriberPtr subscriber;  // null over HTTP
    CallerPtr caller;          // never null
    std::string_view method = {};
    NodeApi& node() const { return services.node; }
    CursorScope cursors() const { return {*services.cursors, method, caller->organisation}; }
};

using ImmediateHandler = HandlerError (*)(const CallContext&, const Params&, JsonWriter& out);
using DeferredHandler = void (*)(const CallContext&, const Params&, Completion done);

struct MethodInfo {
    std::string_view name;
    Access access;  // second, so that an entry without it does not compile
    std::string_view summary;
    std::vector<ParamInfo> params;
    std::string_view result_schema;
    std::string_view example_params;
    std::string_view example_result;
    ImmediateHandler immediate = nullptr;
    DeferredHandler deferred = nullptr;
};

// By subject; joined in method_table().
std::vector<MethodInfo> chain_methods();
std::vector<MethodInfo> transaction_methods();
std::vector<MethodInfo> item_methods();
std::vector<MethodInfo> container_methods();
std::vector<MethodInfo> registry_methods();
std::vector<MethodInfo> report_methods();
std::vector<MethodInfo> governance_methods();
std::vector<MethodInfo> document_methods();
std::vector<MethodInfo> event_methods();
std::vector<MethodInfo> vault_methods();

// All methods, in the order of the documentation.
const std::vector<MethodInfo>& method_table();
// The OpenRPC 1.3 document, and docs/rpc.md's part on methods and errors.
std::string open_rpc_document(std::span<const MethodInfo> methods, std::string_view version);
std::string method_documentation(std::span<const MethodInfo> methods);
// docs/access.md.
std::string access_documentation(std::span<const MethodInfo> methods);

}  // namespace touchstone::rpc

// Returns the error of `expression` from a handler, or goes on with its value.
#define HANDLER_TRY(target, expression)                               \
    auto TOUCHSTONE_CONCAT(handler_result_, __LINE__) = (expression); \
    if (!TOUCHSTONE_CONCAT(handler_result_, __LINE__).ok())           \
        return TOUCHSTONE_CONCAT(handler_result_, __LINE__).error();  \
    target = *std::move(TOUCHSTONE_CONCAT(handler_result_, __LINE__))
