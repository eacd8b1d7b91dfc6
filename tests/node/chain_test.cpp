// The chain of one node by itself: what is dropped as something else becomes final, and what a repair accepts.
#include "node/chain.h"

#include <catch2/catch.hpp>

#include "tests/node/small_chain.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::test;

namespace {

template <class T>
T must(Result<T> result) {
    if (!result.ok()) FAIL(result.error().code << ": " << result.error().message);
    return *std::move(result);
}

// A chain over a disk in memory, as a node has it.
struct OwnChain {
    explicit OwnChain(const ledger::Genesis& from) : genesis(from) { open(); }
    void open() {
        storage::BlockLog::OpenReport opened;
        log = must(storage::BlockLog::open(disk, {1u << 20, 0}, &opened));
        blocks.emplace(*log);
        chain = must(Chain::open({genesis, *state.tree, *blocks}, nullptr, &report));
    }
    void follow(const RawBlock& raw) {
        const ledger::Block block = must(ledger::Block::decode(raw.body));
        auto transactions = chain->parse(block);
        REQUIRE(transactions);
        const auto executed = must(chain->execute(block, *std::move(transactions),
                                                  std::make_shared<const Bytes>(raw.body), Vouched::kQuorum));
        must(chain->commit(executed->hash, raw.certificate));
    }
    ExecutedBlockPtr build(View view, const Hash256& parent) {
        TransactionPool pool({});
        const auto leader = chain->epoch()->validators.leader(view);
        return must(chain->build({view, parent, leader, genesis.time, true}, pool)).block;
    }

    ledger::Genesis genesis;
    touchstone::test::MemoryDisk disk;
    MemoryState state;
    std::unique_ptr<storage::BlockLog> log;
    std::optional<BlockStore> blocks;
    std::unique_ptr<Chain> chain;
    RecoveryReport report;
};

}  // namespace

// N22. A block of a late view on one that was passed over stayed, and whatever was built on it ended the node.
TEST_CASE("chain: what does not descend from the final block is dropped, whatever its view") {
    OwnChain own(four_validators());
    Chain& chain = *own.chain;
    const Hash256 genesis = chain.tip().hash;
    const auto passed_over = own.build(View(1), genesis);
    const auto on_it = own.build(View(4'000'000'000), passed_over->hash);
    const auto chosen = own.build(View(2), genesis);
    const auto next = own.build(View(3), chosen->hash);
    must(chain.commit(chosen->hash, Bytes{1}));
    REQUIRE(chain.executed().size() == 1);
    REQUIRE(chain.find(next->hash));
    REQUIRE_FALSE(chain.is_tip_or_executed(on_it->hash));
    REQUIRE_FALSE(own.blocks->place_of(on_it->hash));
    REQUIRE_FALSE(chain.is_tip_or_executed(genesis));
    own.build(View(5), next->hash);
}

TEST_CASE("chain: only the paths that are asked for stay executed") {
    OwnChain own(four_validators());
    Chain& chain = *own.chain;
    const auto first = own.build(View(1), chain.tip().hash);
    const auto second = own.build(View(2), first->hash);
    const auto aside = own.build(View(3), first->hash);
    REQUIRE(chain.keep_only_paths_to({second->hash, Hash256{}}) == std::vector<Hash256>{aside->hash});
    REQUIRE(chain.path_to(second->hash).size() == 2);
    REQUIRE(own.blocks->place_of(aside->hash));  // made again from the log when it is needed after all
}

// N26. A body without transactions and a certificate of nobody were taken into the log.
TEST_CASE("chain: a repair takes the block that was final here, with its transactions and a true certificate") {
    SmallChain made;
    made.with_a_day();
    OwnChain own(made.target.genesis);
    for (const RawBlock& raw : made.blocks) own.follow(raw);
    const Height tip = own.chain->tip().height;
    const std::size_t lost = 3;
    const auto entry = must(own.chain->entry_of(Height(lost)));
    REQUIRE(own.state.tree->flush(tip).ok());
    own.chain.reset();
    Bytes file = own.disk.content("blocks-00000000.log");
    file.at(entry.body.offset + 300) ^= 1;
    own.disk.set_content("blocks-00000000.log", file);
    own.report.damaged_segment = 0;
    own.open();
    REQUIRE(own.chain->lowest_lost() == Height(lost));

    const RawBlock& raw = made.blocks[lost - 1];
    const ledger::Block block = made.block(lost);
    const auto code = [&](const ledger::Block& offered, ByteView certificate) {
        const Status repaired = own.chain->repair(offered, offered.encode(), certificate);
        return repaired.ok() ? std::string("ok") : repaired.error().code;
    };
    REQUIRE(code({block.header, {}}, raw.certificate) == "repair_mismatch");
    REQUIRE(code(made.block(lost + 1), raw.certificate) == "ok");  // that one is not lost: nothing to do
    REQUIRE(code(block, Bytes(20, 7)) == "repair_certificate");
    REQUIRE(code(block, made.blocks[lost].certificate) == "repair_certificate");
    REQUIRE(code(block, made.certificate(made.subject(block), {0, 1, 3}, "mallory")) == "repair_certificate");
    REQUIRE(own.chain->lowest_lost() == Height(lost));
    REQUIRE(code(block, raw.certificate) == "ok");
    REQUIRE_FALSE(own.chain->lowest_lost());
}
