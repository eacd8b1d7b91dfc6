// Thousands of random operations against a simple model of custody, with what must hold after every block: event chains
// recompute, no quota is exceeded, counters count, execution is deterministic.
#include <set>

#include "ledger/rules/transitions.h"
#include "tests/ledger/world.h"
#include "tests/support/seed.h"

using namespace touchstone;
using namespace touchstone::ledger;
using namespace touchstone::ledger::test;
using touchstone::test::Randomness;

namespace {

constexpr std::uint64_t kItems = 40;
constexpr std::uint64_t kQuota = 12;
const Hash256 kShopOnMarket = digest(100);
const std::array<std::string, 6> kActors{"brand", "maker", "carrier", "shop", "market", "customs"};

// What the rules say, written as plainly as possible: no batches, no caches, no journal.
struct ModelItem {
    std::string state = "absent";
    std::string maker;
    std::string custodian;
    std::string receiver;
    std::set<std::pair<ItemFlag, std::string>> flags;  // and who set each
};

class Model {
  public:
    std::map<std::uint64_t, ModelItem> all;
    std::set<std::string> recalls_by;  // each issuer's own
    std::uint64_t used = 0;

    bool registers(const std::string& actor, std::uint64_t n) {
        ModelItem& one = all[n];
        if (one.state != "absent" || (actor != "brand" && actor != "maker")) return false;
        if (actor == "maker" && used == kQuota) return false;
        if (actor == "maker") ++used;
        one = {"active", actor, actor, {}, {}};
        return true;
    }
    bool ships(const std::string& actor, std::uint64_t n, const std::string& to) {
        ModelItem& one = all[n];
        if (actor == to || one.state != "active" || one.custodian != actor || !travels(one, to)) return false;
        one.state = "in_transit";
        one.receiver = to;
        return true;
    }
    bool cancels(const std::string& actor, std::uint64_t n) {
        return arrives(n, all[n].custodian == actor, all[n].custodian);
    }
    bool receives(const std::string& actor, std::uint64_t n) { return arrives(n, all[n].receiver == actor, actor); }
    bool rejects(const std::string& actor, std::uint64_t n) {
        return arrives(n, all[n].receiver == actor, all[n].custodian);
    }
    bool sells(const std::string& actor, std::uint64_t n) {
        ModelItem& one = all[n];
        const bool seller = actor == "brand" || actor == "shop" || actor == "market";
        if (!seller || one.state != "active" || one.custodian != actor || fixed(one) || recalled()) return false;
        one.state = "sold";
        return true;
    }
    bool returns(const std::string& actor, std::uint64_t n) {
        ModelItem& one = all[n];
        if (one.state != "sold" || (one.custodian != actor && actor != "brand")) return false;
        one.state = "active";
        one.custodian = actor;
        return true;
    }
    bool flags(const std::string& actor, std::uint64_t n, ItemFlag flag) {
        return may_flag(actor, all[n], flag) && all[n].flags.insert({flag, actor}).second;
    }
    bool clears(const std::string& actor, std::uint64_t n, ItemFlag flag) {
        ModelItem& one = all[n];
        if (actor != "customs") return one.flags.erase({flag, actor}) == 1;
        return std::erase_if(one.flags, [&](const auto& mark) { return mark.first == flag; }) > 0;
    }
    bool recalls(const std::string& actor) {
        return (actor == "brand" || actor == "customs") && recalls_by.insert(actor).second;
    }
    bool lifts(const std::string& actor) { return recalls_by.erase(actor) == 1; }

