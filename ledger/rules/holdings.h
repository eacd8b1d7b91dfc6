// Who has goods in hand, and which regulator's orders reach them.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// Of what is packed, its outermost container says it.
struct Holding {
    std::string custodian;
    std::string receiver;
    ItemState state;

    bool rests_with(std::string_view id) const { return state == ItemState::kActive && custodian == id; }
    // The same of what it has lost.
    bool is_with(std::string_view id) const { return state != ItemState::kInTransit && custodian == id; }
};

template <class Record>
Holding holding_of(Run& run, const Record& record) {
    if (record.container.is_zero()) return {record.custodian, record.receiver, record.state};
    const ContainerRecord& outer = outermost(run, record.container);
    return {outer.custodian, outer.receiver, outer.state};
}

// Whether the orders of the actor, a regulator, hold there. Its reach is its country: that of who holds the goods, or of
// one of the parties of a shipment; of what was sold, that of the seller. An organisation without a country may be
// anywhere, and a regulator without one reaches everywhere.
bool reaches(Run& run, const Holding& holding);

}  // namespace touchstone::ledger
