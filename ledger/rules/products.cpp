// Products and licences.
//   DeclareProduct  role brand, for a GTIN that one of its GS1 company prefixes covers
//   GrantLicence    the product's brand, to an organisation with the role manufacturer. A new grant replaces quota (or
//                   adds to it), dates and facility, puts a revoked licence in force again, and keeps what was used
//                   counted: a quota below that is refused, without exception. Who wants to stop a maker revokes
//   RevokeLicence   the product's brand; a licence in force
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/identifiers/gs1.h"
#include "ledger/records/index.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

// A quota that is added to without end must not start anew.
std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) { return a + std::min(b, UINT64_MAX - a); }

// In force again, for everybody to see.
void clear_revoked(Run& run, const std::string& gtin, const std::string& maker) {
    ProductSlot& slot = run.overlay.product(gtin);
    const auto is_his = [&](const RevokedLicence& one) { return one.maker == maker; };
    const auto& marks = slot.record->revoked_licences;
    if (std::none_of(marks.begin(), marks.end(), is_his)) return;
    std::erase_if(run.overlay.products.change(slot).revoked_licences, is_his);
}

// The same again is no trouble. Somebody who says something else must not believe that it was taken.
Verdict judge_repeat(const Run& run, const op::DeclareProduct& operation, const ProductRecord& product) {
    const bool same = product.brand == run.actor.id && product.name == operation.name &&
                      product.image_hash == operation.image_hash &&
                      product.document_hashes == operation.document_hashes &&
                      product.serial_policy == operation.serial_policy;
    return Rejection{same ? Refusal::kProductExists : Refusal::kRecordedOtherwise,
                     fmt::format("{} is '{}' of '{}'", operation.gtin, product.name, product.brand)};
}

}  // namespace

Verdict check_brand(Run& run, const std::string& gtin) {
    const ProductSlot& product = run.overlay.product(gtin);
    if (!product.record) return Rejection{Refusal::kProductUnknown, gtin};
    if (product.record->brand != run.actor.id)
        return Rejection{Refusal::kNotBrand, fmt::format("the brand of {} is '{}'", gtin, product.record->brand)};
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::DeclareProduct& operation, OperationOutcome& outcome) {
    if (!run.actor.has(Role::kBrand)) return Rejection{Refusal::kNotAllowed, "needs the role brand"};
    const auto& prefixes = run.actor.prefixes;
    if (std::none_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return prefix_covers(prefix, operation.gtin); }))
        return Rejection{Refusal::kPrefixMissing,
                         fmt::format("{}; prefixes of '{}': {}", operation.gtin, run.actor.id,
                                     prefixes.empty() ? "none" : fmt::format("{}", fmt::join(prefixes, ", ")))};
    ProductSlot& slot = run.overlay.product(operation.gtin);
    if (slot.record) return judge_repeat(run, operation, *slot.record);
    ProductRecord declared;
    declared.gtin = operation.gtin;
    declared.brand = run.actor.id;
    declared.name = operation.name;
    declared.image_hash = operation.image_hash;
    declared.document_hashes = operation.document_hashes;
    declared.serial_policy = operation.serial_policy;
    ProductRecord& product = run.overlay.products.create(slot, std::move(declared));
    EventLog(run, EventKind::kDeclared, {}, operation.name).append(product_key(operation.gtin), product);
    run.overlay.put_index(product_index_key(operation.gtin));
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::GrantLicence& operation, OperationOutcome& outcome) {
    if (auto refused = check_brand(run, operation.gtin)) return refused;
    if (auto refused = check_other_party(run, operation.manufacturer, "manufacturer")) return refused;
    const OrganisationRecord& maker = *run.overlay.organisation(operation.manufacturer);
    if (!maker.has(Role::kManufacturer))
        return Rejection{Refusal::kBadRole, fmt::format("'{}' is not a manufacturer", maker.id)};

    const StateKey key = licence_key(operation.gtin, operation.manufacturer);
    auto& slot = run.overlay.licences.slot(key);
    const std::uint64_t before = slot.record ? slot.record->quota : 0;
    const std::uint64_t used = slot.record ? slot.record->used : 0;
    const std::uint64_t quota = operation.add ? saturating_add(before, operation.quota) : operation.quota;
    if (quota < used)
        return Rejection{Refusal::kQuotaBelowUsed, fmt::format("'{}' has registered {}, the quota would be {}",
                                                               maker.id, used, quota)};
    LicenceRecord& licence = slot.record ? run.overlay.licences.change(slot) : run.overlay.licences.create(slot, {});
    licence.gtin = operation.gtin;
    licence.manufacturer = operation.manufacturer;
    licence.quota = quota;
    licence.salt = next_salt(run, key, licence.salt);
    // What adds to a quota says nothing of days and facility where it names none.
    if (!operation.add || operation.from != 0) licence.from = operation.from;
    if (!operation.add || operation.until != 0) licence.until = operation.until;
    if (!operation.add || !operation.facility.empty()) licence.facility = operation.facility;
    licence.revoked = false;
    licence.revoke_reason.clear();
    licence.revoked_at = {};
    clear_revoked(run, operation.gtin, operation.manufacturer);
    run.overlay.put_index(licence_index_key(operation.gtin, operation.manufacturer));
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::RevokeLicence& operation, OperationOutcome& outcome) {
    if (auto refused = check_brand(run, operation.gtin)) return refused;
    const StateKey key = licence_key(operation.gtin, operation.manufacturer);
    auto& slot = run.overlay.licences.slot(key);
    if (!slot.record)
        return Rejection{Refusal::kNotLicensed,
                         fmt::format("'{}' has no licence for {}", operation.manufacturer, operation.gtin)};
    if (slot.record->revoked) return Rejection{Refusal::kLicenceRevoked, "it is revoked already"};
    LicenceRecord& licence = run.overlay.licences.change(slot);
    licence.revoked = true;
    licence.revoked_at = run.block.time;
    licence.salt = next_salt(run, key, licence.salt);
    licence.revoke_reason = operation.reason;
    ProductRecord& product = run.overlay.products.change(run.overlay.product(operation.gtin));
    product.revoked_licences.push_back({operation.manufacturer, run.block.time});
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
