#include "ledger/rules/execute.h"

#include <fmt/format.h>

#include "ledger/rules/admission.h"
#include "ledger/rules/council_rules.h"
#include "ledger/schema/parsed.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Status check_block_bounds(const Parameters& parameters, std::span<const ParsedTransactionPtr> transactions) {
    std::uint64_t bytes = 0;
    std::uint64_t items = 0;
    std::uint64_t load = 0;
    for (const ParsedTransactionPtr& transaction : transactions) {
        bytes += transaction->info().size_bytes;
        items += transaction->info().items;
        load += transaction->info().load;
    }
    const auto over = [](std::string code, std::uint64_t count, std::uint64_t most) {
        return Error{std::move(code), fmt::format("the block has {}, at most {}", count, most)};
    };
    if (transactions.size() > parameters.block_transactions_max)
        return over("block_transactions", transactions.size(), parameters.block_transactions_max);
    if (bytes > parameters.block_bytes_max) return over("block_bytes", bytes, parameters.block_bytes_max);
    if (items > parameters.block_items_max) return over("block_items", items, parameters.block_items_max);
    // One transaction always fits, or it would never be in a block.
    if (transactions.size() > 1 && load > parameters.block_items_max)
        return over("block_load", load, parameters.block_items_max);
    return Ok{};
}

// The operations of one transaction, in order, up to the first that is refused.
std::optional<Rejection> run_operations(Run& run, const ParsedTransaction& transaction, TransactionOutcome& outcome) {
    for (const Operation& operation : transaction.operations()) {
        run.operation = static_cast<std::uint32_t>(outcome.operations.size());
        run.recalls = {};  // the one before it may have issued or lifted some
        OperationOutcome& one = outcome.operations.emplace_back();
        if (run.signer.purpose == KeyPurpose::kValidate && !std::holds_alternative<op::ValidatorReady>(operation))
            return Rejection{Refusal::kValidatorKeyOnly, run.signer.key.hex()};
        run.concerned.begin(items_of(operation), containers_of(operation));
        if (auto refused = std::visit([&](const auto& kind) { return apply(run, kind, one); }, operation))
            return refused;
        one.concerned = run.concerned.take();
    }
    return std::nullopt;
}

// Precondition: check_signer() found nothing.
Run run_of(Overlay& overlay, const BlockContext& context, const ParsedTransaction& transaction) {
    const OrganisationRecord* const actor = overlay.organisation(transaction.info().organisation);
    INVARIANT(actor != nullptr && actor->find_key(transaction.info().key) != nullptr);
    return {context,
            overlay,
            *actor,
            transaction.info().id,
            day_of(context.time.ms),
            0,
            *actor->find_key(transaction.info().key),
            transaction.info().salt};
}

// Applies all operations or none of them. Precondition: check_signer() found nothing.
TransactionOutcome run_transaction(Overlay& overlay, const BlockContext& context,
                                   const ParsedTransaction& transaction) {
    Run run = run_of(overlay, context, transaction);
    TransactionOutcome outcome;
    overlay.begin_transaction();
    if (auto refused = run_operations(run, transaction, outcome)) {
        overlay.rollback();
        outcome.refusal = refused->refusal;
        outcome.operation = static_cast<std::uint32_t>(outcome.operations.size() - 1);
        outcome.detail = std::move(refused->detail);
        // Nothing of it was done, so nothing was accepted; what stays are the items that made it fail.
        for (OperationOutcome& undone : outcome.operations) {
            undone.accepted = 0;
            undone.concerned.clear();
            undone.name_the_first();
        }
    }
    return outcome;
}

// What a transaction before it in this block took its right from: definite, and nothing else. Error: it had none before
// the block either, and does not belong here.
Result<TransactionOutcome> judge_signer(Overlay& overlay, const BlockContext& context, const ParsedInfo& known,
                                        const ReadRecord& read) {
    const auto now = check_signer(known, context, overlay);
    if (!now) return TransactionOutcome{};
    Overlay before(read);
    if (const auto rejection = check_signer(known, context, before))
        return Error{fmt::format("block_{}", info(rejection->refusal).code),
                     fmt::format("transaction {}: {}", known.id.hex(), rejection->detail)};
    TransactionOutcome outcome;
    outcome.refusal = now->refusal;
    outcome.detail = now->detail;
    return outcome;
}

// Who validates from the next block on, for ever: a light client that follows the epochs asks for it long after.
void record_epoch(Overlay& overlay, const BlockContext& context) {
    const auto& now = overlay.validators.slot(validators_key());
    if (!now.dirty || now.record->epoch == context.epoch) return;
    overlay.validators.create(overlay.validators.slot(epoch_key(now.record->epoch)), *now.record);
}

// The rules as this block leaves them, when it changed any.
std::optional<EpochRules> changed_rules(Overlay& overlay) {
    const auto& validators = overlay.validators.slot(validators_key());
    const auto& parameters = overlay.parameters.slot(parameters_key());
    if (!validators.dirty && !parameters.dirty) return std::nullopt;
    return EpochRules{*validators.record, *parameters.record};
}

