// Shops on platforms, under pseudonyms. When what one platform says binds the others: ledger/records/shop_standing.h.
//   RegisterSeller     a platform, in the country that it knows: another's entry does not say what this one's must be. A
//                      shop that another platform closed comes back when it was attested. One that was only warned or
//                      suspended elsewhere is no hindrance: the record shows every platform's entry. What this platform
//                      closed itself comes back by SetSellerStanding only
//   SetSellerStanding  a platform, of its own entry. What others closed too stays closed until it is attested. A shop
//                      that comes back begins anew: the platform has it since then
//   AttestSeller       a regulator or a platform, of a shop that is closed somewhere. A new closing that has weight makes
//                      it void; so a platform that never had the shop can not take a regulator's word away. It stays when
//                      whoever gave it is suspended later, as all that was signed before does
//   naming a shop      in Report: anybody, with the platform that it is registered on. In Sell: a platform, always, unless
//                      it is a retailer or a brand as well, which sells goods of its own
#include <fmt/format.h>

#include "ledger/records/shop_standing.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Verdict check_platform(const Run& run) {
    if (run.actor.has(Role::kPlatform)) return std::nullopt;
    return Rejection{Refusal::kNotAllowed, "needs the role platform"};
}

Verdict check_not_closed_elsewhere(Run& run, const SellerRecord& seller) {
    const SellerEntry* const closed = closed_elsewhere(seller, run.actor.id);
    if (closed == nullptr) return std::nullopt;
    return Rejection{Refusal::kSellerClosed, fmt::format("by '{}': {}", closed->platform, closed->reason)};
}

Verdict check_not_registered(Run& run, const op::RegisterSeller& operation, const SellerRecord& seller) {
    const SellerEntry* const own = seller.entry_of(run.actor.id);
    if (own == nullptr) return check_not_closed_elsewhere(run, seller);
    if (own->standing == SellerStanding::kClosed) return Rejection{Refusal::kSellerClosed, own->reason};
    if (own->country != operation.country)
        return Rejection{Refusal::kRecordedOtherwise, fmt::format("it is registered in {}", own->country)};
    return Rejection{Refusal::kSellerExists, fmt::format("its standing is {}", name_of(own->standing))};
}

Verdict check_standing(Run& run, const op::SetSellerStanding& operation, const SellerRecord& seller) {
    const SellerEntry& own = *seller.entry_of(run.actor.id);
    if (own.standing == operation.standing)
        return Rejection{Refusal::kStandingUnchanged, fmt::format("it is {}", name_of(own.standing))};
    return own.standing == SellerStanding::kClosed ? check_not_closed_elsewhere(run, seller) : std::nullopt;
}

std::string with_reason(std::string_view what, const std::string& reason) {
    return reason.empty() ? std::string(what) : fmt::format("{}: {}", what, reason);
}

}  // namespace

Verdict check_seller(Run& run, const std::string& platform, const Hash256& pseudonym) {
    const SellerRecord* const seller = run.overlay.sellers.get(seller_key(pseudonym));
    if (seller == nullptr) return Rejection{Refusal::kSellerUnknown, pseudonym.hex()};
    if (seller->entry_of(platform) != nullptr) return std::nullopt;
    return Rejection{Refusal::kSellerNotYours, fmt::format("{} with '{}'", pseudonym.hex(), platform)};
}

Verdict check_seller_may_sell(Run& run, const Hash256& pseudonym) {
    const OrganisationRecord& actor = run.actor;
    if (pseudonym.is_zero()) {
        const bool own_goods = !actor.has(Role::kPlatform) || actor.has(Role::kRetailer) || actor.has(Role::kBrand);
        return own_goods ? std::nullopt : Verdict(Rejection{Refusal::kSellerMissing, actor.id});
    }
    if (!actor.has(Role::kPlatform)) return Rejection{Refusal::kNotAllowed, "only a sale on a platform names a shop"};
    if (auto refused = check_seller(run, actor.id, pseudonym)) return refused;
    const SellerEntry& entry = *run.overlay.sellers.get(seller_key(pseudonym))->entry_of(actor.id);
    if (entry.may_sell()) return std::nullopt;
    return Rejection{Refusal::kSellerSuspended,
                     fmt::format("its standing is {}: {}", name_of(entry.standing), entry.reason)};
}

template <>
Verdict apply(Run& run, const op::RegisterSeller& operation, OperationOutcome& outcome) {
    if (auto refused = check_platform(run)) return refused;
    const StateKey key = seller_key(operation.pseudonym);
    auto& slot = run.overlay.sellers.slot(key);
    if (slot.record)
        if (auto refused = check_not_registered(run, operation, *slot.record)) return refused;
    SellerRecord& seller = slot.record ? run.overlay.sellers.change(slot) : run.overlay.sellers.create(slot, {});
    seller.pseudonym = operation.pseudonym;
    seller.entries.push_back(
        {run.actor.id, operation.country, SellerStanding::kActive, {}, run.block.time, run.block.time});
    EventLog(run, EventKind::kSellerRegistered, {}, operation.country).append(key, seller);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::SetSellerStanding& operation, OperationOutcome& outcome) {
    if (auto refused = check_platform(run)) return refused;
    if (auto refused = check_seller(run, run.actor.id, operation.pseudonym)) return refused;
    const StateKey key = seller_key(operation.pseudonym);
    auto& slot = run.overlay.sellers.slot(key);
    if (auto refused = check_standing(run, operation, *slot.record)) return refused;
    SellerRecord& seller = run.overlay.sellers.change(slot);
    SellerEntry& own = *seller.entry_of(run.actor.id);
    // Only the time that it could sell here counts: a shop that is suspended as soon as it is registered was never had.
    if (own.standing == SellerStanding::kClosed)
        own.had_since = run.block.time;
    else if (!own.may_sell())
        own.had_since.ms += run.block.time.ms - own.since.ms;
    own.standing = operation.standing;
    own.reason = operation.reason;
    own.since = run.block.time;
    if (own.standing == SellerStanding::kClosed && own.has_weight()) seller.attestations.clear();
    EventLog(run, EventKind::kSellerStandingSet, {}, with_reason(name_of(own.standing), own.reason))
        .append(key, seller);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::AttestSeller& operation, OperationOutcome& outcome) {
    if (!run.actor.has(Role::kPlatform) && !run.actor.has(Role::kRegulator))
        return Rejection{Refusal::kNotAllowed, "needs the role regulator or platform"};
    const StateKey key = seller_key(operation.pseudonym);
    auto& slot = run.overlay.sellers.slot(key);
    if (!slot.record) return Rejection{Refusal::kSellerUnknown, operation.pseudonym.hex()};
    const std::vector<SellerEntry>& entries = slot.record->entries;
    if (std::none_of(entries.begin(), entries.end(),
                     [](const SellerEntry& entry) { return entry.standing == SellerStanding::kClosed; }))
        return Rejection{Refusal::kSellerNotClosed, operation.pseudonym.hex()};
    for (const SellerAttestation& one : slot.record->attestations)
        if (one.organisation == run.actor.id)
            return Rejection{Refusal::kAttestedAlready, fmt::format("at {}", time_text(one.since))};
    SellerRecord& seller = run.overlay.sellers.change(slot);
    seller.attestations.push_back({run.actor.id, run.actor.has(Role::kRegulator), operation.reason, run.block.time});
    EventLog(run, EventKind::kSellerAttested, {}, operation.reason).append(key, seller);
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
