// What members, attackers and insiders found in an hour each, and the rules did not hold against.
#include "ledger/records/index.h"
#include "tests/ledger/recovery.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

op::Recall recall_of_lot(const std::string& lot, std::vector<std::string> countries = {}) {
    op::Recall made;
    made.gtin = kGtin;
    made.lot = lot;
    made.reason = "glass";
    made.countries = std::move(countries);
    return made;
}

const RecallMark& only_recall(const ProductRecord& product) {
    REQUIRE(product.recalls.size() == 1);
    return product.recalls.front();
}

}  // namespace

TEST_CASE("a recall is not evaded by voiding what it holds for and registering it anew") {
    World world;
    world.with_items(3, "L1");
    world.must("customs", {recall_of_lot("L1")});
    refused(world, "brand", {op::VoidRegistration{items(0, 1), {}}}, Refusal::kRecalled);
    refused(world, "brand", {op::VoidRegistration{items(0, 1), {}}, World::registration(items(0, 1), "L2")},
            Refusal::kRecalled);
    REQUIRE(recalled(world, item(0)));
    // Its own recall the brand could lift as well.
    world.must("customs", {op::LiftRecall{kGtin, "L1", {}}});
    world.must("brand", {recall_of_lot("L1")});
    world.must("brand", {op::VoidRegistration{items(0, 1), {}}});
}

TEST_CASE("a second recall of the same scope widens the first, and narrows it only where it says so") {
    World world;
    world.with_items(1, "L1");
    const auto mark = [&] { return only_recall(*world.get<ProductRecord>(product_key(kGtin))); };
    world.must("brand", {recall_of_lot("L1", {"FR"})});
    world.must("brand", {recall_of_lot("L1", {"DE"})});
    REQUIRE(mark().countries == std::vector<std::string>{"DE", "FR"});
    refused(world, "brand", {recall_of_lot("L1", {"FR"})}, Refusal::kRecallActive);
    world.must("brand", {recall_of_lot("L1")});
    REQUIRE(mark().countries.empty());
    refused(world, "brand", {recall_of_lot("L1", {"FR"})}, Refusal::kRecallActive);
    op::Recall narrower = recall_of_lot("L1", {"FR"});
    narrower.replace = true;
    world.must("brand", {narrower});
    REQUIRE(mark().countries == std::vector<std::string>{"FR"});
}

TEST_CASE("a recall names a maker that there is, and a regulator no country but its own") {
    World world;
    world.with_items(1, "L1");
    op::Recall by_maker = recall_of_lot({});
    by_maker.maker = "nobody";
    refused(world, "brand", {by_maker}, Refusal::kUnknownRecipient);
    move_to_country(world, "customs", "FR");
    refused(world, "customs", {recall_of_lot("L1", {"CH"})}, Refusal::kOutOfReach);
    world.must("customs", {recall_of_lot("L1", {"FR"})});
}

TEST_CASE("who lifts what he has not is told what he has") {
    World world;
    world.with_items(1, "L1");
    world.must("brand", {recall_of_lot("L1")});
    const auto outcome = world.run("brand", {op::LiftRecall{kGtin, "L2", {}}});
    REQUIRE(outcome.refusal == Refusal::kRecallAbsent);
    REQUIRE(outcome.detail == "yours in force: lot L1");
    REQUIRE(!is_done(Operation(op::LiftRecall{kGtin, "L2", {}}), outcome.refusal, "brand", nullptr));
}

TEST_CASE("goods that an authority takes from their buyer are not new any more") {
    World world = stocked(1);
    world.must("shop", {op::Sell{items(0, 1), "CH"}});
    world.must("customs", {op::Seize{items(0, 1), {}}});
    REQUIRE(world.item_at(item(0)).state == ItemState::kActive);
    REQUIRE(world.item_at(item(0)).returns == 1);
}

