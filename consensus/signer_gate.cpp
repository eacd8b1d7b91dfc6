// Invariants (SPEC.md): I1 one notarize, I2 one finalize, I3 never nullify and finalize, I4 identical when asked again,
// I5 nothing below the floor. Each holds per (epoch, view), whatever the engine above believes.
#include "consensus/signer_gate.h"

namespace touchstone::consensus {
namespace {

constexpr std::size_t kRecordSize = 8 + 1 + 8 + 8 + Hash256::kSize + crypto::Signature::kSize;

}  // namespace

SignerGate::SignerGate(Hash256 chain_id, ValidatorIndex self, crypto::SecretKey key)
    : chain_id_(chain_id), self_(self), key_(std::move(key)) {}

bool SignerGate::conflicts(const Subject& subject) const {
    // I1, I2: the slot is taken by another subject.
    const auto same_kind = given_.find({subject.epoch, subject.view, subject.kind});
    if (same_kind != given_.end() && same_kind->second.subject != subject) return true;
    // I3: a quorum that nullifies and a quorum that finalizes share an honest validator, which signed only one of them.
    const auto holds = [&](VoteKind kind) { return given_.contains({subject.epoch, subject.view, kind}); };
    if (subject.kind == VoteKind::kNullify && holds(VoteKind::kFinalize)) return true;
    return subject.kind == VoteKind::kFinalize && holds(VoteKind::kNullify);
}

std::optional<SignerGate::Signed> SignerGate::sign(const Subject& subject) {
    if (subject.view < floor_) return std::nullopt;  // I5
    if (!well_formed(subject) || conflicts(subject)) return std::nullopt;
    const Slot slot{subject.epoch, subject.view, subject.kind};
    if (const auto found = given_.find(slot); found != given_.end()) return Signed{found->second, false};  // I4
    if (paused_) return std::nullopt;  // I6
    const Vote vote{subject, self_, key_.sign(signing_bytes(chain_id_, subject))};
    given_.emplace(slot, vote);
    return Signed{vote, true};
}

Bytes SignerGate::journal_record(const Vote& vote) {
    Writer out;
    out.reserve(kRecordSize);
    out.u64(vote.subject.epoch.value).u8(static_cast<std::uint8_t>(vote.subject.kind)).u64(vote.subject.view.value);
    out.u64(vote.subject.parent.value).hash(vote.subject.digest).raw(vote.signature.view());
    INVARIANT(out.bytes().size() == kRecordSize);
    return std::move(out).take();
}

Status SignerGate::restore(ByteView journal_record) {
    Reader in(journal_record);
    Vote vote;
    vote.signer = self_;
    vote.subject.epoch = Epoch(in.u64());
    vote.subject.kind = static_cast<VoteKind>(in.u8());
    vote.subject.view = View(in.u64());
    vote.subject.parent = View(in.u64());
    vote.subject.digest = in.hash();
    const auto signature = crypto::Signature::from_view(in.raw(crypto::Signature::kSize));
    if (!in.finished() || !signature || !well_formed(vote.subject))
        return Error{"vote_record_malformed", "a record of the vote journal does not parse"};
    vote.signature = *signature;
    // A journal of another key or chain must not pass for ours: re-sending its votes would look like forgery.
    if (!crypto::verify(key_.public_key(), signing_bytes(chain_id_, vote.subject), vote.signature))
        return Error{"vote_record_malformed", "a record of the vote journal is not signed by this key for this chain"};
    if (vote.subject.view < floor_) return Ok{};
    const Slot slot{vote.subject.epoch, vote.subject.view, vote.subject.kind};
    const auto found = given_.find(slot);
    if (conflicts(vote.subject) || (found != given_.end() && found->second != vote))
        return Error{"vote_record_conflict", "the vote journal holds two votes that exclude each other"};
    given_.emplace(slot, vote);
    return Ok{};
}

void SignerGate::release_below(View view) {
    if (view <= floor_) return;
    floor_ = view;
    std::erase_if(given_, [&](const auto& entry) { return entry.first.view < floor_; });
}

std::vector<Vote> SignerGate::given_from(View view) const {
    std::vector<Vote> votes;
    for (const auto& [slot, vote] : given_)
        if (slot.view >= view) votes.push_back(vote);
    return votes;
}

std::optional<Vote> SignerGate::given(Epoch epoch, View view, VoteKind kind) const {
    const auto found = given_.find({epoch, view, kind});
    if (found == given_.end()) return std::nullopt;
    return found->second;
}

}  // namespace touchstone::consensus
