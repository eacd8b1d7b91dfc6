// No client's bytes are a key of the state: whatever is put in a field of 32 bytes, of any operation, nothing but records
// of kinds that the operation is about change, and nothing stops. One case for each way that was found to stop a chain,
// and one for all keys that there are in all fields that there are.
#include "ledger/records/record_codecs.h"
#include "tests/ledger/check_effects.h"
#include "tests/ledger/fill_fields.h"
#include "tests/ledger/refusal_checks.h"
#include "tests/ledger/reports.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

using Kind = RecordKind;
using Kinds = std::set<RecordKind>;

Genesis council_of_three() {
    Genesis genesis = small_genesis();
    for (OrganisationRecord& one : genesis.organisations) {
        one.council = one.id == "brand" || one.id == "market" || one.id == "customs";
        if (one.council) one.keys[0].purpose = KeyPurpose::kAdmin;
    }
    return genesis;
}

// At least one record of every kind.
World rich_world() {
    World world(council_of_three());
    world.with_items(6);
    world.must("maker", {World::registration(items(6, 2), "L2")});
    world.must("brand", {op::Pack{box(0), items(0, 2), {}}});
    world.must("brand", {op::Pack{box(1), {}, {box(0)}}});
    world.must("brand", {op::Ship{items(2, 1), "shop", {}}});
    world.must("shop", {op::Receive{items(2, 1)}});
    world.must("market", {op::RegisterSeller{digest(100), "FR"}});
    world.must("shop", {op::RecordDocument{digest(101), items(2, 1)}});
    world.must("brand", {op::Propose{change::Suspend{"rival"}, {}}});
    file(world, "shop", report_on(item(2)));
    return world;
}

// Everything of 32 bytes that stands for something there: keys of records, and what they follow from.
std::set<Hash256> confusing(const World& world) {
    std::set<Hash256> found{{}, world.chain_id, digest(100), digest(101), sscc_commitment("0")};
    for (const auto& [key, bytes] : world.state) {
        found.insert(key);
        if (kind_of_record(bytes) == Kind::kReport) found.insert(ReportRecord::decode(bytes)->id);
        if (kind_of_record(bytes) == Kind::kExpiryChunk)
            for (const Hash256& id : ExpiryChunk::decode(bytes)->ids) found.insert(id);
    }
    for (const std::uint64_t ahead : {0, 1, 2, 1000}) {
        found.insert(expiry_key(Height(world.height.value + ahead)));
        found.insert(expiry_chunk_key(world.height.value + ahead, world.height.next()));
    }
    for (std::uint64_t i = 0; i < 8; ++i) found.insert(item(i).commitment);
    for (std::uint64_t i = 0; i < 3; ++i) found.insert({box(i).commitment, proposal_key(i)});
    for (const std::string& id : kOrganisations) found.insert({organisation_key(id), reporter_key(id)});
    for (const crypto::PublicKey& key : public_keys()) found.insert(*Hash256::from_view(key.view()));
    found.insert({product_key(kOtherGtin), lot_key(kGtin, "L3"), epoch_key(Epoch(0)), epoch_key(Epoch(1))});
    return found;
}

// One value in every field of 32 bytes, or in some of them.
class OneDigest : public RandomChoices {
  public:
    OneDigest(Randomness& random, const Hash256& value, std::uint64_t usual_in)
        : RandomChoices(random), value_(value), usual_in_(usual_in) {}
    Hash256 digest(const Hash256& usual) override { return usual_in_ > 0 && below(usual_in_) == 0 ? usual : value_; }

  private:
    Hash256 value_;
    std::uint64_t usual_in_;  // one in so many fields keeps what is usual; 0: none
};

const Kinds kItems{Kind::kItem};
const Kinds kGoods{Kind::kItem, Kind::kContainer};
const Kinds kCouncil{Kind::kCouncil, Kind::kProposal, Kind::kOrganisation, Kind::kParameters,
                     Kind::kValidators, Kind::kPrefixes, Kind::kProduct, Kind::kOrganisationName};
const Kinds kReports{Kind::kReport, Kind::kReportStats, Kind::kReporter, Kind::kItem, Kind::kSeller};
const Kinds kRegistrations{Kind::kItem, Kind::kLot, Kind::kVolume, Kind::kLicence};

