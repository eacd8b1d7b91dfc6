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
    for (const ParsedTransactionPtr& transaction : transactions) {
        bytes += transaction->info().size_bytes;
        items += transaction->info().items;
    }
    const auto over = [](std::string code, std::uint64_t count, std::uint64_t most) {
        return Error{std::move(code), fmt::format("the block has {}, at most {}", count, most)};
    };
    if (transactions.size() > parameters.block_transactions_max)
        return over("block_transactions", transactions.size(), parameters.block_transactions_max);
    if (bytes > parameters.block_bytes_max) return over("block_bytes", bytes, parameters.block_bytes_max);
    if (items > parameters.block_items_max) return over("block_items", items, parameters.block_items_max);
    return Ok{};
}

// The operations of one transaction, in order, up to the first that is refused.
std::optional<Rejection> run_operations(Run& run, const ParsedTransaction& transaction, TransactionOutcome& outcome) {
    for (const Operation& operation : transaction.operations()) {
        run.operation = static_cast<std::uint32_t>(outcome.operations.size());
        OperationOutcome& one = outcome.operations.emplace_back();
        if (run.signer.purpose == KeyPurpose::kValidate && !std::holds_alternative<op::ValidatorReady>(operation))
            return Rejection{Refusal::kValidatorKeyOnly, run.signer.key.hex()};
        if (auto refused = std::visit([&](const auto& kind) { return apply(run, kind, one); }, operation))
            return refused;
    }
    return std::nullopt;
}

// Applies all operations or none of them. Precondition: check_signer() found nothing.
TransactionOutcome run_transaction(Overlay& overlay, const BlockContext& context,
                                   const ParsedTransaction& transaction) {
    const OrganisationRecord* const actor = overlay.organisation(transaction.info().organisation);
    INVARIANT(actor != nullptr && actor->find_key(transaction.info().key) != nullptr);
    Run run{context,
            overlay,
            *actor,
            transaction.info().id,
            day_of(context.time.ms),
            0,
            *actor->find_key(transaction.info().key),
            transaction.info().salt};
    TransactionOutcome outcome;
    overlay.begin_transaction();
    if (auto refused = run_operations(run, transaction, outcome)) {
        overlay.rollback();
        outcome.refusal = refused->refusal;
        outcome.operation = static_cast<std::uint32_t>(outcome.operations.size() - 1);
        outcome.detail = std::move(refused->detail);
        // Nothing of it was done, so nothing was accepted; what stays are the items that made it fail.
        for (OperationOutcome& undone : outcome.operations) undone.accepted = 0;
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

}  // namespace

Result<BlockEffects> execute(const BlockContext& context, std::span<const ParsedTransactionPtr> transactions,
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

}  // namespace touchstone::ledger
