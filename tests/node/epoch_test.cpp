// An audit follows the validators and parameters from epoch to epoch, and takes no word of the wrong ones (SPEC.md,
// R21).
#include <catch2/catch.hpp>

#include "tests/node/small_chain.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::test;

namespace {

// The brand decides alone.
ledger::Genesis one_council_member() {
    ledger::Genesis genesis = four_validators();
    genesis.organisations[0].council = true;
    genesis.organisations[0].keys[0].purpose = ledger::KeyPurpose::kAdmin;
    return genesis;
}

// Two blocks in each of three epochs: the parameters change in the second block, and v3 leaves in the fourth.
struct ThreeEpochs : SmallChain {
    ThreeEpochs() : SmallChain(one_council_member()) {
        add("brand", {op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
        add("brand", {op::Propose{ledger::change::SetParameters{{{"retry_ms", 400}}}, ""}});
        add("brand", {lt::World::registration(lt::items(0, 5), "L1")});
        add("brand", {op::Propose{ledger::change::RemoveValidator{lt::key_of("v3").public_key()}, ""}});
        usual_signers = {0, 1, 2};
        add("brand", {lt::World::registration(lt::items(5, 5), "L1")});
        add("brand", {op::Recall{lt::kGtin, "L1", "preservative"}});
    }
    std::optional<AuditFault> audited() const {
        MemoryState state;
        auto auditor = Auditor::begin(target, *state.tree, nullptr);
        REQUIRE(auditor.ok());
        // All are read and checked before any is taken: those of later epochs must wait for theirs.
        std::vector<CheckedBlock> checked;
        for (const RawBlock& raw : blocks) checked.push_back(check_block(target, raw));
        for (CheckedBlock& block : checked)
            if (const auto added = (*auditor)->add(std::move(block)); !added.ok()) return added.error();
        const auto finished = (*auditor)->finish();
        if (!finished.ok()) return finished.error();
        return std::nullopt;
    }
};

}  // namespace

TEST_CASE("audit: epochs follow one another, again and again", "[audit]") {
    const ThreeEpochs chain;
    for (int times = 0; times < 2; ++times) {
        const auto fault = chain.audited();
        if (fault) FAIL(fault->text());
    }
    REQUIRE(chain.block(4).header.epoch == Epoch(1));
    REQUIRE(chain.block(5).header.epoch == Epoch(2));
    REQUIRE(chain.target.epochs.latest()->validators.size() == 3);
    REQUIRE(chain.target.epochs.latest()->parameters.retry_ms == 400);
}

TEST_CASE("audit: the last block of an epoch may be final in a later view, and no other block", "[audit]") {
    ThreeEpochs chain;
    const auto in_later_view = [&](std::uint64_t height) {
        consensus::Subject again = chain.subject(chain.block(height));
        again.parent = again.view;
        again.view = View(again.view.value + 3);
        return chain.certificate(again, {0, 1, 2}, {});
    };
    chain.blocks[3].certificate = in_later_view(4);
    REQUIRE_FALSE(chain.audited());
    chain.blocks[2].certificate = in_later_view(3);
    const auto fault = chain.audited();
    REQUIRE(fault);
    REQUIRE(fault->code == "certificate_subject");
    REQUIRE(fault->height == Height(3));
}

TEST_CASE("audit: validators of another epoch do not vouch for a block", "[audit]") {
    ThreeEpochs chain;
    // The old quorum goes on as if nothing had been decided.
    ledger::Block forged = chain.block(5);
    forged.header.epoch = Epoch(1);
    chain.forge(5, forged);
    auto fault = chain.audited();
    REQUIRE(fault);
    REQUIRE(fault->code == "header_epoch");

    ThreeEpochs other;
    forged = other.block(4);
    forged.header.validators_hash = other.block(3).header.validators_hash;
    other.forge(4, forged);
    fault = other.audited();
    REQUIRE(fault);
    REQUIRE(fault->code == "header_validators");
    REQUIRE(fault->height == Height(4));
}
