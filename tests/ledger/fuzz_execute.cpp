// The fuzz target of the ledger. Its first byte chooses the way in: 255, and the rest is a payload as it stands; any
// other, and the rest chooses operations field by field, for blocks on one state that carries on.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "ledger/records/governance_records.h"
#include "ledger/records/record_codecs.h"
#include "ledger/records/seller_records.h"
#include "tests/ledger/fuzz_chain.h"

namespace touchstone::ledger::test {
namespace {

void require(const Fault& fault) {
    if (!fault) return;
    fmt::print(stderr, "fault: {}\n", *fault);
    std::abort();
}

Genesis fuzz_genesis() {
    Genesis genesis = small_genesis();
    for (OrganisationRecord& one : genesis.organisations) {
        one.council = one.id == "brand" || one.id == "market" || one.id == "customs";
        if (one.id != "maker") one.keys[0].purpose = KeyPurpose::kAdmin;
    }
    genesis.validators.push_back({"market", "market-1", key_of("validator 2").public_key()});
    genesis.validators.push_back({"customs", "customs-1", key_of("validator 3").public_key()});
    genesis.validators.push_back({"rival", "rival-1", key_of("validator 4").public_key()});
    return genesis;
}

// Who proposes more than fits has the block refused by everybody: nothing is executed.
bool is_over_bounds(const Error& error) {
    return error.code == "block_transactions" || error.code == "block_bytes" || error.code == "block_items";
}

}  // namespace

FuzzCounts& fuzz_counts() {
    static FuzzCounts counts;
    return counts;
}

FuzzChain::FuzzChain() {
    const Genesis genesis = fuzz_genesis();
    if (!genesis.check().ok()) require("the genesis is not good");
    chain_id_ = genesis.chain_id();
    parameters_ = genesis.parameters;
    for (auto& [key, record] : genesis.records()) state_[key] = record;
    for (auto& [key, value] : genesis.side()) side_[key] = value;
    prepare();
}

void FuzzChain::prepare() {
    must("brand", {op::DeclareProduct{kGtin, "Lamp", {}, {}}, op::GrantLicence{kGtin, "maker", 5, 0, 0, {}}});
    must("rival", {op::DeclareProduct{kOtherGtin, "Bulb", {}, {}}, op::GrantLicence{kOtherGtin, "maker", 5, 0, 0, {}}});
    op::Register made;
    made.lot = "L1";
    made.items = items(0, 4);
    must("brand", {made});
    made.items = items(4, 2);
    must("maker", {made});
    made.items = items(0, 3, kOtherGtin);
    must("rival", {made});
    must("brand", {op::Pack{box(0), items(0, 2), {}}, op::Pack{box(1), {}, {box(0)}}});
    must("brand", {op::Ship{items(2, 1), "shop", {}}, op::Ship{{}, "carrier", {}, {box(1)}}});
    must("shop", {op::Receive{items(2, 1)}});
    must("market", {op::RegisterSeller{digest(0), "FR"}});
    must("brand", {op::Pack{box(2), items(3, 1), {}}});
    made.items = items(6, 2);
    must("brand", {made, op::Sell{items(6, 1), {}}, op::Flag{items(7, 1), ItemFlag::kSuspect, {}}});
    // One change that waits, and one validator who is to come.
    must("market", {op::Propose{change::ReassignProduct{kOtherGtin, "brand"}, {}}});
    must("brand", {op::VoteOnProposal{1, true, {}},
                   op::Propose{change::AddValidator{{"brand", "brand-2", key_of("spare 0").public_key()}}, {}}});
    must("customs", {op::VoteOnProposal{1, true, {}}, op::VoteOnProposal{2, true, {}}});
    must("market", {op::VoteOnProposal{2, true, {}}});
    op::Report report;
    report.subject = {ReportSubjectKind::kItem, item(2).commitment, kGtin, {}, {}, {}};
    must("shop", {report});
}

BlockContext FuzzChain::context() const {
    BlockContext context{chain_id_, height_.next(), time_, parameters_};
    context.epoch = epoch_;
    context.parent = digest(height_.value);
    const auto validators = get<ValidatorsRecord>(validators_key());
    context.proposer = ValidatorIndex(static_cast<std::uint32_t>(height_.value % validators->validators.size()));
    return context;
}

ReadRecord FuzzChain::reader() const {
    return [this](const Hash256& key) -> std::optional<Bytes> {
        const auto at = state_.find(key);
        return at == state_.end() ? std::nullopt : std::optional(at->second);
    };
}

template <class Record>
std::optional<Record> FuzzChain::get(const StateKey& key) const {
    const auto at = state_.find(key);
    if (at == state_.end()) return std::nullopt;
    auto decoded = Record::decode(at->second);
    if (!decoded.ok()) require("a record does not read");
    return *std::move(decoded);
}

PayloadHead FuzzChain::head(const std::string& actor, const crypto::PublicKey& key, std::uint64_t validity) {
    Writer nonce;
    nonce.u64(++nonces_);
    return {chain_id_, actor, key, height_.value + validity, std::move(nonce).take()};
}

void FuzzChain::must(const std::string& actor, const std::vector<Operation>& operations) {
    const std::uint64_t before = fuzz_counts().applied;
    const auto transaction = admitted(build_payload(head(actor, key_of(actor).public_key(), 3), operations));
    if (transaction != nullptr) execute_block({transaction});
    if (fuzz_counts().applied == before) require("what the chain begins with is refused");
}

// Whoever has to do with what the operation names, for chance alone seldom finds him.
std::string FuzzChain::likely_actor(ByteChoices& choices, const Operation& operation) const {
    std::vector<std::string> parties{"brand", "market", "customs"};
    if (std::holds_alternative<op::VetoProposal>(operation)) parties.push_back("rival");
    const auto* const accept = std::get_if<op::AcceptProduct>(&operation);
    const auto product = get<ProductRecord>(product_key(accept != nullptr ? accept->gtin : std::string()));
    const auto* const unpack = std::get_if<op::Unpack>(&operation);
    const auto opened = get<ContainerRecord>(unpack != nullptr ? unpack->container.key() : StateKey());
    if (product) {
        parties.push_back(product->offered_to);
    } else if (opened) {
        parties = {opened->custodian};
    } else if (const Items* const named = items_of(operation); named != nullptr && !named->empty()) {
        if (const auto item = get<ItemRecord>(named->front()))
            parties = {item->custodian, item->receiver, item->owner, item->offered_to, item->ended_by, item->maker};
    } else if (const Containers* const boxes = containers_of(operation); boxes != nullptr && !boxes->empty()) {
        if (const auto box = get<ContainerRecord>(boxes->front()))
            parties = {box->custodian, box->receiver, box->ended_by, box->maker};
    }
    std::erase(parties, std::string());
    return choices.of(parties);
}

// Of an organisation that is there, mostly with one of its keys that are in force.
PayloadHead FuzzChain::any_head(ByteChoices& choices, const Operation& operation) {
    const bool any = choices.below(4) == 0;
    const std::string actor = any ? choices.of(kOrganisations) : likely_actor(choices, operation);
    const auto organisation = get<OrganisationRecord>(organisation_key(actor));
    if (!organisation || choices.below(16) == 15) return head(actor, choices.of(public_keys()), 1 + choices.below(6));
    std::vector<OrganisationKey> keys = organisation->keys;
    const bool ready = std::holds_alternative<op::ValidatorReady>(operation);
    std::erase_if(keys, [&](const OrganisationKey& key) {
        return !key.in_force(height_) || (key.purpose == KeyPurpose::kValidate) != ready;
    });
    return head(actor, keys.empty() ? organisation->keys[0].key : choices.of(keys).key, 1 + choices.below(6));
}

// What choices seldom hit: a proposal that is open, the scope of a recall in force, the hash of a block, and the events
// that a correction carries.
void FuzzChain::fit(ByteChoices& choices, Operation& operation) const {
    const auto council = get<CouncilRecord>(council_key());
    std::visit(
        [&](auto& one) {
            if constexpr (requires { one.proposal; })
                if (choices.coin() && !council->open.empty()) one.proposal = choices.of(council->open);
        },
        operation);
    if (auto* const lift = std::get_if<op::LiftRecall>(&operation)) {
        const auto product = get<ProductRecord>(product_key(lift->gtin));
        if (!product || product->recalls.empty()) return;
        const RecallScope& scope = choices.of(product->recalls).scope;
        lift->lot = scope.lot, lift->maker = scope.maker;
        lift->made_from = scope.made_from, lift->made_until = scope.made_until;
    }
    if (auto* const ready = std::get_if<op::ValidatorReady>(&operation)) {
        const auto validators = get<ValidatorsRecord>(validators_key());
        if (!validators->pending.empty()) ready->block = choices.of(validators->pending).block;
    }
    auto* const correct = std::get_if<op::Correct>(&operation);
    if (correct == nullptr || choices.below(4) == 0) return;
    correct->head_before = {};
    correct->events.clear();
    for (std::uint32_t sequence = 0;; ++sequence) {
        const auto at = side_.find(event_side_key(correct->item, sequence));
        if (at == side_.end()) return;
        if (sequence < correct->sequence)
            correct->head_before = next_event_head(correct->head_before, correct->item, at->second);
        else
            correct->events.push_back(at->second);
    }
}

std::vector<Operation> FuzzChain::any_operations(ByteChoices& choices) const {
    std::vector<Operation> operations;
    // Mostly one: if a transaction has several, each can be what makes it fail.
    for (std::uint64_t count = choices.of(std::array{1, 1, 1, 1, 2, 3}); count > 0; --count) {
        operations.push_back(make_operation(choices));
        fit(choices, operations.back());
    }
    return operations;
}

Bytes FuzzChain::payload(ByteChoices& choices) {
    choices.reports = reports_;
    const std::vector<Operation> operations = any_operations(choices);
    const PayloadHead made = any_head(choices, operations.front());
    Bytes payload = build_payload(made, operations);
    const auto parsed = parse(std::make_shared<SignedTransaction>(SignedTransaction{payload, {}}), parameters_);
    if (parsed.ok() && (*parsed)->operations() != operations) require("an operation is not read as it was built");
    return payload;
}

ParsedTransactionPtr FuzzChain::admitted(Bytes payload) const {
    const auto parsed = parse(std::make_shared<SignedTransaction>(SignedTransaction{std::move(payload), {}}), parameters_);
    if (!parsed.ok()) return ++fuzz_counts().unread, nullptr;
    if (admit(**parsed, context(), reader())) return ++fuzz_counts().unfit, nullptr;
    refused_by_samples(**parsed, context(), reader(), 2);
    return *parsed;
}

void FuzzChain::run_block(ByteChoices& choices) {
    constexpr std::uint64_t kHourMs = 3'600'000;
    time_.ms += choices.of(std::array<std::uint64_t, 8>{1, 1, 1, 1000, kHourMs, 25 * kHourMs, 60 * kHourMs, 300 * kHourMs});
    std::vector<ParsedTransactionPtr> transactions;
    for (std::uint64_t count = 1 + choices.below(4); count > 0; --count)
        if (auto transaction = admitted(payload(choices))) transactions.push_back(std::move(transaction));
    execute_block(transactions);
}

void FuzzChain::run_payload(Bytes payload) {
    if (const auto transaction = admitted(std::move(payload))) execute_block({transaction});
}

void FuzzChain::execute_block(const std::vector<ParsedTransactionPtr>& transactions) {
    const auto effects = execute(context(), transactions, reader());
    if (!effects.ok() && is_over_bounds(effects.error())) return;
    if (!effects.ok()) require(effects.error().code + ": " + effects.error().message);
    if (height_.value % 8 == 0) {
        const auto twin = execute(context(), transactions, reader());
        if (!twin.ok() || twin->records != effects->records || twin->side != effects->side) require("two runs differ");
    }
    require(fault_of_effects(reader(), *effects));
    commit(*effects);
    require(fault_of_state(state_));
    ++fuzz_counts().blocks;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        const bool applied = effects->outcomes[i].applied();
        ++(applied ? fuzz_counts().applied : fuzz_counts().refused);
        for (const Operation& one : transactions[i]->operations())
            if (applied) ++fuzz_counts().applied_of[one.index()];
    }
}

