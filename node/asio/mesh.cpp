#include "node/asio/mesh.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <mutex>

#include "base/check.h"
#include "node/asio/mesh_core.h"

namespace touchstone::node {

namespace asio = boost::asio;

// Frames on their way from the core thread to the network thread.
struct Mesh::Outbox {
    std::mutex mutex;
    std::vector<std::pair<crypto::PublicKey, Frame>> frames;
    bool posted = false;
};

Mesh::Mesh(asio::io_context& network, asio::any_io_executor core, TransportEvents& events, MeshOptions options)
    : network_(network),
      core_(std::make_shared<MeshCore>(network, std::make_shared<MeshEvents>(std::move(core), events),
                                       std::move(options))),
      outbox_(std::make_shared<Outbox>()) {}

Mesh::~Mesh() { stop(); }

Status Mesh::start(const crypto::SecretKey& key) { return core_->start(key); }

void Mesh::stop() {
    core_->events().detach();
    asio::dispatch(network_, [core = core_] { core->stop(); });
}

std::uint16_t Mesh::port() const { return core_->port(); }

void Mesh::send(const crypto::PublicKey& peer, Frame frame) {
    INVARIANT(frame && !frame->empty() && frame->size() <= core_->bounds().frame_bytes_max);
    if (network_.get_executor().running_in_this_thread()) return core_->send(peer, frame);
    {
        const std::scoped_lock lock(outbox_->mutex);
        outbox_->frames.emplace_back(peer, std::move(frame));
        if (outbox_->posted) return;
        outbox_->posted = true;
    }
    asio::post(network_, [core = core_, outbox = outbox_] {
        std::vector<std::pair<crypto::PublicKey, Frame>> frames;
        {
            const std::scoped_lock lock(outbox->mutex);
            frames.swap(outbox->frames);
            outbox->posted = false;
        }
        for (const auto& [to, body] : frames) core->send(to, body);
    });
}

void Mesh::drop(const crypto::PublicKey& peer, const std::string& why) {
    core_->events().mute(peer);
    asio::dispatch(network_, [core = core_, peer, why] { core->drop(peer, why); });
}

void Mesh::set_peers(std::vector<PeerAddress> peers) {
    asio::dispatch(network_, [core = core_, list = std::move(peers)] { core->set_peers(list); });
}

MeshStats Mesh::stats() const { return core_->counters().snapshot(); }

}  // namespace touchstone::node
