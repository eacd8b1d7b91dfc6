// A small chain for tests: organisations with keys, a state in memory, blocks executed one after the other.
#pragma once

#include <catch2/catch.hpp>
#include <map>

#include "ledger/rules/execute.h"
#include "ledger/schema/build.h"
#include "tests/ledger/samples.h"
#include "tests/ledger/written_events.h"

// Within the ledger's namespace: its tests speak its language.
namespace touchstone::ledger::test {

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
        require_described_events(transactions, *effects);
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
