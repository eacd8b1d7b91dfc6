#include "rpc/json_rpc.h"

#include <algorithm>
#include <mutex>

#include "rpc/fast_path.h"
#include "rpc/verify.h"

namespace touchstone::rpc {
namespace {

using nlohmann::json;

// Appends {"jsonrpc":"2.0","id":…, and leaves the object open for its result or error.
void open_reply(std::string& out, std::string_view id) {
    out.append("{\"jsonrpc\":\"2.0\",\"id\":");
    out.append(id);
    out.push_back(',');
}

void append_error_reply(std::string& out, std::string_view id, const RpcError& error) {
    open_reply(out, id);
    out.append("\"error\":");
    JsonWriter writer(out);
    write_error(writer, error);
    out.push_back('}');
}

std::string id_text(const json& id) {
    if (id.is_binary()) return {id.get_binary().begin(), id.get_binary().end()};
    return id.dump();
}

bool valid_id(const json& id) { return id.is_string() || id.is_number() || id.is_null() || id.is_binary(); }

RpcError invalid_request(std::string message) {
    return {ErrorCode::kInvalidRequest,
            std::move(message),
            "invalid_request",
            "Send {\"jsonrpc\":\"2.0\",\"id\":…,\"method\":…,\"params\":…}.",
            {}};
}

RpcError reply_too_large() {
    return {ErrorCode::kTooLarge,
            "The answers to this batch are larger than one reply may be.",
            "reply_too_large",
            "Send fewer calls in one batch.",
            {}};
}

bool takes_commitment(const MethodInfo& method) {
    return std::any_of(method.params.begin(), method.params.end(),
                       [](const ParamInfo& param) { return param.name == "commitment"; });
}

// Gives positional parameters their names, and refuses names that the method does not have.
Result<json, RpcError> named_params(const MethodInfo& method, const json* params) {
    if (!params) return json(json::object());
    json named = json::object();
    if (params->is_array()) {
        if (params->size() > method.params.size()) return invalid_params("More parameters than the method has.");
        for (std::size_t i = 0; i < params->size(); ++i) named[std::string(method.params[i].name)] = (*params)[i];
        return named;
    }
    for (const auto& [name, value] : params->items()) {
        const auto known = std::any_of(method.params.begin(), method.params.end(),
                                       [&](const ParamInfo& param) { return param.name == name; });
        if (!known && name == "key" && takes_commitment(method)) return named_by_key();
        if (!known) return invalid_params("The method has no parameter '" + name.substr(0, 64) + "'.");
    }
    return *params;
}

}  // namespace

struct Dispatcher::Call {
    std::string id;  // as text
    bool notification = false;
    Entry* entry = nullptr;
    const json* params = nullptr;
};

// Collects the answers of a batch, of which some come later and on other threads.
class Dispatcher::Batch {
  public:
    Batch(std::size_t size, Later done) : replies_(size), open_(size + 1), done_(std::move(done)) {}

    void put(std::size_t index, std::string reply) {
        {
            const std::lock_guard lock(mutex_);
            replies_[index] = std::move(reply);
        }
        settle();
    }
    // All calls are started. True when every answer is there already: the batch is then joined by the caller.
    bool sealed_complete() {
        const std::lock_guard lock(mutex_);
        if (--open_ > 0) return false;
        done_ = nullptr;
        return true;
    }
    std::string join() {
        const std::lock_guard lock(mutex_);
        std::string all = "[";
        for (const std::string& reply : replies_) {
            if (reply.empty()) continue;
            if (all.size() > 1) all.push_back(',');
            all += reply;
        }
        return all.size() > 1 ? all + "]" : std::string();
    }