// What an operation may change. One that is new, acts on items or containers and changes more, or acts on neither, has to
// be put in.
const Kinds& may_change(const OperationInfo& operation) {
    static const std::map<std::string_view, Kinds> exceptions{
        {"declare_product", {Kind::kProduct}}, {"amend_product", {Kind::kProduct}}, {"offer_product", {Kind::kProduct}},
        {"accept_product", {Kind::kProduct}}, {"decline_product", {Kind::kProduct}}, {"recall", {Kind::kProduct}},
        {"lift_recall", {Kind::kProduct}}, {"set_territories", {Kind::kProduct}}, {"grant_licence", {Kind::kLicence, Kind::kProduct}},
        {"revoke_licence", {Kind::kLicence, Kind::kProduct}}, {"register", kRegistrations}, {"amend_registration", kRegistrations},
        {"void_registration", kRegistrations}, {"pack", kGoods}, {"unpack", kGoods}, {"correct", {Kind::kItem}},
        {"report", kReports}, {"respond", kReports}, {"resolve", kReports}, {"register_seller", {Kind::kSeller}},
        {"set_seller_standing", {Kind::kSeller}}, {"attest_seller", {Kind::kSeller}}, {"propose", kCouncil},
        {"vote_on_proposal", kCouncil}, {"withdraw_proposal", kCouncil}, {"carry_out", kCouncil},
        {"veto_proposal", kCouncil}, {"add_key", {Kind::kOrganisation}}, {"revoke_key", {Kind::kOrganisation}},
        {"validator_ready", {Kind::kValidators, Kind::kOrganisation}},
        {"record_document", {Kind::kDocument, Kind::kItem, Kind::kContainer}}};
    if (const auto found = exceptions.find(operation.name); found != exceptions.end()) return found->second;
    INFO("say in may_change() which records " << operation.name << " may change");
    REQUIRE(operation.naming != Naming::kNothing);
    return operation.naming == Naming::kItems ? kItems : kGoods;
}
// Every block's own.
bool is_bookkeeping(Kind kind) {
    return kind == Kind::kTransaction || kind == Kind::kExpiry || kind == Kind::kExpiryChunk || kind == Kind::kActivity;
}

void require_kinds(const World& world, const BlockEffects& effects, const Operation& operation) {
    const Kinds& allowed = may_change(info(operation));
    for (const auto& [key, now] : effects.records) {
        const Bytes& bytes = now ? *now : world.state.at(key);
        const Kind kind = *kind_of_record(bytes);
        INFO(info(operation).name << " changes a record of kind " << int(bytes[0]));
        if (!is_bookkeeping(kind) && !allowed.contains(kind)) FAIL();
    }
}

// Whether it could be executed: chance makes some that are not well-formed.
bool try_one(World& world, const std::string& actor, const Operation& operation) {
    const auto parsed = parse(world.sign(actor, {operation}), world.parameters);
    if (!parsed.ok()) return false;
    const auto rejection = admit(**parsed, world.context(), world.reader());
    INFO(actor << ": " << info(operation).name);
    if (rejection) FAIL(info(rejection->refusal).code);
    const auto effects = execute(world.context(), std::vector{*parsed}, world.reader());
    if (!effects.ok()) FAIL(effects.error().code);
    if (const auto fault = fault_of_effects(world.reader(), *effects)) FAIL(*fault);
    require_kinds(world, *effects, operation);
    return true;
}

}  // namespace

TEST_CASE("every key and name that there is, in every field of 32 bytes, changes only what the operation is about") {
    SHOW_SEED();
    Randomness random(11);
    World world = rich_world();
    Kinds kinds;
    for (const auto& [key, bytes] : world.state) kinds.insert(*kind_of_record(bytes));
    REQUIRE(kinds.size() == 22);  // one of each
    std::map<std::size_t, std::size_t> executed;
    const std::array<std::string, 6> actors{"brand", "maker", "shop", "customs", "market", "carrier"};
    for (const Hash256& value : confusing(world)) {
        for (std::size_t kind = 0; kind < std::variant_size_v<Operation>; ++kind) {
            for (const std::uint64_t usual_in : {0, 2, 3}) {
                OneDigest choices(random, value, usual_in);
                const Operation operation = make_operation(choices, kind);
                if (try_one(world, actors[random.below(actors.size())], operation)) ++executed[kind];
            }
        }
    }
    for (std::size_t kind = 0; kind < std::variant_size_v<Operation>; ++kind) {
        INFO("operation number " << kind);
        REQUIRE(executed[kind] > 20);
    }
}

