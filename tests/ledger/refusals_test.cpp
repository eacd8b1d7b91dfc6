// Every refusal is reached, and a refused transaction changes nothing but its own record and result.
#include "base/limits.h"
#include "tests/ledger/refusal_checks.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;

namespace {

void not_admitted(const World& world, const ParsedTransactionPtr& transaction, Refusal wanted) {
    const auto rejection = admit(*transaction, world.context(), world.reader());
    REQUIRE(rejection);
    REQUIRE(rejection->refusal == wanted);
    // A block that has it is no block of an honest proposer.
    const auto executed = execute(world.context(), std::vector{transaction}, world.reader());
    REQUIRE(!executed.ok());
    REQUIRE(executed.error().code == "block_" + std::string(info(wanted).code));
    reached().insert(wanted);
}

ParsedTransactionPtr parsed_of(World& world, const PayloadHead& head, const std::string& signer) {
    const std::vector<Operation> operations{op::Receive{items(0, 1)}};
    auto parsed =
        parse(std::make_shared<SignedTransaction>(sign_payload(build_payload(head, operations), key_of(signer))),
              world.parameters);
    REQUIRE(parsed.ok());
    return *parsed;
}

void transaction_refusals() {
    World world;
    auto head = world.head("brand", "brand");
    head.nonce.resize(7);
    const std::vector<Operation> one{op::Receive{items(0, 1)}};
    const auto carried = [&](const PayloadHead& of, const std::vector<Operation>& operations) {
        return std::make_shared<SignedTransaction>(sign_payload(build_payload(of, operations), key_of("brand")));
    };
    rejected(parse(carried(head, one), world.parameters), Refusal::kMalformed);
    head.nonce.resize(33);
    rejected(parse(carried(head, one), world.parameters), Refusal::kMalformed);
    head.nonce.resize(32);
    REQUIRE(parse(carried(head, one), world.parameters).ok());
    rejected(parse(carried(head, {}), world.parameters), Refusal::kMalformed);
    head.organisation = "Brand";
    rejected(parse(carried(head, one), world.parameters), Refusal::kMalformed);
    head.organisation = "brand";
    rejected(parse(carried(head, std::vector<Operation>(1001, one[0])), world.parameters), Refusal::kTooLarge);
    Parameters tight = world.parameters;
    tight.transaction_bytes_max = carried(head, one)->size_bytes();
    REQUIRE(parse(carried(head, one), tight).ok());
    --tight.transaction_bytes_max;
    rejected(parse(carried(head, one), tight), Refusal::kTooLarge);

    head.chain_id.bytes[0] ^= 1;
    not_admitted(world, parsed_of(world, head, "brand"), Refusal::kWrongChain);
    head.chain_id.bytes[0] ^= 1;
    world.height = Height(5);
    head.valid_until = 5;
    not_admitted(world, parsed_of(world, head, "brand"), Refusal::kExpired);
    head.valid_until = 6;
    REQUIRE(!admit(*parsed_of(world, head, "brand"), world.context(), world.reader()));
    head.valid_until = 6 + world.parameters.validity_heights_max;
    REQUIRE(!admit(*parsed_of(world, head, "brand"), world.context(), world.reader()));
    ++head.valid_until;
    not_admitted(world, parsed_of(world, head, "brand"), Refusal::kValidityTooLong);
    not_admitted(world, parsed_of(world, world.head("nobody", "brand"), "brand"), Refusal::kUnknownOrganisation);
    not_admitted(world, parsed_of(world, world.head("frozen", "frozen"), "frozen"), Refusal::kSuspendedOrganisation);
    not_admitted(world, parsed_of(world, world.head("brand", "rival"), "rival"), Refusal::kUnknownKey);
    not_admitted(world, parsed_of(world, world.head("maker", "maker-old"), "maker-old"), Refusal::kRevokedKey);

    const auto forged = parsed_of(world, world.head("brand", "brand"), "rival");
    REQUIRE(check_signature(*forged));
    REQUIRE(check_signature(*forged)->refusal == Refusal::kBadSignature);
    REQUIRE(!check_signature(*parsed_of(world, world.head("brand", "brand"), "brand")));
    reached().insert(Refusal::kBadSignature);
    const auto twice = world.transaction("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
    world.execute_block({twice});
    not_admitted(world, twice, Refusal::kDuplicateTransaction);
}

void field_refusals() {
    World world;
    const auto declared = [](std::string gtin, std::string name) { return op::DeclareProduct{gtin, name, {}, {}}; };
    for (const char* gtin : {"", "0950600013435", "09506000134353", "0950600013435x", "009506000134352"})
        rejected(world, declared(gtin, "Lamp"), Refusal::kBadGtin);
    rejected(world, World::registration(items(0, 1), "lot with spaces"), Refusal::kBadLot);
    rejected(world, World::registration(items(0, 1), std::string(21, 'L')), Refusal::kBadLot);
    auto registration = World::registration(items(0, 1));
    registration.made_on = 101;
    registration.expiry = 100;
    rejected(world, registration, Refusal::kBadDate);
    registration.made_on = 100;
    REQUIRE(parse(world.sign("brand", {registration}), world.parameters).ok());
    registration.expiry = 2'932'897;
    rejected(world, registration, Refusal::kBadDate);
    rejected(world, op::GrantLicence{kGtin, "maker", 1, 9, 8, {}}, Refusal::kBadDate);
    const std::string broken[] = {"",
                                  "a\nb",
                                  "a\x7f",
                                  std::string(201, 'a'),
                                  "a\xc0\x80",
                                  "\xed\xa0\x80",
                                  "\xe2\x80\xae"
                                  "evil",
                                  "\xc2\x85",
                                  "cut\xe2\x80"};
    for (const std::string& name : broken) {
        const auto parsed = parse(world.sign("brand", {declared(kGtin, name)}), world.parameters);
        REQUIRE(!parsed.ok());
        // What is not UTF-8 is no Protobuf string either.
        REQUIRE((parsed.error().refusal == Refusal::kBadText || parsed.error().refusal == Refusal::kMalformed));
    }
    rejected(world, declared(kGtin, ""), Refusal::kBadText);
    rejected(world, op::Recall{kGtin, {}, std::string(501, 'r')}, Refusal::kBadText);
    rejected(world, op::Sell{items(0, 1), "ch"}, Refusal::kBadText);
    REQUIRE(parse(world.sign("brand", {declared(kGtin, "L\xc3\xa4mpchen \xf0\x9f\x92\xa1")}), world.parameters).ok());
    registration = World::registration(items(0, 1));
    registration.facility = "9506000134353";
    rejected(world, registration, Refusal::kBadText);
    rejected(world, op::Receive{}, Refusal::kBadItemKeys);
    Parameters tight = world.parameters;
    tight.items_per_register_max = 2;
    REQUIRE(parse(world.sign("brand", {op::Receive{items(0, 2)}}), tight).ok());
    rejected(parse(world.sign("brand", {op::Receive{items(0, 3)}}), tight), Refusal::kTooManyItems);
    tight.block_items_max = 3;
    rejected(parse(world.sign("brand", {op::Receive{items(0, 2)}, op::Receive{items(0, 2)}}), tight),
             Refusal::kTooManyItems);
    op::DeclareProduct many = declared(kGtin, "Lamp");
    many.document_hashes.resize(17);
    rejected(world, many, Refusal::kTooLarge);
    world.with_items(1);
    refused(world, "brand", {op::GrantLicence{kGtin, "shop", 1, 0, 0, {}}}, Refusal::kBadRole);
    refused(world, "brand", {op::GrantLicence{kGtin, "nobody", 1, 0, 0, {}}}, Refusal::kUnknownRecipient);
    refused(world, "brand", {op::Ship{items(0, 1), "brand", {}}}, Refusal::kUnknownRecipient);
    refused(world, "brand", {op::Ship{items(0, 1), "frozen", {}}}, Refusal::kSuspendedOrganisation);
    rejected(world, op::Ship{items(0, 1), "No Body", {}}, Refusal::kUnknownRecipient);
}

void product_refusals() {
    World world;
    refused(world, "brand", {World::registration(items(0, 1))}, Refusal::kProductUnknown);
    refused(world, "brand", {op::Recall{kGtin, {}, {}}}, Refusal::kProductUnknown);
    refused(world, "maker", {op::DeclareProduct{kGtin, "Lamp", {}, {}}}, Refusal::kNotAllowed);
    world.with_product(3);
    refused(world, "rival", {op::DeclareProduct{kGtin, "Lamp", {}, {}}}, Refusal::kPrefixMissing);
    refused(world, "brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}}, Refusal::kProductExists);
    refused(world, "rival", {op::GrantLicence{kGtin, "maker", 9, 0, 0, {}}}, Refusal::kNotBrand);
    refused(world, "rival", {op::RevokeLicence{kGtin, "maker", {}}}, Refusal::kNotBrand);
    refused(world, "rival", {World::registration(items(0, 1))}, Refusal::kNotLicensed);
    refused(world, "brand", {op::RevokeLicence{kGtin, "shop", {}}}, Refusal::kNotLicensed);
    const auto over = refused(world, "maker", {World::registration(items(0, 4))}, Refusal::kQuotaExceeded);
    REQUIRE(over.operations.at(0).refused == std::vector<ItemOutcome>{{3, Refusal::kQuotaExceeded}});
    world.must("brand", {op::RevokeLicence{kGtin, "maker", "enough"}});
    refused(world, "maker", {World::registration(items(0, 1))}, Refusal::kLicenceRevoked);
    refused(world, "brand", {op::RevokeLicence{kGtin, "maker", {}}}, Refusal::kLicenceRevoked);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 9, kToday + 1, 0, {}}});
    refused(world, "maker", {World::registration(items(0, 1))}, Refusal::kLicenceNotInForce);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 9, 0, kToday - 1, {}}});
    refused(world, "maker", {World::registration(items(0, 1))}, Refusal::kLicenceNotInForce);
    world.must("brand", {op::GrantLicence{kGtin, "maker", 9, kToday, kToday, kGln}});
    refused(world, "maker", {World::registration(items(0, 1))}, Refusal::kLicenceFacility);
    auto at_home = World::registration(items(0, 1), "L1");
    at_home.facility = kGln;
    at_home.expiry = 30'000;
    world.must("maker", {at_home});
    at_home.items = items(1, 1);
    at_home.expiry = 30'001;
    refused(world, "maker", {at_home}, Refusal::kLotMismatch);
}

