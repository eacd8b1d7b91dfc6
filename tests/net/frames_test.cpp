#include <random>

#include "node/asio/frames.h"
#include "node/asio/peer_address.h"
#include "station.h"

using namespace touchstone;
using namespace touchstone::node;

namespace {

Bytes wire(FrameKind kind, ByteView body) {
    Bytes out;
    append_frame_head(out, kind, body.size());
    append(out, body);
    return out;
}

// Feeds `input` in pieces of at most `step` bytes; answers the fault, or an empty text.
std::string feed(FrameReader& reader, ByteView input, std::size_t step, std::vector<WireFrame>& out) {
    while (!input.empty()) {
        const auto space = reader.space();
        const std::size_t size = std::min({space.size(), step, input.size()});
        std::copy_n(input.begin(), size, space.begin());
        if (const auto fault = reader.filled(size, out); !fault.empty()) return std::string(fault);
        input = input.subspan(size);
    }
    return {};
}

}  // namespace

TEST_CASE("a ping with the token 7 is the worked example") {
    const Bytes token{0, 0, 0, 0, 0, 0, 0, 7};
    REQUIRE(to_hex(wire(FrameKind::kPing, token)) == "00000008040000000000000007");
}

TEST_CASE("frames come out whole and in order however the bytes are cut") {
    const std::uint64_t seed = testing::seed();
    INFO("TOUCHSTONE_SEED=" << seed);
    std::mt19937_64 random(seed);
    Bytes input;
    std::vector<Bytes> bodies;
    for (int i = 0; i < 200; ++i) {
        const std::size_t size = i % 40 == 39 ? 100'000 + random() % 3'000'000 : 1 + random() % 300;
        Bytes body(size);
        for (auto& byte : body) byte = static_cast<std::uint8_t>(random());
        append(input, wire(FrameKind::kData, body));
        bodies.push_back(std::move(body));
    }
    for (const std::size_t step : {std::size_t{1} << 20, std::size_t{16384}, std::size_t{1000}, std::size_t{7}}) {
        FrameReader reader(limits::kFrameBytesMax);
        std::vector<WireFrame> out;
        REQUIRE(feed(reader, input, step, out).empty());
        REQUIRE(out.size() == bodies.size());
        for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i].body == bodies[i]);
    }
}

TEST_CASE("each fault of a frame has its name") {
    const auto fault_of = [](const char* hex) {
        FrameReader reader(1000);
        std::vector<WireFrame> out;
        return feed(reader, *from_hex(hex), 1000, out);
    };
    REQUIRE(fault_of("000003e803").empty());
    REQUIRE(fault_of("000003e903") == "frame_oversize");
    REQUIRE(fault_of("ffffffff03") == "frame_oversize");
    REQUIRE(fault_of("0000000003") == "frame_empty");
    REQUIRE(fault_of("0000000001") == "frame_empty");
    REQUIRE(fault_of("0000010101") == "frame_oversize");
    REQUIRE(fault_of("0000000102") == "frame_oversize");
    REQUIRE(fault_of("0000000704") == "frame_oversize");
    REQUIRE(fault_of("0000000905") == "frame_oversize");
    REQUIRE(fault_of("0000000800") == "frame_kind");
    REQUIRE(fault_of("0000000806") == "frame_kind");
}

TEST_CASE("an announced size alone gets little memory") {
    FrameReader reader(limits::kFrameBytesMax);
    std::vector<WireFrame> out;
    REQUIRE(feed(reader, *from_hex("0100000003"), 5, out).empty());
    REQUIRE(reader.space().size() <= (1u << 20));
}

TEST_CASE("a hello is 68 bytes and names its first difference") {
    Hello hello;
    hello.version = 2;
    hello.chain_id.bytes.fill(0xaa);
    hello.parameters.bytes.fill(0xbb);
    const Bytes bytes = hello.encode();
    REQUIRE(bytes.size() == 68);
    REQUIRE(to_hex(bytes).substr(0, 16) == "00000002aaaaaaaa");
    REQUIRE(*Hello::decode(bytes) == hello);
    Bytes longer = bytes;
    longer.push_back(0);
    REQUIRE(Hello::decode(longer).error().code == "hello_malformed");
    REQUIRE(Hello::decode(ByteView(bytes).first(67)).error().code == "hello_malformed");
    REQUIRE(hello.difference(hello).empty());
}

TEST_CASE("addresses are read strictly") {
    REQUIRE(*parse_host_port("10.0.0.1:26600") == HostPort{"10.0.0.1", 26600});
    REQUIRE(*parse_host_port("[2001:db8::1]:1") == HostPort{"2001:db8::1", 1});
    REQUIRE(*parse_host_port("node.example:0") == HostPort{"node.example", 0});
    REQUIRE(parse_host_port("[::1]:9")->text() == "[::1]:9");
    for (const char* bad :
         {"", "host", "host:", ":1", "host:65536", "host:1x", "::1:5", "[]:1", "a b:1", "host:-1", "host: 1"})
        REQUIRE(parse_host_port(bad).error().code == "address_malformed");
    const std::string key(64, 'a');
    REQUIRE(parse_peer_address(key + "@host:7")->text() == key + "@host:7");
    for (const std::string& bad :
         {std::string("host:7"), key + "a@host:7", std::string("zz@host:7"), key + "@host", key + "@host:0"})
        REQUIRE(parse_peer_address(bad).error().code == "address_malformed");
}
