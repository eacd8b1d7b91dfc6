// Flags are a set beside the state; each organisation sets a flag for itself, and clears its own.
//   stolen, quarantined  the item's holder, its owner, the product's brand, a regulator
//   suspect              these, and a platform or an auditor
//   recalled             the product's brand or a regulator: a recall by a list of serials
//   missing, nonconform, counterfeit   set by other operations (a receiver's scan, an inspection, a resolved report);
//                        cleared as all others, but counterfeit only by a regulator
// A regulator's orders hold within its reach (holdings.h): there it sets flags, and clears those of others; its own it
// clears wherever the goods are. A brand recalls as the brand: with the product its marks are its successor's to clear, and
// no longer its own.
// Of each flag an item has room for the marks of a bounded number of organisations. Its brand, its owner and regulators
// have room beyond, so that nobody keeps them out by marks of many.
#include <fmt/format.h>

#include "ledger/rules/holdings.h"

namespace touchstone::ledger {
namespace {

bool is_brand(Run& run, const ItemRecord& item) { return product_of(run, item).brand == run.actor.id; }

bool commands(Run& run, const ItemRecord& item) {
    return run.actor.has(Role::kRegulator) && reaches(run, holding_of(run, item));
}

Refusal may_set(Run& run, const ItemRecord& item, ItemFlag flag) {
    const OrganisationRecord& actor = run.actor;
    if (is_brand(run, item) || commands(run, item)) return Refusal::kNone;
    const Refusal otherwise = actor.has(Role::kRegulator) ? Refusal::kOutOfReach : Refusal::kNotAllowed;
    if (flag == ItemFlag::kRecalled) return otherwise;
    if (holder_of(run, item) == actor.id || item.owner == actor.id) return Refusal::kNone;
    const bool oversees = actor.has(Role::kPlatform) || actor.has(Role::kAuditor);
    return flag == ItemFlag::kSuspect && oversees ? Refusal::kNone : otherwise;
}

bool has_room(Run& run, const ItemRecord& item, ItemFlag flag) {
    if (is_brand(run, item) || item.owner == run.actor.id || run.actor.has(Role::kRegulator)) return true;
    const auto marks = std::count_if(item.flags.begin(), item.flags.end(),
                                     [&](const FlagMark& mark) { return mark.flag == flag; });
    return static_cast<std::size_t>(marks) < limits::kMarksPerFlagMax;
}

bool is_set_by_members(ItemFlag flag) {
    return flag == ItemFlag::kStolen || flag == ItemFlag::kSuspect || flag == ItemFlag::kQuarantined ||
           flag == ItemFlag::kRecalled;
}

// Whose marks on an item the actor may take away.
class Clearance {
  public:
    Clearance(Run& run, const ItemRecord& item)
        : run_(run), commands_(commands(run, item)), is_brand_(ledger::is_brand(run, item)) {}

    bool covers(const FlagMark& mark) const {
        if (commands_) return true;
        const bool own = mark.by == run_.actor.id;
        const bool as_regulator = own && run_.actor.has(Role::kRegulator);
        switch (mark.flag) {
            case ItemFlag::kCounterfeit:
                return as_regulator;
            case ItemFlag::kRecalled:
                return as_regulator || (is_brand_ && (own || is_of_brand(mark)));
            default:
                return own;
        }
    }

  private:
    // Only a brand or a regulator recalls. Who is both may have done so as a regulator.
    bool is_of_brand(const FlagMark& mark) const {
        const OrganisationRecord* const setter = run_.overlay.organisation(mark.by);
        return setter != nullptr && setter->has(Role::kBrand) && !setter->has(Role::kRegulator);
    }

    Run& run_;
    bool commands_;
    bool is_brand_;
};

std::string event_detail(ItemFlag flag, const std::string& reason) {
    return reason.empty() ? std::string(name_of(flag)) : fmt::format("{}: {}", name_of(flag), reason);
}

}  // namespace

void put_mark(ItemRecord& item, ItemFlag flag, const std::string& by) {
    if (!item.has(flag, by)) item.flags.push_back({flag, by});
}

void put_flag(const Run& run, ItemRecord& item, ItemFlag flag) { put_mark(item, flag, run.actor.id); }

void clear_flag(ItemRecord& item, ItemFlag flag, std::string_view by) {
    std::erase_if(item.flags, [&](const FlagMark& mark) { return mark.flag == flag && mark.by == by; });
}

template <>
Verdict apply(Run& run, const op::Flag& operation, OperationOutcome& outcome) {
    if (!is_set_by_members(operation.flag))
        return Rejection{Refusal::kNotAllowed, fmt::format("{} is set by other operations", name_of(operation.flag))};
    ItemBatch batch(run, operation.items, outcome);
    const auto judge = [&](const ItemRecord& item) {
        if (const Refusal refusal = may_set(run, item, operation.flag); refusal != Refusal::kNone) return refusal;
        if (item.has(operation.flag, run.actor.id)) return Refusal::kFlagPresent;
        return has_room(run, item, operation.flag) ? Refusal::kNone : Refusal::kTooManyFlags;
    };
    if (auto refused = batch.judge_all(ItemOperation::kFlag, judge)) return refused;
    EventLog log(run, EventKind::kFlagged, {}, event_detail(operation.flag, operation.reason));
    batch.change_all(ItemOperation::kFlag, [&](const StateKey& key, ItemRecord& item) {
        put_flag(run, item, operation.flag);
        log.append(key, item);
    });
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::ClearFlag& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const auto is_cleared = [&](const Clearance& clearance, const FlagMark& mark) {
        return mark.flag == operation.flag && clearance.covers(mark);
    };
    const auto judge = [&](const ItemRecord& item) {
        if (!item.has(operation.flag)) return Refusal::kFlagAbsent;
        const Clearance clearance(run, item);
        for (const FlagMark& mark : item.flags)
            if (is_cleared(clearance, mark)) return Refusal::kNone;
        return run.actor.has(Role::kRegulator) ? Refusal::kOutOfReach : Refusal::kFlagNotYours;
    };
    if (auto refused = batch.judge_all(ItemOperation::kClearFlag, judge)) return refused;
    EventLog log(run, EventKind::kFlagCleared, {}, event_detail(operation.flag, operation.reason));
    batch.change_all(ItemOperation::kClearFlag, [&](const StateKey& key, ItemRecord& item) {
        const Clearance clearance(run, item);
        std::erase_if(item.flags, [&](const FlagMark& mark) { return is_cleared(clearance, mark); });
        log.append(key, item);
    });
    return std::nullopt;
}

}  // namespace touchstone::ledger
