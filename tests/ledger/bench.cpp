// Cost of execution without storage, in processor time: `bench_ledger`. Not a test; figures for people.
#include <cstdio>
#include <ctime>
#include <unordered_map>

#include "crypto/sha256.h"
#include "ledger/identifiers/text.h"
#include "ledger/schema/build.h"
#include "ledger/rules/execute.h"
#include "ledger/rules/genesis.h"

namespace {

using namespace touchstone;
using namespace touchstone::ledger;

// Of this process, in nanoseconds: what else the machine does is left out.
double processor_ns() { return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC); }

constexpr std::size_t kItems = 5'000;
constexpr std::size_t kRounds = 40;
const std::string kGtin = "09506000134352";

crypto::SecretKey key_of(std::string_view name) {
    return crypto::SecretKey::from_seed(crypto::sha256(as_bytes(name)).bytes);
}

Genesis genesis() {
    Genesis made;
    made.name = "bench";
    for (const char* id : {"brand", "carrier"}) {
        OrganisationRecord organisation;
        organisation.id = id;
        organisation.name = id;
        organisation.roles = 0x7f;
        if (made.organisations.empty()) organisation.prefixes = {"9506000"};
        organisation.keys.push_back({key_of(id).public_key(), KeyPurpose::kOperate, Height(0), Height(0)});
        made.organisations.push_back(organisation);
    }
    made.validators = {{"brand", "v", key_of("v").public_key()}};
    made.parameters.block_transactions_max = kItems;
    made.parameters.block_items_max = made.parameters.items_per_register_max = 50'000;
    return made;
}

class Bench {
  public:
    Bench() : genesis_(genesis()), chain_id_(genesis_.chain_id()) {
        for (auto& [key, record] : genesis_.records()) state_[key] = record;
    }
    ParsedTransactionPtr transaction(const std::string& actor, const Operation& operation) {
        Bytes nonce(8);
        ++nonces_;
        for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(nonces_ >> (8 * i));
        const auto key = key_of(actor);
        auto carried = std::make_shared<SignedTransaction>(SignedTransaction{
            build_payload({chain_id_, actor, key.public_key(), height_.value + 1000, nonce}, {&operation, 1}), {}});
        const double begin = processor_ns();
        auto parsed = parse(std::move(carried), genesis_.parameters);
        parsing_ += processor_ns() - begin;
        if (!parsed.ok()) std::fprintf(stderr, "%s\n", parsed.error().detail.c_str());
        INVARIANT(parsed.ok());
        return *parsed;
    }
    // Answers nanoseconds.
    double execute_block(const std::vector<ParsedTransactionPtr>& transactions) {
        const BlockContext context{chain_id_, height_.next(), WallTime{86'400'000}, genesis_.parameters};
        const double begin = processor_ns();
        auto effects = execute(context, transactions, [this](const Hash256& key) -> std::optional<Bytes> {
            const auto at = state_.find(key);
            return at == state_.end() ? std::nullopt : std::optional(at->second);
        });
        const double taken = processor_ns() - begin;
        if (!effects.ok()) std::fprintf(stderr, "%s\n", effects.error().message.c_str());
        INVARIANT(effects.ok());
        for (const auto& outcome : effects->outcomes) INVARIANT(outcome.applied());
        for (auto& [key, record] : effects->records) {
            if (record)
                state_[key] = std::move(*record);
            else
                state_.erase(key);
        }
        height_ = height_.next();
        return taken;
    }
    double parsing_ns() const { return parsing_; }

  private:
    Genesis genesis_;
    Hash256 chain_id_;
    Height height_;
    std::unordered_map<Hash256, Bytes> state_;
    std::uint64_t nonces_ = 0;
    double parsing_ = 0;
};

std::vector<ItemName> items(std::size_t round) {
    std::vector<ItemName> names;
    for (std::size_t i = 0; i < kItems; ++i)
        names.push_back({kGtin, serial_commitment(kGtin, std::to_string(round * kItems + i))});
    return names;
}

