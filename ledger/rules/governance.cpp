// The council: its members propose changes and vote on them, each with an admin key.
//   Propose           any member; counts as its approval. Refused when the change could not be carried out now
//   VoteOnProposal    each member once. The vote with which more than two thirds of the members approve carries the
//                     change out, in the same block; if it can not be carried out, that vote is refused and may be
//                     given again. With a third of the members against it the proposal is rejected
//   WithdrawProposal  whoever made it, while it is open
// A change of another organisation's name, country, keys, roles or products, or one that shortens the waiting itself, is not
// carried out by the deciding vote: it waits for change_delay_ms, so that whom it is about learns of it in time.
//   VetoProposal      that organisation, with an admin key in force, while it waits. Not when its keys are replaced: a
//                     thief would veto that. Two thirds of the council, and days in which all can see it, stand
//                     against its abuse; an organisation that is suspended first gets its new keys at once
//   CarryOut          any member, when it has waited; judged anew, as the state is by then
// A proposal that is not decided by its deadline, of the chain's clock, is void; so is one that was approved and then
// not carried out for as long. One member has few proposals open or waiting, so that it can not keep others from making
// theirs.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/rules/council_rules.h"
#include "ledger/records/index.h"

namespace touchstone::ledger {
namespace {

using ProposalSlot = RecordCache<ProposalRecord>::Slot;
using CouncilSlot = RecordCache<CouncilRecord>::Slot;

CouncilSlot& council_slot(Run& run) { return run.overlay.council.slot(council_key()); }

Verdict check_member(Run& run) {
    if (!run.actor.council || !council_slot(run).record) return Rejection{Refusal::kNotCouncil, run.actor.id};
    return check_admin(run);
}

void close(Run& run, ProposalSlot& slot, ProposalState state) {
    ProposalRecord& proposal = run.overlay.proposals.change(slot);
    run.overlay.erase_index(proposal_index_key(proposal.state, proposal.number));
    proposal.state = state;
    proposal.decided = run.block.height;
    run.overlay.put_index(proposal_index_key(proposal.state, proposal.number));
    std::erase(run.overlay.council.change(council_slot(run)).open, proposal.number);
}

// What nobody decided on, or carried out, makes room when the next one is made.
void close_expired(Run& run) {
    const std::vector<std::uint64_t> open = council_slot(run).record->open;
    for (const std::uint64_t number : open) {
        ProposalSlot& slot = run.overlay.proposals.slot(proposal_key(number));
        INVARIANT(slot.record.has_value());
        if (run.block.time.ms > slot.record->deadline.ms) close(run, slot, ProposalState::kExpired);
    }
}

Verdict find_open(Run& run, std::uint64_t number, ProposalSlot*& slot) {
    slot = &run.overlay.proposals.slot(proposal_key(number));
    if (!slot->record) return Rejection{Refusal::kProposalUnknown, fmt::format("proposal {}", number)};
    if (slot->record->state != ProposalState::kOpen)
        return Rejection{Refusal::kProposalClosed,
                         fmt::format("proposal {} is {}", number, name_of(slot->record->state))};
    if (run.block.time.ms > slot->record->deadline.ms)
        return Rejection{Refusal::kProposalClosed, fmt::format("proposal {} was open too long", number)};
    return std::nullopt;
}

Change change_of(const ProposalRecord& proposal) {
    auto change = decode_change(proposal.change);
    INVARIANT(change.ok());
    return *std::move(change);
}

void put_off(Run& run, ProposalSlot& slot) {
    ProposalRecord& proposal = run.overlay.proposals.change(slot);
    run.overlay.erase_index(proposal_index_key(proposal.state, proposal.number));
    proposal.state = ProposalState::kWaiting;
    proposal.due = WallTime{run.block.time.ms + run.block.parameters.change_delay_ms};
    proposal.deadline = WallTime{proposal.due.ms + run.block.parameters.proposal_deadline_ms};
    run.overlay.put_index(proposal_index_key(proposal.state, proposal.number));
}

// The council approved. What has to wait is judged now too, so that nobody waits for what can not be done.
Verdict approve(Run& run, ProposalSlot& slot) {
    const Change change = change_of(*slot.record);
    if (run.block.parameters.change_delay_ms > 0 && must_wait(run, change, slot.record->proposer)) {
        if (auto refused = judge_change(run, change)) return refused;
        put_off(run, slot);
        return std::nullopt;
    }
    if (auto refused = carry_out(run, change)) return refused;
    close(run, slot, ProposalState::kPassed);
    return std::nullopt;
}

Verdict find_waiting(Run& run, std::uint64_t number, ProposalSlot*& slot) {
    slot = &run.overlay.proposals.slot(proposal_key(number));
    if (!slot->record) return Rejection{Refusal::kProposalUnknown, fmt::format("proposal {}", number)};
    if (slot->record->state != ProposalState::kWaiting)
        return Rejection{Refusal::kNotWaiting, fmt::format("proposal {} is {}", number, name_of(slot->record->state))};
    if (run.block.time.ms > slot->record->deadline.ms)
        return Rejection{Refusal::kProposalClosed, fmt::format("proposal {} was not carried out in time", number)};
    return std::nullopt;
}

// Of one member, open or waiting.
std::size_t proposals_of(Run& run, const std::string& member) {
    const std::vector<std::uint64_t>& open = council_slot(run).record->open;
    return static_cast<std::size_t>(std::count_if(open.begin(), open.end(), [&](const std::uint64_t number) {
        return run.overlay.proposals.get(proposal_key(number))->proposer == member;
    }));
}

// After a vote: passed, waiting, rejected or still open. Only votes of those that are members now count.
Verdict decide(Run& run, ProposalSlot& slot) {
    const CouncilRecord& council = *council_slot(run).record;
    const std::size_t members = council_size(run, council);
    std::size_t approvals = 0;
    std::size_t objections = 0;
    for (const ProposalVote& vote : slot.record->votes) {
        const OrganisationRecord* const voter = run.overlay.organisation(vote.organisation);
        if (voter == nullptr || !voter->council || voter->suspended) continue;
        ++(vote.approve ? approvals : objections);
    }
    if (3 * approvals > 2 * members) return approve(run, slot);
    if (3 * objections >= members) close(run, slot, ProposalState::kRejected);
    return std::nullopt;
}

}  // namespace

std::size_t council_size(Run& run, const CouncilRecord& council) {
    return static_cast<std::size_t>(std::count_if(council.members.begin(), council.members.end(), [&](const auto& id) {
        const OrganisationRecord* const member = run.overlay.organisation(id);
        return member != nullptr && !member->suspended;
    }));
}

template <>
Verdict apply(Run& run, const op::Propose& operation, OperationOutcome& outcome) {
    if (auto refused = check_member(run)) return refused;
    if (auto refused = judge_change(run, operation.change)) return refused;
    close_expired(run);
    if (const std::size_t own = proposals_of(run, run.actor.id); own >= limits::kOpenProposalsPerMemberMax)
        return Rejection{Refusal::kTooManyOwnProposals, fmt::format("{} of '{}'", own, run.actor.id)};
    CouncilRecord& council = run.overlay.council.change(council_slot(run));
    if (council.open.size() >= limits::kOpenProposalsMax)
        return Rejection{Refusal::kTooManyProposals, fmt::format("{} are open", council.open.size())};
    ProposalRecord proposal;
    proposal.number = ++council.proposals;
    proposal.proposer = run.actor.id;
    proposal.change = encode_change(operation.change);
    proposal.reason = operation.reason;
    proposal.opened_at = run.block.time;
    proposal.deadline = WallTime{run.block.time.ms + run.block.parameters.proposal_deadline_ms};
    proposal.votes.push_back({run.actor.id, true, operation.reason, run.block.height});
    council.open.push_back(proposal.number);
    run.overlay.put_index(proposal_index_key(ProposalState::kOpen, proposal.number));
    ProposalSlot& slot = run.overlay.proposals.slot(proposal_key(proposal.number));
    run.overlay.proposals.create(slot, std::move(proposal));
    outcome.accepted = 1;
    return decide(run, slot);
}

template <>
Verdict apply(Run& run, const op::VoteOnProposal& operation, OperationOutcome& outcome) {
    if (auto refused = check_member(run)) return refused;
    ProposalSlot* slot = nullptr;
    if (auto refused = find_open(run, operation.proposal, slot)) return refused;
    for (const ProposalVote& vote : slot->record->votes)
        if (vote.organisation == run.actor.id)
            return Rejection{vote.approve == operation.approve ? Refusal::kVotedAlready : Refusal::kRecordedOtherwise,
                             fmt::format("{} at height {}", vote.approve ? "for it" : "against it", vote.height.value)};
    run.overlay.proposals.change(*slot).votes.push_back(
        {run.actor.id, operation.approve, operation.reason, run.block.height});
    outcome.accepted = 1;
    return decide(run, *slot);
}

template <>
Verdict apply(Run& run, const op::WithdrawProposal& operation, OperationOutcome& outcome) {
    if (auto refused = check_member(run)) return refused;
    ProposalSlot* slot = nullptr;
    if (auto refused = find_open(run, operation.proposal, slot)) return refused;
    if (slot->record->proposer != run.actor.id)
        return Rejection{Refusal::kNotProposer, fmt::format("'{}' made it", slot->record->proposer)};
    close(run, *slot, ProposalState::kWithdrawn);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::CarryOut& operation, OperationOutcome& outcome) {
    if (auto refused = check_member(run)) return refused;
    ProposalSlot* slot = nullptr;
    if (auto refused = find_waiting(run, operation.proposal, slot)) return refused;
    const Change change = change_of(*slot->record);
    // Asked again: the organisation may have been suspended meanwhile, so that its keys can be replaced at once.
    if (run.block.time.ms < slot->record->due.ms && must_wait(run, change, slot->record->proposer))
        return Rejection{Refusal::kNotDue, fmt::format("not before {}", time_text(slot->record->due))};
    if (auto refused = carry_out(run, change)) return refused;
    close(run, *slot, ProposalState::kPassed);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::VetoProposal& operation, OperationOutcome& outcome) {
    if (auto refused = check_admin(run)) return refused;
    ProposalSlot* slot = nullptr;
    if (auto refused = find_waiting(run, operation.proposal, slot)) return refused;
    const auto concerned = may_veto(run, change_of(*slot->record));
    if (!concerned) return Rejection{Refusal::kNoVeto, fmt::format("proposal {}", operation.proposal)};
    if (*concerned != run.actor.id) return Rejection{Refusal::kNotConcerned, fmt::format("'{}'", *concerned)};
    close(run, *slot, ProposalState::kVetoed);
    run.overlay.proposals.change(*slot).veto_reason = operation.reason;
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
