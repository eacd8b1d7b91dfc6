#include "ledger/rules/claims.h"

namespace touchstone::ledger {

bool was_lost(Run& run, StateKey container) {
    while (!container.is_zero()) {
        const ContainerRecord* const at = run.overlay.containers.get(container);
        INVARIANT(at != nullptr);
        if (at->was_lost) return true;
        container = at->container;
    }
    return false;
}

void FoundGoods::hold(const StateKey& key, ItemRecord& item) {
    // In the hands that the claim wants it in.
    if (item.reclaimed_to == item.custodian) item.reclaimed_to.clear();
    const bool held = item.reclaimed_to.empty() || item.has(ItemFlag::kQuarantined, item.owner);
    if (held || item.owner == item.custodian) return;
    put_mark(item, ItemFlag::kQuarantined, item.owner);
    log_.set_other(item.owner);
    log_.append(key, item);
}

}  // namespace touchstone::ledger
