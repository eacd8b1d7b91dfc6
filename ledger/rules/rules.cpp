#include "ledger/rules/rules.h"

#include <fmt/format.h>

#include "base/codec.h"
#include "crypto/sha256.h"

namespace touchstone::ledger {

Hash256 next_salt(const Run& run, const StateKey& key, const Hash256& before) {
    return crypto::tagged_hash("touchstone/salt/2", {before.view(), run.salt.view(), key.view()});
}

std::uint64_t first_salt(const Run& run, const StateKey& key) {
    const Hash256 whole = next_salt(run, key, {});
    return Reader(whole.view()).u64();
}

Rejection rejection_of(const OperationOutcome& outcome, const std::vector<StateKey>& items) {
    INVARIANT(!outcome.refused.empty());
    const ItemOutcome& first = outcome.refused.front();
    return {first.refusal, fmt::format("{} of {} items; the first is number {}, {}", outcome.refused.size(),
                                       items.size(), first.index, items[first.index].hex())};
}

Verdict ItemBatch::first_refused() const {
    if (outcome_.refused.empty()) return std::nullopt;
    return rejection_of(outcome_, items_);
}

Verdict UnitBatch::first_refused() const {
    if (outcome_.refused.empty()) return std::nullopt;
    std::vector<StateKey> keys = items_;
    keys.insert(keys.end(), containers_.begin(), containers_.end());
    return rejection_of(outcome_, keys);
}

bool may_move(const ItemRecord& item) { return !item.has(ItemFlag::kStolen) && !item.has(ItemFlag::kQuarantined); }

// Trouble travels back to whose goods they are, to a laboratory and to a regulator, by a carrier too, who may take it no
// further than anybody else; stolen goods to a regulator only.
Refusal may_travel(Run& run, const ItemRecord& item, const OrganisationRecord& to) {
    if (to.has(Role::kRegulator)) return Refusal::kNone;
    if (item.has(ItemFlag::kStolen)) return Refusal::kFlagged;
    if (to.has(Role::kAuditor) || to.has(Role::kLogistics) || to.id == item.maker || to.id == item.owner || to.id == product_of(run, item).brand)
        return Refusal::kNone;
    if (item.has(ItemFlag::kQuarantined)) return Refusal::kFlagged;
    return is_recalled(run, item, to.country) ? Refusal::kRecalled : Refusal::kNone;
}

void note_arrival(const Run& run, ItemRecord& item) {
    clear_flag(item, ItemFlag::kMissing, run.actor.id);
    if (item.reclaimed_to == run.actor.id) item.reclaimed_to.clear();
}

void note_arrival(const Run& run, ContainerRecord& container) {
    if (container.reclaimed_to == run.actor.id) container.reclaimed_to.clear();
}

bool may_know(Run& run, const ContainerRecord& container) {
    const std::string& id = run.actor.id;
    if (run.actor.has(Role::kRegulator) || run.actor.has(Role::kAuditor)) return true;
    for (const ContainerRecord* at = &container;; at = run.overlay.containers.get(at->container)) {
        INVARIANT(at != nullptr);
        if (at->maker == id || at->custodian == id || at->receiver == id) return true;
        if (at->container.is_zero()) return false;
    }
}

const ContainerRecord& outermost(Run& run, const StateKey& key) {
    const ContainerRecord* at = run.overlay.containers.get(key);
    while (at != nullptr && !at->container.is_zero()) at = run.overlay.containers.get(at->container);
    INVARIANT(at != nullptr);
    return *at;
}

const std::string& holder_of(Run& run, const ItemRecord& item) {
    return item.container.is_zero() ? item.custodian : outermost(run, item.container).custodian;
}

const ProductRecord& product_of(Run& run, const ItemRecord& item) {
    const ProductSlot& slot = run.overlay.product(item.gtin);
    INVARIANT(slot.record.has_value());
    return *slot.record;
}

bool is_recalled(Run& run, const ItemRecord& item, std::string_view country) {
    return item.has(ItemFlag::kRecalled) || run.recalls.of(product_of(run, item), country).finds(item);
}

Verdict check_admin(const Run& run) {
    if (run.signer.purpose == KeyPurpose::kAdmin) return std::nullopt;
    return Rejection{Refusal::kAdminKeyNeeded, fmt::format("{} is no admin key", run.signer.key.hex())};
}

Verdict check_other_party(Run& run, const std::string& id, std::string_view field) {
    if (id == run.actor.id)
        return Rejection{Refusal::kUnknownRecipient, fmt::format("{} is the organisation that acts", field)};
    const OrganisationRecord* const other = run.overlay.organisation(id);
    if (other == nullptr) return Rejection{Refusal::kUnknownRecipient, fmt::format("{}: there is no '{}'", field, id)};
    if (other->suspended) return Rejection{Refusal::kSuspendedOrganisation, fmt::format("{}: '{}'", field, id)};
    return std::nullopt;
}

}  // namespace touchstone::ledger