  private:
    void settle() {
        Later done;
        {
            const std::lock_guard lock(mutex_);
            if (--open_ > 0) return;
            done = std::move(done_);
        }
        if (done) done(join());
    }
    std::mutex mutex_;
    std::vector<std::string> replies_;
    std::size_t open_;  // answers that miss, and one until all calls are started
    Later done_;
};

Dispatcher::Dispatcher(Services& services, DispatcherLimits limits) : services_(services), limits_(limits) {
    for (const MethodInfo& method : method_table()) entries_[method.name].info = &method;
    verify_entry_ = &entries_.at("item_verify");
}

Handled Dispatcher::handle(std::string_view body, const Client& client, std::string& out, Later later) {
    if (handle_fast(body, out)) return Handled::kReplied;
    return handle_general(body, client, out, std::move(later));
}

bool Dispatcher::handle_fast(std::string_view body, std::string& out) {
    thread_local FastBody fast;
    if (!parse_fast(body, limits_.batch_max, fast)) return false;
    verify_entry_->calls.fetch_add(fast.calls.size(), std::memory_order_relaxed);
    const std::size_t start = out.size();
    if (fast.batch) out.push_back('[');
    for (std::size_t i = 0; i < fast.calls.size(); ++i) {
        const FastCall& call = fast.calls[i];
        if (i > 0) out.push_back(',');
        if (out.size() - start > limits_.reply_bytes_max) {
            append_error_reply(out, call.id, reply_too_large());
            continue;
        }
        const std::size_t mark = out.size();
        open_reply(out, call.id);
        out.append("\"result\":");
        JsonWriter writer(out);
        if (const HandlerError error = write_verify(services_, call.request, writer)) {
            verify_entry_->errors.fetch_add(1, std::memory_order_relaxed);
            out.resize(mark);
            append_error_reply(out, call.id, *error);
        } else {
            out.push_back('}');
        }
    }
    if (fast.batch) out.push_back(']');
    return true;
}

Handled Dispatcher::handle_general(std::string_view body, const Client& client, std::string& out, Later later) {
    const auto parsed = parse_json(body);
    if (!parsed.ok()) {
        append_error_reply(out, "null", parsed.error());
        return Handled::kReplied;
    }
    const CallContext context{services_, client.subscriber, client.caller()};
    if (parsed->value.is_array()) return handle_batch(parsed->value, context, out, std::move(later));
    return handle_one(parsed->value, context, out, std::move(later));
}

Handled Dispatcher::handle_batch(const json& requests, const CallContext& context, std::string& out, Later later) {
    if (requests.empty() || requests.size() > limits_.batch_max) {
        RpcError error = requests.empty() ? invalid_request("The batch is empty.")
                                          : invalid_request("The batch has more calls than the limit.");
        if (!requests.empty()) {
            error.reason = "batch_too_large";
            error.remedy = "Send at most " + std::to_string(limits_.batch_max) + " calls in one batch.";
        }
        append_error_reply(out, "null", error);
        return Handled::kReplied;
    }
    const auto batch = std::make_shared<Batch>(requests.size(), std::move(later));
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        std::string reply;
        const json& request = requests[i];
        if (bytes > limits_.reply_bytes_max) {
            const bool has_id = request.is_object() && request.contains("id") && valid_id(request["id"]);
            append_error_reply(reply, has_id ? id_text(request["id"]) : "null", reply_too_large());
            batch->put(i, std::move(reply));
            continue;
        }
        const Handled handled =
            handle_one(request, context, reply, [batch, i](std::string text) { batch->put(i, std::move(text)); });
        bytes += reply.size();
        if (handled != Handled::kLater) batch->put(i, std::move(reply));
    }
    if (!batch->sealed_complete()) return Handled::kLater;
    const std::string joined = batch->join();
    out += joined;
    return joined.empty() ? Handled::kNothing : Handled::kReplied;
}

Handled Dispatcher::handle_one(const json& request, const CallContext& context, std::string& out, Later later) {
    const auto refuse = [&](std::string_view id, const RpcError& error) {
        append_error_reply(out, id, error);
        return Handled::kReplied;
    };
    if (!request.is_object()) return refuse("null", invalid_request("A request is a JSON object."));
    Call call;
    const auto id = request.find("id");
    call.notification = id == request.end();
    if (!call.notification && !valid_id(*id))
        return refuse("null", invalid_request("An id is a string, a number or null."));
    call.id = call.notification ? "null" : id_text(*id);

    const auto version = request.find("jsonrpc");
    if (version == request.end() || !version->is_string() || *version != "2.0")
        return refuse(call.id, invalid_request("The member jsonrpc must be \"2.0\"."));
    const auto method = request.find("method");
    if (method == request.end() || !method->is_string())
        return refuse(call.id, invalid_request("The member method must be a string."));
    const auto params = request.find("params");
    if (params != request.end() && !params->is_structured())
        return refuse(call.id, invalid_request("The member params must be an object or an array."));
    call.params = params == request.end() ? nullptr : &*params;

    const auto entry = entries_.find(method->get_ref<const std::string&>());
    if (entry == entries_.end()) {
        if (call.notification) return Handled::kNothing;
        return refuse(call.id, {ErrorCode::kMethodNotFound,
                                "There is no such method.",
                                "method_not_found",
                                "rpc.discover lists the methods.",
                                {}});
    }
    call.entry = &entry->second;
    return run(call, context, out, std::move(later));
}