void record_transaction(Overlay& overlay, const ParsedInfo& transaction, const StoredResult& stored) {
    auto& slot = overlay.transactions.slot(transaction_key(transaction.id));
    overlay.transactions.create(slot, {stored.height, stored.index, transaction.valid_until});
    overlay.add_side(result_side_key(transaction.id), stored.encode());
}

thread_local ExecutionObserver* watching = nullptr;

// Evenly over the whole: who puts good ones in front gains little.
template <class Name>
void keep_samples(Units<Name>* units, std::size_t count) {
    if (units == nullptr || units->size() <= count) return;
    const std::vector<Name> names = units->names();
    Units<Name> kept;
    for (std::size_t i = 0; i < count; ++i) kept.add(names[i * names.size() / count]);
    *units = std::move(kept);
}

// The operation with some of its items and containers; nullopt: it names none, or is not all or nothing.
std::optional<Operation> samples_of(const Operation& operation, std::size_t count) {
    if (info(operation).naming == Naming::kNothing || !is_all_or_nothing(operation)) return std::nullopt;
    Operation cut = operation;
    keep_samples(items_of(cut), count);
    keep_samples(containers_of(cut), count);
    return cut;
}

Result<BlockEffects> execute_all(const BlockContext& context, std::span<const ParsedTransactionPtr> transactions,
                                 const ReadRecord& read) {
    TRY(check_block_bounds(context.parameters, transactions));
    Overlay overlay(read);
    sweep_expired(overlay, context);
    note_block(overlay, context);
    std::vector<TransactionOutcome> outcomes;
    outcomes.reserve(transactions.size());
    std::map<std::uint64_t, std::vector<Hash256>> expiries;
    for (const ParsedTransactionPtr& transaction : transactions) {
        const ParsedInfo& known = transaction->info();
        if (const auto rejection = check_placement(known, context, overlay))
            return Error{fmt::format("block_{}", info(rejection->refusal).code),
                         fmt::format("transaction {}: {}", known.id.hex(), rejection->detail)};
        if (watching != nullptr)
            watching->on_transaction(context, static_cast<std::uint32_t>(outcomes.size()), *transaction);
        TRY_ASSIGN(TransactionOutcome outcome, judge_signer(overlay, context, known, read));
        if (outcome.applied()) outcome = run_transaction(overlay, context, *transaction);
        StoredResult stored{context.height, static_cast<std::uint32_t>(outcomes.size()), std::move(outcome)};
        record_transaction(overlay, known, stored);
        expiries[known.valid_until].push_back(known.id);
        outcomes.push_back(std::move(stored.outcome));
    }
    record_expiries(overlay, context.height, std::move(expiries));
    record_epoch(overlay, context);
    auto rules = changed_rules(overlay);
    BlockEffects effects = overlay.effects();
    effects.rules = std::move(rules);
    effects.outcomes = std::move(outcomes);
    return effects;
}

std::optional<Rejection> try_samples(const ParsedTransaction& transaction, const BlockContext& context,
                                     const ReadRecord& read, std::size_t count) {
    const ParsedInfo& known = transaction.info();
    Overlay overlay(read);
    if (check_placement(known, context, overlay) || check_signer(known, context, overlay)) return std::nullopt;
    Run run = run_of(overlay, context, transaction);
    if (run.signer.purpose == KeyPurpose::kValidate) return std::nullopt;
    for (const Operation& operation : transaction.operations()) {
        if (std::holds_alternative<op::Register>(operation)) return std::nullopt;  // may make what the next one names
        const auto samples = samples_of(operation, count);
        if (!samples) continue;
        OperationOutcome outcome;
        overlay.begin_transaction();
        if (!std::visit([&](const auto& kind) { return apply(run, kind, outcome); }, *samples)) return std::nullopt;
        for (const ItemOutcome& one : outcome.refused)
            if (one.refusal == Refusal::kItemUnknown || one.refusal == Refusal::kContainerUnknown)
                return Rejection{one.refusal, fmt::format("{} of some that were looked at, of the {} that it names",
                                                          outcome.refused.size(), known.items)};
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Rejection> refused_by_samples(const ParsedTransaction& transaction, const BlockContext& context,
                                            const ReadRecord& read, std::size_t count) {
    if (watching != nullptr) watching->on_transaction(context, 0, transaction);
    auto refused = try_samples(transaction, context, read, count);
    if (watching != nullptr) watching->on_executed(0);
    return refused;
}

ExecutionWatch::ExecutionWatch(ExecutionObserver& observer) : before_(std::exchange(watching, &observer)) {}

ExecutionWatch::~ExecutionWatch() { watching = before_; }

Result<BlockEffects> execute(const BlockContext& context, std::span<const ParsedTransactionPtr> transactions,
                             const ReadRecord& read) {
    auto effects = execute_all(context, transactions, read);
    if (watching != nullptr) watching->on_executed(transactions.size());
    return effects;
}

}  // namespace touchstone::ledger
