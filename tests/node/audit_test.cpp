// An honest chain holds; every kind of damage is found, at its height and by its name.
#include "node/audit.h"

#include <catch2/catch.hpp>

#include "tests/node/small_chain.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::test;

namespace {

struct Outcome {
    std::optional<AuditFault> fault;
    AuditCounts counts;
    Height height;
};

Outcome audit(const AuditTarget& target, const std::vector<RawBlock>& blocks) {
    MemoryState state;
    auto auditor = Auditor::begin(target, *state.tree, nullptr);
    REQUIRE(auditor.ok());
    const auto end = [&](std::optional<AuditFault> fault) {
        return Outcome{std::move(fault), (*auditor)->counts(), (*auditor)->height()};
    };
    for (const RawBlock& raw : blocks)
        if (const auto added = (*auditor)->add(check_block(target, raw)); !added.ok()) return end(added.error());
    if (const auto finished = (*auditor)->finish(); !finished.ok()) return end(finished.error());
    return end(std::nullopt);
}

// The audit must end with this fault at this height, and have taken the blocks below.
AuditFault fault_of(const SmallChain& chain, std::uint64_t height, const std::string& code) {
    const Outcome outcome = audit(chain.target, chain.blocks);
    REQUIRE(outcome.fault);
    INFO(outcome.fault->text());
    REQUIRE(outcome.fault->code == code);
    REQUIRE(outcome.fault->height.value == height);
    REQUIRE(outcome.fault->in == AuditFault::In::kChain);
    return *outcome.fault;
}

}  // namespace

TEST_CASE("audit: an honest chain holds, and everything in it is counted", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    const Outcome outcome = audit(chain.target, chain.blocks);
    if (outcome.fault) FAIL(outcome.fault->text());
    REQUIRE(outcome.height == Height(8));
    REQUIRE(outcome.counts.blocks == 8);
    REQUIRE(outcome.counts.transactions == 9);
    REQUIRE(outcome.counts.signatures == 9);
    REQUIRE(outcome.counts.certificates == 8);
    REQUIRE(outcome.counts.validator_signatures == 24);
    REQUIRE(outcome.counts.items == 8);
    REQUIRE(outcome.counts.products == 1);
    REQUIRE(outcome.counts.lots == 2);
    // declared; 8 registered; 4 shipped, 4 received, 2 sold; 2 recalls of lots.
    REQUIRE(outcome.counts.events == 1 + 8 + 4 + 4 + 2 + 2);
}

TEST_CASE("audit: a chain of no blocks holds", "[audit]") {
    const SmallChain chain;
    const Outcome outcome = audit(chain.target, {});
    REQUIRE_FALSE(outcome.fault);
    REQUIRE(outcome.height == Height(0));
}

TEST_CASE("audit: any byte changed in a body is a fault of that block", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    for (std::size_t at = 0; at < chain.blocks[3].body.size(); ++at) {
        SmallChain& damaged = chain;
        damaged.blocks[3].body[at] ^= 0x40;
        const Outcome outcome = audit(damaged.target, damaged.blocks);
        damaged.blocks[3].body[at] ^= 0x40;
        INFO("byte " << at);
        REQUIRE(outcome.fault);
        REQUIRE(outcome.fault->height == Height(4));
        REQUIRE(outcome.counts.blocks == 3);
    }
    REQUIRE_FALSE(audit(chain.target, chain.blocks).fault);
}

TEST_CASE("audit: a changed transaction is named even when only its root tells", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    ledger::Block block = chain.block(3);
    ledger::SignedTransaction changed = *block.transactions[1];
    changed.signature.bytes[5] ^= 1;
    block.transactions[1] = std::make_shared<ledger::SignedTransaction>(changed);
    chain.blocks[2].body = block.encode();
    const AuditFault fault = fault_of(chain, 3, "header_transaction_root");
    REQUIRE(fault.expected == block.header.transaction_root.hex());
    REQUIRE(fault.subject == changed.id().hex());
}

TEST_CASE("audit: a wrong signature of a client, vouched for by a quorum", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    ledger::Block block = chain.block(3);
    ledger::SignedTransaction changed = *block.transactions[1];
    changed.signature = lt::key_of("rival").sign(ledger::transaction_signing_bytes(changed.payload));
    block.transactions[1] = std::make_shared<ledger::SignedTransaction>(changed);
    block.header.transaction_root = ledger::transaction_root(block.transactions);
    chain.forge(3, block);
    REQUIRE(fault_of(chain, 3, "transaction_signature").subject == changed.id().hex());
}

