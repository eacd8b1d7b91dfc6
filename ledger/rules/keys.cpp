// An organisation's own keys. A key that was revoked stays in its record: what it signed before keeps its meaning, and
// anybody can see from when on it was void.
//   AddKey     an admin key; the new key has signed that it belongs here (checked with the other signatures)
//   RevokeKey  an admin key; or the key itself, which a machine may give up on its own
#include <fmt/format.h>

#include <algorithm>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

template <>
Verdict apply(Run& run, const op::AddKey& operation, OperationOutcome& outcome) {
    if (auto refused = check_admin(run)) return refused;
    if (const OrganisationKey* const known = run.actor.find_key(operation.key)) {
        if (!known->in_force(run.block.height))
            return Rejection{Refusal::kRecordedOtherwise, fmt::format("{} is revoked", operation.key.hex())};
        return Rejection{known->purpose == operation.purpose ? Refusal::kKeyExists : Refusal::kRecordedOtherwise,
                         fmt::format("{} is there for '{}'", operation.key.hex(), name_of(known->purpose))};
    }
    if (run.actor.keys.size() >= limits::kKeysPerOrgMax)
        return Rejection{Refusal::kTooManyKeys,
                         fmt::format("at most {}, revoked ones included", limits::kKeysPerOrgMax)};
    auto& slot = run.overlay.organisations.slot(organisation_key(run.actor.id));
    run.overlay.organisations.change(slot).keys.push_back(
        {operation.key, operation.purpose, run.block.height, Height(0)});
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::RevokeKey& operation, OperationOutcome& outcome) {
    if (operation.key != run.signer.key)
        if (auto refused = check_admin(run)) return refused;
    const OrganisationKey* const known = run.actor.find_key(operation.key);
    if (known == nullptr) return Rejection{Refusal::kUnknownKey, operation.key.hex()};
    if (!known->in_force(run.block.height)) return Rejection{Refusal::kRevokedKey, operation.key.hex()};
    const auto is_other_admin = [&](const OrganisationKey& key) {
        return key.key != operation.key && key.purpose == KeyPurpose::kAdmin && key.in_force(run.block.height);
    };
    if (known->purpose == KeyPurpose::kAdmin &&
        std::none_of(run.actor.keys.begin(), run.actor.keys.end(), is_other_admin))
        return Rejection{Refusal::kLastAdminKey, operation.key.hex()};
    const auto place = known - run.actor.keys.data();
    auto& slot = run.overlay.organisations.slot(organisation_key(run.actor.id));
    run.overlay.organisations.change(slot).keys[static_cast<std::size_t>(place)].revoked = run.block.height;
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
