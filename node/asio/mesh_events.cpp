#include "node/asio/mesh_events.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

namespace touchstone::node {

void MeshEvents::push(Event event) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(event));
}

void MeshEvents::push_frames(const crypto::PublicKey& peer, std::vector<Bytes> frames, UndeliveredPtr account) {
    for (const Bytes& frame : frames) account->bytes += frame.size();
    push({Kind::kFrames, peer, std::move(frames), std::move(account)});
}

bool MeshEvents::claim() {
    const std::scoped_lock lock(mutex_);
    if (claimed_ || waiting_.empty()) return false;
    return claimed_ = true;
}

void MeshEvents::flush_soon() {
    if (claim()) boost::asio::post(core_, [self = shared_from_this()] { self->run(); });
}

void MeshEvents::flush_now() {
    if (claim()) boost::asio::dispatch(core_, [self = shared_from_this()] { self->run(); });
}

// Keeps its claim to the end: a nested flush would otherwise deliver later events before the rest of this batch.
void MeshEvents::run() {
    std::vector<Event> batch;
    {
        const std::scoped_lock lock(mutex_);
        batch.swap(waiting_);
    }
    for (Event& event : batch) deliver(event);
    {
        const std::scoped_lock lock(mutex_);
        claimed_ = false;
    }
    flush_soon();
}

void MeshEvents::deliver(Event& event) {
    switch (event.kind) {
        case Kind::kConnected:
            muted_.erase(event.peer);
            if (to_) to_->on_connected(event.peer);
            return;
        case Kind::kDisconnected:
            muted_.erase(event.peer);
            if (to_) to_->on_disconnected(event.peer);
            return;
        case Kind::kFrames:
            return deliver_frames(event);
    }
}

void MeshEvents::deliver_frames(Event& event) {
    Undelivered& account = *event.account;
    for (Bytes& frame : event.frames) {
        account.bytes -= frame.size();
        if (to_ && !muted_.contains(event.peer)) to_->on_frame(event.peer, std::move(frame));
    }
    if (account.paused && account.bytes <= kUndeliveredLowBytes) account.on_drained();
}

}  // namespace touchstone::node
