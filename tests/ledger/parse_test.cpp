// Parsing: what is built is read back, what is not understood is refused, and no bytes whatever crash it.
#include "ledger/records/governance_records.h"
#include "ledger/schema/parsed.h"
#include "ledger/schema/wire_scan.h"
#include "tests/ledger/fill_fields.h"
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

// Of one kind, as chance fills it in until it is well-formed.
Operation well_formed(World& world, Choices& choices, std::size_t kind) {
    for (int tries = 0; tries < 5000; ++tries) {
        Operation made = make_operation(choices, kind);
        if (parse(world.sign("brand", {made}), world.parameters).ok()) return made;
    }
    FAIL("chance makes no well-formed operation number " << kind << "; see reconcile() in fill_fields.h");
    std::abort();
}
std::vector<Operation> one_of_each(World& world, Choices& choices) {
    std::vector<Operation> made;
    for (std::size_t kind = 0; kind < std::variant_size_v<Operation>; ++kind)
        made.push_back(well_formed(world, choices, kind));
    return made;
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
    SHOW_SEED();
    Randomness random(5);
    RandomChoices choices(random);
    World world;
    for (int round = 0; round < 20; ++round) {
        const auto operations = one_of_each(world, choices);
        const auto parsed = world.transaction("brand", operations);
        REQUIRE(parsed->operations() == operations);
        REQUIRE(info(*parsed).organisation == "brand");
        REQUIRE(info(*parsed).id == signed_of(*parsed)->id());
    }
}

TEST_CASE("the units of a transaction are all that it names, also those that are only mentioned") {
    World world;
    const Items two{item(0), item(1, kOtherGtin)};
    const std::vector<Operation> operations{op::Ship{two, "shop", "DN-1", {box(4), box(5, "maker")}},
                                            op::Receive{{}, {box(4)}, 7, items(5, 1), items(6, 2)},
                                            op::Pack{box(9), two, {}}, op::AcceptProduct{kGtin}};
    REQUIRE(info(*world.transaction("brand", operations)).items == 4 + 4 + 2);
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
    RandomChoices choices(random);
    const auto operations = one_of_each(world, choices);
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
