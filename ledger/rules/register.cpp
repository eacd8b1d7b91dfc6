// Register: by the product's brand, or by a manufacturer whose licence is in force on the day of the block, for the
// facility if it names one, and within its quota. Only accepted items count. A repeat (same item, organisation and
// product) is kItemExists and uses no quota. Atomic: every item or none. Partial: those that can be, the others
// reported. The item is in the custody of who registers it and owned by the brand. A registration that was voided is
// made again by its maker or the brand, who could have amended it: the serial is no secret to whoever keeps the ledger, and
// must not be taken by another. It is judged like an amendment, so that what another recalled since does not come back as
// something that the recall misses.
#include <fmt/format.h>

#include <limits>

#include "ledger/rules/lots.h"
#include "ledger/rules/others_recalls.h"

namespace touchstone::ledger {
namespace {

using LicenceSlot = RecordCache<LicenceRecord>::Slot;

struct Authority {
    LicenceSlot* licence = nullptr;  // null: the brand itself
    std::uint64_t rest = std::numeric_limits<std::uint64_t>::max();
};

Verdict check_licence(const Run& run, const op::Register& operation, const LicenceRecord& licence) {
    if (licence.revoked) return Rejection{Refusal::kLicenceRevoked, licence.revoke_reason};
    if (run.today < licence.from || (licence.until != 0 && run.today > licence.until))
        return Rejection{Refusal::kLicenceNotInForce,
                         fmt::format("from {} until {}, today is {}", licence.from == 0 ? "the grant" : day_text(licence.from),
                                     licence.until == 0 ? "further notice" : day_text(licence.until),
                                     day_text(run.today))};
    if (!licence.facility.empty() && licence.facility != operation.facility)
        return Rejection{Refusal::kLicenceFacility, fmt::format("the licence is for {}", licence.facility)};
    return std::nullopt;
}

// The role as well: the council may have taken it since the product was declared or the licence given.
Verdict find_authority(Run& run, const op::Register& operation, const ProductRecord& product, Authority& authority) {
    const auto lacks = [&](Role role) {
        return Rejection{Refusal::kNotAllowed, fmt::format("'{}' has no more the role {}", run.actor.id, name_of(role))};
    };
    if (product.brand == run.actor.id)
        return run.actor.has(Role::kBrand) ? Verdict() : Verdict(lacks(Role::kBrand));
    LicenceSlot& slot = run.overlay.licences.slot(licence_key(operation.gtin(), run.actor.id));
    if (!slot.record)
        return Rejection{Refusal::kNotLicensed,
                         fmt::format("'{}' has no licence for {}", run.actor.id, operation.gtin())};
    if (!run.actor.has(Role::kManufacturer)) return lacks(Role::kManufacturer);
    if (auto refused = check_licence(run, operation, *slot.record)) return refused;
    authority.licence = &slot;
    authority.rest = slot.record->quota - std::min(slot.record->quota, slot.record->used);
    return std::nullopt;
}

// A maker's lot has one expiry. What was registered without one does not fix it; where there is one, whoever leaves it
// out has it too, or a lot that is past its date would have pieces that are not.
Verdict check_lot(Run& run, const op::Register& operation) {
    if (operation.lot.empty()) return std::nullopt;
    const LotSlot& slot = run.overlay.lot(operation.gtin(), operation.lot);
    if (!slot.record) return std::nullopt;
    const LotRecord::Made* const made = slot.record->of(run.actor.id);
    if (made == nullptr) {
        if (slot.record->made.size() < limits::kMakersPerLotMax) return std::nullopt;
        return Rejection{Refusal::kTooManyMakers, fmt::format("lot {} of {}", operation.lot, operation.gtin())};
    }
    if (made->expiry == 0 || operation.expiry == 0 || made->expiry == operation.expiry) return std::nullopt;
    return Rejection{Refusal::kLotMismatch, fmt::format("lot {} expires on {}", operation.lot, day_text(made->expiry))};
}

// What is made is there; and clocks of the world's first time zone are fourteen hours ahead.
Verdict check_made_on(const Run& run, Day made_on, Day expiry) {
    if (made_on > run.today + 1)
        return Rejection{Refusal::kBadDate, fmt::format("made on {}, and today is {}", day_text(made_on), day_text(run.today))};
    if (expiry != 0 && made_on > expiry)
        return Rejection{Refusal::kBadDate, fmt::format("made on {}, and its lot expires on {}", day_text(made_on), day_text(expiry))};
    return std::nullopt;
}

// Why an item that is registered already can not be registered.
Refusal refusal_of_repeat(const Run& run, const op::Register& operation, Day expiry, const ItemRecord& item) {
    if (item.maker != run.actor.id) return Refusal::kItemTaken;
    const bool same = item.lot == operation.lot && (item.expiry == operation.expiry || item.expiry == expiry) &&
                      item.made_on == operation.made_on;
    return same ? Refusal::kItemExists : Refusal::kRegistrationDiffers;
}

// Items whose registration was voided, registered once more.
class RegisteredAgain {
  public:
    RegisteredAgain(Run& run, const op::Register& operation) : run_(run), product_(run.overlay.product(operation.gtin())) {
        after_.lot = operation.lot;
        after_.maker = run.actor.id;
        after_.made_on = operation.made_on;
    }
    Refusal judge(const ItemRecord& voided) {
        if (voided.maker != run_.actor.id && product_.record->brand != run_.actor.id) return Refusal::kItemTaken;
        if (!others_) others_.emplace(run_, product_);
        return others_->would_miss(voided, &after_) ? Refusal::kRecalled : Refusal::kNone;
    }

