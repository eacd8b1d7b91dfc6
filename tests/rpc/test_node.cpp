#include "tests/rpc/test_node.h"

#include "base/check.h"

namespace touchstone::test {
namespace {

using namespace touchstone::rpc;

constexpr std::uint64_t kStartMs = kTestNow.ms;

ledger::OrganisationRecord organisation(std::string id, ledger::Role role) {
    ledger::OrganisationRecord made;
    made.name = "Organisation " + id;
    made.roles = static_cast<std::uint16_t>(1u << static_cast<int>(role));
    made.country = "CH";
    made.keys.push_back({key_of(id).public_key(), ledger::KeyPurpose::kOperate, Height(0), Height(0)});
    made.id = std::move(id);
    return made;
}

ledger::Genesis usual_genesis() {
    ledger::Genesis made;
    made.name = "test";
    made.time = WallTime{kStartMs};
    made.organisations = {
        organisation("auditor", ledger::Role::kAuditor),    organisation("brand", ledger::Role::kBrand),
        organisation("carrier", ledger::Role::kLogistics),  organisation("customs", ledger::Role::kRegulator),
        organisation("frozen", ledger::Role::kBrand),       organisation("maker", ledger::Role::kManufacturer),
        organisation("market", ledger::Role::kPlatform),    organisation("shop", ledger::Role::kRetailer)};
    made.organisations[1].prefixes = {"9506000"};
    made.organisations[4].suspended = true;
    made.organisations[5].keys.push_back(
        {key_of("maker-old").public_key(), ledger::KeyPurpose::kOperate, Height(0), Height(1)});
    made.validators = {{"brand", "brand-1", key_of("validator").public_key()}};
    return made;
}

class TestView : public ReadView {
  public:
    TestView(std::unique_ptr<storage::StateReadGuard> guard, SignedTipPtr tip)
        : guard_(std::move(guard)), tip_(std::move(tip)) {}
    const SignedTip& tip() const override { return *tip_; }
    Result<std::optional<Bytes>> record(const Hash256& key) const override { return guard_->get(key); }
    Result<crypto::StateProof> prove(const Hash256& key) const override { return guard_->prove(key); }
    Result<std::optional<Bytes>> side(ByteView key) const override { return guard_->side(key); }
    Status side_scan(ByteView prefix, ByteView from,
                     const std::function<bool(ByteView, ByteView)>& visit) const override {
        return guard_->side_scan(prefix, from, visit);
    }

