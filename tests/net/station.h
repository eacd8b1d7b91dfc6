// A mesh with a notebook, for tests on real loopback sockets: what it was told, in order.
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "node/asio/mesh.h"

namespace touchstone::node::testing {

inline crypto::SecretKey key_of(std::uint8_t number) {
    std::array<std::uint8_t, crypto::SecretKey::kSeedSize> seed{};
    seed.fill(number);
    return crypto::SecretKey::from_seed(seed);
}

inline Frame frame(std::string_view text) { return std::make_shared<const Bytes>(to_bytes(as_bytes(text))); }

// Runs the event loop until `done` or a generous deadline; answers whether it was done.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& done,
                      std::chrono::seconds patience = std::chrono::seconds(30)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    io.restart();
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        if (io.run_one_until(deadline) == 0 && io.stopped()) return done();
    }
    return true;
}

inline std::uint64_t seed() {
    const char* given = std::getenv("TOUCHSTONE_SEED");
    return given ? std::strtoull(given, nullptr, 10) : 1;
}

class Station final : public TransportEvents {
  public:
    Station(boost::asio::io_context& io, std::uint8_t number, std::function<void(MeshOptions&)> adjust = {})
        : io_(io), key_(key_of(number)) {
        MeshOptions options;
        options.listen = {"127.0.0.1", 0};
        options.allowed = [](const crypto::PublicKey&) { return true; };
        options.hello.chain_id.bytes[0] = 7;
        options.seed = seed() + number;
        options.times.tick = std::chrono::milliseconds(50);
        options.news = [this](const MeshNews& news) {
            if (news.kind == MeshNews::Kind::kClosed) closes.push_back(news.reason);
        };
        if (adjust) adjust(options);
        mesh_ = std::make_unique<Mesh>(io, io.get_executor(), *this, std::move(options));
    }
    ~Station() override { stop(); }

    Station& start() {
        const Status started = mesh_->start(key_);
        REQUIRE(started.ok());
        return *this;
    }
    void stop() {
        mesh_->stop();
        io_.restart();
        io_.poll();
    }

    void on_connected(const crypto::PublicKey& peer) override {
        ++connects;
        peers.insert(peer);
    }
    void on_disconnected(const crypto::PublicKey& peer) override {
        ++disconnects;
        peers.erase(peer);
    }
    void on_frame(const crypto::PublicKey& peer, Bytes body) override {
        if (on_frame_hook) on_frame_hook(peer, body);
        frames[peer].push_back(std::move(body));
    }

    Mesh& mesh() { return *mesh_; }
    const crypto::PublicKey& key() const { return key_.public_key(); }
    PeerAddress address() const { return {key(), {"127.0.0.1", mesh_->port()}}; }
    bool closed_with(const std::string& reason) const {
        return std::find(closes.begin(), closes.end(), reason) != closes.end();
    }
    std::uint64_t close_count(const std::string& reason) const {
        const auto counted = mesh_->stats().closes;
        const auto found = counted.find(reason);
        return found == counted.end() ? 0 : found->second;
    }
    PeerStats stats_of(const crypto::PublicKey& peer) const {
        for (const PeerStats& stats : mesh_->stats().peers) {
            if (stats.key == peer) return stats;
        }
        return {};
    }

    int connects = 0, disconnects = 0;
    std::set<crypto::PublicKey> peers;
    std::map<crypto::PublicKey, std::vector<Bytes>> frames;
    std::vector<std::string> closes;
    std::function<void(const crypto::PublicKey&, const Bytes&)> on_frame_hook;

  private:
    boost::asio::io_context& io_;
    crypto::SecretKey key_;
    std::unique_ptr<Mesh> mesh_;
};

}  // namespace touchstone::node::testing
