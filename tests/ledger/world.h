// A small chain for tests: organisations with keys, a state in memory, blocks executed one after the other.
#pragma once

#include <catch2/catch.hpp>
#include <map>

#include "crypto/sha256.h"
#include "ledger/rules/execute.h"
#include "ledger/rules/genesis.h"
#include "ledger/schema/build.h"

// Within the ledger's namespace: its tests speak its language.
namespace touchstone::ledger::test {

inline const std::string kGtin = "09506000134352";
inline const std::string kOtherGtin = "00614141123452";
inline const std::string kGln = "9506000134352";
inline constexpr std::uint64_t kDayMs = 86'400'000;
inline constexpr Day kToday = 20'000;

inline crypto::SecretKey key_of(std::string_view name) {
    const Hash256 seed = crypto::sha256(as_bytes(name));
    return crypto::SecretKey::from_seed(seed.bytes);
}

inline OrganisationRecord organisation(std::string id, std::initializer_list<Role> roles) {
    OrganisationRecord made;
    made.name = "Organisation " + id;
    for (const Role role : roles) made.roles = static_cast<std::uint16_t>(made.roles | 1u << static_cast<int>(role));
    made.country = "CH";
    made.keys.push_back({key_of(id).public_key(), KeyPurpose::kOperate, Height(0), Height(0)});
    made.id = std::move(id);
    return made;
}

inline Genesis small_genesis() {
    Genesis genesis;
    genesis.name = "test";
    genesis.time = WallTime{kToday * kDayMs};
    genesis.organisations = {organisation("brand", {Role::kBrand}),        organisation("rival", {Role::kBrand}),
                             organisation("maker", {Role::kManufacturer}), organisation("carrier", {Role::kLogistics}),
                             organisation("shop", {Role::kRetailer}),      organisation("market", {Role::kPlatform}),
                             organisation("customs", {Role::kRegulator}),  organisation("auditor", {Role::kAuditor}),
                             organisation("frozen", {Role::kLogistics})};
    genesis.organisations.back().suspended = true;
    genesis.organisations[0].prefixes = {"9506000"};
    genesis.organisations[1].prefixes = {"0614141"};
    // The maker rotated its key once: the old one is revoked.
    genesis.organisations[2].keys.push_back(
        {key_of("maker-old").public_key(), KeyPurpose::kAdmin, Height(0), Height(1)});
    genesis.validators = {{"brand", "brand-1", key_of("validator 1").public_key()}};
    return genesis;
}

inline ItemName item(std::uint64_t number, const std::string& gtin = kGtin) {
    return {gtin, serial_commitment(gtin, std::to_string(number))};
}
inline Items items(std::uint64_t first, std::uint64_t count, const std::string& gtin = kGtin) {
    Items names;
    for (std::uint64_t i = 0; i < count; ++i) names.add(item(first + i, gtin));
    return names;
}

// Any digest, for fields that take one.
inline Hash256 digest(std::uint64_t number) { return crypto::sha256(as_bytes(std::to_string(number))); }

// Of those that `maker` makes.
inline ContainerName box(std::uint64_t number, const std::string& maker = "brand") {
    return {maker, sscc_commitment(std::to_string(number))};
}

// GCC 12 warns falsely about vectors compared within std::map.
struct ByteOrder {
    bool operator()(const Bytes& a, const Bytes& b) const { return as_text(a) < as_text(b); }
};

class World {
  public:
    explicit World(const Genesis& genesis = small_genesis())
        : chain_id(genesis.chain_id()), parameters(genesis.parameters) {
        REQUIRE(genesis.check().ok());
        for (auto& [key, record] : genesis.records()) state[key] = record;
        for (auto& [key, value] : genesis.side()) side[key] = value;
    }

    // The context of the next block.
    BlockContext context() const { return {chain_id, height.next(), time, parameters}; }
    ReadRecord reader() const {
        return [this](const Hash256& key) -> std::optional<Bytes> {
            const auto at = state.find(key);
            return at == state.end() ? std::nullopt : std::optional(at->second);
        };
    }

