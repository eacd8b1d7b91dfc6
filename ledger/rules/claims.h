// An owner's claim over a loss. A claim hinders no holder who has the goods and says so; who says that he lost what is
// claimed from him, and then has it again, has it for its owner: it is quarantined in the owner's name, who lets it go by
// clear_flag. So it is neither sold nor passed on to a stranger, and still travels to its owner, to an auditor or to a
// regulator. What was lost and found within a container is not looked at before it is taken out: the container is one
// record, whatever it holds.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// Whether the container, or one that it is in, was lost and found.
bool was_lost(Run& run, StateKey container);

// For one operation.
class FoundGoods {
  public:
    explicit FoundGoods(Run& run) : log_(run, EventKind::kFlagged, {}, "quarantined: found under a claim") {}

    // After the event that says how they were found, and with the custodian that they have now.
    void hold(const StateKey& key, ItemRecord& item);
    void hold(const StateKey&, ContainerRecord& container) { container.was_lost = true; }

  private:
    EventLog log_;
};

}  // namespace touchstone::ledger