TEST_CASE("no holder wipes out a claim of the owner") {
    World world = stocked(4);
    world.must("brand", {op::Reclaim{items(0, 4), "brand", {}}});
    world.must("shop", {op::Sell{items(0, 1), "CH"}, op::CancelSale{items(0, 1), {}}});
    world.must("shop", {op::Sell{items(1, 1), "CH"}, op::Return{items(1, 1), {}}});
    world.must("shop", {op::Lose{items(2, 1), {}}, op::UndoEnd{items(2, 1), {}}});
    for (int i = 0; i < 3; ++i) REQUIRE(world.item_at(item(i)).reclaimed_to == "brand");
    // It is met when the goods are where it wants them.
    world.must("shop", {op::Sell{items(3, 1), "CH"}});
    world.must("brand", {op::Return{items(3, 1), {}}});
    REQUIRE(world.item_at(item(3)).reclaimed_to.empty());
}

TEST_CASE("a claim is met by a shipment that comes back") {
    World world;
    world.with_product();
    world.must("maker", {World::registration(items(0, 2), "L1"), op::Ship{items(0, 2), "shop", {}}});
    world.must("brand", {op::Reclaim{items(0, 2), "maker", {}}});
    world.must("shop", {op::RejectShipment{items(0, 1), {}}});
    world.must("maker", {op::CancelShipment{items(1, 1)}});
    for (int i = 0; i < 2; ++i) REQUIRE(world.item_at(item(i)).reclaimed_to.empty());
}

TEST_CASE("what adds to a quota says nothing of the licence's days and facility") {
    World world;
    world.with_product();
    world.must("brand", {op::GrantLicence{kGtin, "maker", 10, kToday, kToday + 30, "9506000134017"}});
    world.must("brand", {op::GrantLicence{kGtin, "maker", 5, 0, 0, {}, true}});
    LicenceRecord licence = *world.get<LicenceRecord>(licence_key(kGtin, "maker"));
    REQUIRE(licence.quota == 15);
    REQUIRE(licence.until == kToday + 30);
    REQUIRE(licence.facility == "9506000134017");
    world.must("brand", {op::GrantLicence{kGtin, "maker", 5, 0, kToday + 60, {}, true}});
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->until == kToday + 60);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 20, 0, 0, {}}});
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->facility.empty());
}

