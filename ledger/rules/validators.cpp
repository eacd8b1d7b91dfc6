// Who validates.
//   add, replace    by the council: voted in, and a validator once its node says ValidatorReady, signed by its own key
//                   and naming the block of the vote, which it can only have from the chain
//   remove          by the council: at once
// Each change ends the epoch with its block. It is refused when those that were seen at work lately would be fewer than
// the quorum of the new set: the chain would stop with the very block that made the change.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/rules/council_rules.h"

namespace touchstone::ledger {
namespace {

using ValidatorsSlot = RecordCache<ValidatorsRecord>::Slot;

ValidatorsSlot& validators_slot(Run& run) { return run.overlay.validators.slot(validators_key()); }

const ValidatorsRecord& validators(Run& run) {
    const ValidatorsSlot& slot = validators_slot(run);
    INVARIANT(slot.record.has_value());
    return *slot.record;
}

ActivityRecord& change_activity(Run& run) {
    auto& slot = run.overlay.activity.slot(activity_key());
    return slot.record ? run.overlay.activity.change(slot) : run.overlay.activity.create(slot, {});
}

// Every validator leads in turn: who let four of its turns pass, and the heights that go unrecorded, is not there.
bool is_at_work(Run& run, const ValidatorsRecord& record, const crypto::PublicKey& key) {
    const ActivityRecord* const activity = run.overlay.activity.get(activity_key());
    const Height seen = (activity ? activity->of(key) : std::nullopt).value_or(record.since);
    return seen.value + ActivityRecord::kActivityEvery + 4 * record.validators.size() >= run.block.height.value;
}

// f = ⌊(n−1)/3⌋, q = n − f (consensus/SPEC.md). Among `after`, one that is not of the present set has just come.
Verdict check_quorum(Run& run, const std::vector<GenesisValidator>& after) {
    const ValidatorsRecord& now = validators(run);
    const std::size_t quorum = after.size() - (after.size() - 1) / 3;
    std::size_t present = 0;
    std::string silent;
    for (const GenesisValidator& validator : after) {
        if (now.find(validator.key) == nullptr || is_at_work(run, now, validator.key))
            ++present;
        else
            silent += (silent.empty() ? "" : ", ") + validator.name;
    }
    if (present >= quorum) return std::nullopt;
    return Rejection{Refusal::kQuorumWouldBreak,
                     fmt::format("{} validators would need {} at work, and {} are; not seen lately: {}", after.size(),
                                 quorum, present, silent)};
}

Verdict judge_new(Run& run, const GenesisValidator& validator) {
    const ValidatorsRecord& record = validators(run);
    const OrganisationRecord* const organisation = run.overlay.organisation(validator.organisation);
    if (organisation == nullptr) return Rejection{Refusal::kOrganisationUnknown, validator.organisation};
    if (organisation->suspended) return Rejection{Refusal::kSuspendedOrganisation, validator.organisation};
    const auto is_same = [&](const GenesisValidator& one) {
        return one.key == validator.key || one.name == validator.name;
    };
    const bool taken = std::any_of(record.validators.begin(), record.validators.end(), is_same) ||
                       std::any_of(record.pending.begin(), record.pending.end(),
                                   [&](const auto& one) { return is_same(one.validator); });
    if (taken || organisation->find_key(validator.key) != nullptr)
        return Rejection{Refusal::kValidatorExists, fmt::format("{} {}", validator.name, validator.key.hex())};
    if (organisation->keys.size() >= limits::kKeysPerOrgMax)
        return Rejection{Refusal::kTooManyKeys, validator.organisation};
    if (record.validators.size() + record.pending.size() >= limits::kValidatorsMax)
        return Rejection{Refusal::kTooManyValidators, fmt::format("at most {}", limits::kValidatorsMax)};
    return std::nullopt;
}

void vote_in(Run& run, const GenesisValidator& validator, std::optional<crypto::PublicKey> replaces) {
    run.overlay.validators.change(validators_slot(run))
        .pending.push_back({validator, replaces, run.block.height, Hash256{}});
    auto& slot = run.overlay.organisations.slot(organisation_key(validator.organisation));
    run.overlay.organisations.change(slot).keys.push_back(
        {validator.key, KeyPurpose::kValidate, run.block.height, Height(0)});
}

// A key of the genesis is in no organisation's record.
void revoke(Run& run, const GenesisValidator& validator) {
    auto& slot = run.overlay.organisations.slot(organisation_key(validator.organisation));
    if (!slot.record || slot.record->find_key(validator.key) == nullptr) return;
    for (OrganisationKey& key : run.overlay.organisations.change(slot).keys)
        if (key.key == validator.key) key.revoked = run.block.height;
}

std::vector<GenesisValidator> set_with(const ValidatorsRecord& record, const PendingValidator& ready) {
    std::vector<GenesisValidator> after = record.validators;
    if (!ready.replaces) {
        after.push_back(ready.validator);
        return after;
    }
    for (GenesisValidator& one : after)
        if (one.key == *ready.replaces) one = ready.validator;
    return after;
}

std::vector<GenesisValidator> set_without(const ValidatorsRecord& record, const crypto::PublicKey& key) {
    std::vector<GenesisValidator> after = record.validators;
    std::erase_if(after, [&](const auto& one) { return one.key == key; });
    return after;
}

}  // namespace

ValidatorsRecord& end_epoch(Run& run) {
    ValidatorsRecord& record = run.overlay.validators.change(validators_slot(run));
    record.epoch = Epoch(run.block.epoch.value + 1);
    record.since = run.block.height;
    return record;
}

Verdict judge(Run& run, const change::AddValidator& change) { return judge_new(run, change.validator); }

Verdict judge(Run& run, const change::RemoveValidator& change) {
    const ValidatorsRecord& record = validators(run);
    if (record.find_pending(change.key) != nullptr) return std::nullopt;
    if (record.find(change.key) == nullptr) return Rejection{Refusal::kValidatorUnknown, change.key.hex()};
    const auto after = set_without(record, change.key);
    if (after.empty()) return Rejection{Refusal::kQuorumWouldBreak, "nobody would validate"};
    return check_quorum(run, after);
}

Verdict judge(Run& run, const change::ReplaceValidator& change) {
    const ValidatorsRecord& record = validators(run);
    if (record.find(change.key) == nullptr) return Rejection{Refusal::kValidatorUnknown, change.key.hex()};
    const bool leaving = std::any_of(record.pending.begin(), record.pending.end(),
                                     [&](const auto& one) { return one.replaces == change.key; });
    if (leaving) return Rejection{Refusal::kValidatorExists, "another was voted into its place already"};
    return judge_new(run, change.by);
}

void carry_out(Run& run, const change::AddValidator& change) { vote_in(run, change.validator, std::nullopt); }
void carry_out(Run& run, const change::ReplaceValidator& change) { vote_in(run, change.by, change.key); }

void carry_out(Run& run, const change::RemoveValidator& change) {
    ValidatorsSlot& slot = validators_slot(run);
    if (const PendingValidator* const waiting = slot.record->find_pending(change.key)) {
        revoke(run, waiting->validator);
        std::erase_if(run.overlay.validators.change(slot).pending,
                      [&](const auto& one) { return one.validator.key == change.key; });
        return;
    }
    revoke(run, *slot.record->find(change.key));
    ValidatorsRecord& record = end_epoch(run);
    record.validators = set_without(record, change.key);
    // Whoever was to take its place is a validator of its own now.
    for (PendingValidator& one : record.pending)
        if (one.replaces == change.key) one.replaces.reset();
}

template <>
Verdict apply(Run& run, const op::ValidatorReady& operation, OperationOutcome& outcome) {
    const ValidatorsRecord& record = validators(run);
    const PendingValidator* const found = record.find_pending(run.signer.key);
    if (found == nullptr) return Rejection{Refusal::kNotVotedIn, run.signer.key.hex()};
    const PendingValidator ready = *found;
    if (ready.block.is_zero() || ready.block != operation.block)
        return Rejection{Refusal::kNotSynced,
                         fmt::format("the vote is in the block of height {}", ready.voted_in.value)};
    std::vector<GenesisValidator> after = set_with(record, ready);
    if (auto refused = check_quorum(run, after)) return refused;
    if (ready.replaces) revoke(run, *record.find(*ready.replaces));
    ValidatorsRecord& next = end_epoch(run);
    next.validators = std::move(after);
    std::erase_if(next.pending, [&](const auto& one) { return one.validator.key == ready.validator.key; });
    change_activity(run).set(ready.validator.key, run.block.height);
    outcome.accepted = 1;
    return std::nullopt;
}

void note_block(Overlay& overlay, const BlockContext& context) {
    auto& slot = overlay.validators.slot(validators_key());
    if (!slot.record) return;
    for (std::size_t i = 0; i < slot.record->pending.size(); ++i)
        if (slot.record->pending[i].block.is_zero()) overlay.validators.change(slot).pending[i].block = context.parent;
    if (context.proposer.value >= slot.record->validators.size()) return;
    auto& activity = overlay.activity.slot(activity_key());
    const crypto::PublicKey& leader = slot.record->validators[context.proposer.value].key;
    const auto seen = activity.record ? activity.record->of(leader) : std::nullopt;
    if (seen && seen->value + ActivityRecord::kActivityEvery > context.height.value) return;
    ActivityRecord& record =
        activity.record ? overlay.activity.change(activity) : overlay.activity.create(activity, {});
    record.set(leader, context.height);
    std::erase_if(record.entries,
                  [&](const ActivityRecord::Entry& one) { return slot.record->find(one.key) == nullptr; });
}

}  // namespace touchstone::ledger
