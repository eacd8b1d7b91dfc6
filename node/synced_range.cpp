#include "node/synced_range.h"

#include <fmt/format.h>

#include "base/check.h"

namespace touchstone::node {
namespace {

Status check_finalization(const SegmentPlace& place, const consensus::Certificate& certificate, const Hash256& hash) {
    const consensus::Subject& subject = certificate.subject;
    if (subject.kind != consensus::VoteKind::kFinalize || subject.digest != hash ||
        subject.epoch != place.validators.epoch())
        return Error{"sync_certificate", "synced blocks come with a certificate for something else"};
    if (const Status holds = consensus::verify_certificate(place.chain_id, place.validators, certificate); !holds.ok())
        return Error{"sync_certificate",
                     "synced blocks come with a certificate that does not hold: " + holds.error().message};
    return Ok{};
}

}  // namespace

Status check_segment(const SegmentPlace& place, std::span<const FinalBlock> blocks, const RangeTail* tail) {
    INVARIANT(!blocks.empty() && (tail ? !tail->headers.empty() : blocks.back().certificate.has_value()));
    TRY(check_finalization(place, tail ? tail->certificate : *blocks.back().certificate,
                           tail ? tail->headers.back().hash() : blocks.back().block.hash));
    std::vector<const ledger::Header*> headers;
    for (const FinalBlock& block : blocks) headers.push_back(&block.block.block.header);
    if (tail)
        for (const ledger::Header& header : tail->headers) headers.push_back(&header);
    for (std::size_t i = headers.size(); i-- > 0;) {
        const Hash256 parent = i == 0 ? place.below : headers[i - 1]->hash();
        if (headers[i]->parent != parent || headers[i]->height.value != place.height.value + 1 + i)
            return Error{"sync_links", fmt::format("synced block {} does not stand on the one below it",
                                                   place.height.value + 1 + i)};
    }
    return Ok{};
}

std::size_t segment_length(std::span<const FinalBlock> blocks, const RangeTail* tail) {
    for (std::size_t i = 0; i < blocks.size(); ++i)
        if (blocks[i].certificate) return i + 1;
    return tail ? blocks.size() : 0;
}

}  // namespace touchstone::node
