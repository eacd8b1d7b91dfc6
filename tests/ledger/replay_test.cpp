// A transaction counts once: repeats, validity, and forgetting what has expired, also when much expires at once.
#include "ledger/rules/replay.h"

#include "ledger/records/index.h"
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

std::string error_of(const World& world, const std::vector<ParsedTransactionPtr>& transactions) {
    const auto executed = execute(world.context(), transactions, world.reader());
    REQUIRE(!executed.ok());
    return executed.error().code;
}

}  // namespace

TEST_CASE("a repeat makes a block invalid, in the same block and later") {
    World world;
    const auto one = world.transaction("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
    REQUIRE(error_of(world, {one, one}) == "block_duplicate_transaction");
    world.execute_block({one});
    REQUIRE(error_of(world, {one}) == "block_duplicate_transaction");
    // A refused transaction counts as well.
    const auto refused = world.transaction("rival", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
    REQUIRE(!world.execute_block({refused}).outcomes.at(0).applied());
    REQUIRE(error_of(world, {refused}) == "block_duplicate_transaction");
}

TEST_CASE("a transaction is remembered until its validity has passed, and not one block longer") {
    World world;
    world.execute_block({});  // writes down who leads
    world.validity = 10;
    const auto one = world.transaction("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
    const std::size_t before = world.state.size();
    world.execute_block({one});
    const StateKey key = transaction_key(info(*one).id);
    REQUIRE(world.get<TransactionRecord>(key) == TransactionRecord{Height(2), 0, info(*one).valid_until});
    while (world.height.value < info(*one).valid_until) {
        REQUIRE(world.state.contains(key));
        world.execute_block({});
    }
    REQUIRE(world.state.contains(key));
    world.execute_block({});
    REQUIRE(!world.state.contains(key));
    REQUIRE(world.state.size() == before + 1);  // the product; no list is left behind
    const auto rejection = admit(*one, world.context(), world.reader());
    REQUIRE(rejection);
    REQUIRE(rejection->refusal == Refusal::kExpired);
}

TEST_CASE("what expires at one height is erased in bounded steps") {
    Genesis genesis = small_genesis();
    genesis.parameters.block_transactions_max = 4;
    World world(genesis);
    world.execute_block({});  // writes down who leads
    const std::size_t before = world.state.size();
    const std::uint64_t until = 12;
    std::size_t sent = 0;
    std::vector<Hash256> ids;
    while (world.height.value < until) {
        std::vector<ParsedTransactionPtr> block;
        for (int i = 0; i < 4; ++i) {
            auto head = world.head("shop", "shop");
            head.valid_until = until;
            const std::vector<Operation> nothing{op::Receive{items(0, 1)}};
            auto parsed =
                parse(std::make_shared<SignedTransaction>(sign_payload(build_payload(head, nothing), key_of("shop"))),
                      world.parameters);
            REQUIRE(parsed.ok());
            block.push_back(*parsed);
            ids.push_back(info(**parsed).id);
            ++sent;
        }
        world.execute_block(block);
    }
    const auto recorded = [&] {
        return std::count_if(ids.begin(), ids.end(),
                             [&](const Hash256& id) { return world.state.contains(transaction_key(id)); });
    };
    REQUIRE(recorded() == static_cast<std::ptrdiff_t>(sent));
    // At most twice a full block at a time.
    for (std::size_t left = sent; left > 0;) {
        world.execute_block({});
        left -= std::min<std::size_t>(left, 8);
        REQUIRE(recorded() == static_cast<std::ptrdiff_t>(left));
    }
    REQUIRE(world.state.size() == before);
}

TEST_CASE("a block keeps its bounds") {
    Genesis genesis = small_genesis();
    genesis.parameters.block_transactions_max = 2;
    genesis.parameters.block_items_max = genesis.parameters.items_per_register_max = 2 * limits::kItemsPerOperation;
    World world(genesis);
    const auto with = [&](std::uint64_t count) { return world.transaction("shop", {op::Receive{items(0, count)}}); };
    REQUIRE(error_of(world, {with(1), with(1), with(1)}) == "block_transactions");
    REQUIRE(error_of(world, {with(11), with(10)}) == "block_items");
    REQUIRE(execute(world.context(), std::vector{with(10), with(10)}, world.reader()).ok());
    world.parameters.block_bytes_max = 2 * info(*with(1)).size_bytes;
    REQUIRE(execute(world.context(), std::vector{with(1), with(1)}, world.reader()).ok());
    --world.parameters.block_bytes_max;
    REQUIRE(error_of(world, {with(1), with(1)}) == "block_bytes");
}

TEST_CASE("a later operation's refusal undoes the earlier ones") {
    World world;
    world.with_items(2);
    const auto outcome = world.run("brand", {op::Ship{items(0, 2), "shop", {}}, op::Recall{kGtin, {}, "x"},
                                             op::CancelShipment{items(0, 1)}, op::Receive{items(1, 1)}});
    REQUIRE(outcome.refusal == Refusal::kNotReceiver);
    REQUIRE(outcome.operation == 3);
    REQUIRE(world.item_at(item(0)).state == ItemState::kActive);
    REQUIRE(world.item_at(item(1)).event_count == 1);
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->recalls.empty());
    REQUIRE(!world.side.contains(recall_index_key(kGtin, {})));
    REQUIRE(world.events(item(0)).size() == 1);
}

TEST_CASE("later transactions of a block see the earlier ones, not the refused ones") {
    World world;
    world.with_items(1);
    const auto effects = world.execute_block({world.transaction("brand", {op::Ship{items(0, 1), "shop", {}}}),
                                              world.transaction("carrier", {op::Receive{items(0, 1)}}),
                                              world.transaction("shop", {op::Receive{items(0, 1)}})});
    REQUIRE(effects.outcomes[0].applied());
    REQUIRE(effects.outcomes[1].refusal == Refusal::kNotReceiver);
    REQUIRE(effects.outcomes[2].applied());
    REQUIRE(world.item_at(item(0)).custodian == "shop");
    REQUIRE(std::is_sorted(effects.records.begin(), effects.records.end(),
                           [](const auto& a, const auto& b) { return a.first < b.first; }));
}

TEST_CASE("partial registration takes what it can and names the rest") {
    World world;
    world.with_product(4);
    world.must("brand", {World::registration({item(0)})});
    const auto first =
        world.must("maker", {World::registration({item(1), item(0), item(1), item(2)}, "L1", RegisterMode::kPartial)});
    REQUIRE(first.operations[0].accepted == 2);
    REQUIRE(first.operations[0].refused ==
            std::vector<ItemOutcome>{{1, Refusal::kItemTaken}, {2, Refusal::kItemRepeated}});
    // Sent again, it changes nothing and uses no quota.
    const auto again = world.must("maker", {World::registration(items(1, 2), "L1", RegisterMode::kPartial)});
    REQUIRE(again.operations[0].accepted == 0);
    REQUIRE(again.operations[0].refused ==
            std::vector<ItemOutcome>{{0, Refusal::kItemExists}, {1, Refusal::kItemExists}});
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == 2);
    const auto over = world.must("maker", {World::registration(items(1, 5), "L1", RegisterMode::kPartial)});
    REQUIRE(over.operations[0].accepted == 2);
    REQUIRE(over.operations[0].refused.back() == ItemOutcome{4, Refusal::kQuotaExceeded});
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == 4);
    REQUIRE(world.get<VolumeRecord>(lot_volume_key(kGtin, "L1"))->registered == 4);
    REQUIRE(world.get<VolumeRecord>(product_volume_key(kGtin))->registered == 5);
    // A grant below what was used is refused; one of as many leaves nothing, a larger one the difference.
    REQUIRE(world.run("brand", {op::GrantLicence{kGtin, "maker", 3, 0, 0, {}}}).refusal == Refusal::kQuotaBelowUsed);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 4, 0, 0, {}}});
    REQUIRE(world.run("maker", {World::registration(items(9, 1))}).refusal == Refusal::kQuotaExceeded);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 5, 0, 0, {}}});
    world.must("maker", {World::registration(items(9, 1))});
    REQUIRE(world.run("maker", {World::registration(items(10, 1))}).refusal == Refusal::kQuotaExceeded);
}