  private:
    const Run& run_;
    const ProductSlot& product_;
    ItemRecord after_;
    std::optional<OthersRecalls> others_;  // few registrations need them
};

struct Accepted {
    std::uint32_t index;
    ItemSlot* slot;
};

std::vector<Accepted> judge_items(Run& run, const op::Register& operation, std::uint64_t rest, Day expiry,
                                  OperationOutcome& outcome) {
    const std::uint64_t mark = run.overlay.next_operation();
    std::vector<Accepted> accepted;
    accepted.reserve(operation.items.size());
    run.overlay.items.reserve(operation.items.size());
    RegisteredAgain again(run, operation);
    const auto judge = [&](ItemSlot& slot) {
        if (std::exchange(slot.seen_in, mark) == mark) return Refusal::kItemRepeated;
        const ItemRecord* const item = slot.record ? &*slot.record : nullptr;
        const Transition permitted = transition(lifecycle_of(item), ItemOperation::kRegister);
        if (!permitted.allowed()) return refusal_of_repeat(run, operation, expiry, *item);
        if (item != nullptr)
            if (const Refusal refusal = again.judge(*item); refusal != Refusal::kNone) return refusal;
        return accepted.size() < rest ? Refusal::kNone : Refusal::kQuotaExceeded;
    };
    for (std::uint32_t i = 0; i < operation.items.size(); ++i) {
        ItemSlot& slot = run.overlay.items.slot(operation.items.keys()[i]);
        const Refusal refusal = judge(slot);
        if (refusal == Refusal::kNone)
            accepted.push_back({i, &slot});
        else
            outcome.refused.push_back({i, refusal});
    }
    return accepted;
}

// The history of a voided registration goes on, and so do the marks and reports: they are about the code.
ItemRecord& register_again(Run& run, ItemSlot& slot, ItemRecord item) {
    ItemRecord& voided = run.overlay.items.change(slot);
    item.event_count = voided.event_count;
    item.event_head = voided.event_head;
    item.flags = std::move(voided.flags);
    item.open_reports = voided.open_reports;
    return voided = std::move(item);
}

void create_items(Run& run, const op::Register& operation, const std::string& brand, Day expiry,
                  const std::vector<Accepted>& accepted) {
    EventLog log(run, EventKind::kRegistered, {}, operation.lot);
    const Lifecycle next = transition(Lifecycle::kAbsent, ItemOperation::kRegister).next;
    run.overlay.reserve_side(accepted.size());
    ItemRecord item;
    item.gtin = operation.gtin();
    item.lot = operation.lot;
    item.expiry = expiry;
    item.made_on = operation.made_on;
    item.state = item_state(next);
    item.maker = run.actor.id;
    item.owner = brand;
    item.custodian = run.actor.id;
    item.facility = operation.facility;
    item.registered_at = run.block.time;
    for (const Accepted& one : accepted) {
        const StateKey& key = operation.items.keys()[one.index];
        item.salt = first_salt(run, key);
        const bool voided = one.slot->record.has_value();
        log.append(key, voided ? register_again(run, *one.slot, item) : run.overlay.items.create(*one.slot, item));
    }
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Register& operation, OperationOutcome& outcome) {
    const ProductSlot& product = run.overlay.product(operation.gtin());
    if (!product.record) return Rejection{Refusal::kProductUnknown, operation.gtin()};
    Authority authority;
    if (auto refused = find_authority(run, operation, *product.record, authority)) return refused;
    if (auto refused = check_lot(run, operation)) return refused;

    const LotShare share{operation.gtin(), operation.lot, run.actor.id};
    const Day expiry = operation.expiry != 0 ? operation.expiry : lot_expiry(run, share);
    if (auto refused = check_made_on(run, operation.made_on, expiry)) return refused;
    const std::vector<Accepted> accepted = judge_items(run, operation, authority.rest, expiry, outcome);
    if (operation.mode == RegisterMode::kAtomic && !outcome.refused.empty())
        return rejection_of(outcome, operation.items.keys());
    outcome.accepted = static_cast<std::uint32_t>(accepted.size());
    if (accepted.empty()) return std::nullopt;

    create_items(run, operation, product.record->brand, expiry, accepted);
    add_to_product(run, operation.gtin(), accepted.size());
    add_to_lot(run, share, operation.expiry, accepted.size());
    if (authority.licence != nullptr) {
        LicenceRecord& licence = run.overlay.licences.change(*authority.licence);
        licence.used += accepted.size();
        licence.salt = next_salt(run, licence_key(operation.gtin(), run.actor.id), licence.salt);
    }
    return std::nullopt;
}

}  // namespace touchstone::ledger
