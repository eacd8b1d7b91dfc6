// tx_submit, tx_submit_and_wait, tx_get.
#include <mutex>

#include "rpc/method.h"
#include "rpc/schemas.h"
#include "rpc/transaction_view.h"

namespace touchstone::rpc {
namespace {

constexpr std::uint64_t kTimeoutDefaultMs = 30'000;
constexpr std::uint64_t kTimeoutMaxMs = 120'000;
constexpr std::uint64_t kTimeoutMinMs = 1;

Result<Bytes, RpcError> asked_envelope(const Params& params) {
    HANDLER_TRY(const std::string text, params.required_text("transaction"));
    auto bytes = from_base64(text);
    if (!bytes || bytes->empty()) return invalid_params("transaction: a Protobuf SignedTransaction in base64.");
    return *std::move(bytes);
}

Result<Hash256, RpcError> asked_id(const Params& params) {
    HANDLER_TRY(const std::string text, params.required_text("id"));
    const auto id = Hash256::from_hex(text);
    if (!id) return invalid_params("id: 64 hexadecimal digits.");
    return *id;
}

std::string id_member(const Hash256& id) { return ",\"id\":\"" + id.hex() + "\""; }

std::optional<RpcError> admission_error(const SubmitOutcome& outcome) {
    if (!outcome.read_only.empty())
        return RpcError{ErrorCode::kOverloaded, "This node takes no transactions: " + outcome.read_only, "read_only",
                        "Submit the same bytes to another node.", id_member(outcome.id)};
    if (outcome.quarantined)
        return RpcError{ErrorCode::kFault, "Executing this transaction ended this node, which takes it no more.",
                        "transaction_quarantined",
                        "Its operator: upgrade the node, then `touchstone node quarantine release` "
                        "(docs/operations.md).",
                        id_member(outcome.id)};
    if (outcome.overloaded)
        return RpcError{ErrorCode::kOverloaded, "The pool of pending transactions is full.", "pool_full",
                        "Submit the same bytes again in a moment; nothing is doubled.", id_member(outcome.id)};
    if (!outcome.rejection) return std::nullopt;
    RpcError error = refused(outcome.rejection->refusal, outcome.rejection->detail);
    error.extra += id_member(outcome.id);
    return error;
}

std::string_view name_of(TransactionStatus::State state) {
    switch (state) {
        case TransactionStatus::State::kUnknown:
            return "unknown";
        case TransactionStatus::State::kPending:
            return "pending";
        case TransactionStatus::State::kFinal:
            return "final";
    }
    INVARIANT(false);
}

// The members of a final transaction: where it stands and what became of it.
void write_final(JsonWriter& out, const TransactionStatus& status, const ledger::ParsedTransaction& parsed,
                 const Shown& shown) {
    out.field("height", status.height.value).field("index", status.index);
    write_outcome(out, status.outcome, parsed, shown);
}

void tx_submit(const CallContext& context, const Params& params, Completion done) {
    auto envelope = asked_envelope(params);
    if (!envelope.ok()) return done(envelope.error());
    context.node().submit(*std::move(envelope), [done = std::move(done),
                                                 &node = context.node()](SubmitOutcome outcome) {
        if (auto error = admission_error(outcome)) return done(*std::move(error));
        auto state = TransactionStatus::State::kPending;
        if (outcome.already_known) state = node.transaction(outcome.id).state;
        if (state == TransactionStatus::State::kUnknown) state = TransactionStatus::State::kPending;
        std::string text;
        JsonWriter(text).begin_object().field_hex("id", outcome.id.view()).field("status", name_of(state)).end_object();
        done(std::move(text));
    });
}

// One waiting call. It ends once: by the news that the transaction is final, or by its time limit.
class FinalWait : public std::enable_shared_from_this<FinalWait> {
  public:
    FinalWait(Services& services, Bytes envelope, Completion done)
        : node_(services.node), envelope_(std::move(envelope)), done_(std::move(done)) {}