void item_refusals() {
    World world;
    world.with_items(4);
    world.must("maker", {World::registration(items(4, 1), "L1")});
    refused(world, "brand", {World::registration(items(0, 1), "L1")}, Refusal::kItemExists);
    refused(world, "brand", {World::registration(items(4, 1), "L1")}, Refusal::kItemTaken);
    refused(world, "brand", {World::registration({item(9), item(9)})}, Refusal::kItemRepeated);
    refused(world, "brand", {op::Ship{{item(0), item(0)}, "shop", {}}}, Refusal::kItemRepeated);
    const auto listed =
        refused(world, "brand", {op::Ship{{item(0), item(7), item(4)}, "shop", {}}}, Refusal::kItemUnknown);
    REQUIRE(listed.operations.at(0).refused ==
            std::vector<ItemOutcome>{{1, Refusal::kItemUnknown}, {2, Refusal::kNotCustodian}});
    refused(world, "carrier", {op::Ship{items(0, 1), "shop", {}}}, Refusal::kNotCustodian);
    refused(world, "brand", {op::Receive{items(0, 1)}}, Refusal::kNotInTransit);
    refused(world, "brand", {op::Return{items(0, 1), {}}}, Refusal::kNotSold);
    world.must("brand", {op::Ship{items(0, 1), "shop", {}}});
    refused(world, "carrier", {op::Receive{items(0, 1)}}, Refusal::kNotReceiver);
    refused(world, "brand", {op::RejectShipment{items(0, 1), {}}}, Refusal::kNotReceiver);
    refused(world, "shop", {op::CancelShipment{items(0, 1)}}, Refusal::kNotCustodian);
    refused(world, "brand", {op::Sell{items(0, 1), {}}}, Refusal::kInTransit);
    refused(world, "maker", {op::Sell{items(4, 1), {}}}, Refusal::kNotAllowed);
    world.must("brand", {op::Sell{items(1, 1), {}}});
    refused(world, "brand", {op::Sell{items(1, 1), {}}}, Refusal::kAlreadySold);
    refused(world, "shop", {op::Return{items(1, 1), {}}}, Refusal::kNotReturnPoint);
}

