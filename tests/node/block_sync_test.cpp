// Whom a node that is behind asks for blocks.
#include "node/block_sync.h"

#include <catch2/catch.hpp>

#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

crypto::PublicKey peer(const std::string& name) { return ledger::test::key_of(name).public_key(); }

struct Asking {
    BlockSync sync;
    Instant now{1'000'000};
    Height own{10};

    std::vector<std::string> asked() {
        std::vector<std::string> names;
        while (const auto request = sync.next_request(now, own)) {
            REQUIRE(request->from == own.next());
            for (const char* name : {"a", "b", "c", "d", "e"})
                if (request->peer == peer(name)) names.emplace_back(name);
        }
        return names;
    }
    void says(const char* name, std::uint64_t height) {
        sync.on_claim(peer(name), Height(height), BlockSync::Claim::kSaid);
    }
    void proves(const char* name, std::uint64_t height) {
        sync.on_claim(peer(name), Height(height), BlockSync::Claim::kProven);
    }
    bool answers(const char* name, std::size_t blocks) { return sync.on_range(now, peer(name), own.next(), blocks); }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("block sync: who proved it comes before who says it, whatever he says") {
    Asking asking;
    asking.says("a", UINT64_MAX);
    asking.proves("b", 11);
    REQUIRE(asking.asked() == Names{"b"});
    REQUIRE(asking.sync.best_proven() == Height(11));
    asking.now = asking.now + BlockSync::kHedge;
    REQUIRE(asking.asked() == Names{"a"});
}

TEST_CASE("block sync: an answer that takes long is asked of others too, of so many and no more") {
    Asking asking;
    for (const char* name : {"a", "b", "c", "d", "e"}) asking.proves(name, 500);
    std::size_t under_way = 0;
    for (int step = 0; step < 6; ++step) {
        under_way += asking.asked().size();
        REQUIRE(under_way == std::min<std::size_t>(static_cast<std::size_t>(step) + 1, BlockSync::kUnderWayMax));
        if (under_way < BlockSync::kUnderWayMax)
            REQUIRE(asking.sync.next_deadline(asking.now, asking.own) == asking.now + BlockSync::kHedge);
        asking.now = asking.now + BlockSync::kHedge;
    }
    // The first answer moves on; the others' are for what is here by then, and each peer has one request at a time.
    REQUIRE(asking.sync.next_deadline(asking.now, asking.own) > asking.now);
}

TEST_CASE("block sync: the fastest answer decides who is asked next") {
    Asking asking;
    asking.proves("a", 500);
    asking.proves("b", 500);
    const Names first = asking.asked();
    REQUIRE(first.size() == 1);
    const char* const slow = first[0] == "a" ? "a" : "b";
    const char* const fast = first[0] == "a" ? "b" : "a";
    asking.now = asking.now + milliseconds(290);
    REQUIRE(asking.answers(slow, 1));
    asking.own = Height(11);
    REQUIRE(asking.asked() == Names{fast});
    asking.now = asking.now + milliseconds(20);
    REQUIRE(asking.answers(fast, 200));
    asking.own = Height(211);
    REQUIRE(asking.asked() == Names{fast});
}

TEST_CASE("block sync: a claim that brought nothing is forgotten, a proof is not") {
    Asking asking;
    asking.says("a", std::uint64_t{1} << 63);
    REQUIRE(asking.asked() == Names{"a"});
    REQUIRE(asking.answers("a", 0));
    REQUIRE(asking.sync.on_nothing(asking.now, peer("a")) == Height(std::uint64_t{1} << 63));
    REQUIRE(asking.sync.next_deadline(asking.now, asking.own) == Instant::never());
    asking.proves("b", 20);
    REQUIRE(asking.asked() == Names{"b"});
    asking.now = asking.now + BlockSync::kAnswerTime;  // no answer at all
    REQUIRE(asking.asked().empty());
    REQUIRE(asking.sync.next_deadline(asking.now, asking.own) == asking.now + BlockSync::kPassOver);
    asking.now = asking.now + BlockSync::kPassOver;
    REQUIRE(asking.asked() == Names{"b"});
}

TEST_CASE("block sync: an answer that nobody asked for, or to another question, is none") {
    Asking asking;
    REQUIRE_FALSE(asking.answers("a", 5));
    asking.proves("a", 20);
    REQUIRE_FALSE(asking.answers("a", 5));
    REQUIRE(asking.asked() == Names{"a"});
    REQUIRE_FALSE(asking.sync.on_range(asking.now, peer("a"), Height(12), 5));
    REQUIRE(asking.answers("a", 5));
    REQUIRE_FALSE(asking.answers("a", 5));
}
