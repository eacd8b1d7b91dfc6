// Shops on platforms, under pseudonyms.
//   RegisterSeller     a platform. That another platform suspended or closed the shop does not hinder: the record shows
//                      every platform's entry, and who registers the shop decides. A shop that this platform closed
//                      itself comes back by SetSellerStanding only, with a reason
//   SetSellerStanding  a platform, of its own entry
//   naming a shop      in Sell and in Report: a platform, of a shop that is registered with it
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Verdict check_platform(const Run& run) {
    if (run.actor.has(Role::kPlatform)) return std::nullopt;
    return Rejection{Refusal::kNotAllowed, "needs the role platform"};
}

Verdict check_not_registered(const Run& run, const op::RegisterSeller& operation, const SellerRecord& seller) {
    if (seller.country != operation.country)
        return Rejection{Refusal::kSellerCountry, fmt::format("it is registered in {}", seller.country)};
    const SellerEntry* const own = seller.entry_of(run.actor.id);
    if (own == nullptr) return std::nullopt;
    if (own->standing == SellerStanding::kClosed) return Rejection{Refusal::kSellerClosed, own->reason};
    return Rejection{Refusal::kSellerExists, fmt::format("its standing is {}", name_of(own->standing))};
}

}  // namespace

Verdict check_seller(Run& run, const Hash256& pseudonym) {
    if (auto refused = check_platform(run)) {
        refused->detail = "only a platform may name a seller";
        return refused;
    }
    const SellerRecord* const seller = run.overlay.sellers.get(seller_key(pseudonym));
    if (seller == nullptr) return Rejection{Refusal::kSellerUnknown, pseudonym.hex()};
    if (seller->entry_of(run.actor.id) == nullptr) return Rejection{Refusal::kSellerNotYours, pseudonym.hex()};
    return std::nullopt;
}

Verdict check_seller_may_sell(Run& run, const Hash256& pseudonym) {
    if (auto refused = check_seller(run, pseudonym)) return refused;
    const SellerEntry& entry = *run.overlay.sellers.get(seller_key(pseudonym))->entry_of(run.actor.id);
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
    seller.country = operation.country;
    seller.entries.push_back({run.actor.id, SellerStanding::kActive, {}, run.block.time});
    EventLog(run, EventKind::kSellerRegistered, {}, operation.country).append(key, seller);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::SetSellerStanding& operation, OperationOutcome& outcome) {
    if (auto refused = check_platform(run)) return refused;
    if (auto refused = check_seller(run, operation.pseudonym)) return refused;
    const StateKey key = seller_key(operation.pseudonym);
    SellerRecord& seller = run.overlay.sellers.change(run.overlay.sellers.slot(key));
    SellerEntry& own = *seller.entry_of(run.actor.id);
    if (own.standing == operation.standing)
        return Rejection{Refusal::kStandingUnchanged, fmt::format("it is {}", name_of(own.standing))};
    own.standing = operation.standing;
    own.reason = operation.reason;
    own.since = run.block.time;
    std::string detail(name_of(own.standing));
    if (!own.reason.empty()) detail += ": " + own.reason;
    EventLog(run, EventKind::kSellerStandingSet, {}, std::move(detail)).append(key, seller);
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