  private:
    std::unique_ptr<storage::StateReadGuard> guard_;
    SignedTipPtr tip_;
};

}  // namespace

crypto::SecretKey key_of(std::string_view name) {
    return crypto::SecretKey::from_seed(crypto::sha256(as_bytes(name)).bytes);
}

rpc::AuthToken TestNode::token(const std::string& organisation) const {
    rpc::AuthToken made;
    made.chain_id = genesis_.chain_id();
    made.organisation = organisation;
    made.audience = rpc::kAnyAudience;
    made.issued = kTestNow;
    made.expires = WallTime{kTestNow.ms + 60'000};
    return made;
}

std::string TestNode::authorization(const std::string& organisation) const {
    return "Touchstone " + rpc::encode_token(token(organisation), key_of(organisation));
}

TestNode::TestNode() : TestNode(usual_genesis()) {}

TestNode::TestNode(ledger::Genesis genesis) : genesis_(std::move(genesis)), store_(storage::make_memory_store()) {
    INVARIANT(genesis_.check().ok());
    storage::StateTreeOptions options;
    options.bucket_depth = 12;
    auto opened = storage::StateTree::open(*store_, disk_, options, nullptr);
    INVARIANT(opened.ok());
    tree_ = *std::move(opened);
    ledger::BlockEffects effects;
    for (auto& [key, record] : genesis_.records()) effects.records.emplace_back(key, record);
    for (auto& [key, value] : genesis_.side()) effects.side.emplace_back(key, value);
    ledger::Block block;
    block.header.time = genesis_.time;
    commit(block, std::move(effects));
}

ledger::BlockContext TestNode::context() const {
    return {genesis_.chain_id(), Height(blocks_.size() + 1), WallTime{kStartMs + waited_ms_ + 1000 * (blocks_.size() + 1)},
            genesis_.parameters};
}

ledger::ReadRecord TestNode::reader() const {
    return [view = std::shared_ptr<storage::StateView>(tree_->view(nullptr))](const Hash256& key) {
        auto found = view->get(key);
        INVARIANT(found.ok());
        return *std::move(found);
    };
}

// Gives the header its state root and makes it the tip.
void TestNode::commit(const ledger::Block& block, ledger::BlockEffects effects) {
    std::vector<storage::StateWrite> writes;
    for (auto& [key, record] : effects.records) writes.push_back({key, std::move(record)});
    std::vector<storage::SideWrite> side;
    for (auto& [key, value] : effects.side) side.push_back({std::move(key), std::move(value)});
    auto delta = tree_->prepare(nullptr, std::move(writes), std::move(side), nullptr);
    INVARIANT(delta.ok());
    StoredBlock stored{block, {}, {}};
    stored.block.header.state_root = storage::delta_root(**delta);
    stored.hash = stored.block.header.height.value == 0 ? genesis_.chain_id() : stored.block.header.hash();
    stored.certificate = to_bytes(as_bytes("certificate of a test"));
    auto tip = std::make_shared<SignedTip>();
    tip->header = stored.block.header;
    tip->header_bytes = tip->header.encode();
    tip->block_hash = stored.hash;
    tip->certificate = stored.certificate;
    tip->header_base64 = to_base64(tip->header_bytes);
    tip->certificate_base64 = to_base64(tip->certificate);
    tree_->commit(*delta, {tip->header.height, tip->block_hash, tip->header.state_root, {}}, {});
    INVARIANT(tree_->flush().ok());
    const std::lock_guard lock(mutex_);
    tip_ = std::move(tip);
    if (stored.block.header.height.value > 0) blocks_.push_back(std::move(stored));
}

ledger::SignedTransaction TestNode::sign(const std::string& organisation,
                                         const std::vector<ledger::Operation>& operations) {
    Bytes nonce(8);
    ++nonce_;
    for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(nonce_ >> (8 * i));
    const crypto::SecretKey key = key_of(organisation);
    const ledger::PayloadHead head{genesis_.chain_id(), organisation, key.public_key(), context().height.value + 100,
                                   nonce};
    return ledger::sign_payload(ledger::build_payload(head, operations), key);
}

std::string TestNode::envelope(const std::string& organisation, const std::vector<ledger::Operation>& operations) {
    return to_base64(sign(organisation, operations).to_envelope());
}

void TestNode::seal() {
    std::vector<ledger::ParsedTransactionPtr> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(pool_);
    }
    ledger::Block block;
    const ledger::BlockContext now = context();
    block.header.chain_id = now.chain_id;
    block.header.height = now.height;
    block.header.time = now.time;
    block.header.parent = tip_->block_hash;
    for (const auto& transaction : taken) block.transactions.push_back(ledger::signed_of(*transaction));
    block.header.transaction_root = ledger::transaction_root(block.transactions);
    auto effects = ledger::execute(now, taken, reader());
    INVARIANT(effects.ok());
    const auto outcomes = effects->outcomes;
    commit(block, *std::move(effects));
    std::vector<std::function<void()>> calls;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < taken.size(); ++i)
            transactions_[ledger::info(*taken[i]).id] = {TransactionStatus::State::kFinal, now.height,
                                                         static_cast<std::uint32_t>(i), outcomes[i]};
        for (auto at = waiters_.begin(); at != waiters_.end();) {
            const TransactionStatus status = transactions_[at->second.id];
            const bool ends = status.state == TransactionStatus::State::kFinal;
            if (ends) calls.push_back([done = std::move(at->second.done), status] { done(status); });
            at = ends ? waiters_.erase(at) : std::next(at);
        }
        for (const auto& [id, tell] : subscribers_) calls.push_back([tell, tip = tip_] { tell(tip); });
    }
    for (const auto& call : calls) call();
}

void TestNode::must(const std::string& organisation, const std::vector<ledger::Operation>& operations) {
    const SubmitOutcome taken = take(sign(organisation, operations).to_envelope());
    INVARIANT(!taken.rejection);
    seal();
    INVARIANT(transaction(taken.id).outcome.applied());
}

