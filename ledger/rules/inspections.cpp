// Inspect: an auditor, a regulator or a platform records what it found, on each item and in whatever state it is. A
// finding changes nothing: whoever concludes from it that an item should not move sets a flag.
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

std::string event_detail(const op::Inspect& operation) {
    if (operation.document.is_zero()) return std::string(name_of(operation.finding));
    return fmt::format("{}: document {}", name_of(operation.finding), operation.document.hex());
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Inspect& operation, OperationOutcome& outcome) {
    const OrganisationRecord& actor = run.actor;
    if (!actor.has(Role::kAuditor) && !actor.has(Role::kRegulator) && !actor.has(Role::kPlatform))
        return Rejection{Refusal::kNotAllowed, "needs the role auditor, regulator or platform"};
    ItemBatch batch(run, operation.items, outcome);
    const auto anyone = [](const ItemRecord&) { return Refusal::kNone; };
    if (auto refused = batch.judge_all(ItemOperation::kInspect, anyone)) return refused;
    EventLog log(run, EventKind::kInspected, {}, event_detail(operation));
    batch.change_all(ItemOperation::kInspect, [&](const StateKey& key, ItemRecord& item) { log.append(key, item); });
    return std::nullopt;
}

}  // namespace touchstone::ledger
