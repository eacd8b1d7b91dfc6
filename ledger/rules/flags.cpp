// Flags are a set beside the state. Who may set one may clear it:
//   stolen, quarantined  the item's custodian, the product's brand, a regulator
//   suspect              these, and a platform or an auditor
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

bool may_flag(Run& run, const ItemRecord& item, ItemFlag flag) {
    const OrganisationRecord& actor = run.actor;
    if (holder_of(run, item) == actor.id || product_of(run, item).brand == actor.id || actor.has(Role::kRegulator))
        return true;
    return flag == ItemFlag::kSuspect && (actor.has(Role::kPlatform) || actor.has(Role::kAuditor));
}

std::string_view who_may_flag(ItemFlag flag) {
    return flag == ItemFlag::kSuspect ? "needs the custodian, the brand, a regulator, a platform or an auditor"
                                      : "needs the custodian, the brand or a regulator";
}

std::uint8_t bit_of(ItemFlag flag) { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(flag)); }

std::string event_detail(ItemFlag flag, const std::string& reason) {
    return reason.empty() ? std::string(name_of(flag)) : fmt::format("{}: {}", name_of(flag), reason);
}

// What Flag and ClearFlag have in common.
struct FlagChange {
    const std::vector<Hash256>& items;
    ItemFlag flag;
    const std::string& reason;
    ItemOperation operation;
    EventKind event;
    Refusal wrong_before;
};

Verdict apply_flag(Run& run, const FlagChange& change, OperationOutcome& outcome) {
    ItemBatch batch(run, change.items, outcome);
    const bool must_have = change.operation == ItemOperation::kClearFlag;
    const auto judge = [&](const ItemRecord& item) {
        if (!may_flag(run, item, change.flag)) return Refusal::kNotAllowed;
        return item.has(change.flag) == must_have ? Refusal::kNone : change.wrong_before;
    };
    if (auto refused = batch.judge_all(change.operation, judge)) {
        if (refused->refusal == Refusal::kNotAllowed)
            refused->detail = fmt::format("{}; {}", who_may_flag(change.flag), refused->detail);
        return refused;
    }
    EventLog log(run, change.event, {}, event_detail(change.flag, change.reason));
    batch.change_all(change.operation, [&](const Hash256& key, ItemRecord& item) {
        item.flags = static_cast<std::uint8_t>(item.flags ^ bit_of(change.flag));
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace

Verdict apply(Run& run, const op::Flag& operation, OperationOutcome& outcome) {
    return apply_flag(run,
                      {operation.items, operation.flag, operation.reason, ItemOperation::kFlag, EventKind::kFlagged,
                       Refusal::kFlagPresent},
                      outcome);
}

Verdict apply(Run& run, const op::ClearFlag& operation, OperationOutcome& outcome) {
    return apply_flag(run,
                      {operation.items, operation.flag, operation.reason, ItemOperation::kClearFlag,
                       EventKind::kFlagCleared, Refusal::kFlagAbsent},
                      outcome);
}

}  // namespace touchstone::ledger
