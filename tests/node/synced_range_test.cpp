// What a peer sends as final: the certificate first, then the hashes down from it.
#include "node/synced_range.h"

#include <catch2/catch.hpp>

#include "tests/node/small_chain.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::test;

namespace {

struct Range {
    Range() {
        for (std::uint64_t i = 0; i < 4; ++i) made.add({});
    }
    FinalBlock final_block(std::uint64_t height, bool certified) const {
        const RawBlock& raw = made.blocks[height - 1];
        auto block = made.block(height);
        const Hash256 hash = block.header.hash();
        FinalBlock out{{std::move(block), std::make_shared<const Bytes>(raw.body), hash}, std::nullopt, {}};
        if (certified) out.certificate = certificate(height);
        return out;
    }
    consensus::Certificate certificate(std::uint64_t height) const {
        auto decoded = consensus::Certificate::decode(made.blocks[height - 1].certificate);
        REQUIRE(decoded.ok());
        return *decoded;
    }
    std::string check(const std::vector<FinalBlock>& blocks, const RangeTail* tail = nullptr) const {
        const Status checked = check_segment({made.target.chain_id, epoch.validators, made.target.chain_id, Height(0)},
                                             blocks, tail);
        return checked.ok() ? "ok" : checked.error().code;
    }
    RangeTail tail() const {
        return {{made.block(3).header, made.block(4).header}, certificate(4)};
    }

    SmallChain made;
    EpochFacts epoch{made.target.genesis};
};

}  // namespace

TEST_CASE("synced range: blocks that a finalization covers, whole or with the headers of the rest") {
    const Range range;
    REQUIRE(range.check({range.final_block(1, false), range.final_block(2, true)}) == "ok");
    const RangeTail tail = range.tail();
    REQUIRE(range.check({range.final_block(1, false), range.final_block(2, false)}, &tail) == "ok");
}

TEST_CASE("synced range: a certificate for something else, of another kind or without a quorum") {
    const Range range;
    std::vector<FinalBlock> blocks{range.final_block(1, false), range.final_block(2, true)};
    blocks.back().certificate = range.certificate(3);
    REQUIRE(range.check(blocks) == "sync_certificate");
    blocks.back().certificate = range.certificate(2);
    blocks.back().certificate->signers.pop_back();
    blocks.back().certificate->signatures.pop_back();
    REQUIRE(range.check(blocks) == "sync_certificate");
    auto notarization = range.made.subject(range.made.block(2));
    notarization.kind = consensus::VoteKind::kNotarize;
    const auto other_kind = consensus::Certificate::decode(range.made.certificate(notarization, {0, 1, 2}, ""));
    blocks.back().certificate = *other_kind;
    REQUIRE(range.check(blocks) == "sync_certificate");
    auto later = range.made.subject(range.made.block(2));
    later.epoch = Epoch(5);
    blocks.back().certificate = *consensus::Certificate::decode(range.made.certificate(later, {0, 1, 2}, ""));
    REQUIRE(range.check(blocks) == "sync_certificate");
    RangeTail tail = range.tail();
    tail.certificate = range.certificate(3);
    REQUIRE(range.check({range.final_block(1, false), range.final_block(2, false)}, &tail) == "sync_certificate");
}

TEST_CASE("synced range: hashes that do not lead down to our own block") {
    const Range range;
    REQUIRE(range.check({range.final_block(2, true)}) == "sync_links");
    REQUIRE(range.check({range.final_block(2, false), range.final_block(3, true)}) == "sync_links");
    REQUIRE(range.check({range.final_block(1, false), range.final_block(3, true)}) == "sync_links");
    // Of the right height, and not what the one above names.
    FinalBlock other = range.final_block(1, false);
    other.block.block.header.time.ms += 1;
    other.block.hash = other.block.block.header.hash();
    REQUIRE(range.check({other, range.final_block(2, true)}) == "sync_links");
    const SegmentPlace elsewhere{range.made.target.chain_id, range.epoch.validators, Hash256{}, Height(0)};
    REQUIRE_FALSE(check_segment(elsewhere, std::vector{range.final_block(1, true)}, nullptr).ok());
    RangeTail tail = range.tail();
    tail.headers.erase(tail.headers.begin());
    REQUIRE(range.check({range.final_block(1, false), range.final_block(2, false)}, &tail) == "sync_links");
}

TEST_CASE("synced range: a segment ends with the first certificate") {
    const Range range;
    const std::vector<FinalBlock> blocks{range.final_block(1, false), range.final_block(2, true),
                                         range.final_block(3, false)};
    const RangeTail tail = range.tail();
    REQUIRE(segment_length(blocks, nullptr) == 2);
    REQUIRE(segment_length(std::span(blocks).subspan(2), nullptr) == 0);
    REQUIRE(segment_length(std::span(blocks).subspan(2), &tail) == 1);
}
