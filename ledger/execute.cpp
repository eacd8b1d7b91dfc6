#include "ledger/execute.h"

#include <fmt/format.h>

#include "ledger/admission.h"
#include "ledger/parsed.h"
#include "ledger/rules.h"

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

// Applies all operations or none of them.
TransactionOutcome run_transaction(Overlay& overlay, const BlockContext& context,
                                   const ParsedTransaction& transaction) {
    const OrganisationRecord* const actor = overlay.organisation(transaction.info().organisation);
    INVARIANT(actor != nullptr);
    Run run{context, overlay, *actor, transaction.info().id, day_of(context.time.ms), 0};
    TransactionOutcome outcome;
    overlay.begin_transaction();
    for (const Operation& operation : transaction.operations()) {
        run.operation = static_cast<std::uint32_t>(outcome.operations.size());
        OperationOutcome& one = outcome.operations.emplace_back();
        auto refused = std::visit([&](const auto& kind) { return apply(run, kind, one); }, operation);
        if (!refused) continue;
        overlay.rollback();
        outcome.refusal = refused->refusal;
        outcome.operation = static_cast<std::uint32_t>(outcome.operations.size() - 1);
        outcome.detail = std::move(refused->detail);
        // Nothing of it was done, so nothing was accepted; what stays are the items that made it fail.
        for (OperationOutcome& undone : outcome.operations) undone.accepted = 0;
        break;
    }
    return outcome;
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
    std::vector<TransactionOutcome> outcomes;
    outcomes.reserve(transactions.size());
    std::map<std::uint64_t, std::vector<Hash256>> expiries;
    for (const ParsedTransactionPtr& transaction : transactions) {
        const ParsedInfo& known = transaction->info();
        if (const auto rejection = check_admission(known, context, overlay))
            return Error{fmt::format("block_{}", info(rejection->refusal).code),
                         fmt::format("transaction {}: {}", known.id.hex(), rejection->detail)};
        StoredResult stored{context.height, static_cast<std::uint32_t>(outcomes.size()),
                            run_transaction(overlay, context, *transaction)};
        record_transaction(overlay, known, stored);
        expiries[known.valid_until].push_back(known.id);
        outcomes.push_back(std::move(stored.outcome));
    }
    record_expiries(overlay, context.height, std::move(expiries));
    BlockEffects effects = overlay.effects();
    effects.outcomes = std::move(outcomes);
    return effects;
}

}  // namespace touchstone::ledger
