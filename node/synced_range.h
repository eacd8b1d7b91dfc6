// What must hold of final blocks that a peer sends before any of them is executed or kept.
//
// One segment is what one finalization covers: the blocks of an answer up to it, or, when they do not fit into one
// answer, the first of them and the headers of the rest. The certificate is looked at first, then the hashes down from
// it; what stands then is what a quorum agreed on, whoever sent it. Pure functions; any thread.
#pragma once

#include <span>

#include "node/wire.h"

namespace touchstone::node {

struct SegmentPlace {
    const Hash256& chain_id;
    const consensus::ValidatorSet& validators;  // of the epoch that it is in
    Hash256 below;                              // the block that it stands on
    Height height;                              // of that block
};

// Precondition: not empty; `tail`, or a certificate of the last block and of no other. Errors: sync_certificate,
// sync_links.
[[nodiscard]] Status check_segment(const SegmentPlace& place, std::span<const FinalBlock> blocks,
                                   const RangeTail* tail);

// How many of these blocks the first segment takes; 0: no finalization covers them.
std::size_t segment_length(std::span<const FinalBlock> blocks, const RangeTail* tail);

}  // namespace touchstone::node
