// Which peers to ask for final blocks, when this node is behind: after an absence, as a newcomer, or as an observer.
//
// Core thread only; decides, and leaves proofs, sending and applying to the replica. A peer that proved how high the
// chain is comes before one that only says so, and of equals the one that answered fastest. When an answer takes longer
// than kHedge, another peer is asked for the same, up to kUnderWayMax of them, and the first answer serves: a slow peer
// costs little, whatever it says. Invariants: at most one request to a peer at a time; a claim that was not proven and
// brought nothing is forgotten.
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
    static constexpr Duration kHedge = milliseconds(300);
    static constexpr Duration kPassOver = milliseconds(300);
    static constexpr std::size_t kUnderWayMax = 3;

    enum class Claim {
        kSaid,
        kProven,  // a verified finalization of a block of this height
    };
    void on_claim(const crypto::PublicKey& peer, Height height, Claim claim);
    void on_disconnected(const crypto::PublicKey& peer);
    // An answer of so many blocks to a request for `from`. False: nobody asked this peer for it.
    bool on_range(Instant now, const crypto::PublicKey& peer, Height from, std::size_t blocks);
    // The peer's answer brought nothing: ask others first, and this one again later. Answers the height that it only
    // said it had, if so.
    std::optional<Height> on_nothing(Instant now, const crypto::PublicKey& peer);

    struct Request {
        crypto::PublicKey peer;
        Height from;
    };
    // To be called until it answers nothing.
    std::optional<Request> next_request(Instant now, Height own);
    Instant next_deadline(Instant now, Height own) const;

    // The highest height that a connected peer proved.
    Height best_proven() const;
    // What this peer said, proven or not.
    std::optional<Height> height_of(const crypto::PublicKey& peer) const;

  private:
    struct Asked {
        Height from;
        Instant at;
    };
    struct Peer {
        Height said;
        Height proven;
        Instant not_before;
        std::optional<Asked> asked;
        std::uint64_t blocks_per_second = UINT64_MAX;  // of its last answer; until there is one, it is worth a try
        bool is_ahead_of(Height own) const { return said > own || proven > own; }
    };
    // Those that were asked for the block after `own`, and when the last of them was.
    struct UnderWay {
        std::size_t count = 0;
        Instant last;
    };
    UnderWay under_way(Height own) const;

    std::map<crypto::PublicKey, Peer> peers_;
};

}  // namespace touchstone::node
