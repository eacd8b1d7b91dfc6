// Which events applied operations write, against what their descriptions say: every block of every test here goes through
// require_described_events(). What was seen is asked for when all tests have run (all_operations.cpp).
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "ledger/rules/execute.h"
#include "ledger/schema/parsed.h"

namespace touchstone::ledger::test {

using EventKinds = std::set<EventKind>;

// Of every operation that was applied, by its name.
inline std::map<std::string_view, EventKinds>& written_by_operation() {
    static std::map<std::string_view, EventKinds> seen;
    return seen;
}

// Beside the kind that its description names: of what is around the units that it acts on, or of how they end up.
inline const EventKinds& also_written_by(const Operation& operation) {
    static const std::map<std::string_view, EventKinds> kinds{
        {"pack", {EventKind::kLoaded}},
        {"unpack", {EventKind::kUnloaded, EventKind::kFlagged}},
        {"receive", {EventKind::kMissing, EventKind::kSurplus, EventKind::kFlagged}},
        {"undo_end", {EventKind::kFound, EventKind::kUnpacked, EventKind::kUnloaded, EventKind::kFlagged}},
        {"reclaim", {EventKind::kReassigned, EventKind::kUnpacked, EventKind::kUnloaded}},
        {"reassign", {EventKind::kUnpacked, EventKind::kUnloaded}},
        {"seize", {EventKind::kUnpacked, EventKind::kUnloaded}},
        {"carry_out", {EventKind::kProductReassigned}},
        {"vote_on_proposal", {EventKind::kProductReassigned}},
        {"propose", {EventKind::kProductReassigned}},
    };
    static const EventKinds none;
    const auto at = kinds.find(info(operation).name);
    return at == kinds.end() ? none : at->second;
}

inline void require_described_events(const std::vector<ParsedTransactionPtr>& transactions, const BlockEffects& effects) {
    std::map<Hash256, EventKinds> written;  // by transaction
    for (const auto& [key, value] : effects.side) {
        if (key.empty() || key[0] != 'e' || !value) continue;
        const auto event = Event::decode(*value);
        REQUIRE(event.ok());
        written[event->transaction_id].insert(event->kind);
    }
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        if (!effects.outcomes[i].applied()) continue;
        const auto& operations = transactions[i]->operations();
        EventKinds described;
        for (const Operation& one : operations) {
            if (info(one).event) described.insert(*info(one).event);
            described.insert(also_written_by(one).begin(), also_written_by(one).end());
        }
        const EventKinds& kinds = written[info(*transactions[i]).id];
        for (const EventKind kind : kinds) {
            INFO(info(operations[0]).name << " writes " << name_of(kind) << ", which its description does not name");
            REQUIRE(described.contains(kind));
        }
        for (const Operation& one : operations) {
            EventKinds& seen = written_by_operation()[info(one).name];
            // Of a transaction with several operations it is not known which of them wrote what.
            if (operations.size() == 1) seen.insert(kinds.begin(), kinds.end());
        }
    }
}

}  // namespace touchstone::ledger::test