void FuzzChain::commit(const BlockEffects& effects) {
    for (const auto& [key, record] : effects.records) {
        if (record && kind_of_record(*record) == RecordKind::kReport && !state_.contains(key))
            reports_.push_back(ReportRecord::decode(*record)->id);
        if (record)
            state_[key] = *record;
        else
            state_.erase(key);
    }
    for (const auto& [key, value] : effects.side) {
        if (value)
            side_[key] = *value;
        else
            side_.erase(key);
    }
    if (effects.rules) {
        epoch_ = effects.rules->validators.epoch;
        parameters_ = effects.rules->parameters;
    }
    height_ = height_.next();
}

namespace {

const FuzzChain& first_chain() {
    static const FuzzChain chain;
    return chain;
}

}  // namespace

void fuzz_execute(ByteView bytes) {
    FuzzChain chain = first_chain();
    ByteChoices choices(bytes);
    while (!choices.used_up()) chain.run_block(choices);
}

void fuzz_parse(ByteView bytes) {
    FuzzChain chain = first_chain();
    chain.run_payload(to_bytes(bytes));
}

}  // namespace touchstone::ledger::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace touchstone::ledger::test;
    if (size == 0) return 0;
    const touchstone::ByteView rest(data + 1, size - 1);
    if (data[0] == 255)
        fuzz_parse(rest);
    else
        fuzz_execute(rest);
    return 0;
}
