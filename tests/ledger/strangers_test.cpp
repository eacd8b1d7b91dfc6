// Who has no part in goods does nothing to them: every operation that names items or containers, filled in by chance, sent by
// a brand that has nothing to do with any of them, in every state that they can be in.
#include "tests/ledger/fill_fields.h"
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

// Everybody may file a document that is about somebody's goods: it is kept, and stands in no history of theirs.
bool is_open_to_all(const Operation& operation) { return std::holds_alternative<op::RecordDocument>(operation); }

World every_state() {
    World world;
    world.with_items(8);
    world.must("brand", {op::Pack{box(0), items(0, 1), {}}});
    world.must("brand", {op::Ship{items(1, 1), "shop", {}}});
    world.must("brand", {op::Sell{items(2, 1), "CH", {}}});
    world.must("brand", {op::Decommission{items(3, 1), ItemState::kDestroyed, {}}});
    world.must("brand", {op::Lose{items(4, 1), {}, {}}});
    world.must("brand", {op::Flag{items(5, 1), ItemFlag::kSuspect, {}}});
    world.must("brand", {op::TransferOwnership{items(6, 1), "shop"}});
    world.must("brand", {op::Pack{box(1), {}, {box(0)}}});
    return world;
}

}  // namespace

TEST_CASE("an organisation without any part in goods is refused whatever it does to them") {
    SHOW_SEED();
    Randomness random(17);
    RandomChoices choices(random);
    World world = every_state();
    std::size_t judged = 0;
    for (std::size_t kind = 0; kind < std::variant_size_v<Operation>; ++kind) {
        for (int round = 0; round < 150; ++round) {
            const Operation operation = make_operation(choices, kind);
            if (info(operation).naming == Naming::kNothing || is_open_to_all(operation)) break;
            const auto parsed = parse(world.sign("rival", {operation}), world.parameters);
            if (!parsed.ok()) continue;
            const auto effects = execute(world.context(), std::vector{*parsed}, world.reader());
            REQUIRE(effects.ok());
            ++judged;
            INFO(info(operation).name);
            for (const OperationOutcome& one : effects->outcomes.at(0).operations) REQUIRE(one.accepted == 0);
        }
    }
    REQUIRE(judged > 1000);
}
