// Final blocks from peers, and for them.
//
// Invariant: nothing of an answer is executed, kept or counted before a quorum's finalization was verified and the
// hashes lead from it down to a block that is final here (node/synced_range.h). What fails before that is the sender's
// fault; what fails after it is this node's.
#include <fmt/format.h>

#include <algorithm>

#include "node/replica.h"
#include "node/synced_range.h"

namespace touchstone::node {

void Replica::handle(const crypto::PublicKey& peer, const StatusMessage& message) {
    sync_.on_claim(peer, message.height, BlockSync::Claim::kSaid);
    if (message.height > chain_->tip().height && message.proof) take_proof(peer, message);
    if (message.height < chain_->tip().height)
        parts_.transport.send(peer, status_frame());
}

// How high the chain is counts when it is proven; of a later epoch it cannot be yet, and is a hint of where to ask.
void Replica::take_proof(const crypto::PublicKey& peer, const StatusMessage& message) {
    const auto& [header, certificate, bytes] = *message.proof;
    const consensus::Subject& subject = certificate.subject;
    if (subject.epoch > validators().epoch()) return;
    if (header.height == message.height && subject.kind == consensus::VoteKind::kFinalize &&
        subject.digest == header.hash() &&
        consensus::verify_certificate(chain_->chain_id(), validators(), certificate).ok())
        return sync_.on_claim(peer, message.height, BlockSync::Claim::kProven);
    misbehaved(peer, fmt::format("it says that it is at height {}, and its proof does not hold", message.height.value));
}

Frame Replica::status_frame() const {
    const ChainTip& tip = chain_->tip();
    StatusMessage status{tip.height, engine_->view()};
    if (!tip.certificate.empty()) status.proof = HeightProof{tip.header, {}, tip.certificate};
    return encode(status);
}

// Proven, or said by more validators than may be lying.
Height Replica::best_known_height() const {
    std::vector<Height> said;
    for (const crypto::PublicKey& key : validators().keys())
        said.push_back(sync_.height_of(key).value_or(Height(0)));
    std::sort(said.begin(), said.end(), std::greater<>());
    return std::max(sync_.best_proven(), said.at(validators().faults()));
}

void Replica::brought_nothing(const crypto::PublicKey& peer) {
    if (const auto said = sync_.on_nothing(now_, peer))
        log(LogLevel::kWarn, fmt::format("{} says that it is at height {}, does not prove it, and has no blocks above {}",
                                         peer.hex().substr(0, 8), said->value, sync_top().height.value));
}

void Replica::handle(const crypto::PublicKey& peer, const BlockRequestMessage& message) {
    StoredRange range{message.from, {}, chain_->tip().height, std::nullopt};
    std::size_t bytes = 0;
    std::size_t certified = 0;
    for (Height height = message.from; height.value >= 1 && height <= range.tip; height = height.next()) {
        auto stored = stored_block(height);
        if (!stored || range.blocks.size() >= limits::kSyncBlocksPerReplyMax) break;
        // One block is always sent: it fits into a frame, as a proposal it travelled in one.
        bytes += stored->block.size();
        if (!range.blocks.empty() && bytes > config_.sync_bytes_per_reply) break;
        range.blocks.push_back(*std::move(stored));
        if (!range.blocks.back().certificate.empty()) certified = range.blocks.size();
    }
    // The answer ends with a block that has a certificate of its own: that is what the asker checks first.
    if (certified > 0)
        range.blocks.resize(certified);
    else if (!range.blocks.empty())
        range.tail = stored_tail(Height(message.from.value + range.blocks.size()));
    if (certified == 0 && !range.tail) range.blocks.clear();
    parts_.transport.send(peer, encode(range));
}

std::optional<StoredFinalBlock> Replica::stored_block(Height height) const {
    const auto entry = chain_->entry_of(height);
    if (!entry.ok()) return std::nullopt;
    auto body = store_.body(entry->body, entry->hash);
    auto record = store_.finalization(entry->finalization);
    if (!body.ok() || !record.ok() || record->hash != entry->hash) return std::nullopt;
    return StoredFinalBlock{*std::move(body), std::move(record->certificate)};
}

// The headers from `from` up to the next block with a certificate, and that.
std::optional<StoredTail> Replica::stored_tail(Height from) const {
    StoredTail tail;
    for (Height height = from; height <= chain_->tip().height; height = height.next()) {
        auto stored = stored_block(height);
        if (!stored || tail.headers.size() >= limits::kSyncHeadersPerReplyMax) break;
        const ByteView body(stored->block);
        tail.headers.push_back(to_bytes(body.first(ledger::Header::kEncodedBytes)));
        tail.certificate = std::move(stored->certificate);
        if (!tail.certificate.empty()) return tail;
    }
    return std::nullopt;
}

void Replica::handle(const crypto::PublicKey& peer, BlockRangeMessage message) {
    if (!sync_.on_range(now_, peer, message.from, message.blocks.size())) return;
    if (message.blocks.empty() || message.from > sync_top().height.next()) return brought_nothing(peer);
    if (read_only_) return;
    const Status applied = apply_range(message);
    if (applied.ok() || halted_) return;
    if (is_own_fault(applied.error())) return fatal(applied.error());
    log(LogLevel::kWarn, fmt::format("final blocks from {}: {} ({})", peer.hex().substr(0, 8), applied.error().message,
                                     applied.error().code));
    brought_nothing(peer);
    misbehaved(peer, applied.error().message);
}

// The last block of which this node knows that it is final: the tip, or one above it whose finalization is that of a
// later block, which is still to come.
Chain::Top Replica::sync_top() const {
    if (const ExecutedBlockPtr block = vouched_ ? chain_->find(*vouched_) : nullptr)
        return {block->hash, block->header.height};
    return {chain_->tip().hash, chain_->tip().height};
}

Status Replica::apply_range(BlockRangeMessage& range) {
    const RangeTail* const tail = range.tail ? &*range.tail : nullptr;
    for (std::size_t i = 0; i < range.blocks.size(); ++i)
        if (range.blocks[i].block.block.header.height.value != range.from.value + i)
            return Error{"sync_links", "a synced block is not of the height that it was asked for"};
    std::span<FinalBlock> rest(range.blocks);
    while (!rest.empty() && rest.front().block.block.header.height <= chain_->tip().height) {
        const FinalBlock& block = rest.front();
        TRY(chain_->repair(block.block.block, *block.block.encoded, block.certificate_bytes));
        rest = rest.subspan(1);
    }
    while (!rest.empty() && !halted_) {
        const std::size_t length = segment_length(rest, tail);
        if (length == 0) return Error{"sync_certificate", "synced blocks come without a certificate"};
        TRY(apply_segment(rest.first(length), rest[length - 1].certificate ? nullptr : tail));
        rest = rest.subspan(length);
    }
    return Ok{};
}

// Executes what one finalization covers. With a tail its own block is still to come: nothing becomes final yet.
Status Replica::apply_segment(std::span<FinalBlock> segment, const RangeTail* tail) {
    const ledger::Header& first = segment.front().block.block.header;
    const Chain::Top top = first.parent == chain_->tip().hash ? Chain::Top{chain_->tip().hash, chain_->tip().height}
                                                              : sync_top();
    TRY(check_segment({chain_->chain_id(), validators(), top.hash, top.height}, segment, tail));
    for (FinalBlock& block : segment) {
        if (const Status executed = execute_synced(block.block); !executed.ok()) return fatal(executed.error()), Ok{};
        vouched_ = block.block.hash;
    }
    if (tail) return Ok{};
    const FinalBlock& last = segment.back();
    auto blocks = chain_->commit(last.block.hash, last.certificate_bytes);
    if (!blocks.ok()) return blocks.error();
    vouched_.reset();
    stats_.blocks_synced += blocks->size();
    if (!blocks->back()->closes_epoch())
        engine_->on_anchor(now_, {last.certificate->subject.view, last.block.hash, *last.certificate});
    committed(*blocks);
    return Ok{};
}

// A quorum agreed on it, and it is what they agreed on, to the last byte: the fault of a failure is ours.
Status Replica::execute_synced(ReceivedBlock& block) {
    if (chain_->find(block.hash)) return Ok{};
    auto transactions = chain_->parse(block.block);
    if (!transactions) return diverged("it holds a malformed transaction");
    auto executed = chain_->execute(block.block, *std::move(transactions), block.encoded, Vouched::kQuorum);
    if (executed.ok()) return Ok{};
    return is_own_fault(executed.error()) ? executed.error() : diverged(executed.error().message);
}

void Replica::progress_sync() {
    if (read_only_) return;
    // What the log lost comes first: this node can not serve it to others.
    const auto lost = chain_->lowest_lost();
    const Height own = lost ? lost->prev() : sync_top().height;
    while (const auto request = sync_.next_request(now_, own))
        parts_.transport.send(request->peer, encode(BlockRequestMessage{request->from}));
}

// Validators hear of every block by votes. An observer hears by a status message alone, which may be lost with a
// connection: so every node says now and then where it is, and who is ahead answers.
void Replica::poll_heights() {
    if (now_ < poll_at_) return;
    poll_at_ = now_ + kPollEvery;
    send_to(std::nullopt, status_frame());
}

}  // namespace touchstone::node
