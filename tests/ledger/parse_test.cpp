// Parsing: what is built is read back, what is not understood is refused, and no bytes whatever crash it.
#include "ledger/records/governance_records.h"
#include "ledger/schema/parsed.h"
#include "ledger/schema/wire_scan.h"
#include "tests/ledger/world.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

std::vector<Operation> one_of_each() {
    // Of two products: what is grouped on the wire keeps its order.
    const Items two{item(0), item(1, kOtherGtin)};
    const Containers boxes{box(4), box(5, "maker")};
    auto registration = World::registration(items(0, 2), "L1", RegisterMode::kPartial);
    registration.expiry = 200;
    registration.made_on = 100;
    registration.facility = kGln;
    return {op::DeclareProduct{kGtin, "Lamp", digest(1), {digest(2), digest(3)}, SerialPolicy::kRefuse},
            op::GrantLicence{kGtin, "maker", 5, 1, 2, kGln, true},
            op::RevokeLicence{kGtin, "maker", "late"},
            registration,
            op::Ship{two, "shop", "DN-1", boxes},
            op::CancelShipment{two, boxes},
            op::Receive{{}, {box(4)}, 7, items(5, 1), items(6, 2)},
            op::RejectShipment{two, "wet", boxes},
            op::Sell{two, "CH", digest(4)},
            op::Return{two, "small"},
            op::Recall{kGtin, "L1", "glass", {"CH", "FR"}, "maker", 3, 4, true},
            op::LiftRecall{kGtin, {}, "none", "maker", 3, 4},
            op::Flag{two, ItemFlag::kSuspect, "label"},
            op::ClearFlag{two, ItemFlag::kQuarantined, {}},
            op::Pack{box(9), two, boxes},
            op::Unpack{box(9), {}, boxes},
            op::Decommission{two, ItemState::kSampled, "assay"},
            op::CancelSale{two, "till"},
            op::TransferOwnership{two, "shop"},
            op::AcceptOwnership{two},
            op::RejectOwnership{two, "price"},
            op::CancelOwnershipTransfer{two},
            op::Inspect{two, Finding::kCounterfeitSuspected, digest(5)},
            op::Correct{item(6), 3, digest(7), {Bytes{1, 2, 3}, Bytes{}, Bytes{4}}, "typed"},
            op::Report{{ReportSubjectKind::kItem, item(1).commitment, kGtin, {}, "market", {}},
                       ReportKind::kCounterfeit,
                       "smells",
                       {digest(8), digest(9)},
                       digest(4)},
            op::Respond{digest(2), "looked"},
            op::Resolve{digest(2), ReportOutcome::kWithdrawn, "mine"},
            op::RegisterSeller{digest(3), "FR"},
            op::SetSellerStanding{digest(3), SellerStanding::kClosed, "fakes"},
            op::AttestSeller{digest(3), "new owner"},
            op::SetTerritories{kGtin, {"CH", "DE"}},
            op::Propose{change::Amend{"maker", "Maker", 6, kGln, "CH", change::Seat::kGiven, key_of("a").public_key()},
                        "grown"},
            op::VoteOnProposal{7, true, "agreed"},
            op::WithdrawProposal{8},
            op::CarryOut{9},
            op::VetoProposal{10, "ours"},
            op::AddKey{key_of("b").public_key(), KeyPurpose::kAdmin, key_of("b").sign(Bytes{1})},
            op::RevokeKey{key_of("c").public_key(), "lost"},
            op::ValidatorReady{digest(5)},
            op::RecordDocument{digest(5), two, boxes},
            op::AmendRegistration{items(0, 2), "L9", 200, 0, false, false, true, "label"},
            op::VoidRegistration{items(0, 2), "never printed"},
            op::Lose{two, "truck 17", boxes},
            op::UndoEnd{two, "in a ditch", boxes},
            op::Reclaim{two, "shop", "bankrupt", boxes},
            op::Reassign{two, "order 12", boxes},
            op::Seize{two, "fakes", boxes},
            op::AmendProduct{kGtin, "Lamp", digest(1), {digest(2)}, SerialPolicy::kRefuse, {"shop", "market"}},
            op::OfferProduct{kGtin, "rival"},
            op::AcceptProduct{kGtin},
            op::DeclineProduct{kGtin}};
}

Result<ParsedTransactionPtr, Rejection> parse_bytes(Bytes payload) {
    return parse(std::make_shared<SignedTransaction>(SignedTransaction{std::move(payload), {}}), Parameters{});
}

void put_length_delimited(Bytes& out, std::uint8_t field, const Bytes& content) {
    REQUIRE(content.size() < 128);
    out.push_back(static_cast<std::uint8_t>(field << 3 | 2));
    out.push_back(static_cast<std::uint8_t>(content.size()));
    append(out, content);
}

}  // namespace

TEST_CASE("every operation is read as it was built") {
    World world;
    const auto operations = one_of_each();
    REQUIRE(operations.size() == std::variant_size_v<Operation>);
    const auto parsed = world.transaction("brand", operations);
    REQUIRE(parsed->operations() == operations);
    REQUIRE(info(*parsed).items == 75);
    REQUIRE(info(*parsed).organisation == "brand");
    REQUIRE(info(*parsed).id == signed_of(*parsed)->id());
}

