// Those who should not get in, each with a client of its own: and the mesh goes on serving those who should.
#include <openssl/ssl.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <random>

#include "node/asio/tls_identity.h"
#include "station.h"

using namespace touchstone;
using namespace touchstone::node;
using namespace touchstone::node::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Scene {
    asio::io_context io;
    Station a;
    explicit Scene(std::function<void(MeshOptions&)> adjust = {}) : a(io, 1, std::move(adjust)) { a.start(); }

    tcp::socket connect() {
        tcp::socket socket(io);
        socket.connect({asio::ip::make_address("127.0.0.1"), a.mesh().port()});
        return socket;
    }
    // What matters after every attack.
    void require_service(const std::string& reason) {
        REQUIRE(run_until(io, [&] { return a.close_count(reason) >= 1; }));
        REQUIRE(a.connects == 0);
        Station friendly(io, 2);
        friendly.start().mesh().set_peers({a.address()});
        REQUIRE(run_until(io, [&] { return a.connects == 1 && friendly.connects == 1; }));
    }
};

// A TLS client that goes as far as it is let, then writes `payload` after its hello.
struct TlsClient {
    asio::ssl::stream<tcp::socket> stream;
    PeerCheck check{[](const crypto::PublicKey&) { return std::string(); }, {}, {}};
    Bytes payload;
    bool ended = false;
    std::array<char, 4096> sink{};

    TlsClient(Scene& scene, asio::ssl::context& context) : stream(scene.connect(), context) {
        TlsIdentity::attach(stream.native_handle(), check);
    }
    void start() {
        stream.async_handshake(asio::ssl::stream_base::client, [this](error_code error) {
            if (error) {
                ended = true;
                return;
            }
            asio::async_write(stream, asio::buffer(payload), [](error_code, std::size_t) {});
            drain();
        });
    }
    void drain() {
        stream.async_read_some(asio::buffer(sink), [this](error_code error, std::size_t) {
            if (error) {
                ended = true;
            } else {
                drain();
            }
        });
    }
};

Bytes hello_frame() {
    Hello hello;
    hello.chain_id.bytes[0] = 7;
    const Bytes body = hello.encode();
    Bytes out;
    append_frame_head(out, FrameKind::kHello, body.size());
    append(out, body);
    return out;
}

}  // namespace

TEST_CASE("a plaintext client is refused as not_tls") {
    Scene scene;
    tcp::socket socket = scene.connect();
    const std::string text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    asio::write(socket, asio::buffer(text));
    scene.require_service("not_tls");
}

TEST_CASE("random garbage is refused whatever it is") {
    const std::uint64_t start = seed();
    INFO("TOUCHSTONE_SEED=" << start);
    std::mt19937_64 random(start);
    Scene scene;
    std::vector<tcp::socket> sockets;
    for (int i = 0; i < 30; ++i) {
        Bytes garbage(1 + random() % 2000);
        for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
        // Half of them begin like a TLS handshake record.
        if (i % 2 == 0 && garbage.size() > 6) garbage[0] = 0x16, garbage[1] = 3, garbage[2] = 1, garbage[3] = 0;
        sockets.push_back(scene.connect());
        error_code ignored;
        asio::write(sockets.back(), asio::buffer(garbage), ignored);
        sockets.back().shutdown(tcp::socket::shutdown_send, ignored);
    }
    const auto refused = [&] {
        std::uint64_t sum = 0;
        for (const auto& [reason, count] : scene.a.mesh().stats().closes) sum += count;
        return sum;
    };
    REQUIRE(run_until(scene.io, [&] { return refused() == 30; }));
    REQUIRE(scene.a.mesh().stats().half_open == 0);
    Station friendly(scene.io, 2);
    friendly.start().mesh().set_peers({scene.a.address()});
    REQUIRE(run_until(scene.io, [&] { return scene.a.connects == 1; }));
}

TEST_CASE("TLS 1.2 is refused by its version") {
    Scene scene;
    auto identity = TlsIdentity::create(key_of(5));
    REQUIRE(identity.ok());
    SSL_CTX* context = identity->context().native_handle();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    TlsClient client(scene, identity->context());
    client.start();
    REQUIRE(run_until(scene.io, [&] { return client.ended; }));
    scene.require_service("tls_version");
}

TEST_CASE("a client without a certificate is refused") {
    Scene scene;
    asio::ssl::context context(asio::ssl::context::tlsv13_client);
    TlsClient client(scene, context);
    client.start();
    REQUIRE(run_until(scene.io, [&] { return client.ended; }));
    scene.require_service("no_certificate");
}

TEST_CASE("a certificate of an unknown key is refused, and the key is not the certificate's word") {
    Scene scene([](MeshOptions& options) {
        options.allowed = [](const crypto::PublicKey& key) { return key == key_of(2).public_key(); };
    });
    auto identity = TlsIdentity::create(key_of(66));
    REQUIRE(identity.ok());
    TlsClient client(scene, identity->context());
    client.start();
    REQUIRE(run_until(scene.io, [&] { return client.ended; }));
    scene.require_service("unknown_key");
}