    void start(Timers& timers, std::chrono::milliseconds timeout) {
        const auto self = shared_from_this();
        {
            const std::lock_guard lock(mutex_);
            cancel_timer_ = timers.after(timeout, [self] { self->on_timeout(); });
        }
        node_.submit(envelope_, [self](SubmitOutcome outcome) { self->on_admitted(outcome); });
    }

  private:
    void on_admitted(const SubmitOutcome& outcome) {
        if (auto error = admission_error(outcome)) return finish(*std::move(error));
        {
            const std::lock_guard lock(mutex_);
            id_ = outcome.id;
            if (!done_) return;  // the time limit was faster
        }
        const auto self = shared_from_this();
        const NodeApi::WaitId wait =
            node_.when_final(outcome.id, [self](const TransactionStatus& status) { self->on_final(status); });
        bool over = false;
        {
            const std::lock_guard lock(mutex_);
            wait_ = wait;
            over = !done_;
        }
        if (over) return node_.forget(wait);
        // It may have become final before anybody waited.
        const TransactionStatus status = node_.transaction(outcome.id);
        if (status.state == TransactionStatus::State::kFinal) on_final(status);
    }

    void on_final(const TransactionStatus& status) {
        auto carried = ledger::SignedTransaction::from_envelope(envelope_);
        ledger::ParsedTransactionPtr parsed;
        if (carried.ok()) parsed = parse_stored(std::make_shared<const ledger::SignedTransaction>(*std::move(carried)));
        std::string text;
        JsonWriter out(text);
        {
            const std::lock_guard lock(mutex_);
            out.begin_object().field_hex("id", id_.view()).field("status", "final");
        }
        // Whoever waits has sent it.
        if (parsed) write_final(out, status, *parsed, everything_of(*parsed));
        out.end_object();
        finish(std::move(text));
    }

    void on_timeout() {
        Hash256 id;
        {
            const std::lock_guard lock(mutex_);
            id = id_;
        }
        RpcError error{ErrorCode::kTimeout,
                       "The transaction was not final within the time limit.",
                       "timeout",
                       "It may still become final: ask tx_get, or submit the same bytes again; nothing is doubled.",
                       {}};
        if (!id.is_zero()) error.extra = id_member(id) + ",\"status\":\"pending\"";
        finish(std::move(error));
    }

    void finish(Answer answer) {
        Completion done;
        std::function<void()> cancel;
        std::optional<NodeApi::WaitId> wait;
        {
            const std::lock_guard lock(mutex_);
            done = std::exchange(done_, nullptr);
            cancel = std::exchange(cancel_timer_, nullptr);
            wait = std::exchange(wait_, std::nullopt);
        }
        if (cancel) cancel();
        if (wait) node_.forget(*wait);
        if (done) done(std::move(answer));
    }