void recall_and_flag_refusals() {
    World world;
    world.with_items(4);
    refused(world, "brand", {op::ClearFlag{items(0, 1), ItemFlag::kStolen, {}}}, Refusal::kFlagAbsent);
    world.must("brand", {op::Flag{items(0, 1), ItemFlag::kStolen, "from the dock"}});
    world.must("customs", {op::Flag{items(1, 1), ItemFlag::kQuarantined, {}}});
    world.must("market", {op::Flag{items(2, 1), ItemFlag::kSuspect, {}}});
    refused(world, "brand", {op::Flag{items(0, 1), ItemFlag::kStolen, {}}}, Refusal::kFlagPresent);
    refused(world, "brand", {op::Ship{items(0, 1), "shop", {}}}, Refusal::kFlagged);
    refused(world, "brand", {op::Ship{items(1, 1), "shop", {}}}, Refusal::kFlagged);
    refused(world, "brand", {op::Sell{items(0, 1), {}}}, Refusal::kFlagged);
    world.must("brand", {op::Ship{items(2, 1), "shop", {}}});  // suspect goods may move
    refused(world, "market", {op::Flag{items(3, 1), ItemFlag::kStolen, {}}}, Refusal::kNotAllowed);
    refused(world, "auditor", {op::Flag{items(3, 1), ItemFlag::kQuarantined, {}}}, Refusal::kNotAllowed);
    refused(world, "rival", {op::Flag{items(3, 1), ItemFlag::kSuspect, {}}}, Refusal::kNotAllowed);
    refused(world, "carrier", {op::ClearFlag{items(0, 1), ItemFlag::kStolen, {}}}, Refusal::kFlagNotYours);

    refused(world, "rival", {op::Recall{kGtin, "L1", {}}}, Refusal::kNotAllowed);
    refused(world, "brand", {op::LiftRecall{kGtin, "L1", {}}}, Refusal::kRecallAbsent);
    refused(world, "brand", {op::LiftRecall{kGtin, "L9", {}}}, Refusal::kRecallAbsent);
    world.must("customs", {op::Recall{kGtin, "L1", "glass"}});
    refused(world, "customs", {op::Recall{kGtin, "L1", "glass"}}, Refusal::kRecallActive);
    // Each issuer's own: the brand can not lift what customs recalled.
    refused(world, "brand", {op::LiftRecall{kGtin, "L1", {}}}, Refusal::kRecallAbsent);
    refused(world, "brand", {op::LiftRecall{kGtin, {}, {}}}, Refusal::kRecallAbsent);
    refused(world, "brand", {op::Ship{items(3, 1), "shop", {}}}, Refusal::kRecalled);
    refused(world, "brand", {op::Sell{items(3, 1), {}}}, Refusal::kRecalled);
    world.must("customs", {op::LiftRecall{kGtin, "L1", {}}, op::Recall{kGtin, {}, {}}});
    refused(world, "brand", {op::Ship{items(3, 1), "shop", {}}}, Refusal::kRecalled);
}