TEST_CASE("a dialled node with another key than listed is refused, though that key is allowed") {
    asio::io_context io;
    Station a(io, 1), b(io, 2);
    b.start();
    a.start().mesh().set_peers({{key_of(3).public_key(), b.address().at}});
    REQUIRE(run_until(io, [&] { return a.close_count("wrong_key") >= 2; }));  // and it goes on trying
    REQUIRE(a.connects + b.connects == 0);
    a.mesh().set_peers({b.address()});
    REQUIRE(run_until(io, [&] { return a.connects == 1; }));
}

TEST_CASE("a node that dials itself notices") {
    asio::io_context io;
    Station a(io, 1);
    a.start().mesh().set_peers({{key_of(3).public_key(), a.address().at}});
    REQUIRE(run_until(io, [&] { return a.close_count("own_key") >= 1; }));
    REQUIRE(a.connects == 0);
}

TEST_CASE("frames that break the format end the connection by name") {
    struct Case {
        const char* hex;  // after the hello; nothing before it when `bare`
        const char* reason;
    };
    // Key 5 is above key 1's or below it: either way nothing here may be taken for an activation.
    const Case cases[] = {{"0100000103", "frame_oversize"},
                          {"ffffffff03", "frame_oversize"},
                          {"0000000003", "frame_empty"},
                          {"0000000109aa", "frame_kind"}};
    for (const Case& one : cases) {
        Scene scene;
        auto identity = TlsIdentity::create(key_of(5));
        TlsClient client(scene, identity->context());
        client.payload = hello_frame();
        append(client.payload, *from_hex(one.hex));
        client.start();
        REQUIRE(run_until(scene.io, [&] { return client.ended; }));
        REQUIRE(scene.a.close_count(one.reason) == 1);
    }
}

TEST_CASE("nothing may come before the hello, no second hello after it, and no activation from the wrong side") {
    const Bytes data = *from_hex("0000000103aa");
    const Bytes activate = *from_hex("0000000002");
    const auto require_out_of_place = [](std::uint8_t key, const Bytes& payload) {
        Scene scene;
        auto identity = TlsIdentity::create(key_of(key));
        TlsClient client(scene, identity->context());
        client.payload = payload;
        client.start();
        REQUIRE(run_until(scene.io, [&] { return client.ended; }));
        REQUIRE(scene.a.close_count("frame_out_of_place") == 1);
        REQUIRE(scene.a.frames.empty());
    };
    require_out_of_place(5, data);
    require_out_of_place(5, activate);
    Bytes twice = hello_frame();
    append(twice, hello_frame());
    require_out_of_place(5, twice);
    // From a key above ours: we decide, so an activation is out of place.
    std::uint8_t larger = 2;
    while (key_of(larger).public_key() < key_of(1).public_key()) ++larger;
    Bytes usurped = hello_frame();
    append(usurped, activate);
    require_out_of_place(larger, usurped);
}

TEST_CASE("a flood of half-open connections is bounded and does not lock the door") {
    Scene scene([](MeshOptions& options) { options.bounds.half_open_max = 8; });
    std::vector<tcp::socket> flood;
    for (int i = 0; i < 100; ++i) flood.push_back(scene.connect());
    REQUIRE(run_until(scene.io, [&] { return scene.a.mesh().stats().accepted == 100; }));
    REQUIRE(scene.a.mesh().stats().half_open == 8);
    REQUIRE(scene.a.close_count("half_open_limit") == 92);
    scene.require_service("half_open_limit");
}

TEST_CASE("a handshake that does not go on is ended in time") {
    Scene scene([](MeshOptions& options) { options.times.handshake = 150ms; });
    tcp::socket silent = scene.connect();
    scene.require_service("handshake_timeout");
}

TEST_CASE("no more peers than the bound") {
    Scene scene([](MeshOptions& options) { options.bounds.peers_max = 2; });
    std::vector<std::unique_ptr<Station>> peers;
    for (std::uint8_t i = 2; i <= 4; ++i) {
        peers.push_back(std::make_unique<Station>(scene.io, i));
        peers.back()->start().mesh().set_peers({scene.a.address()});
    }
    REQUIRE(run_until(scene.io, [&] { return scene.a.close_count("peers_limit") >= 1 && scene.a.connects == 2; }));
    REQUIRE(scene.a.peers.size() == 2);
}

TEST_CASE("TLS sessions are not resumed and certificates do not expire") {
    auto identity = TlsIdentity::create(key_of(5));
    REQUIRE(identity.ok());
    SSL_CTX* context = identity->context().native_handle();
    REQUIRE(SSL_CTX_get_num_tickets(context) == 0);
    REQUIRE(SSL_CTX_get_session_cache_mode(context) == SSL_SESS_CACHE_OFF);
    const X509* certificate = SSL_CTX_get0_certificate(context);
    REQUIRE(ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), 0) == 0);
    REQUIRE(ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), 253402300799) == 0);
}