std::vector<std::string> all_countries() {
    std::vector<std::string> countries;
    for (char first = 'A'; first <= 'Z'; ++first)
        for (char second = 'A'; second <= 'Z'; ++second)
            if (is_country(std::string{first, second})) countries.push_back({first, second});
    return countries;
}

constexpr std::size_t kManyItems = 50'000;

constexpr const char* kHere = "ZW";  // the last of all: a list is looked through to its end

// As many as the brand and a regulator may have; none of them stops a sale. The brand's are of the items, in all countries
// but one; the regulator's are of other lots, in as many.
void recall_beside(Bench& bench) {
    std::vector<std::string> elsewhere = all_countries();
    std::erase(elsewhere, kHere);
    for (std::size_t i = 0; i < limits::kRecallsOfBrandMax; ++i) {
        op::Recall recall{kGtin, {}, "glass", elsewhere};
        recall.made_from = static_cast<Day>(i + 1);
        bench.execute_block({bench.transaction("brand", recall)});
    }
    for (std::size_t i = 0; i < limits::kRecallsOfRegulatorMax; ++i) {
        op::Recall recall{kGtin, "OTHER-" + std::to_string(i), "glass", elsewhere};
        recall.unregistered = true;
        bench.execute_block({bench.transaction("carrier", recall)});
    }
}

// Nanoseconds an item to sell many in one operation; `first`: where their numbers begin.
double selling(Bench& bench, std::size_t first) {
    std::vector<ItemName> names;
    for (std::size_t i = 0; i < kManyItems; ++i)
        names.push_back({kGtin, serial_commitment(kGtin, std::to_string(first + i))});
    op::Register registration;
    registration.items = names;
    registration.lot = "LOT-1";
    bench.execute_block({bench.transaction("brand", registration)});
    return bench.execute_block({bench.transaction("brand", op::Sell{names, kHere})}) / kManyItems;
}

void bench_recalls() {
    Bench bench;
    bench.execute_block({bench.transaction("brand", op::DeclareProduct{kGtin, "Lamp", {}, {}})});
    const double without = selling(bench, 0);
    recall_beside(bench);
    const double with = selling(bench, kManyItems);
    std::printf("sell, %zu items in one transaction: execute %.0f ns an item; with %zu recalls in %zu countries %.0f ns\n",
                kManyItems, without, limits::kRecallsOfBrandMax + limits::kRecallsOfRegulatorMax, limits::kCountriesMax, with);
}

}  // namespace

int main() {
    bench_recalls();
    Bench bench;
    bench.execute_block({bench.transaction("brand", op::DeclareProduct{kGtin, "Lamp", {}, {}})});
    double registering = 0;
    double shipping = 0;
    double receiving = 0;
    double parse_register = 0;
    double parse_single = 0;
    for (std::size_t round = 0; round < kRounds; ++round) {
        const auto names = items(round);
        op::Register registration;
        registration.items = names;
        registration.lot = "LOT-1";
        const double before = bench.parsing_ns();
        const auto transaction = bench.transaction("brand", registration);
        parse_register += bench.parsing_ns() - before;
        registering += bench.execute_block({transaction});
        std::vector<ParsedTransactionPtr> singles;
        const double before_singles = bench.parsing_ns();
        for (const ItemName& name : names) singles.push_back(bench.transaction("brand", op::Ship{.items = {name}, .to = "carrier", .document = {}}));
        parse_single += bench.parsing_ns() - before_singles;
        shipping += bench.execute_block(singles);
        receiving += bench.execute_block({bench.transaction("carrier", op::Receive{names})});
    }
    const double count = kItems * kRounds;
    std::printf("register, %zu items in one transaction: execute %.0f ns, parse %.0f ns an item\n", kItems,
                registering / count, parse_register / count);
    std::printf("receive, %zu items in one transaction: execute %.0f ns an item\n", kItems, receiving / count);
    std::printf("ship, one item a transaction, %zu a block: execute %.0f ns, parse %.0f ns a transaction\n", kItems,
                shipping / count, parse_single / count);
}