TEST_CASE("the same again is there already; something else is not taken for it") {
    World world;
    world.with_product();
    refused(world, "brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}}, Refusal::kProductExists);
    refused(world, "brand", {op::DeclareProduct{kGtin, "Lantern", {}, {}}}, Refusal::kRecordedOtherwise);
    op::DeclareProduct stricter{kGtin, "Lamp", {}, {}};
    stricter.serial_policy = SerialPolicy::kRefuse;
    refused(world, "brand", {stricter}, Refusal::kRecordedOtherwise);
    REQUIRE(!is_done(Operation(stricter), Refusal::kRecordedOtherwise, "brand", nullptr));
    // A scan after a receipt is a word of its own.
    op::Receive scan;
    scan.counted = 3;
    const UnitFacts here{ItemState::kActive, "shop", {}, {}, {}, {}};
    REQUIRE(is_done(Operation(op::Receive{}), Refusal::kNotInTransit, "shop", &here));
    REQUIRE(!is_done(Operation(scan), Refusal::kNotInTransit, "shop", &here));
}

TEST_CASE("containers of others are unknown, whatever state they are in") {
    World world;
    world.with_items(2);
    const Items first = items(0, 1);
    const ContainerName there = box(0), nowhere = box(1);
    world.must("brand", {op::Pack{there, first, {}}});
    const auto answer = [&](const std::string& who, const Operation& operation) {
        const auto outcome = world.run(who, {operation});
        return std::pair{outcome.refusal, outcome.operations.empty() ? OperationOutcome{} : outcome.operations.back()};
    };
    const auto same = [&](const auto& make) {
        REQUIRE(answer("rival", make(there)) == answer("rival", make(nowhere)));
    };
    const auto both = [&] {
        same([](const ContainerName& name) { return op::Ship{{}, "carrier", {}, Containers{name}}; });
        same([](const ContainerName& name) { return op::Receive{{}, Containers{name}}; });
        same([](const ContainerName& name) { return op::Lose{{}, {}, Containers{name}}; });
        same([](const ContainerName& name) { return op::Reclaim{{}, "rival", {}, Containers{name}}; });
        same([](const ContainerName& name) { return op::UndoEnd{{}, {}, Containers{name}}; });
    };
    both();
    world.must("brand", {op::Ship{{}, "carrier", {}, Containers{there}}});
    both();
    REQUIRE(world.run("rival", {op::Unpack{there, first, {}}}).refusal == Refusal::kContainerUnknown);
    REQUIRE(world.run("rival", {op::Pack{there, first, {}}}).refusal == Refusal::kContainerNotYours);
    REQUIRE(world.run("rival", {op::Pack{nowhere, first, {}}}).refusal == Refusal::kContainerNotYours);
    // Whom it concerns is told what is the matter.
    REQUIRE(world.run("carrier", {op::Ship{{}, "shop", {}, Containers{there}}}).refusal == Refusal::kInTransit);
}

TEST_CASE("a report is taken about a lot that nothing is registered for, which a copy may have") {
    World world;
    world.with_items(1, "L1");
    const ReportSubject known{ReportSubjectKind::kLot, {}, kGtin, "L1", {}, {}};
    const ReportSubject unknown{ReportSubjectKind::kLot, {}, kGtin, "L77", {}, {}};
    for (const ReportSubject& subject : {known, unknown})
        world.must("rival", {op::Report{subject, ReportKind::kCounterfeit, "other print", {}, {}}});
}

TEST_CASE("what was found to be counterfeit is not sold") {
    World world = stocked(1);
    world.must("auditor", {op::Inspect{items(0, 1), Finding::kCounterfeitSuspected}});
    refused(world, "shop", {op::Sell{items(0, 1), "CH"}}, Refusal::kFlagged);
    world.must("customs", {op::ClearFlag{items(0, 1), ItemFlag::kCounterfeit, "genuine after all"}});
    world.must("shop", {op::Sell{items(0, 1), "CH"}});
}

// 200 transactions of a thousand operations without items stood the chain still for half a minute.
TEST_CASE("an operation counts in a block's bound, though it names no item") {
    World world;
    world.with_product();
    std::vector<Operation> many;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        op::RecordDocument document;
        document.document = item_key(kGtin, Hash256{}).hash();
        document.document.bytes[1] = static_cast<std::uint8_t>(i);
        document.document.bytes[2] = static_cast<std::uint8_t>(i >> 8);
        many.push_back(document);
    }
    const auto one = world.transaction("shop", many);
    REQUIRE(one->info().items == 0);
    REQUIRE(one->info().load == 1000 * limits::kItemsPerOperation);
    std::vector<ParsedTransactionPtr> block;
    for (int i = 0; i < 6; ++i) block.push_back(world.transaction("shop", {many[static_cast<std::size_t>(i)]}));
    world.parameters.block_items_max = 5 * limits::kItemsPerOperation;
    const auto over = execute(world.context(), block, world.reader());
    REQUIRE(!over.ok());
    REQUIRE(over.error().code == "block_load");
    block.pop_back();
    REQUIRE(execute(world.context(), block, world.reader()).ok());
    // One alone always fits.
    REQUIRE(execute(world.context(), std::vector{one}, world.reader()).ok());
}

