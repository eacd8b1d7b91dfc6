// Which peer to ask for final blocks, when this node is behind: after an absence, as a newcomer, or as an observer.
//
// Core thread only; decides, and leaves sending and applying to the replica. One request is under way at a time; a peer
// that does not answer in time, or answers nothing although it said that it is ahead, is passed over for the next.
#pragma once

#include <map>
#include <optional>

#include "base/strong.h"
#include "base/time.h"
#include "crypto/ed25519.h"

namespace touchstone::node {

class BlockSync {
  public:
    static constexpr Duration kAnswerTime = seconds(3);
    static constexpr Duration kPassOver = milliseconds(300);

    void on_status(const crypto::PublicKey& peer, Height height);
    void on_disconnected(const crypto::PublicKey& peer);
    // An answer from this peer to a request for `from`. False: nobody asked it.
    bool on_range(const crypto::PublicKey& peer, Height from);
    // The peer's answer brought nothing: ask others first, and this one again later.
    void on_nothing(Instant now, const crypto::PublicKey& peer);

    struct Request {
        crypto::PublicKey peer;
        Height from;
    };
    std::optional<Request> next_request(Instant now, Height own);
    Instant next_deadline(Height own) const;

    // The highest height that any connected peer spoke of.
    Height best_known() const;
    std::optional<Height> height_of(const crypto::PublicKey& peer) const;

  private:
    struct Peer {
        Height height;
        Instant not_before;
    };
    struct UnderWay {
        Request request;
        Instant deadline;
    };
    std::map<crypto::PublicKey, Peer> peers_;
    std::optional<UnderWay> under_way_;
};

}  // namespace touchstone::node
