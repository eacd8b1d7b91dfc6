// Flags are a set beside the state; each organisation sets a flag for itself, and clears its own. A regulator clears any.
//   stolen, quarantined  the item's holder, its owner, the product's brand, a regulator
//   suspect              these, and a platform or an auditor
//   recalled             the product's brand or a regulator: a recall by a list of serials
//   missing, nonconform, counterfeit   set by other operations (a receiver's scan, an inspection, a resolved report);
//                        cleared as all others, but counterfeit only by a regulator
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Refusal may_set(Run& run, const ItemRecord& item, ItemFlag flag) {
    const OrganisationRecord& actor = run.actor;
    const bool brand = product_of(run, item).brand == actor.id;
    if (brand || actor.has(Role::kRegulator)) return Refusal::kNone;
    const bool holds = holder_of(run, item) == actor.id || item.owner == actor.id;
    if (flag == ItemFlag::kRecalled) return Refusal::kNotAllowed;
    if (holds) return Refusal::kNone;
    const bool oversees = actor.has(Role::kPlatform) || actor.has(Role::kAuditor);
    return flag == ItemFlag::kSuspect && oversees ? Refusal::kNone : Refusal::kNotAllowed;
}

bool is_set_by_members(ItemFlag flag) {
    return flag == ItemFlag::kStolen || flag == ItemFlag::kSuspect || flag == ItemFlag::kQuarantined ||
           flag == ItemFlag::kRecalled;
}

std::string event_detail(ItemFlag flag, const std::string& reason) {
    return reason.empty() ? std::string(name_of(flag)) : fmt::format("{}: {}", name_of(flag), reason);
}

}  // namespace

Refusal set_flag(Run& run, ItemRecord& item, ItemFlag flag) {
    if (item.has(flag, run.actor.id)) return Refusal::kFlagPresent;
    if (item.flags.size() >= limits::kFlagsPerItemMax) return Refusal::kTooManyFlags;
    item.flags.push_back({flag, run.actor.id});
    return Refusal::kNone;
}

void clear_flag(ItemRecord& item, ItemFlag flag, std::string_view by) {
    std::erase_if(item.flags, [&](const FlagMark& mark) { return mark.flag == flag && (by.empty() || mark.by == by); });
}

template <>
Verdict apply(Run& run, const op::Flag& operation, OperationOutcome& outcome) {
    if (!is_set_by_members(operation.flag))
        return Rejection{Refusal::kNotAllowed, fmt::format("{} is set by other operations", name_of(operation.flag))};
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (const Refusal refusal = may_set(run, item, operation.flag); refusal != Refusal::kNone) return refusal;
        if (item.has(operation.flag, run.actor.id)) return Refusal::kFlagPresent;
        return item.flags.size() < limits::kFlagsPerItemMax ? Refusal::kNone : Refusal::kTooManyFlags;
    };
    if (auto refused = batch.judge_all(ItemOperation::kFlag, judge)) return refused;
    EventLog log(run, EventKind::kFlagged, {}, event_detail(operation.flag, operation.reason));
    batch.change_all(ItemOperation::kFlag, [&](const StateKey& key, ItemRecord& item) {
        INVARIANT(set_flag(run, item, operation.flag) == Refusal::kNone);
        log.append(key, item);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::ClearFlag& operation, OperationOutcome& outcome) {
    const bool any = run.actor.has(Role::kRegulator);
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (!item.has(operation.flag)) return Refusal::kFlagAbsent;
        if (any) return Refusal::kNone;
        const bool own = item.has(operation.flag, run.actor.id) && operation.flag != ItemFlag::kCounterfeit;
        return own ? Refusal::kNone : Refusal::kFlagNotYours;
    };
    if (auto refused = batch.judge_all(ItemOperation::kClearFlag, judge)) return refused;
    EventLog log(run, EventKind::kFlagCleared, {}, event_detail(operation.flag, operation.reason));
    batch.change_all(ItemOperation::kClearFlag, [&](const StateKey& key, ItemRecord& item) {
        clear_flag(item, operation.flag, any ? std::string_view() : std::string_view(run.actor.id));
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace touchstone::ledger