    PayloadHead head(const std::string& actor, const std::string& signer) {
        Bytes nonce(8);
        ++nonces_;
        for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(nonces_ >> (8 * i));
        return {chain_id, actor, key_of(signer).public_key(), height.value + validity, nonce};
    }
    SignedTransactionPtr sign(const std::string& actor, const std::vector<Operation>& operations) {
        return std::make_shared<SignedTransaction>(
            sign_payload(build_payload(head(actor, actor), operations), key_of(actor)));
    }
    ParsedTransactionPtr transaction(const std::string& actor, const std::vector<Operation>& operations) {
        auto parsed = parse(sign(actor, operations), parameters);
        if (!parsed.ok()) FAIL(info(parsed.error().refusal).code << ": " << parsed.error().detail);
        return *parsed;
    }

    BlockEffects execute_block(const std::vector<ParsedTransactionPtr>& transactions) {
        auto effects = execute(context(), transactions, reader());
        if (!effects.ok()) FAIL(effects.error().code << ": " << effects.error().message);
        commit(*effects);
        return *std::move(effects);
    }
    // One transaction in a block of its own.
    TransactionOutcome run(const std::string& actor, const std::vector<Operation>& operations) {
        return execute_block({transaction(actor, operations)}).outcomes.at(0);
    }
    // Must be applied.
    TransactionOutcome must(const std::string& actor, const std::vector<Operation>& operations) {
        auto outcome = run(actor, operations);
        if (!outcome.applied()) FAIL(info(outcome.refusal).code << ": " << outcome.detail);
        return outcome;
    }
    void commit(const BlockEffects& effects) {
        for (const auto& [key, record] : effects.records) {
            if (record)
                state[key] = *record;
            else
                REQUIRE(state.erase(key) == 1);
        }
        for (const auto& [key, value] : effects.side) {
            if (value)
                side[key] = *value;
            else
                side.erase(key);
        }
        height = height.next();
    }

    template <class Record>
    std::optional<Record> get(const StateKey& key) const {
        const auto at = state.find(key);
        if (at == state.end()) return std::nullopt;
        auto decoded = Record::decode(at->second);
        REQUIRE(decoded.ok());
        return *decoded;
    }
    ItemRecord item_at(const StateKey& key) const {
        auto found = get<ItemRecord>(key);
        REQUIRE(found);
        return *found;
    }
    ContainerRecord box_at(const StateKey& key) const {
        auto found = get<ContainerRecord>(key);
        REQUIRE(found);
        return *found;
    }
    std::vector<Event> events(const StateKey& subject) const {
        std::vector<Event> found;
        for (std::uint32_t sequence = 0;; ++sequence) {
            const auto at = side.find(event_side_key(subject, sequence));
            if (at == side.end()) return found;
            auto event = Event::decode(at->second);
            REQUIRE(event.ok());
            found.push_back(*event);
        }
    }

    // Declares kGtin for "brand" and licenses "maker".
    World& with_product(std::uint64_t quota = 1000) {
        must("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}});
        must("brand", {op::GrantLicence{kGtin, "maker", quota, 0, 0, {}}});
        return *this;
    }
    World& with_items(std::uint64_t count, const std::string& lot = "L1") {
        with_product();
        must("brand", {registration(items(0, count), lot)});
        return *this;
    }
    static op::Register registration(Items names, std::string lot = {}, RegisterMode mode = RegisterMode::kAtomic) {
        op::Register made;
        made.items = std::move(names);
        made.lot = std::move(lot);
        made.mode = mode;
        return made;
    }

    Hash256 chain_id;
    Parameters parameters;
    Height height;
    std::uint64_t validity = 1000;  // blocks, of the transactions made here
    WallTime time{kToday * kDayMs + 1000};
    std::map<Hash256, Bytes> state;
    std::map<Bytes, Bytes, ByteOrder> side;

  private:
    std::uint64_t nonces_ = 0;
};

}  // namespace touchstone::ledger::test
