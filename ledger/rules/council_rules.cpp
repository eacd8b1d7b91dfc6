#include "ledger/rules/council_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/records/index.h"
#include "ledger/rules/names.h"

namespace touchstone::ledger {
namespace {

using OrganisationSlot = RecordCache<OrganisationRecord>::Slot;

Verdict find_organisation(Run& run, const std::string& id, OrganisationSlot*& slot) {
    slot = &run.overlay.organisations.slot(organisation_key(id));
    if (!slot->record) return Rejection{Refusal::kOrganisationUnknown, fmt::format("there is no '{}'", id)};
    return std::nullopt;
}

// Would somebody be left to decide without this organisation?
Verdict check_council_without(Run& run, const OrganisationRecord& leaving) {
    if (!leaving.council || leaving.suspended) return std::nullopt;
    const auto& council = run.overlay.council.slot(council_key());
    INVARIANT(council.record.has_value());
    if (council_size(run, *council.record) > 1) return std::nullopt;
    return Rejection{Refusal::kLastCouncilMember, leaving.id};
}

// -- organisations

Verdict check_prefixes(Run& run, const std::string& organisation, const std::vector<std::string>& prefixes) {
    const auto& record = run.overlay.prefixes.slot(prefixes_key()).record;
    INVARIANT(record.has_value());
    for (const std::string& prefix : prefixes)
        if (const auto* const other = record->overlapping(prefix); other != nullptr && other->organisation != organisation)
            return Rejection{Refusal::kPrefixTaken, fmt::format("{} overlaps {} of '{}'", prefix, other->prefix,
                                                                other->organisation)};
    return std::nullopt;
}

void assign_prefixes(Run& run, const std::string& organisation, const std::vector<std::string>& prefixes) {
    run.overlay.prefixes.change(run.overlay.prefixes.slot(prefixes_key())).assign(organisation, prefixes);
}

Verdict judge(Run& run, const change::Admit& change) {
    if (run.overlay.organisation(change.organisation.id) != nullptr)
        return Rejection{Refusal::kOrganisationExists, change.organisation.id};
    if (auto refused = check_name(run, change.organisation.id, change.organisation.name)) return refused;
    return check_prefixes(run, change.organisation.id, change.organisation.prefixes);
}

bool changes_anything(const change::Amend& change, const OrganisationRecord& now) {
    return (!change.name.empty() && change.name != now.name) || (change.roles != 0 && change.roles != now.roles) ||
           (!change.gln.empty() && change.gln != now.gln) ||
           (!change.country.empty() && change.country != now.country) ||
           (change.council == change::Seat::kGiven && !now.council) ||
           (change.council == change::Seat::kTaken && now.council) || change.admin_key;
}

Verdict judge(Run& run, const change::Amend& change) {
    OrganisationSlot* slot = nullptr;
    if (auto refused = find_organisation(run, change.organisation, slot)) return refused;
    const OrganisationRecord& now = *slot->record;
    if (!changes_anything(change, now)) return Rejection{Refusal::kNothingChanges, now.id};
    if (!change.name.empty())
        if (auto refused = check_name(run, now.id, change.name)) return refused;
    if (change.admin_key && now.find_key(*change.admin_key) != nullptr)
        return Rejection{Refusal::kKeyExists, change.admin_key->hex()};
    if (change.admin_key && now.keys.size() >= limits::kKeysPerOrgMax) return Rejection{Refusal::kTooManyKeys, now.id};
    if (change.council == change::Seat::kTaken) return check_council_without(run, now);
    return std::nullopt;
}

Verdict judge(Run& run, const change::Suspend& change) {
    OrganisationSlot* slot = nullptr;
    if (auto refused = find_organisation(run, change.organisation, slot)) return refused;
    if (slot->record->suspended)
        return Rejection{Refusal::kNothingChanges, fmt::format("'{}' is suspended already", change.organisation)};
    return check_council_without(run, *slot->record);
}

Verdict judge(Run& run, const change::Reinstate& change) {
    OrganisationSlot* slot = nullptr;
    if (auto refused = find_organisation(run, change.organisation, slot)) return refused;
    if (!slot->record->suspended)
        return Rejection{Refusal::kNothingChanges, fmt::format("'{}' is not suspended", change.organisation)};
    return std::nullopt;
}

OrganisationRecord& change_organisation(Run& run, const std::string& id) {
    return run.overlay.organisations.change(run.overlay.organisations.slot(organisation_key(id)));
}

void seat(Run& run, OrganisationRecord& organisation, bool given) {
    organisation.council = given;
    auto& members = run.overlay.council.change(run.overlay.council.slot(council_key())).members;
    std::erase(members, organisation.id);
    if (given) members.insert(std::lower_bound(members.begin(), members.end(), organisation.id), organisation.id);
}

void carry_out(Run& run, const change::Admit& change) {
    OrganisationRecord organisation = change.organisation;
    for (OrganisationKey& key : organisation.keys) key.added = run.block.height;
    const bool council = std::exchange(organisation.council, false);
    run.overlay.put_index(organisation_index_key(organisation.id));
    auto& slot = run.overlay.organisations.slot(organisation_key(organisation.id));
    OrganisationRecord& made = run.overlay.organisations.create(slot, std::move(organisation));
    assign_name(run, made.id, {}, made.name);
    if (!made.prefixes.empty()) assign_prefixes(run, made.id, made.prefixes);
    if (council) seat(run, made, true);
}

void carry_out(Run& run, const change::Amend& change) {
    OrganisationRecord& organisation = change_organisation(run, change.organisation);
    if (!change.name.empty()) {
        assign_name(run, organisation.id, organisation.name, change.name);
        organisation.name = change.name;
    }
    if (change.roles != 0) organisation.roles = change.roles;
    if (!change.gln.empty()) organisation.gln = change.gln;
    if (!change.country.empty()) organisation.country = change.country;
    if (change.admin_key)
        organisation.keys.push_back({*change.admin_key, KeyPurpose::kAdmin, run.block.height, Height(0)});
    if (change.council != change::Seat::kUnchanged) seat(run, organisation, change.council == change::Seat::kGiven);
}

void carry_out(Run& run, const change::Suspend& change) {
    OrganisationRecord& organisation = change_organisation(run, change.organisation);
    organisation.suspended = true;
    organisation.suspended_at = run.block.time;
}
void carry_out(Run& run, const change::Reinstate& change) {
    OrganisationRecord& organisation = change_organisation(run, change.organisation);
    organisation.suspended = false;
    organisation.suspended_at = {};
}

// -- parameters

Parameters with(Parameters parameters, const change::SetParameters& change) {
    for (const auto& [name, value] : change.values)
        for (const ParameterField& one : parameter_fields())
            if (one.name == name) parameters.*one.field = value;
    return parameters;
}

Verdict judge(Run& run, const change::SetParameters& change) {
    const auto& slot = run.overlay.parameters.slot(parameters_key());
    INVARIANT(slot.record.has_value());
    const Parameters after = with(*slot.record, change);
    if (after == *slot.record) return Rejection{Refusal::kNothingChanges, "the parameters have these values"};
    if (auto fault = fault_of(after)) return Rejection{Refusal::kBadParameter, *std::move(fault)};
    return std::nullopt;
}

void carry_out(Run& run, const change::SetParameters& change) {
    auto& slot = run.overlay.parameters.slot(parameters_key());
    Parameters& parameters = run.overlay.parameters.change(slot);
    parameters = with(parameters, change);
    end_epoch(run);
}

// -- keys, prefixes, products

Verdict judge(Run& run, const change::ReplaceKeys& change) {
    OrganisationSlot* slot = nullptr;
    if (auto refused = find_organisation(run, change.organisation, slot)) return refused;
    for (const OrganisationKey& key : change.keys)
        if (slot->record->find_key(key.key) != nullptr) return Rejection{Refusal::kKeyExists, key.key.hex()};
    return std::nullopt;
}

// A validator's key stays: the council voted it in, and no admin key gives it or takes it.
void carry_out(Run& run, const change::ReplaceKeys& change) {
    std::vector<OrganisationKey>& keys = change_organisation(run, change.organisation).keys;
    const auto is_own = [](const OrganisationKey& key) { return key.purpose != KeyPurpose::kValidate; };
    for (OrganisationKey& key : keys)
        if (is_own(key) && key.revoked.value == 0) key.revoked = run.block.height;
    // Whoever stole the key may have filled the record. What was added last is forgotten first, so that the keys before
    // the theft keep their meaning, and half of the record is free for keys to come.
    while (keys.size() + change.keys.size() > limits::kKeysPerOrgMax / 2) {
        const auto last = std::find_if(keys.rbegin(), keys.rend(), is_own);
        if (last == keys.rend()) break;
        keys.erase(std::next(last).base());
    }
    for (const OrganisationKey& key : change.keys)
        keys.push_back({key.key, key.purpose, run.block.height, Height(0)});
}

Verdict judge(Run& run, const change::SetPrefixes& change) {
    OrganisationSlot* slot = nullptr;
    if (auto refused = find_organisation(run, change.organisation, slot)) return refused;
    if (slot->record->prefixes == change.prefixes)
        return Rejection{Refusal::kNothingChanges, fmt::format("'{}' has these prefixes", change.organisation)};
    return check_prefixes(run, change.organisation, change.prefixes);
}

void carry_out(Run& run, const change::SetPrefixes& change) {
    change_organisation(run, change.organisation).prefixes = change.prefixes;
    assign_prefixes(run, change.organisation, change.prefixes);
}

Verdict judge(Run& run, const change::ReassignProduct& change) {
    const ProductSlot& product = run.overlay.product(change.gtin);
    if (!product.record) return Rejection{Refusal::kProductUnknown, change.gtin};
    const OrganisationRecord* const to = run.overlay.organisation(change.to);
    if (to == nullptr) return Rejection{Refusal::kOrganisationUnknown, fmt::format("there is no '{}'", change.to)};
    if (to->suspended) return Rejection{Refusal::kSuspendedOrganisation, change.to};
    if (!to->has(Role::kBrand)) return Rejection{Refusal::kBadRole, fmt::format("'{}' is not a brand", change.to)};
    if (product.record->brand == change.to)
        return Rejection{Refusal::kNothingChanges, fmt::format("{} is of '{}'", change.gtin, change.to)};
    return std::nullopt;
}

void carry_out(Run& run, const change::ReassignProduct& change) {
    ProductRecord& product = run.overlay.products.change(run.overlay.product(change.gtin));
    const std::string before = std::exchange(product.brand, change.to);
    product.offered_to.clear();
    EventLog(run, EventKind::kProductReassigned, change.to, fmt::format("before: {}", before))
        .append(product_key(change.gtin), product);
}

// -- what waits

// Nothing that it takes or gives is another organisation's own.
template <class Other>
bool waits(Run&, const Other&) {
    return false;
}
// A seat is the council's own; what else there is says who the organisation is, and what it may do.
bool waits(Run&, const change::Amend& change) {
    return change.roles != 0 || change.admin_key || !change.name.empty() || !change.gln.empty() || !change.country.empty();
}
// A suspended organisation does nothing, nor does whoever stole its key: there is nothing to wait for.
bool waits(Run& run, const change::ReplaceKeys& change) {
    const OrganisationRecord* const organisation = run.overlay.organisation(change.organisation);
    return organisation != nullptr && !organisation->suspended;
}
// A prefix more takes nothing from anybody.
bool waits(Run& run, const change::SetPrefixes& change) {
    const OrganisationRecord* const organisation = run.overlay.organisation(change.organisation);
    return organisation != nullptr &&
           !std::includes(change.prefixes.begin(), change.prefixes.end(), organisation->prefixes.begin(),
                          organisation->prefixes.end());
}
bool waits(Run&, const change::ReassignProduct&) { return true; }
// Else the council would shorten the waiting first, and do the rest at once.
bool waits(Run& run, const change::SetParameters& change) {
    const Parameters& now = *run.overlay.parameters.slot(parameters_key()).record;
    return with(now, change).change_delay_ms < now.change_delay_ms;
}

template <class Other>
std::string concerned(Run&, const Other&) {
    return {};
}
std::string concerned(Run&, const change::Amend& change) { return change.organisation; }
std::string concerned(Run&, const change::ReplaceKeys& change) { return change.organisation; }
std::string concerned(Run&, const change::SetPrefixes& change) { return change.organisation; }
std::string concerned(Run& run, const change::ReassignProduct& change) {
    const ProductSlot& product = run.overlay.product(change.gtin);
    return product.record ? product.record->brand : std::string();
}

}  // namespace

bool must_wait(Run& run, const Change& change, const std::string& proposer) {
    return std::visit([&](const auto& one) { return waits(run, one) && concerned(run, one) != proposer; }, change);
}

std::optional<std::string> may_veto(Run& run, const Change& change) {
    // Whoever stole an admin key would veto that it is taken away.
    if (std::holds_alternative<change::ReplaceKeys>(change)) return std::nullopt;
    std::string id = std::visit([&](const auto& one) { return concerned(run, one); }, change);
    return id.empty() ? std::nullopt : std::optional(std::move(id));
}

Verdict judge_change(Run& run, const Change& change) {
    return std::visit([&](const auto& one) { return judge(run, one); }, change);
}

Verdict carry_out(Run& run, const Change& change) {
    if (auto refused = judge_change(run, change)) return refused;
    std::visit([&](const auto& one) { carry_out(run, one); }, change);
    return std::nullopt;
}

}  // namespace touchstone::ledger
