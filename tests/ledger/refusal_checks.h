// What the tests of refusals share: that a refused transaction changes nothing but its own record and result, and which
// refusals were reached at all.
#pragma once

#include <set>

#include "ledger/rules/replay.h"
#include "tests/ledger/world.h"

namespace touchstone::ledger::test {

inline std::set<Refusal>& reached() {
    static std::set<Refusal> set;
    return set;
}

// Runs it in a block and requires the refusal and an unchanged state.
inline TransactionOutcome refused(World& world, const std::string& actor, const std::vector<Operation>& operations,
                                  Refusal wanted) {
    const auto before = world.state;
    const auto side_before = world.side;
    const auto transaction = world.transaction(actor, operations);
    const auto effects = world.execute_block({transaction});
    const TransactionOutcome outcome = effects.outcomes.at(0);
    INFO(info(outcome.refusal).code << ", wanted " << info(wanted).code << ": " << outcome.detail);
    REQUIRE(outcome.refusal == wanted);
    REQUIRE(info(wanted).remedy.size() > 10);
    for (const OperationOutcome& one : outcome.operations) REQUIRE(one.accepted == 0);

    const Hash256 id = info(*transaction).id;
    const std::uint64_t until = info(*transaction).valid_until;
    const std::set<Hash256> own{transaction_key(id), expiry_key(Height(until)), expiry_chunk_key(until, world.height),
                                activity_key()};
    for (const auto& [key, record] : effects.records) REQUIRE(own.contains(key));
    for (const auto& [key, record] : before) REQUIRE(world.state.contains(key));
    REQUIRE(world.side.size() == side_before.size() + 1);
    const auto stored = StoredResult::decode(world.side.at(result_side_key(id)));
    REQUIRE(stored.ok());
    REQUIRE(stored->outcome == outcome);
    REQUIRE(stored->height == world.height);
    reached().insert(wanted);
    return outcome;
}

inline void rejected(const Result<ParsedTransactionPtr, Rejection>& parsed, Refusal wanted) {
    REQUIRE(!parsed.ok());
    INFO(info(parsed.error().refusal).code << ", wanted " << info(wanted).code << ": " << parsed.error().detail);
    REQUIRE(parsed.error().refusal == wanted);
    reached().insert(wanted);
}

inline void rejected(World& world, const Operation& operation, Refusal wanted) {
    rejected(parse(world.sign("brand", {operation}), world.parameters), wanted);
}

// Of reports, sellers, inspections, corrections, territories and documents (report_refusals.cpp).
void report_refusals();
void seller_refusals();
void correction_refusals();
void territory_refusals();
// Of keys, the council and validators (governance_test.cpp).
void governance_refusals();
// Of reports that weigh, shops that were closed, changes that wait (the tests of these names).
void weight_refusals();
void closed_shop_refusals();
void waiting_refusals();
void document_refusals();
void binding_refusals();
// Of what puts things right (recovery_refusals.cpp).
void recovery_refusals();

}  // namespace touchstone::ledger::test