Handled Dispatcher::run(const Call& call, const CallContext& context, std::string& out, Later later) {
    call.entry->calls.fetch_add(1, std::memory_order_relaxed);
    if (auto refused = check_access(call.entry->info->access, *context.caller)) {
        call.entry->errors.fetch_add(1, std::memory_order_relaxed);
        if (call.notification) return Handled::kNothing;
        append_error_reply(out, call.id, *refused);
        return Handled::kReplied;
    }
    if (call.entry->info->deferred) return run_deferred(call, context, out, std::move(later));
    const std::size_t mark = out.size();
    open_reply(out, call.id);
    out.append("\"result\":");
    JsonWriter writer(out);
    HandlerError error;
    const CallContext named{context.services, context.subscriber, context.caller, call.entry->info->name};
    auto params = named_params(*call.entry->info, call.params);
    if (!params.ok())
        error = params.error();
    else
        error = call.entry->info->immediate(named, Params(*std::move(params)), writer);
    if (error) {
        call.entry->errors.fetch_add(1, std::memory_order_relaxed);
        out.resize(mark);
        if (!call.notification) append_error_reply(out, call.id, *error);
    } else if (call.notification) {
        out.resize(mark);
    } else {
        out.push_back('}');
    }
    return call.notification ? Handled::kNothing : Handled::kReplied;
}

Handled Dispatcher::run_deferred(const Call& call, const CallContext& context, std::string& out, Later later) {
    auto params = named_params(*call.entry->info, call.params);
    std::optional<RpcError> error;
    if (!params.ok()) error = params.error();
    if (!error && deferred_->fetch_add(1) >= limits_.deferred_max) {
        deferred_->fetch_sub(1);
        error = RpcError{
            ErrorCode::kOverloaded, "Too many calls wait for the ledger.", "overloaded", "Try again in a moment.", {}};
    }
    if (error) {
        call.entry->errors.fetch_add(1, std::memory_order_relaxed);
        if (call.notification) return Handled::kNothing;
        append_error_reply(out, call.id, *error);
        return Handled::kReplied;
    }
    Completion done = [id = call.id, entry = call.entry, waiting = deferred_, notification = call.notification,
                       later = std::move(later)](Answer answer) {
        waiting->fetch_sub(1);
        if (!answer.ok()) entry->errors.fetch_add(1, std::memory_order_relaxed);
        if (notification) return;
        std::string reply;
        if (answer.ok()) {
            open_reply(reply, id);
            reply.append("\"result\":").append(*answer).push_back('}');
        } else {
            append_error_reply(reply, id, answer.error());
        }
        later(std::move(reply));
    };
    call.entry->info->deferred(context, Params(*std::move(params)), std::move(done));
    return call.notification ? Handled::kNothing : Handled::kLater;
}

std::string Dispatcher::metrics() const {
    std::string text;
    const auto family = [&](const std::string& metric, const char* help, auto&& value) {
        text += "# HELP touchstone_" + metric + " " + help + "\n# TYPE touchstone_" + metric + " counter\n";
        for (const auto& [name, entry] : entries_)
            text += "touchstone_" + metric + "{method=\"" + std::string(name) + "\"} " + std::to_string(value(entry)) +
                    "\n";
    };
    family("rpc_calls_total", "JSON-RPC calls, by method", [](const auto& entry) { return entry.calls.load(); });
    family("rpc_errors_total", "JSON-RPC calls answered with an error, by method",
           [](const auto& entry) { return entry.errors.load(); });
    text += "# HELP touchstone_rpc_waiting_calls Calls that wait for a transaction to become final\n";
    text += "# TYPE touchstone_rpc_waiting_calls gauge\ntouchstone_rpc_waiting_calls " +
            std::to_string(deferred_->load()) + "\n";
    return text;
}

}  // namespace touchstone::rpc