void container_refusals() {
    World world;
    world.with_items(8);
    world.must("brand", {op::Pack{box(1), items(0, 3), {}}, op::Pack{box(9), {}, {box(1)}}});
    world.must("brand", {op::Pack{box(2), items(3, 1), {}}});
    refused(world, "brand", {op::Ship{items(0, 1), "shop", {}}}, Refusal::kPacked);
    refused(world, "brand", {op::Unpack{box(1), items(4, 1), {}}}, Refusal::kNotPacked);
    refused(world, "brand", {op::Unpack{box(1), items(3, 1), {}}}, Refusal::kNotInThisContainer);
    refused(world, "brand", {op::Unpack{box(7), items(3, 1), {}}}, Refusal::kContainerUnknown);
    refused(world, "brand", {op::Pack{box(1), {}, {box(9)}}}, Refusal::kContainerCycle);
    for (std::uint64_t level = 3; level <= limits::kContainerLevelsMax + 1; ++level)
        world.must("brand", {op::Pack{box(level), {}, {box(level - 1)}}});
    refused(world, "brand", {op::Pack{box(8), {}, {box(limits::kContainerLevelsMax + 1)}}}, Refusal::kContainerTooDeep);
    world.must("brand", {op::Ship{{}, "shop", {}, {box(9)}}});
    refused(world, "brand", {op::Pack{box(1), items(4, 1), {}}}, Refusal::kContainerMoving);
    refused(world, "shop", {op::Receive{{}, {box(9)}, 3, items(0, 1), items(1, 1)}}, Refusal::kCountMismatch);
    refused(world, "shop", {op::Receive{{}, {box(9)}, 2, items(77, 1), {}}}, Refusal::kItemUnknown);
}