void TestNode::stock(std::size_t count) {
    must("brand", {ledger::op::DeclareProduct{kGtin, "Lamp \"Aurora\"", {}, {}}});
    for (std::size_t first = 0; first < count; first += 20'000) {
        ledger::op::Register registration;
        registration.lot = "L1";
        registration.expiry = 20'500;
        for (std::size_t i = first; i < std::min(count, first + 20'000); ++i) registration.items.add(item(i));
        must("brand", {registration});
    }
}

void TestNode::stock_more(std::size_t count) {
    for (std::size_t done = 0; done < count;) {
        ledger::op::Register registration;
        registration.lot = "L2";
        for (; done < count && registration.items.size() < limits::kItemsPerRegisterMax; ++done)
            registration.items.add(named("T" + std::to_string(done)));
        must("brand", {registration});
    }
}

std::size_t TestNode::waits() const {
    const std::lock_guard lock(mutex_);
    return waiters_.size();
}

std::unique_ptr<ReadView> TestNode::read() const {
    auto guard = tree_->read();
    const std::lock_guard lock(mutex_);
    // seal() commits the tree before the tip; between the two the older tip is not of this state.
    auto tip = tip_;
    if (tip->header.height != guard->mark().height) {
        const Height height = guard->mark().height;
        auto newer = std::make_shared<SignedTip>(*tip);
        newer->header.height = height;
        newer->block_hash = guard->mark().block_hash;
        newer->header.state_root = guard->mark().root;
        tip = newer;
    }
    return std::make_unique<TestView>(std::move(guard), std::move(tip));
}

NodeStatus TestNode::status() const {
    const std::lock_guard lock(mutex_);
    NodeStatus status;
    status.version = "0.1.0";
    status.chain_name = genesis_.name;
    status.chain_id = genesis_.chain_id();
    status.name = "brand-1";
    status.height = tip_->header.height;
    status.block_hash = tip_->block_hash;
    status.state_root = tip_->header.state_root;
    status.peers = {{"brand-2", "10.0.0.2:7545", true, true, tip_->header.height}};
    status.block_time = tip_->header.time;
    status.pool_transactions = pool_.size();
    status.synced = is_synced;
    return status;
}

Result<StoredBlockPtr> TestNode::block(Height height) const {
    const std::lock_guard lock(mutex_);
    if (height.value == 0 || height.value > blocks_.size()) return Error{"not_found", "There is no such block yet."};
    if (when_read) when_read(height);
    return std::make_shared<const StoredBlock>(blocks_[height.value - 1]);
}

Result<Height> TestNode::height_of(const Hash256& block_hash) const {
    const std::lock_guard lock(mutex_);
    for (const StoredBlock& stored : blocks_)
        if (stored.hash == block_hash) return stored.block.header.height;
    return Error{"not_found", "There is no block with this hash."};
}

SubmitOutcome TestNode::take(const Bytes& envelope) {
    SubmitOutcome outcome;
    auto carried = ledger::SignedTransaction::from_envelope(envelope);
    if (!carried.ok()) {
        outcome.rejection = ledger::Rejection{ledger::Refusal::kMalformed, carried.error().message};
        return outcome;
    }
    auto shared = std::make_shared<const ledger::SignedTransaction>(*std::move(carried));
    outcome.id = shared->id();
    auto parsed = ledger::parse(shared, genesis_.parameters);
    if (!parsed.ok()) {
        outcome.rejection = parsed.error();
        return outcome;
    }
    const bool genuine = crypto::verify(ledger::info(**parsed).key, ledger::transaction_signing_bytes(shared->payload),
                                        shared->signature);
    const std::lock_guard lock(mutex_);
    if (transactions_.count(outcome.id)) {
        outcome.already_known = true;
        return outcome;
    }
    if (!genuine) outcome.rejection = ledger::Rejection{ledger::Refusal::kBadSignature, {}};
    if (!outcome.rejection) outcome.rejection = ledger::admit(**parsed, context(), reader());
    outcome.overloaded = pool_full_;
    if (outcome.rejection || outcome.overloaded) return outcome;
    transactions_[outcome.id].state = TransactionStatus::State::kPending;
    pool_.push_back(*parsed);
    return outcome;
}

void TestNode::submit(Bytes envelope, std::function<void(SubmitOutcome)> done) { done(take(envelope)); }

TransactionStatus TestNode::transaction(const Hash256& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = transactions_.find(id);
    return found == transactions_.end() ? TransactionStatus{} : found->second;
}

NodeApi::WaitId TestNode::when_final(const Hash256& id, std::function<void(TransactionStatus)> done) {
    const std::lock_guard lock(mutex_);
    waiters_[next_id_] = {id, std::move(done)};
    return next_id_++;
}

void TestNode::forget(WaitId wait) {
    const std::lock_guard lock(mutex_);
    waiters_.erase(wait);
}

NodeApi::SubscriptionId TestNode::subscribe(std::function<void(SignedTipPtr)> on_block) {
    const std::lock_guard lock(mutex_);
    subscribers_[next_id_] = std::move(on_block);
    return next_id_++;
}

void TestNode::unsubscribe(SubscriptionId subscription) {
    const std::lock_guard lock(mutex_);
    subscribers_.erase(subscription);
}

bool TestNode::ready(std::string* why_not) const {
    if (!is_ready && why_not) *why_not = "not synced";
    return is_ready;
}

}  // namespace touchstone::test
