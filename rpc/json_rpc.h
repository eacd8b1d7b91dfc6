// JSON-RPC 2.0: from the bytes of a request or batch to the bytes of the answer.
//
// A body is read twice over at most: the hand-driven walk of fast_path.h knows the one shape that shoppers' look-ups
// have, and anything it does not recognise goes through the general parser; both give the same answers
// (tests/rpc/fast_path_test.cpp). Ids are echoed as they were written. Nesting is bounded while parsing.
// Threads: any number may call handle() at once.
#pragma once

#include <atomic>
#include <map>

#include "base/limits.h"
#include "rpc/method.h"

namespace touchstone::rpc {

inline constexpr std::size_t kJsonDepthMax = 32;

struct ParsedJson {
    // Number ids that a double would change are kept as their text, in a binary value (which JSON text never makes).
    nlohmann::json value;
};
// Errors: kParse (json_malformed, json_too_deep).
Result<ParsedJson, RpcError> parse_json(std::string_view text);

enum class Handled {
    kReplied,  // `out` has the answer
    kNothing,  // only notifications: no answer
    kLater,    // `later` will be called exactly once
};

struct DispatcherLimits {
    std::size_t batch_max = limits::kRpcBatchMax;
    std::size_t reply_bytes_max = 16u << 20;  // of a batch: calls past it are answered too_large
    std::size_t deferred_max = 20'000;        // calls that wait at one time
};

class Dispatcher {
  public:
    using Later = std::function<void(std::string)>;

    Dispatcher(Services& services, DispatcherLimits limits);

    // Who calls, and over what. The caller is asked for only when a call is not answered by the fast path.
    struct Client {
        SubscriberPtr subscriber;  // null over HTTP
        std::function<CallerPtr()> caller = anonymous;
    };

    // Appends the answer to `out`.
    Handled handle(std::string_view body, const Client& client, std::string& out, Later later);
    // The same without the fast path, for the tests that compare them.
    Handled handle_general(std::string_view body, const Client& client, std::string& out, Later later);

    // Prometheus text: calls and errors by method.
    std::string metrics() const;
    Services& services() { return services_; }

  private:
    struct Entry {
        const MethodInfo* info;
        std::atomic<std::uint64_t> calls{0};
        std::atomic<std::uint64_t> errors{0};
    };
    class Batch;
    struct Call;

    bool handle_fast(std::string_view body, std::string& out);
    Handled handle_one(const nlohmann::json& request, const CallContext& context, std::string& out, Later later);
    Handled handle_batch(const nlohmann::json& requests, const CallContext& context, std::string& out, Later later);
    Handled run(const Call& call, const CallContext& context, std::string& out, Later later);
    Handled run_deferred(const Call& call, const CallContext& context, std::string& out, Later later);

    Services& services_;
    DispatcherLimits limits_;
    std::map<std::string_view, Entry, std::less<>> entries_;
    Entry* verify_entry_;
    std::shared_ptr<std::atomic<std::size_t>> deferred_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace touchstone::rpc