    NodeApi& node_;  // not the server's services: a wait may outlive the server
    const Bytes envelope_;
    std::mutex mutex_;
    Completion done_;
    std::function<void()> cancel_timer_;
    std::optional<NodeApi::WaitId> wait_;
    Hash256 id_;
};

void tx_submit_and_wait(const CallContext& context, const Params& params, Completion done) {
    auto envelope = asked_envelope(params);
    if (!envelope.ok()) return done(envelope.error());
    const auto timeout = params.number("timeout_ms");
    if (!timeout.ok()) return done(timeout.error());
    const std::uint64_t limit_ms = timeout->value_or(kTimeoutDefaultMs);
    if (limit_ms < kTimeoutMinMs || limit_ms > kTimeoutMaxMs)
        return done(invalid_params("timeout_ms: from 1 to 120000."));
    std::make_shared<FinalWait>(context.services, *std::move(envelope), std::move(done))
        ->start(context.services.timers, std::chrono::milliseconds(limit_ms));
}

HandlerError tx_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Hash256 id, asked_id(params));
    const TransactionStatus status = context.node().transaction(id);
    out.begin_object().field_hex("id", id.view()).field("status", name_of(status.state));
    if (status.state == TransactionStatus::State::kFinal) {
        // An item's history names transactions, and anybody who holds the item may read it: what else a transaction
        // covers is for those whom it concerns.
        const auto stored = context.node().block(status.height);
        ledger::ParsedTransactionPtr parsed;
        if (stored.ok() && status.index < (*stored)->block.transactions.size()) {
            const auto& carried = (*stored)->block.transactions[status.index];
            parsed = parse_stored(carried);
        }
        const Shown shown = parsed ? shown_to(*context.caller, *parsed, status.outcome) : Shown{};
        if (parsed && shown.anything()) {
            if (shown.all) out.field_base64("transaction", ledger::signed_of(*parsed)->to_envelope());
            write_final(out, status, *parsed, shown);
            out.key("summary");
            write_summary(out, *parsed, shown);
            out.key("content");
            write_operations(out, *parsed, shown);
        } else {
            out.field("height", status.height.value).field("index", status.index);
            out.field("applied", status.outcome.applied());
        }
    }
    out.end_object();
    return std::nullopt;
}

constexpr std::string_view kFinalExample =
    R"({"id":"d4…","status":"final","height":7,"index":0,"applied":true,"refusal":null,"operations":[{"accepted":3,"refused":[{"index":1,"gtin":"09506000134352","commitment":"b2…","code":"item_exists"}]}]})";
constexpr std::string_view kToldExample =
    R"({"id":"d4…","status":"final","transaction":"CqIB…","height":7,"index":0,"applied":true,"refusal":null,"operations":[{"accepted":1,"refused":[]}],"summary":{"id":"d4…","organisation":"acme","key":"e5…","valid_until":20007,"size_bytes":214,"items":1,"operations":["ship"]},"content":[{"operation":"ship","event":"shipped","fields":{"items":[{"gtin":"09506000134352","commitments":["b2…"]}],"to":"carrier","document":"DN-4711","containers":[]}}]})";

}  // namespace

std::vector<MethodInfo> transaction_methods() {
    const ParamInfo transaction{"transaction", schema::kBase64, true, "A signed transaction (Protobuf envelope)."};
    return {
        {"tx_submit",
         Access::kPublic,
         "Takes a transaction in; answers when its signature and form were checked.",
         {transaction},
         schema::kObject,
         R"({"transaction":"CqIB…"})",
         R"({"id":"d4…","status":"pending"})",
         nullptr,
         tx_submit},
        {"tx_submit_and_wait",
         Access::kPublic,
         "Takes a transaction in and answers when it is final, with a result for every refused item; of an operation "
         "that failed as a whole `refused` names the first, and `also_refused` counts the others by `code`. Repeating "
         "the same bytes is safe: it answers the first one's result.",
         {transaction,
          {"timeout_ms", R"({"type":"integer","minimum":1,"maximum":120000,"default":30000})", false,
           "How long to wait."}},
         schema::kObject,
         R"({"transaction":"CqIB…","timeout_ms":10000})",
         kFinalExample,
         nullptr,
         tx_submit_and_wait},
        {"tx_get",
         Access::kPublic,
         "What became of a transaction: unknown, pending or final. Its outcome, bytes, summary and content (every "
         "operation with all its fields, by the names of transaction.proto) are told to the "
         "organisation that signed it, and to regulators and auditors; to others the operations that name them, and of those in "
         "which they have a part, the units that are theirs (`left_out` says that there are others). Anybody learns where it "
         "stands, by height and index, and whether it was applied.",
         {{"id", schema::kHash, true, "The transaction's id."}},
         schema::kObject,
         R"({"id":"d4…"})",
         kToldExample,
         tx_get,
         nullptr},
    };
}

}  // namespace touchstone::rpc
