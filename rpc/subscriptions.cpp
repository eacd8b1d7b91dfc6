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
    out.begin_object().field("subscription", id).field("from_height", first.value).end_object();
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
void write_events(JsonWriter& out, const NodeApi& node, const ledger::Block& block) {
    for (const ledger::SignedTransactionPtr& carried : block.transactions) {
        const auto parsed = parse_stored(carried);
        if (!parsed) continue;
        const TransactionStatus status = node.transaction(ledger::info(*parsed).id);
        if (status.state == TransactionStatus::State::kFinal) write_operation_events(out, *parsed, status.outcome);
    }
}

}  // namespace

Result<std::string, RpcError> block_news(const NodeApi& node, Height height) {
    const auto found = node.block(height);
    if (!found.ok()) return from_error(found.error());
    const StoredBlockPtr& stored = *found;
    std::string text;
    JsonWriter out(text);
    out.field("height", height.value).field_hex("hash", stored->hash.view());
    out.field("time_ms", stored->block.header.time.ms);
    out.field("transaction_count", stored->block.transactions.size()).key("events").begin_array();
    write_events(out, node, stored->block);
    out.end_array();
    return text;
}

Result<SharedText, RpcError> BlockNews::get(Height height) {
    {
        const std::lock_guard lock(mutex_);
        if (newest_text_ && newest_ == height) return newest_text_;
    }
    HANDLER_TRY(std::string made, block_news(node_, height));
    SharedText text = std::make_shared<const std::string>(std::move(made));
    const std::lock_guard lock(mutex_);
    if (!newest_text_ || height > newest_) newest_ = height, newest_text_ = text;
    return text;
}

std::vector<MethodInfo> event_methods() {
    return {
        {"events_subscribe",
         "WebSocket only. Each final block from `from_height` on arrives as a notification `events` with "
         "{subscription, "
         "height, hash, time_ms, transaction_count, events}: old blocks first, then new ones, without gap or "
         "duplicate.",
         {{"from_height", schema::kHeight, false, "First block to be told; default the next one."}},
         schema::kObject,
         R"({"from_height":5})",
         R"({"subscription":1,"from_height":5})",
         events_subscribe,
         nullptr},
        {"events_unsubscribe",
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