  private:
    bool recalled() const { return !recalls_by.empty(); }
    static bool has(const ModelItem& one, ItemFlag flag) {
        return std::any_of(one.flags.begin(), one.flags.end(), [&](const auto& mark) { return mark.first == flag; });
    }
    static bool fixed(const ModelItem& one) {
        return has(one, ItemFlag::kStolen) || has(one, ItemFlag::kQuarantined);
    }
    // The brand owns whatever is registered here.
    bool travels(const ModelItem& one, const std::string& to) const {
        if (to == "customs") return true;
        if (has(one, ItemFlag::kStolen)) return false;
        if (to == "brand" || to == one.maker || to == "auditor" || to == "carrier") return true;
        return !has(one, ItemFlag::kQuarantined) && !recalled();
    }
    static bool may_flag(const std::string& actor, const ModelItem& one, ItemFlag flag) {
        if (one.state == "absent") return false;
        if (actor == "brand" || actor == "customs" || one.custodian == actor) return true;
        return flag == ItemFlag::kSuspect && actor == "market";
    }
    bool arrives(std::uint64_t n, bool permitted, const std::string& custodian) {
        ModelItem& one = all[n];
        if (one.state != "in_transit" || !permitted) return false;
        one.state = "active";
        one.custodian = custodian;
        one.receiver.clear();
        return true;
    }
};

// One random operation: what to send, and whether the model did it.
struct Step {
    std::string actor;
    Operation operation;
    bool allowed = false;
};

std::string holder_or_any(Randomness& random, const ModelItem& one) {
    // Random actors alone would nearly always be refused.
    if (random.below(3) == 0) return kActors[random.below(kActors.size())];
    if (one.state == "in_transit" && random.below(2) == 0) return one.receiver;
    return one.custodian.empty() ? (random.below(2) == 0 ? "maker" : "brand") : one.custodian;
}

Step random_step(Randomness& random, Model& model) {
    const std::uint64_t n = random.below(kItems);
    const Items one = items(n, 1);
    const std::string actor = holder_or_any(random, model.all[n]);
    const std::string& to = kActors[random.below(kActors.size())];
    const auto flag = static_cast<ItemFlag>(1 + random.below(3));
    switch (random.below(13)) {
        case 0:
        case 1:
            return {actor, World::registration(one, "L1"), model.registers(actor, n)};
        case 2:
        case 3:
            return {actor, op::Ship{one, to, {}}, model.ships(actor, n, to)};
        case 4:
            return {actor, op::CancelShipment{one}, model.cancels(actor, n)};
        case 5:
        case 6:
            return {actor, op::Receive{one}, model.receives(actor, n)};
        case 7:
            return {actor, op::RejectShipment{one, {}}, model.rejects(actor, n)};
        case 8:
            return {actor, op::Sell{one, {}, actor == "market" ? kShopOnMarket : Hash256{}}, model.sells(actor, n)};
        case 9:
            return {actor, op::Return{one, {}}, model.returns(actor, n)};
        case 10:
            return {actor, op::Flag{one, flag, {}}, model.flags(actor, n, flag)};
        case 11:
            return {actor, op::ClearFlag{one, flag, {}}, model.clears(actor, n, flag)};
        default:
            break;
    }
    const std::string& judge = kActors[random.below(kActors.size())];
    if (!model.recalls_by.empty()) return {judge, op::LiftRecall{kGtin, {}, {}}, model.lifts(judge)};
    return {judge, op::Recall{kGtin, {}, {}}, random.below(4) == 0 && model.recalls(judge)};
}

void require_equal(const World& world, std::uint64_t n, const ModelItem& expected) {
    const auto found = world.get<ItemRecord>(item(n));
    INFO("item " << n);
    REQUIRE(std::string(name_of(lifecycle_of(found ? &*found : nullptr))) == expected.state);
    if (!found) return;
    REQUIRE(found->custodian == expected.custodian);
    REQUIRE(found->receiver == expected.receiver);
    REQUIRE(found->maker == expected.maker);
    REQUIRE(found->owner == "brand");
    REQUIRE(found->flags.size() == expected.flags.size());
    for (const auto& [flag, by] : expected.flags) REQUIRE(found->has(flag, by));
}

// A reader who has all events recomputes the head: nothing is missing or reordered.
template <class Record>
void require_chain(const World& world, const StateKey& subject) {
    const auto record = world.get<Record>(subject);
    if (!record) return;
    const auto events = world.events(subject);
    REQUIRE(events.size() == record->event_count);
    Hash256 head;
    std::uint32_t sequence = 0;
    for (const Event& event : events) {
        REQUIRE(event.sequence == sequence++);
        head = next_event_head(head, subject, event.encode());
    }
    REQUIRE(head == record->event_head);
}

void require_invariants(const World& world, const Model& model) {
    std::uint64_t registered = 0;
    for (const auto& [n, expected] : model.all) {
        require_equal(world, n, expected);
        require_chain<ItemRecord>(world, item(n));
        if (expected.state != "absent") ++registered;
    }
    require_chain<ProductRecord>(world, product_key(kGtin));
    const auto licence = world.get<LicenceRecord>(licence_key(kGtin, "maker"));
    REQUIRE(licence->used == model.used);
    REQUIRE(licence->used <= licence->quota);
    for (const StateKey& key : {product_volume_key(kGtin), lot_volume_key(kGtin, "L1")}) {
        const auto volume = world.get<VolumeRecord>(key);
        REQUIRE((volume ? volume->registered : 0) == registered);
    }
    REQUIRE(world.get<ProductRecord>(product_key(kGtin))->recalls.size() == model.recalls_by.size());
    const auto lot = world.get<LotRecord>(lot_key(kGtin, "L1"));
    REQUIRE(lot.has_value() == (registered > 0));
}

}  // namespace