TEST_CASE("audit: a block without a certificate is covered by one above, and by nothing else", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    chain.blocks[3].certificate.clear();
    chain.blocks[4].certificate.clear();
    const Outcome covered = audit(chain.target, chain.blocks);
    REQUIRE_FALSE(covered.fault);
    REQUIRE(covered.counts.certificates == 6);
    chain.blocks[6].certificate.clear();
    chain.blocks[7].certificate.clear();
    fault_of(chain, 7, "certificate_missing");
}

TEST_CASE("audit: certificates of too few, of strangers, of something else", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    const ledger::Block block = chain.block(5);
    Bytes& certificate = chain.blocks[4].certificate;

    certificate = chain.certificate(block, {0, 2});
    REQUIRE(fault_of(chain, 5, "certificate_quorum").expected == "signatures of 3 of the 4 validators");
    certificate = chain.certificate(chain.subject(block), {0, 1, 2}, "stranger");
    REQUIRE(fault_of(chain, 5, "certificate_signature").found.find("v2") != std::string::npos);
    // A set of seven, in whose name only five could sign.
    consensus::Certificate outside{chain.subject(block), {}, {}};
    const Bytes message = consensus::signing_bytes(chain.target.chain_id, outside.subject);
    for (const std::uint32_t signer : {0u, 1u, 5u}) {
        outside.signers.emplace_back(signer);
        outside.signatures.push_back(lt::key_of("v" + std::to_string(signer)).sign(message));
    }
    certificate = outside.encode(7);
    fault_of(chain, 5, "certificate_signer");
    certificate = chain.blocks[5].certificate;
    fault_of(chain, 5, "certificate_subject");
    consensus::Subject subject = chain.subject(block);
    subject.kind = consensus::VoteKind::kNotarize;
    certificate = chain.certificate(subject, {0, 1, 2}, {});
    fault_of(chain, 5, "certificate_subject");
    subject = chain.subject(block);
    subject.parent = View(1);
    certificate = chain.certificate(subject, {0, 1, 2}, {});
    REQUIRE(fault_of(chain, 5, "certificate_subject").expected == "7");
    certificate = Bytes(20, 0);
    fault_of(chain, 5, "certificate_malformed");
}

TEST_CASE("audit: blocks swapped, left out, repeated", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    const std::vector<RawBlock> honest = chain.blocks;
    std::swap(chain.blocks[3].body, chain.blocks[4].body);
    std::swap(chain.blocks[3].certificate, chain.blocks[4].certificate);
    const AuditFault swapped = fault_of(chain, 4, "header_height");
    REQUIRE((swapped.expected == "4" && swapped.found == "5"));
    chain.blocks = honest;
    chain.blocks.erase(chain.blocks.begin() + 5);
    fault_of(chain, 6, "header_height");
    chain.blocks = honest;
    chain.blocks.insert(chain.blocks.begin() + 2, honest[1]);
    fault_of(chain, 3, "header_height");
}

TEST_CASE("audit: another state root, vouched for by a quorum", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    ledger::Block block = chain.block(6);
    const std::string honest = block.header.state_root.hex();
    block.header.state_root.bytes[31] ^= 1;
    chain.forge(6, block);
    const AuditFault fault = fault_of(chain, 6, "state_root");
    REQUIRE(fault.expected == "state root " + honest);
    REQUIRE(fault.found == block.header.state_root.hex() + " in the header");
}

TEST_CASE("audit: a transaction dropped, with and without the means to hide it", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    ledger::Block block = chain.block(3);
    block.transactions.pop_back();
    chain.blocks[2].body = block.encode();
    fault_of(chain, 3, "header_transaction_root");
    block.header.transaction_root = ledger::transaction_root(block.transactions);
    chain.forge(3, block);
    fault_of(chain, 3, "state_root");
}

TEST_CASE("audit: a transaction twice is no block's", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    ledger::Block block = chain.block(4);
    block.transactions.push_back(block.transactions.front());
    block.header.transaction_root = ledger::transaction_root(block.transactions);
    chain.forge(4, block);
    fault_of(chain, 4, "block_duplicate_transaction");
}