TEST_CASE("recalled goods go home and nowhere else, and a recall outlives a receipt") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1")});
    world.must("maker", {op::Ship{items(0, 2), "carrier", {}}});
    world.must("brand", {op::Recall{kGtin, "L1", "glass"}});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->recalls.size() == 1);
    REQUIRE(world.side.contains(recall_index_key(kGtin, "L1")));
    world.must("carrier", {op::Receive{items(0, 2)}});
    REQUIRE(world.run("carrier", {op::Ship{items(0, 1), "shop", {}}}).refusal == Refusal::kRecalled);
    world.must("carrier", {op::Ship{items(0, 1), "brand", {}}});
    world.must("carrier", {op::Ship{items(1, 1), "maker", {}}});
    world.must("brand", {op::LiftRecall{kGtin, "L1", "false alarm"}});
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->recalls.empty());
    REQUIRE(!world.side.contains(recall_index_key(kGtin, "L1")));
    REQUIRE(world.events(product_key(kGtin)).size() == 3);
    // Put and taken away within one block: what came last counts.
    world.execute_block({world.transaction("brand", {op::Recall{kGtin, {}, {}}}),
                         world.transaction("brand", {op::LiftRecall{kGtin, {}, {}}})});
    REQUIRE(!world.side.contains(recall_index_key(kGtin, {})));
}

TEST_CASE("a recall of a lot that is not registered yet is asked for, and finds the lot when it comes") {
    World world;
    world.with_product();
    REQUIRE(world.run("customs", {op::Recall{kGtin, "L7", "forged labels"}}).refusal == Refusal::kLotUnknown);
    op::Recall early{kGtin, "L7", "forged labels"};
    early.unregistered = true;
    world.must("customs", {early});
    world.must("brand", {World::registration(items(0, 1), "L7")});
    REQUIRE(world.run("brand", {op::Sell{items(0, 1), "CH"}}).refusal == Refusal::kRecalled);
    REQUIRE(world.run("brand", {op::Sell{items(0, 1), "FR"}}).applied());  // a regulator's reach is its country
}