TEST_CASE("random workloads agree with the model") {
    SHOW_SEED();
    Randomness random(2);
    World world;
    world.with_product(kQuota);
    world.must("market", {op::RegisterSeller{kShopOnMarket, "FR"}});
    Model model;
    std::size_t applied = 0;
    for (int block = 0; block < 400; ++block) {
        std::vector<ParsedTransactionPtr> transactions;
        std::vector<Step> steps;
        for (std::uint64_t count = random.below(16); count > 0; --count) {
            Step step = random_step(random, model);
            // A recall that the model was not asked for is not sent either.
            if (!step.allowed && std::holds_alternative<op::Recall>(step.operation)) continue;
            transactions.push_back(world.transaction(step.actor, {step.operation}));
            steps.push_back(std::move(step));
        }
        const auto twin = execute(world.context(), transactions, world.reader());
        REQUIRE(twin.ok());
        const BlockEffects effects = world.execute_block(transactions);
        REQUIRE(twin->records == effects.records);
        for (std::size_t i = 0; i < steps.size(); ++i) {
            INFO("block " << block << " step " << i << ", " << steps[i].actor << ", operation kind "
                          << steps[i].operation.index() << ": " << info(effects.outcomes[i].refusal).code);
            REQUIRE(effects.outcomes[i].applied() == steps[i].allowed);
            applied += steps[i].allowed ? 1 : 0;
        }
        if (block % 10 == 0) require_invariants(world, model);
    }
    require_invariants(world, model);
    REQUIRE(applied > 300);  // otherwise the workload tests refusals only
}

TEST_CASE("batches are all or nothing, whatever is in them") {
    SHOW_SEED();
    Randomness random(3);
    World world;
    world.with_product(200);
    for (int round = 0; round < 300; ++round) {
        const std::string actor = kActors[random.below(3)];
        Items keys;
        for (std::uint64_t count = 1 + random.below(6); count > 0; --count) keys.add(item(random.below(60)));
        const auto before = world.state;
        const std::uint64_t kind = random.below(4);
        const Operation operation = kind == 0   ? Operation(World::registration(keys, "L1"))
                                    : kind == 1 ? Operation(op::Ship{keys, kActors[random.below(3)], {}})
                                    : kind == 2 ? Operation(op::Receive{keys})
                                                : Operation(World::registration(keys, "L1", RegisterMode::kPartial));
        const TransactionOutcome outcome = world.run(actor, {operation});
        std::size_t changed = 0;
        for (const StateKey& key : std::set<StateKey>(keys.keys().begin(), keys.keys().end())) {
            const auto at = before.find(key);
            const auto now = world.state.find(key);
            const bool same = at == before.end() ? now == world.state.end() : now->second == at->second;
            if (!same) ++changed;
        }
        if (!outcome.applied()) {
            REQUIRE(changed == 0);
        } else {
            REQUIRE(changed == outcome.operations.at(0).accepted);
            REQUIRE(changed + outcome.operations.at(0).refused.size() == keys.size());
        }
    }
}