TEST_CASE("audit: every field of a header, vouched for by a quorum", "[audit]") {
    const auto forged = [](const std::string& code, const std::function<void(ledger::Header&)>& change) {
        SmallChain chain;
        chain.with_a_day();
        ledger::Block block = chain.block(5);
        change(block.header);
        chain.forge(5, block);
        fault_of(chain, 5, code);
    };
    forged("header_chain", [](ledger::Header& header) { header.chain_id.bytes[0] ^= 1; });
    forged("header_epoch", [](ledger::Header& header) { header.epoch = Epoch(1); });
    forged("header_height", [](ledger::Header& header) { header.height = Height(6); });
    forged("header_parent", [](ledger::Header& header) { header.parent.bytes[0] ^= 1; });
    forged("header_time", [](ledger::Header& header) { header.time.ms -= 60'000; });
    forged("header_validators", [](ledger::Header& header) { header.validators_hash.bytes[0] ^= 1; });
    forged("header_leader", [](ledger::Header& header) { header.proposer = ValidatorIndex(3); });
    forged("header_log_root", [](ledger::Header& header) { header.log_root.bytes[0] ^= 1; });
    forged("header_transaction_root", [](ledger::Header& header) { header.transaction_root.bytes[0] ^= 1; });
    // View 5 has the leader of view 9, and was before that of block 4.
    forged("header_view", [](ledger::Header& header) { header.view = View(5); });
}

TEST_CASE("audit: against another genesis the first block is a stranger's", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    ledger::Genesis other = four_validators();
    other.name = "another";
    const Outcome outcome = audit(AuditTarget(other), chain.blocks);
    REQUIRE(outcome.fault);
    REQUIRE(outcome.fault->code == "header_chain");
    REQUIRE(outcome.fault->height == Height(1));
}

TEST_CASE("audit: events that are not what the records tell of", "[audit]") {
    SmallChain chain;
    chain.with_a_day();
    const auto after = [&](const std::function<storage::SideWrite(const storage::StateReadGuard&)>& change) {
        MemoryState state;
        auto auditor = Auditor::begin(chain.target, *state.tree, nullptr);
        REQUIRE(auditor.ok());
        for (const RawBlock& raw : chain.blocks) REQUIRE((*auditor)->add(check_block(chain.target, raw)).ok());
        std::vector<storage::SideWrite> writes;
        writes.push_back(change(*state.tree->read()));
        auto delta = state.tree->prepare(nullptr, {}, std::move(writes), nullptr);
        REQUIRE(delta.ok());
        state.tree->commit(*delta, state.tree->mark(), {});
        const auto finished = (*auditor)->finish();
        REQUIRE_FALSE(finished.ok());
        REQUIRE(finished.error().code == "event_chain");
        return finished.error().subject;
    };
    const ledger::StateKey item = lt::item(1).key();
    const ledger::StateKey product = ledger::product_key(lt::kGtin);
    const auto changed = [](const ledger::StateKey& subject, std::uint32_t sequence) {
        return [=](const storage::StateReadGuard& state) {
            const Bytes key = ledger::event_side_key(subject, sequence);
            auto event = ledger::Event::decode(**state.side(key));
            REQUIRE(event.ok());
            event->actor = "rival";
            return storage::SideWrite{key, event->encode()};
        };
    };
    REQUIRE(after(changed(item, 2)) == item.hex());
    REQUIRE(after(changed(product, 0)) == product.hex());
    const auto without = [](const ledger::StateKey& subject, std::uint32_t sequence) {
        return [=](const storage::StateReadGuard&) {
            return storage::SideWrite{ledger::event_side_key(subject, sequence), std::nullopt};
        };
    };
    REQUIRE(after(without(item, 3)) == item.hex());  // the last one
    REQUIRE(after(without(item, 0)) == item.hex());
    // Of an item with one event nothing is left to stumble over but the count.
    REQUIRE(after(without(lt::item(7), 0)) == Hash256{}.hex());
    // One that nobody recorded.
    REQUIRE(after([&](const storage::StateReadGuard& state) {
                return storage::SideWrite{ledger::event_side_key(lt::item(99), 0),
                                          *state.side(ledger::event_side_key(item, 0))};
            }) == lt::item(99).key().hex());
}