TEST_CASE("L1: a container's key, shipped as an item, is unknown") {
    World world = rich_world();
    const Hash256 key = box(1).key();
    REQUIRE(world.run("brand", {op::Ship{{{kGtin, key}}, "shop", {}}}).refusal == Refusal::kItemUnknown);
    REQUIRE(world.run("brand", {op::Ship{{}, "shop", {}, {{"brand", key}}}}).refusal == Refusal::kContainerUnknown);
    world.must("brand", {op::Ship{{}, "shop", {}, {box(1)}}});
}

TEST_CASE("L2: an item's key is no report, and a container's no item to flag") {
    World world = rich_world();
    REQUIRE(world.run("brand", {op::Respond{item(2).key(), "no"}}).refusal == Refusal::kReportUnknown);
    const op::Flag flag{{{kGtin, box(1).key()}}, ItemFlag::kStolen, {}};
    REQUIRE(world.run("brand", {flag}).refusal == Refusal::kItemUnknown);
}

TEST_CASE("L3: an item that is named by the key of a list of expiries to come stands in nobody's way") {
    World world = rich_world();
    world.validity = 3;
    const Height due(world.height.value + 1 + world.validity);
    world.must("brand", {World::registration({{kGtin, expiry_key(due)}}, "L1")});
    for (int i = 0; i < 6; ++i) world.must("shop", {op::RecordDocument{digest(200 + static_cast<std::uint64_t>(i))}});
    REQUIRE(world.height > due);
    REQUIRE(world.item_at(ItemName{kGtin, expiry_key(due)}).state == ItemState::kActive);
}

TEST_CASE("L4: one commitment names an item and a container in one transaction, and both come to be") {
    World world = rich_world();
    const Hash256 both = digest(300);
    const ItemName goods{kGtin, both};
    world.must("brand", {World::registration({goods}, "L1"), op::Pack{{"brand", both}, {goods}, {}}});
    REQUIRE(goods.key().hash() != ContainerName{"brand", both}.key().hash());
    REQUIRE(world.item_at(goods).container == ContainerName{"brand", both}.key());
    REQUIRE(world.box_at(ContainerName{"brand", both}).items == 1);
    REQUIRE_FALSE(fault_of_state(world.state));
}

TEST_CASE("L5: a serial that is registered under one GTIN says nothing of another GTIN") {
    World world = rich_world();
    world.must("rival", {op::DeclareProduct{kOtherGtin, "Bulb", {}, {}}});
    const Hash256 commitment = item(500).commitment;  // of the brand's GTIN
    world.must("rival", {World::registration({{kOtherGtin, commitment}})});
    REQUIRE_FALSE(world.get<ItemRecord>(item(500)));
    world.must("brand", {World::registration({item(500)})});
    REQUIRE(world.item_at(item(500)).maker == "brand");
}

TEST_CASE("L6: a quota that is used up is not evaded through another product's licence") {
    World world(council_of_three());
    world.with_product(1);
    world.must("rival", {op::DeclareProduct{kOtherGtin, "Bulb", {}, {}}});
    world.must("rival", {op::GrantLicence{kOtherGtin, "maker", 10, 0, 0, {}}});
    world.must("maker", {World::registration({item(0)})});
    REQUIRE(world.run("maker", {World::registration({item(1)})}).refusal == Refusal::kQuotaExceeded);
    world.must("maker", {World::registration({{kOtherGtin, item(1).commitment}})});
    REQUIRE_FALSE(world.get<ItemRecord>(item(1)));
    REQUIRE(world.get<LicenceRecord>(licence_key(kGtin, "maker"))->used == 1);
}
