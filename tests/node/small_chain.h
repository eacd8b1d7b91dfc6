// A chain of four validators for tests, made block by block with the ledger's own rules, and the means to forge it: all
// keys are at hand, so that whatever is changed can be signed anew by a dishonest quorum.
#pragma once

#include "node/audit.h"
#include "tests/ledger/world.h"
#include "tests/support/memory_disk.h"

namespace touchstone::node::test {

namespace lt = ledger::test;
namespace op = ledger::op;

inline ledger::Genesis four_validators() {
    ledger::Genesis genesis = lt::small_genesis();
    genesis.validators.clear();
    for (const char* name : {"v0", "v1", "v2", "v3"})
        genesis.validators.push_back({"brand", name, lt::key_of(name).public_key()});
    return genesis;
}

// A state of its own, in memory.
struct MemoryState {
    MemoryState() {
        auto opened = storage::StateTree::open(*store, disk, {4, 1'000'000}, nullptr);
        REQUIRE(opened.ok());
        tree = *std::move(opened);
    }
    touchstone::test::MemoryDisk disk;
    std::unique_ptr<storage::KeyValueStore> store = storage::make_memory_store();
    std::unique_ptr<storage::StateTree> tree;
};

class SmallChain {
  public:
    explicit SmallChain(const ledger::Genesis& from = four_validators()) : target(from), epochs_(from) {
        auto delta = prepare_genesis(*state_.tree, target.genesis);
        REQUIRE(delta.ok());
        state_.tree->commit(*delta, {Height(0), target.chain_id, storage::delta_root(**delta), Bytes{1}}, {});
        log_.append(crypto::log_leaf_hash(target.chain_id.view()));
        tip_hash_ = target.chain_id;
        time_ = target.genesis.time.ms;
    }

    ledger::SignedTransactionPtr sign(const std::string& actor, const std::vector<ledger::Operation>& operations) {
        const Bytes nonce = std::move(Writer{}.u64(++nonces_)).take();
        const ledger::PayloadHead head{target.chain_id, actor, lt::key_of(actor).public_key(), blocks.size() + 100,
                                       nonce};
        return std::make_shared<ledger::SignedTransaction>(
            ledger::sign_payload(ledger::build_payload(head, operations), lt::key_of(actor)));
    }

    // One block more, of view 2 h - 1: every second view brought none.
    void add(std::vector<ledger::SignedTransactionPtr> transactions) {
        ledger::Block block;
        block.transactions = std::move(transactions);
        std::vector<ledger::ParsedTransactionPtr> parsed;
        for (const auto& transaction : block.transactions) {
            auto one = ledger::parse(transaction, epochs_.latest()->parameters);
            REQUIRE(one.ok());
            parsed.push_back(*one);
        }
        ledger::Header& header = block.header;
        header.chain_id = target.chain_id;
        const auto epoch = epochs_.latest();
        header.epoch = epoch->epoch();
        header.height = Height(blocks.size() + 1);
        header.view = View(2 * header.height.value - 1);
        header.parent = tip_hash_;
        header.time = WallTime{time_ += 1000};
        header.proposer = epoch->validators.leader(header.view);
        header.log_root = log_.root();
        header.transaction_root = ledger::transaction_root(block.transactions);
        header.state_root = execute(header, parsed);
        tip_hash_ = header.hash();
        log_.append(crypto::log_leaf_hash(tip_hash_.view()));
        blocks.push_back({header.height, block.encode(), certificate(block, usual_signers)});
    }
    void add(const std::string& actor, const std::vector<ledger::Operation>& operations) {
        add({sign(actor, operations)});
    }