// A proof shows what is next to a record: nobody who can choose a name may be next to a licence, a volume or statistics, and
// nobody at all is next to a lot or a container but who has some of his own.
TEST_CASE("what anybody asks for, what members name, and what nobody names are in regions of their own") {
    const auto region = [](const StateKey& key) { return key.hash().bytes[0] >> 6; };
    for (int i = 0; i < 64; ++i) {
        const std::string text = std::to_string(i);
        const Hash256 any = serial_commitment(kGtin, text);
        for (const StateKey& key : {item_key(kGtin, any), product_key(text), organisation_key(text), seller_key(any),
                                    document_key(any, text)}) {
            REQUIRE(is_public(key));
            REQUIRE(region(key) < 2);
        }
        for (const StateKey& key : {container_key(text, any), lot_key(kGtin, text), lot_volume_key(kGtin, text),
                                    report_key(any), transaction_key(any)}) {
            REQUIRE(!is_public(key));
            REQUIRE(region(key) == 2);
        }
        for (const StateKey& key : {licence_key(kGtin, text), product_volume_key(text), report_stats_key(text, "2026-11"),
                                    reporter_key(text), proposal_key(static_cast<std::uint64_t>(i))}) {
            REQUIRE(!is_public(key));
            REQUIRE(region(key) == 3);
        }
    }
}

TEST_CASE("a salt is known to nobody who did not write all of the record, and to each record its own") {
    World world;
    world.with_product();
    const auto licence = [&] { return world.get<LicenceRecord>(licence_key(kGtin, "maker"))->salt; };
    const auto expected = [&](const std::vector<Operation>& operations, const std::string& who, const StateKey& key,
                              const Hash256& before) {
        const auto sent = world.transaction(who, operations);
        world.execute_block({sent});
        return crypto::tagged_hash("touchstone/salt/2", {before.view(), sent->info().salt.view(), key.view()});
    };
    const Hash256 granted = licence();
    const StateKey key = licence_key(kGtin, "maker");
    // Whoever signs knows what his own transaction adds, and must know what was there before.
    const Hash256 follows = expected({World::registration(items(0, 2), "L1")}, "maker", key, granted);
    REQUIRE(follows == licence());
    REQUIRE(follows != granted);
    const auto salt_of = [&](const StateKey& volume) { return world.get<VolumeRecord>(volume)->salt; };
    REQUIRE(salt_of(product_volume_key(kGtin)) != salt_of(lot_volume_key(kGtin, "L1")));
    // Items of one registration do not tell of one another.
    REQUIRE(world.item_at(item(0)).salt != world.item_at(item(1)).salt);
    REQUIRE(world.item_at(item(0)).salt != 0);
    const std::uint64_t first = world.item_at(item(0)).salt;
    world.must("maker", {op::Ship{items(0, 1), "shop", {}}});
    REQUIRE(world.item_at(item(0)).salt == first);
}

TEST_CASE("no piece of a lot that expires is without a date") {
    World world;
    world.with_product();
    op::Register dated = World::registration(items(0, 1), "L1");
    dated.expiry = kToday - 1;
    world.must("brand", {dated});
    world.must("brand", {World::registration(items(1, 1), "L1")});
    REQUIRE(world.item_at(item(1)).expiry == kToday - 1);
    // The same again, with and without the date, is the same again.
    const auto repeat = [&](Day expiry) {
        op::Register again = World::registration(items(1, 1), "L1");
        again.expiry = expiry;
        return world.run("brand", {again}).refusal;
    };
    REQUIRE(repeat(0) == Refusal::kItemExists);
    REQUIRE(repeat(kToday - 1) == Refusal::kItemExists);
    REQUIRE(repeat(kToday + 9) == Refusal::kLotMismatch);
    op::AmendRegistration cleared;
    cleared.items = items(0, 1);
    cleared.clear_expiry = true;
    refused(world, "brand", {cleared}, Refusal::kLotMismatch);
    world.must("brand", {World::registration(items(2, 1), "L2")});
    op::AmendRegistration moved;
    moved.items = items(2, 1);
    moved.lot = "L1";
    refused(world, "brand", {moved}, Refusal::kLotMismatch);
    moved.expiry = kToday - 1;
    world.must("brand", {moved});
}

TEST_CASE("a country is one that there is") {
    for (const char* there : {"CH", "GB", "FR", "XK"}) REQUIRE(is_country(there));
    for (const char* nowhere : {"UK", "XX", "EU", "fr", "F", "FRA", "", "  ", " F", "E ", "EA"}) REQUIRE(!is_country(nowhere));
}