TEST_CASE("the expiry of a lot is its maker's, and not fixed by an item that had none") {
    World world;
    world.with_product();
    world.must("brand", {World::registration(items(0, 1), "L7")});
    auto registration = World::registration(items(1, 1), "L7");
    registration.expiry = 30'000;
    world.must("brand", {registration});
    registration.items = items(2, 1);
    registration.expiry = 30'001;
    REQUIRE(world.run("brand", {registration}).refusal == Refusal::kLotMismatch);
    world.must("maker", {registration});
    const auto lot = world.get<LotRecord>(lot_key(kGtin, "L7"));
    REQUIRE(lot->made == std::vector<LotRecord::Made>{{"brand", 30'000, 2}, {"maker", 30'001, 1}});
}

TEST_CASE("the same items with another lot or expiry are no repeat") {
    World world;
    world.with_items(1);
    REQUIRE(world.run("brand", {World::registration(items(0, 1), "L1")}).refusal == Refusal::kItemExists);
    REQUIRE(world.run("brand", {World::registration(items(0, 1), "L2")}).refusal == Refusal::kRegistrationDiffers);
    auto registration = World::registration(items(0, 1), "L1");
    registration.expiry = 30'000;
    REQUIRE(world.run("brand", {registration}).refusal == Refusal::kRegistrationDiffers);
    REQUIRE(world.run("maker", {World::registration(items(0, 1), "L1")}).refusal == Refusal::kItemTaken);
}

TEST_CASE("index keys are read back, and only by their own list") {
    REQUIRE(parse_organisation_index(organisation_index_key("brand")) == "brand");
    REQUIRE(parse_product_index(product_index_key(kGtin)) == kGtin);
    REQUIRE(parse_licence_index(licence_index_key(kGtin, "maker")) == ProductEntry{kGtin, "maker"});
    REQUIRE(parse_lot_index(lot_index_key(kGtin, "L1")) == ProductEntry{kGtin, "L1"});
    REQUIRE(parse_recall_index(recall_index_key(kGtin, {})) == ProductEntry{kGtin, {}});
    REQUIRE(!parse_lot_index(recall_index_key(kGtin, "L1")));
    REQUIRE(!parse_product_index(organisation_index_key("brand")));
    const auto under = [](const Bytes& prefix, const Bytes& key) { return as_text(key).starts_with(as_text(prefix)); };
    REQUIRE(under(lot_index_prefix(kGtin), lot_index_key(kGtin, "L1")));
    REQUIRE(!under(lot_index_prefix(kOtherGtin), lot_index_key(kGtin, "L1")));
    REQUIRE(as_text(index_key_after(lot_index_key(kGtin, "L1"))) > as_text(lot_index_key(kGtin, "L1")));
    REQUIRE(as_text(index_key_after(lot_index_key(kGtin, "L1"))) < as_text(lot_index_key(kGtin, "L1-")));
}

TEST_CASE("a genesis says what is wrong with it") {
    const auto broken = [](auto change) {
        Genesis genesis = small_genesis();
        change(genesis);
        const Status status = genesis.check();
        return !status.ok() && status.error().code == "genesis_invalid" &&
               genesis.chain_id() != small_genesis().chain_id();
    };
    REQUIRE(small_genesis().check().ok());
    REQUIRE(broken([](Genesis& g) { g.validators.clear(); }));
    REQUIRE(broken([](Genesis& g) { g.validators.push_back(g.validators[0]); }));
    REQUIRE(broken([](Genesis& g) { g.validators[0].organisation = "nobody"; }));
    REQUIRE(broken([](Genesis& g) { g.organisations.push_back(g.organisations[0]); }));
    REQUIRE(broken([](Genesis& g) { g.organisations[1].keys = g.organisations[0].keys; }));
    REQUIRE(broken([](Genesis& g) { g.organisations[0].id = "Brand"; }));
    REQUIRE(broken([](Genesis& g) { g.organisations[0].roles = 0; }));
    REQUIRE(broken([](Genesis& g) { g.organisations[0].name = "organisation MAKER"; }));
    REQUIRE(broken([](Genesis& g) { g.organisations[0].name = "\u200b"; }));
    REQUIRE(broken([](Genesis& g) { g.organisations[0].keys[0].key = {}; }));
    REQUIRE(broken([](Genesis& g) { g.validators[0].key = {}; }));
    REQUIRE(broken([](Genesis& g) { g.organisations[0].gln = "1"; }));
    REQUIRE(broken([](Genesis& g) { g.name = "a\nb"; }));
    REQUIRE(broken([](Genesis& g) { g.parameters.block_bytes_max = g.parameters.transaction_bytes_max - 1; }));
    REQUIRE(broken([](Genesis& g) { g.parameters.leader_timeout_ms = 0; }));
    REQUIRE(broken([](Genesis& g) { g.parameters.report_deadline_ms = 0; }));
}
