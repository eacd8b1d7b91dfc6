#include "rpc/subscriptions.h"

#include "rpc/schemas.h"
#include "rpc/transaction_view.h"

namespace touchstone::rpc {
namespace {

HandlerError events_subscribe(const CallContext& context, const Params& params, JsonWriter& out) {
    if (!context.subscriber)
        return RpcError{ErrorCode::kNeedsWebSocket,
                        "Subscriptions need a connection that stays.",
                        "needs_websocket",
                        "Connect a WebSocket to /ws and subscribe there.",
                        {}};
    HANDLER_TRY(const std::optional<std::uint64_t> from, params.number("from_height"));
    const Height tip = context.node().read()->tip().header.height;
    if (from && *from > tip.value + 1)
        return invalid_params("from_height: at most the height of the next block, " + std::to_string(tip.value + 1) +
                              ".");
    // Height 0 is the genesis: it has no transactions.
    const Height first = from ? Height(std::max<std::uint64_t>(*from, 1)) : tip.next();
    HANDLER_TRY(const std::uint64_t id, context.subscriber->subscribe(first));
    out.begin_object().field("subscription", id).field("from_height", first.value);
    out.field("told", name_of(told_to(*context.caller))).end_object();
    return std::nullopt;
}

HandlerError events_unsubscribe(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::optional<std::uint64_t> id, params.number("subscription"));
    if (!id) return invalid_params("subscription is missing.");
    const bool removed = context.subscriber && context.subscriber->unsubscribe(*id);
    if (!removed) return not_found("There is no such subscription on this connection.");
    out.begin_object().field("removed", true).end_object();
    return std::nullopt;
}

// Outcomes by transaction of the block, read from the state's side entries; results that fell away leave no events.
// Answers how many transactions there is something to tell of.
std::uint64_t write_events(JsonWriter& out, const NodeApi& node, const ledger::Block& block, const Caller& caller) {
    std::uint64_t told = 0;
    for (const ledger::SignedTransactionPtr& carried : block.transactions) {
        const auto parsed = parse_stored(carried);
        if (!parsed) continue;
        const TransactionStatus status = node.transaction(ledger::info(*parsed).id);
        if (status.state != TransactionStatus::State::kFinal) continue;
        const std::size_t events = write_operation_events(out, *parsed, status.outcome, caller);
        if (events > 0 || shown_to(caller, *parsed, status.outcome).anything()) ++told;
    }
    return told;
}

}  // namespace

Result<std::string, RpcError> block_news(const NodeApi& node, Height height, const Caller& caller) {
    if (auto refused = check_access(Access::kMember, caller)) return *std::move(refused);
    const auto found = node.block(height);
    if (!found.ok()) return from_error(found.error());
    const StoredBlockPtr& stored = *found;
    std::string text;
    JsonWriter out(text);
    out.field("height", height.value).field_hex("hash", stored->hash.view());
    out.field("time_ms", stored->block.header.time.ms).field("told", name_of(told_to(caller)));
    out.key("events").begin_array();
    const std::uint64_t told = write_events(out, node, stored->block, caller);
    out.end_array().field("transaction_count", told);
    return text;
}

Result<SharedText, RpcError> BlockNews::get(Height height, const Caller& caller) {
    if (auto refused = check_access(Access::kMember, caller)) return *std::move(refused);
    const std::string who = caller.oversees() ? std::string() : caller.organisation;
    {
        const std::lock_guard lock(mutex_);
        const auto made = newest_texts_.find(who);
        if (newest_ == height && made != newest_texts_.end()) return made->second;
    }
    HANDLER_TRY(std::string made, block_news(node_, height, caller));
    SharedText text = std::make_shared<const std::string>(std::move(made));
    const std::lock_guard lock(mutex_);
    if (height > newest_) newest_texts_.clear();
    newest_ = std::max(newest_, height);
    if (height == newest_) newest_texts_[who] = text;
    return text;
}

std::vector<MethodInfo> event_methods() {
    return {
        {"events_subscribe",
         Access::kMember,
         "WebSocket only. Each final block from `from_height` on arrives as a notification `events` with "
         "{subscription, height, hash, time_ms, told, transaction_count, events}: old blocks first, then new ones, "
         "without gap or duplicate. `told` says what is left out: with `all`, nothing (regulators and auditors); with "
         "`concerned`, what neither the subscriber signed nor names it nor is about something in which it has a part (as "
         "brand, maker, owner, holder, receiver or platform; of a report: as reporter, handler or platform). Who has a part in some "
         "units of an operation, and is not named by it, is told of these; `left_out` says that there are others. Recalls and "
         "flags reach every member.",
         {{"from_height", schema::kHeight, false, "First block to be told; default the next one."}},
         schema::kObject,
         R"({"from_height":5})",
         R"({"subscription":1,"from_height":5,"told":"concerned"})",
         events_subscribe,
         nullptr},
        {"events_unsubscribe",
         Access::kMember,
         "Ends a subscription of this connection.",
         {{"subscription", schema::kHeight, true, "What events_subscribe answered."}},
         schema::kObject,
         R"({"subscription":1})",
         R"({"removed":true})",
         events_unsubscribe,
         nullptr},
    };
}

}  // namespace touchstone::rpc
