// What a replica has on stable storage before its votes leave, and what it takes up again after a crash.
//
// Invariant (consensus/SPEC.md, I6 and R17): a vote leaves after the sync that covers its journal record, the body that
// it is for and the notarization that it relies on. Small bodies and notarizations are in the vote journal, so that
// this is one sync of one preallocated file; a larger body is in the block log alone, which is then synced beside it.
#include <algorithm>

#include "node/journal_records.h"
#include "node/replica.h"

namespace touchstone::node {
namespace {

// The vote in an effect that must be on disk before the effect is carried out, if there is one.
const consensus::Vote* fresh_vote(const consensus::Effect& effect) {
    if (const auto* send = std::get_if<consensus::SendVote>(&effect)) return send->fresh ? &send->vote : nullptr;
    if (const auto* propose = std::get_if<consensus::Propose>(&effect))
        return propose->fresh ? &propose->vote : nullptr;
    return nullptr;
}

}  // namespace

// Votes of later epochs than the chain's are kept: a crash may have taken the closing block's commit with it, and what
// was said after it still binds this node when it comes there again.
Status Replica::restore_journal() {
    if (parts_.votes == nullptr) return Ok{};
    recovered_ = sort_journal(parts_.votes->recovered());
    TRY(restore_bodies(std::exchange(recovered_.bodies, {})));
    return restore_gate();
}

// What this node signed in the chain's epoch before it was started.
Status Replica::restore_gate() {
    if (!gate_) return Ok{};
    for (const Bytes& record : recovered_.votes)
        if (!is_void(record)) TRY(gate_->restore(record));
    gate_->release_below(chain_->tip().view);
    return Ok{};
}

void Replica::hand_back_notarizations() {
    for (const Bytes& record : recovered_.notarizations) {
        const auto certificate = consensus::Certificate::decode(record);
        if (!certificate.ok() || certificate->subject.epoch != validators().epoch()) continue;
        // Written together with its block in a batch whose sync never ended: nobody relied on it, and the body may be
        // lost.
        const bool relied_on = gate_ && gate_->given(certificate->subject.epoch, certificate->subject.view,
                                                     consensus::VoteKind::kFinalize);
        if ((!relied_on || validators().size() == 1) && !has_body(certificate->subject.digest)) continue;
        engine_->on_certificate(now_, std::nullopt, *certificate);
    }
}

// Bodies whose place in the block log was not synced before the crash.
Status Replica::restore_bodies(const std::vector<Bytes>& bodies) {
    for (const Bytes& body : bodies) {
        const auto block = ledger::Block::decode(body);
        if (!block.ok())
            return Error{"journal_corrupt", "a block in the vote journal does not parse: " + block.error().message};
        if (block->header.height <= chain_->tip().height) continue;
        TRY_ASSIGN([[maybe_unused]] const storage::LogPlace place, store_.append_body(block->header.hash(), body));
    }
    return Ok{};
}

// Votes of another epoch say nothing in this one. A validator alone gives all votes of a block in one batch: when the
// body that they are for is not there, the sync of that batch never ended, nothing left the node, and these votes are
// void. With others in the network a lost body comes from them, and every vote stands.
bool Replica::is_void(ByteView vote_record) const {
    Reader reader(vote_record);
    // Of an epoch that is over: everything that it decided is final.
    if (Epoch(reader.u64()) != chain_->epoch()->epoch()) return true;
    if (validators().size() > 1) return false;
    const auto kind = static_cast<consensus::VoteKind>(reader.u8());
    const View view(reader.u64());
    reader.u64();
    if (view <= chain_->tip().view) return true;  // final: nothing is signed there any more
    return kind != consensus::VoteKind::kNullify && !has_body(reader.hash());
}

// Journals the fresh votes of a batch, with the bodies that they vote for and the notarizations that they rely on, and
// syncs all that. Nothing of the batch has left the node before, but for the bodies, and nothing that counts these
// votes has been acted upon (SPEC.md, I4).
bool Replica::make_durable(const std::vector<consensus::Effect>& effects) {
    if (!self_) return true;
    bool any_vote = false;
    const auto log_too = journal(effects, any_vote);
    if (!log_too.ok()) return fatal(log_too.error()), false;
    if (!any_vote) return true;
    send_bodies_ahead(effects);
    const bool log_is_old = chain_->tip().height.value >= durable_height_.value + kUnsyncedBlocksMax;
    const Status synced = *log_too || log_is_old ? sync_both() : parts_.votes->sync();
    if (!synced.ok()) return fatal(synced.error()), false;
    ++stats_.syncs;
    return true;
}

Result<bool> Replica::journal(const std::vector<consensus::Effect>& effects, bool& any_vote) {
    bool log_too = false;
    // Nothing relies on a notarization under which nothing is signed.
    const bool any_signed =
        std::any_of(effects.begin(), effects.end(), [](const auto& effect) { return fresh_vote(effect) != nullptr; });
    if (read_only_ && !any_signed) return false;
    for (const consensus::Effect& effect : effects) {
        if (const auto* notarized = std::get_if<consensus::Notarized>(&effect)) {
            const consensus::Certificate& certificate = notarized->certificate;
            TRY(parts_.votes->append(certificate.subject.view,
                                     journal_notarization(certificate.encode(validators().size()))));
        }
        const consensus::Vote* const vote = fresh_vote(effect);
        if (vote == nullptr) continue;
        any_vote = true;
        // Before the vote: what one sync covers may still end in two batches.
        if (vote->subject.kind == consensus::VoteKind::kNotarize) {
            TRY_ASSIGN(const bool in_journal, journal_body_of(*vote));
            log_too |= !in_journal;
        }
        TRY(parts_.votes->append(vote->subject.view, journal_vote(consensus::SignerGate::journal_record(*vote))));
    }
    return log_too;
}

// False: the body is in the block log alone.
Result<bool> Replica::journal_body_of(const consensus::Vote& vote) {
    if (!store_.unsynced()) return true;
    const ExecutedBlockPtr block = chain_->find(vote.subject.digest);
    if (!block || block->encoded->size() > kJournaledBodyMax) return false;
    TRY(parts_.votes->append(vote.subject.view, journal_body(*block->encoded)));
    return true;
}

// The leader's peers execute a block while the leader still syncs its vote for it.
void Replica::send_bodies_ahead(const std::vector<consensus::Effect>& effects) {
    for (const consensus::Effect& effect : effects) {
        const auto* const propose = std::get_if<consensus::Propose>(&effect);
        if (propose == nullptr || !propose->fresh || propose->to) continue;
        if (const ExecutedBlockPtr block = chain_->find(propose->vote.subject.digest))
            send_to(std::nullopt, encode_body(*block->encoded));
    }
}

Status Replica::sync_both() {
    TRY(parts_.sync.sync(store_, *parts_.votes));
    log_is_durable();
    return Ok{};
}

// What the journal keeps for a final view is needed until the block log has it.
void Replica::log_is_durable() {
    durable_height_ = chain_->tip().height;
    if (self_) parts_.votes->release_below(chain_->tip().view);
}

void Replica::sync_log() {
    if (halted_) return;
    if (const Status synced = store_.sync(); !synced.ok()) return fatal(synced.error());
    log_is_durable();
}

}  // namespace touchstone::node
