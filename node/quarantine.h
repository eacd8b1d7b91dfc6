// Transactions whose execution ended this node, as far as it can tell: the second line of defence against one that
// reaches a fault in the rules. The first is that none does.
//
// It is told of every transaction before its operations run, by the ExecutionWatch that the owner of the core thread
// sets up; what it was told last outlives the process, and is held against that transaction at the next start when the
// process died of it. What it holds is neither admitted, built with nor voted for by this node, until an operator
// releases it. A final block that contains it is executed all the same: it is agreed on, and the state follows from it.
//
// Core thread only.
#pragma once

#include "ledger/rules/execute.h"

namespace touchstone::node {

class Quarantine : public ledger::ExecutionObserver {
  public:
    virtual bool holds(const Hash256& id) const = 0;
    // True nearly always: then nobody needs to compute ids.
    virtual bool empty() const = 0;
    // What was executed is part of the chain's own structures: nothing of it is being computed any more.
    virtual void on_settled() = 0;
};

}  // namespace touchstone::node