    // Product, licence, two lots, a journey, a recall; 8 blocks, of which the third has two transactions.
    SmallChain& with_a_day() {
        add("brand", {op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
        add("brand", {op::GrantLicence{lt::kGtin, "maker", 100, 0, 0, {}}});
        add({sign("maker", {lt::World::registration(lt::items(0, 5), "L1")}),
             sign("brand", {lt::World::registration(lt::items(5, 3), "L2")})});
        add("maker", {op::Ship{lt::items(0, 4), "shop", "DN-1"}});
        add("shop", {op::Receive{lt::items(0, 4)}});
        add("shop", {op::Sell{lt::items(0, 2), "FR"}});
        add("brand", {op::Recall{lt::kGtin, "L1", "preservative"}});
        add("brand", {op::Recall{lt::kGtin, "L9", "never made", {}, {}, 0, 0, true}});
        return *this;
    }

    ledger::Block block(std::uint64_t height) const {
        auto decoded = ledger::Block::decode(blocks.at(height - 1).body);
        REQUIRE(decoded.ok());
        return *std::move(decoded);
    }
    // Puts a changed block in place, signed by a quorum. The blocks above it name another parent now.
    void forge(std::uint64_t height, const ledger::Block& changed) {
        blocks.at(height - 1).body = changed.encode();
        blocks.at(height - 1).certificate = certificate(changed, {0, 1, 2});
    }

    consensus::Subject subject(const ledger::Block& of) const {
        const std::uint64_t height = of.header.height.value;
        return {of.header.epoch, consensus::VoteKind::kFinalize, of.header.view, View(height < 2 ? 0 : 2 * height - 3),
                of.header.hash()};
    }
    Bytes certificate(const ledger::Block& of, const std::vector<std::uint32_t>& signers) const {
        return certificate(subject(of), signers, {});
    }
    // `impostor` signs in the place of the last signer when it is not empty.
    Bytes certificate(const consensus::Subject& about, const std::vector<std::uint32_t>& signers,
                      const std::string& impostor) const {
        consensus::Certificate made{about, {}, {}};
        auto epoch = epochs_.find(about.epoch);
        if (!epoch) epoch = epochs_.latest();  // forged for an epoch that there is not
        const Bytes message = consensus::signing_bytes(target.chain_id, about);
        for (const std::uint32_t signer : signers) {
            const bool forged = !impostor.empty() && signer == signers.back();
            made.signers.emplace_back(signer);
            made.signatures.push_back(
                lt::key_of(forged ? impostor : epoch->record.validators.at(signer).name).sign(message));
        }
        return made.encode(epoch->validators.size());
    }

    AuditTarget target;
    std::vector<std::uint32_t> usual_signers{0, 1, 3};  // of the blocks to come
    std::vector<RawBlock> blocks;

  private:
    Hash256 execute(ledger::Header& header, const std::vector<ledger::ParsedTransactionPtr>& parsed) {
        const auto view = state_.tree->view(nullptr);
        const auto epoch = epochs_.latest();
        auto effects = ledger::execute({target.chain_id, header.height, header.time, epoch->parameters, header.epoch,
                                        header.parent, header.proposer},
                                       parsed, [&](const Hash256& key) { return *view->get(key); });
        REQUIRE(effects.ok());
        for (const auto& outcome : effects->outcomes) {
            INFO(ledger::info(outcome.refusal).code << ": " << outcome.detail);
            REQUIRE(outcome.applied());
        }
        header.validators_hash = validators_hash_after(*epoch, *effects);
        const auto rules = effects->rules;
        auto delta = prepare_effects(*state_.tree, nullptr, *effects, view.get());
        REQUIRE(delta.ok());
        const Hash256 root = storage::delta_root(**delta);
        state_.tree->commit(*delta, {header.height, {}, root, Bytes{1}}, {});
        if (rules) epochs_.learn(*rules);
        return root;
    }

    MemoryState state_;
    EpochHistory epochs_;
    crypto::LogFrontier log_;
    Hash256 tip_hash_;
    std::uint64_t time_ = 0;
    std::uint64_t nonces_ = 0;
};

}  // namespace touchstone::node::test