TEST_CASE("a field that is not understood is refused wherever it stands") {
    World world;
    const Bytes payload = build_payload(world.head("brand", "brand"), std::vector<Operation>{op::Receive{items(0, 1)}});
    REQUIRE(parse_bytes(payload).ok());
    Bytes in_payload = payload;
    in_payload.insert(in_payload.end(), {0x78, 0x01});  // field 15
    REQUIRE(parse_bytes(in_payload).error().refusal == Refusal::kMalformed);

    const Bytes head = build_payload(world.head("brand", "brand"), {});
    Bytes group, key;
    put_length_delimited(group, 1, to_bytes(as_bytes(kGtin)));  // Items.gtin
    put_length_delimited(group, 2, Bytes(Hash256::kSize, 7));   // Items.commitments
    put_length_delimited(key, 1, group);                        // Receive.items
    const auto with_operation = [&](const Bytes& operation) {
        Bytes bytes = head;
        put_length_delimited(bytes, 6, operation);
        return parse_bytes(bytes);
    };
    Bytes operation;
    put_length_delimited(operation, 7, key);  // Operation.receive
    REQUIRE(with_operation(operation).ok());
    Bytes inner = key;
    inner.insert(inner.end(), {0x78, 0x01});
    Bytes in_message;
    put_length_delimited(in_message, 7, inner);
    REQUIRE(with_operation(in_message).error().refusal == Refusal::kMalformed);
    Bytes unknown_kind;
    put_length_delimited(unknown_kind, 7, key);
    unknown_kind[0] = 0xfa, unknown_kind.insert(unknown_kind.begin() + 1, 0x3e);  // field 1007
    REQUIRE(with_operation(unknown_kind).error().refusal == Refusal::kMalformed);
    Bytes twice = operation;  // a oneof named twice: the first would be signed, and silently replaced
    put_length_delimited(twice, 7, key);
    REQUIRE(with_operation(twice).error().refusal == Refusal::kMalformed);
    REQUIRE(with_operation({}).error().refusal == Refusal::kMalformed);
    // Within a group too, however deep: Protobuf would keep what it does not know.
    Bytes odd_group = group;
    odd_group.insert(odd_group.end(), {0x78, 0x01});
    Bytes odd_key, odd_operation;
    put_length_delimited(odd_key, 1, odd_group);
    put_length_delimited(odd_operation, 7, odd_key);
    REQUIRE(with_operation(odd_operation).error().refusal == Refusal::kMalformed);
    for (const std::size_t size : {std::size_t{0}, Hash256::kSize - 1, Hash256::kSize + 1}) {
        Bytes short_group, short_key, short_operation;
        put_length_delimited(short_group, 1, to_bytes(as_bytes(kGtin)));
        put_length_delimited(short_group, 2, Bytes(size, 7));
        put_length_delimited(short_key, 1, short_group);
        put_length_delimited(short_operation, 7, short_key);
        REQUIRE(with_operation(short_operation).error().refusal == Refusal::kBadItemKeys);
    }
}

TEST_CASE("bounds are checked before Protobuf allocates") {
    Bytes operations;
    for (int i = 0; i < 1000; ++i) operations.insert(operations.end(), {0x32, 0x00});
    REQUIRE(scan_payload(operations, {1000, 24}) == WireVerdict::kFits);
    REQUIRE(scan_payload(operations, {999, 24}) == WireVerdict::kTooManyOperations);
    Bytes many(1 << 20, 0);
    for (std::size_t i = 0; i + 1 < many.size(); i += 2) many[i] = 0x32;
    REQUIRE(parse_bytes(many).error().refusal == Refusal::kTooLarge);
    Bytes documents;
    for (int i = 0; i < 25; ++i) documents.insert(documents.end(), {0x22, 0x00});
    Bytes operation;
    put_length_delimited(operation, 1, documents);
    Bytes payload;
    put_length_delimited(payload, 6, operation);
    // The operation's own member counts, and every field in it.
    REQUIRE(scan_payload(payload, {1000, 26}) == WireVerdict::kFits);
    REQUIRE(scan_payload(payload, {1000, 25}) == WireVerdict::kTooManyFields);
    REQUIRE(scan_payload(Bytes{0x32, 0x05, 0x00}, {1000, 24}) == WireVerdict::kMalformed);
    REQUIRE(scan_payload(Bytes{0x33}, {1000, 24}) == WireVerdict::kMalformed);
    REQUIRE(scan_payload(Bytes{0x80}, {1000, 24}) == WireVerdict::kMalformed);
}

TEST_CASE("mutated transactions are refused or executed, and never more than that") {
    SHOW_SEED();
    Randomness random(4);
    World world;
    world.with_items(2);
    const auto operations = one_of_each();
    std::size_t accepted = 0;
    for (int round = 0; round < 6000; ++round) {
        std::vector<Operation> some;
        for (std::uint64_t count = 1 + random.below(3); count > 0; --count)
            some.push_back(operations[random.below(operations.size())]);
        Bytes payload = build_payload(world.head("brand", "brand"), some);
        for (std::uint64_t changes = random.below(4); changes > 0; --changes) {
            const std::size_t at = random.below(payload.size());
            const std::uint64_t kind = random.below(3);
            if (kind == 0) payload[at] = static_cast<std::uint8_t>(random.below(256));
            if (kind == 1) payload.erase(payload.begin() + static_cast<std::ptrdiff_t>(at));
            if (kind == 2)
                payload.insert(payload.begin() + static_cast<std::ptrdiff_t>(at),
                               static_cast<std::uint8_t>(random.below(256)));
        }
        const auto parsed = parse_bytes(payload);
        if (!parsed.ok() || admit(**parsed, world.context(), world.reader())) continue;
        REQUIRE(execute(world.context(), std::vector{*parsed}, world.reader()).ok());
        ++accepted;
    }
    REQUIRE(accepted > 500);
    for (int round = 0; round < 3000; ++round) REQUIRE(!parse_bytes(random.bytes(random.below(300))).ok());
}