void ownership_refusals() {
    World world;
    world.with_items(4);
    refused(world, "shop", {op::TransferOwnership{items(0, 1), "brand"}}, Refusal::kNotOwner);
    refused(world, "shop", {op::AcceptOwnership{items(0, 1)}}, Refusal::kNotOffered);
    refused(world, "brand", {op::TransferOwnership{items(0, 1), "carrier"}}, Refusal::kCarrierOwns);
    world.must("brand", {op::TransferOwnership{items(0, 1), "shop"}});
    refused(world, "brand", {op::TransferOwnership{items(0, 1), "shop"}}, Refusal::kOfferPending);
    world.must("brand", {op::Decommission{items(1, 1), ItemState::kSampled, {}}, op::Sell{items(2, 1), {}}});
    refused(world, "brand", {op::Sell{items(1, 1), {}}}, Refusal::kDecommissioned);
    world.time.ms += limits::kSaleUndoMs + 1;
    refused(world, "brand", {op::CancelSale{items(2, 1), {}}}, Refusal::kTooLate);
}

}  // namespace

TEST_CASE("every refusal is reached, and changes nothing") {
    transaction_refusals();
    field_refusals();
    product_refusals();
    item_refusals();
    recall_and_flag_refusals();
    container_refusals();
    ownership_refusals();
    report_refusals();
    seller_refusals();
    correction_refusals();
    territory_refusals();
    governance_refusals();
    weight_refusals();
    closed_shop_refusals();
    waiting_refusals();
    document_refusals();
    binding_refusals();
    recovery_refusals();
    for (const RefusalInfo& one : refusals()) {
        INFO(one.code);
        REQUIRE((one.refusal == Refusal::kNone || reached().contains(one.refusal)));
    }
}

TEST_CASE("refusals are in order, named once, and explained") {
    std::set<std::string_view> codes;
    std::uint16_t last = 0;
    for (const RefusalInfo& one : refusals()) {
        const auto number = static_cast<std::uint16_t>(one.refusal);
        REQUIRE((one.refusal == Refusal::kNone || number > last));
        last = number;
        REQUIRE(codes.insert(one.code).second);
        REQUIRE(one.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        REQUIRE(&info(one.refusal) == &one);
        REQUIRE(is_refusal(number));
    }
    REQUIRE(!is_refusal(99));
    REQUIRE(!is_refusal(last + 1));
}

TEST_CASE("what a failed operation leaves is bounded: the first runs of items, and the others by number") {
    World world;
    world.with_items(600);
    // Every second one is known, and not in transit: no two neighbours fail for the same reason.
    Items keys;
    for (std::uint64_t i = 0; i < 600; ++i) {
        keys.add(item(i));
        keys.add(item(10'000 + i));
    }
    const auto mixed = world.run("shop", {op::Receive{keys}}).operations.at(0);
    REQUIRE(mixed.refused.size() == limits::kRefusalRunsMax);
    REQUIRE(mixed.refused.back() == ItemOutcome{limits::kRefusalRunsMax - 1, Refusal::kItemUnknown});
    REQUIRE(mixed.unnamed == std::vector<RefusalCount>{{Refusal::kItemUnknown, 550}, {Refusal::kNotInTransit, 550}});
    REQUIRE(mixed.refused_count() == 1200);
    // In one run all have their name, and take no room.
    const auto alike = world.run("shop", {op::Receive{items(10'000, 5000)}});
    REQUIRE(alike.operations.at(0).refused.size() == 5000);
    REQUIRE(alike.operations.at(0).unnamed.empty());
    REQUIRE(alike.encode().size() < 200);
    REQUIRE(*TransactionOutcome::decode(alike.encode()) == alike);
}

TEST_CASE("samples tell what is refused for certain, and nothing else") {
    World world;
    world.with_items(100);
    const auto tried = [&](const std::vector<Operation>& operations) {
        return refused_by_samples(*world.transaction("shop", operations), world.context(), world.reader(), 16);
    };
    REQUIRE(tried({op::Receive{items(10'000, 5000)}})->refusal == Refusal::kItemUnknown);
    // Known ones in front do not hide what comes behind.
    Items keys = items(0, 100);
    for (const ItemName& unknown : items(10'000, 900).names()) keys.add(unknown);
    REQUIRE(tried({op::Receive{keys}})->refusal == Refusal::kItemUnknown);
    REQUIRE(tried({op::Receive{{}, {box(1), box(2)}}})->refusal == Refusal::kContainerUnknown);
    // Refused as well, and for a reason that may be gone by then.
    REQUIRE_FALSE(tried({op::Receive{items(0, 100)}}));
    // What comes before may make them.
    REQUIRE_FALSE(tried({World::registration(items(10'000, 50), "L1"), op::Receive{items(10'000, 50)}}));
    REQUIRE_FALSE(tried({World::registration(items(10'000, 5000), "L1")}));
    REQUIRE_FALSE(tried({op::RecordDocument{digest(7), items(10'000, 50), {}}}));
}
