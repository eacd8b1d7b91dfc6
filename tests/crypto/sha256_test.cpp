#include "crypto/sha256.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/support/seed.h"

namespace touchstone::crypto {

namespace {

// FIPS 180-4 examples and NIST CAVP SHA256ShortMsg.
struct Vector {
    std::string_view message_hex;
    std::string_view digest_hex;
};
constexpr Vector kVectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"616263", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"6162636462636465636465666465666765666768666768696768696a68696a6b696a6b6c6a6b6c6d6b6c6d6e6c6d6e6f6d6e6f706e6f7071",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"d3", "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
    {"11af", "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"},
    {"b4190e", "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"},
    {"74ba2521", "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"},
};

}  // namespace

TEST_CASE("SHA-256 of the published vectors") {
    for (const auto& [message_hex, digest_hex] : kVectors) {
        const Bytes message = *from_hex(message_hex);
        REQUIRE(sha256(message).hex() == digest_hex);
        for (std::size_t cut = 0; cut <= message.size(); ++cut) {
            const ByteView view(message);
            REQUIRE(sha256({view.first(cut), view.subspan(cut)}).hex() == digest_hex);
            REQUIRE(tagged_hash(as_text(view.first(cut)), {view.subspan(cut)}).hex() == digest_hex);
        }
    }
    const Bytes million(1'000'000, 'a');
    REQUIRE(sha256(million).hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    REQUIRE(sha256(ByteView{}) == sha256(Bytes{}));
}

TEST_CASE("A stream gives the digest of its pieces joined") {
    SHOW_SEED();
    test::Randomness random(10);
    const Bytes message = random.bytes(10'000);
    for (int round = 0; round < 20; ++round) {
        Sha256Stream stream;
        for (ByteView rest(message); !rest.empty();) {
            const std::size_t size = std::min<std::size_t>(rest.size(), random.below(700));
            stream.update(rest.first(size));
            rest = rest.subspan(size);
        }
        // The one-shot functions share a context per thread, and may not disturb a stream.
        (void)sha256(message);
        REQUIRE(stream.finish() == sha256(message));
    }
    Sha256Stream empty;
    REQUIRE(empty.finish() == sha256(ByteView{}));
}

TEST_CASE("Threads hash at the same time without disturbing each other") {
    std::vector<Hash256> expected;
    for (std::size_t size = 0; size < 300; ++size) expected.push_back(sha256(Bytes(size, 0x5a)));
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (int round = 0; round < 20; ++round)
                    for (std::size_t size = 0; size < expected.size(); ++size)
                        if (sha256(Bytes(size, 0x5a)) != expected[size]) ++wrong;
            });
    }
    REQUIRE(wrong == 0);
}

}  // namespace touchstone::crypto
