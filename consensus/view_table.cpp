#include "consensus/view_table.h"

namespace touchstone::consensus {

const ViewTable::Ballot* ViewTable::ballot(View view, VoteKind kind, ValidatorIndex signer) const {
    const auto record = records_.find(view);
    if (record == records_.end()) return nullptr;
    const Ballots& ballots = record->second.ballots[slot(kind)];
    const auto found = ballots.find(signer);
    return found == ballots.end() ? nullptr : &found->second;
}

ViewTable::Standing ViewTable::standing(const Vote& vote) const {
    const Ballot* held = ballot(vote.subject.view, vote.subject.kind, vote.signer);
    if (held == nullptr) return Standing::kUnknown;
    if (held->vote.subject == vote.subject) return Standing::kDuplicate;
    return held->conflict_noted ? Standing::kConflictNoted : Standing::kConflict;
}

void ViewTable::add(const Vote& vote) {
    INVARIANT(well_formed(vote.subject));
    const bool added =
        records_[vote.subject.view].ballots[slot(vote.subject.kind)].emplace(vote.signer, Ballot{vote}).second;
    INVARIANT(added);  // R12: one vote of each signer counts
}

void ViewTable::note_conflict(const Vote& vote) {
    INVARIANT(standing(vote) == Standing::kConflict);
    records_[vote.subject.view].ballots[slot(vote.subject.kind)].at(vote.signer).conflict_noted = true;
}

bool ViewTable::has_vote(View view, VoteKind kind, ValidatorIndex signer) const {
    return ballot(view, kind, signer) != nullptr;
}

bool ViewTable::is_verified(const Subject& subject, ValidatorIndex signer, const crypto::Signature& signature) const {
    const Ballot* held = ballot(subject.view, subject.kind, signer);
    return held != nullptr && held->vote.subject == subject && held->vote.signature == signature;
}

std::optional<Certificate> ViewTable::assemble(const Subject& subject, std::uint32_t quorum) const {
    const auto record = records_.find(subject.view);
    if (record == records_.end()) return std::nullopt;
    Certificate certificate{subject, {}, {}};
    for (const auto& [signer, held] : record->second.ballots[slot(subject.kind)]) {
        if (held.vote.subject != subject) continue;
        certificate.signers.push_back(signer);
        certificate.signatures.push_back(held.vote.signature);
        if (certificate.signers.size() == quorum) return certificate;
    }
    return std::nullopt;
}

void ViewTable::keep_proposal(const Subject& subject) {
    auto& kept = records_[subject.view].proposal;
    if (!kept) kept = subject;
}

const Subject* ViewTable::proposal(View view) const {
    const auto record = records_.find(view);
    return record != records_.end() && record->second.proposal ? &*record->second.proposal : nullptr;
}

void ViewTable::store(const Certificate& certificate) {
    const VoteKind kind = certificate.subject.kind;
    INVARIANT(kind == VoteKind::kNotarize || kind == VoteKind::kNullify);
    const View view = certificate.subject.view;
    Record& record = records_[view];
    auto& place = kind == VoteKind::kNotarize ? record.notarization : record.nullification;
    INVARIANT(!place);
    place = certificate;
    record.ballots[slot(kind)].clear();
    ++certificates_held_;
    if (kind == VoteKind::kNotarize && (!highest_notarized_ || *highest_notarized_ < view)) highest_notarized_ = view;
}

const Certificate* ViewTable::notarization(View view) const { return certificate(view, VoteKind::kNotarize); }
const Certificate* ViewTable::nullification(View view) const { return certificate(view, VoteKind::kNullify); }

const Certificate* ViewTable::certificate(View view, VoteKind kind) const {
    const auto record = records_.find(view);
    if (record == records_.end() || kind == VoteKind::kFinalize) return nullptr;
    const auto& place = kind == VoteKind::kNotarize ? record->second.notarization : record->second.nullification;
    return place ? &*place : nullptr;
}

const Certificate* ViewTable::highest_notarization() const {
    return highest_notarized_ ? notarization(*highest_notarized_) : nullptr;
}

std::vector<View> ViewTable::missing_nullifications(View above, View below, std::size_t limit) const {
    std::vector<View> missing;
    for (View view = above.next(); view < below && missing.size() < limit; view = view.next())
        if (nullification(view) == nullptr) missing.push_back(view);
    return missing;
}

void ViewTable::prune_through(View view) {
    while (!records_.empty() && records_.begin()->first <= view) {
        const Record& record = records_.begin()->second;
        certificates_held_ -= static_cast<std::size_t>(record.notarization.has_value()) +
                              static_cast<std::size_t>(record.nullification.has_value());
        records_.erase(records_.begin());
    }
    if (highest_notarized_ && *highest_notarized_ <= view) highest_notarized_.reset();
}

std::size_t ViewTable::votes_held() const {
    std::size_t count = 0;
    for (const auto& [view, record] : records_)
        for (const auto& ballots : record.ballots) count += ballots.size();
    return count;
}

}  // namespace touchstone::consensus
