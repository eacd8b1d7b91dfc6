// Registrations that were wrong.
//   AmendRegistration  who made the items, while it has them and still makes the product; the product's brand; who has
//                      recalled them. Whatever their state, but not what was voided. Lot and dates are the item's own, so that recalls and expiry go by what is right from then on. Into
//                      another lot of its maker an item comes as by registering: the lot's expiry must be its own.
//                      Within its lot a new expiry becomes that of the lot, which a wrong first registration had fixed.
//                      No recall is evaded: what one holds for now, and would not any more, is amended by its issuer
//   VoidRegistration   who made the items, or the brand, while they never moved: in their maker's hands, the brand's
//                      property, never sold. Quota and counts come back, and the serial may be registered again; so what
//                      another's recall holds for is not voided. What was voided before the recall comes back only as
//                      what the recall finds (register.cpp)
#include <fmt/format.h>

#include <map>

#include "ledger/records/recalls.h"
#include "ledger/rules/lots.h"
#include "ledger/rules/others_recalls.h"

namespace touchstone::ledger {
namespace {

bool is_theirs(const Run& run, const ItemRecord& item, const ProductRecord& product) {
    return item.maker == run.actor.id || product.brand == run.actor.id;
}

bool has_left_its_maker(const ItemRecord& item, const ProductRecord& product) {
    return item.custodian != item.maker || item.owner != product.brand || item.state == ItemState::kSold;
}

bool is_licensed(Run& run, const std::string& gtin) {
    const auto& licence = run.overlay.licences.slot(licence_key(gtin, run.actor.id)).record;
    return licence && !licence->revoked;
}

// Whose recall holds for it: it may find out that it should not, or should for another.
bool is_recalled_by(const Run& run, const ItemRecord& item, const ProductRecord& product) {
    return std::any_of(product.recalls.begin(), product.recalls.end(), [&](const RecallMark& recall) {
        return !recall.as_brand && recall.by == run.actor.id && is_within(recall.scope, item);
    });
}

// A maker answers for what it has in hand and still makes. Later its word would change what others hold: whoever lost its
// licence could have sold goods recalled.
Refusal may_amend(Run& run, const ItemRecord& item, const ProductRecord& product) {
    if (product.brand == run.actor.id || is_recalled_by(run, item, product)) return Refusal::kNone;
    if (item.maker != run.actor.id) return Refusal::kNotMaker;
    if (has_left_its_maker(item, product)) return Refusal::kMovedAlready;
    return is_licensed(run, item.gtin) ? Refusal::kNone : Refusal::kLicenceRevoked;
}

void amend(ItemRecord& item, const op::AmendRegistration& operation) {
    if (operation.clear_lot || !operation.lot.empty()) item.lot = operation.lot;
    if (operation.clear_expiry || operation.expiry != 0) item.expiry = operation.expiry;
    if (operation.clear_made_on || operation.made_on != 0) item.made_on = operation.made_on;
}

// The makers of the lot that items are moved into, each with the expiry of its share: as they are, and as the items
// that are judged already will leave them.
class TargetLot {
  public:
    TargetLot(Run& run, const op::AmendRegistration& operation) {
        if (operation.lot.empty()) return;
        const LotSlot& slot = run.overlay.lot(operation.gtin(), operation.lot);
        if (!slot.record) return;
        for (const LotRecord::Made& made : slot.record->made) expiries_[made.maker] = made.expiry;
    }
    Refusal admit(const ItemRecord& item) {
        const auto at = expiries_.find(item.maker);
        if (at == expiries_.end()) {
            if (expiries_.size() >= limits::kMakersPerLotMax) return Refusal::kTooManyMakers;
            expiries_[item.maker] = item.expiry;
            return Refusal::kNone;
        }
        if (at->second == 0) at->second = item.expiry;
        return item.expiry == at->second ? Refusal::kNone : Refusal::kLotMismatch;
    }

  private:
    std::map<std::string, Day> expiries_;
};

std::string text_of(Day day) { return day == 0 ? "none" : day_text(day); }
std::string text_of(const std::string& lot) { return lot.empty() ? "none" : lot; }

// "lot L1 -> L9; expiry none -> 2026-02-16: label of the other line"
std::string describe(const ItemRecord& before, const ItemRecord& after, const std::string& reason) {
    std::string text;
    const auto add = [&](std::string_view name, const auto& was, const auto& is) {
        if (was == is) return;
        if (!text.empty()) text += "; ";
        text += fmt::format("{} {} -> {}", name, text_of(was), text_of(is));
    };
    add("lot", before.lot, after.lot);
    add("expiry", before.expiry, after.expiry);
    add("made on", before.made_on, after.made_on);
    return reason.empty() ? text : text + ": " + reason;
}

// What moves between lots, summed up: an operation may name tens of thousands of items of a few lots.
class LotMoves {
  public:
    void note(const ItemRecord& before, const ItemRecord& after) {
        const LotShare from{before.gtin, before.lot, before.maker};
        const LotShare into{after.gtin, after.lot, after.maker};
        if (from != into) {
            ++leaving_[from];
            Arrival& arrival = arriving_[into];
            ++arrival.items;
            arrival.expiry = std::max(arrival.expiry, after.expiry);
        } else if (before.expiry != after.expiry && after.expiry != 0) {
            expiries_[into] = after.expiry;
        }
    }
    void carry_out(Run& run) const {
        for (const auto& [share, items] : leaving_) take_from_lot(run, share, items);
        for (const auto& [share, arrival] : arriving_) add_to_lot(run, share, arrival.expiry, arrival.items);
        for (const auto& [share, expiry] : expiries_) set_lot_expiry(run, share, expiry);
    }

  private:
    struct Arrival {
        std::uint64_t items = 0;
        Day expiry = 0;  // of those that have one, which is the same for all
    };
    std::map<LotShare, std::uint64_t> leaving_;
    std::map<LotShare, Arrival> arriving_;
    std::map<LotShare, Day> expiries_;
};

// The quota of a licence that was used for them. The brand registers without one.
void give_back_quota(Run& run, const std::string& gtin, const std::string& maker, std::uint64_t items) {
    const StateKey key = licence_key(gtin, maker);
    auto& slot = run.overlay.licences.slot(key);
    if (!slot.record) return;
    LicenceRecord& licence = run.overlay.licences.change(slot);
    // Who was the product's brand before may have registered more than its licence counts.
    licence.used -= std::min(licence.used, items);
    licence.salt = next_salt(run, key, licence.salt);
}

}  // namespace

template <>
Verdict apply(Run& run, const op::AmendRegistration& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    TargetLot target(run, operation);
    const OthersRecalls others(run, run.overlay.product(operation.gtin()));
    const auto judge = [&](const ItemRecord& item) {
        const ProductRecord& product = product_of(run, item);
        if (const Refusal refusal = may_amend(run, item, product); refusal != Refusal::kNone) return refusal;
        ItemRecord after = item;
        amend(after, operation);
        if (after == item) return Refusal::kNothingChanges;
        if ((after.expiry != 0 && after.made_on > after.expiry) || after.made_on > run.today + 1) return Refusal::kBadDate;
        if (others.would_miss(item, &after)) return Refusal::kRecalled;
        // Cleared for one piece, while the lot has it: that piece would never expire.
        if (after.expiry == 0 && item.expiry != 0 && after.lot == item.lot &&
            lot_expiry(run, {item.gtin, item.lot, item.maker}) != 0)
            return Refusal::kLotMismatch;
        return after.lot.empty() || after.lot == item.lot ? Refusal::kNone : target.admit(after);
    };
    if (auto refused = batch.judge_all(ItemOperation::kAmend, judge)) return refused;
    EventLog log(run, EventKind::kAmended, {}, {});
    LotMoves moves;
    run.overlay.reserve_side(operation.items.size());
    batch.change_all(ItemOperation::kAmend, [&](const StateKey& key, ItemRecord& item) {
        const ItemRecord before = item;
        amend(item, operation);
        moves.note(before, item);
        log.set_detail(describe(before, item, operation.reason));
        log.append(key, item);
    });
    moves.carry_out(run);
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::VoidRegistration& operation, OperationOutcome& outcome) {
    ItemBatch batch(run, operation.items, outcome);
    const OthersRecalls others(run, run.overlay.product(operation.gtin()));
    const auto judge = [&](const ItemRecord& item) {
        const ProductRecord& product = product_of(run, item);
        if (!is_theirs(run, item, product)) return Refusal::kNotMaker;
        const bool moved = item.custodian != item.maker || item.owner != product.brand || item.returns != 0;
        if (moved) return Refusal::kMovedAlready;
        return others.would_miss(item, nullptr) ? Refusal::kRecalled : Refusal::kNone;
    };
    if (auto refused = batch.judge_all(ItemOperation::kVoid, judge)) return refused;
    EventLog log(run, EventKind::kVoided, {}, operation.reason);
    std::map<LotShare, std::uint64_t> lots;
    std::map<std::string, std::uint64_t> makers;
    run.overlay.reserve_side(operation.items.size());
    batch.change_all(ItemOperation::kVoid, [&](const StateKey& key, ItemRecord& item) {
        item.offered_to.clear();
        item.reclaimed_to.clear();
        item.ended_at = run.block.time;
        item.ended_by = run.actor.id;
        ++lots[{item.gtin, item.lot, item.maker}];
        ++makers[item.maker];
        log.append(key, item);
    });
    for (const auto& [share, items] : lots) take_from_lot(run, share, items);
    for (const auto& [maker, items] : makers) give_back_quota(run, operation.gtin(), maker, items);
    take_from_product(run, operation.gtin(), operation.items.size());
    return std::nullopt;
}

}  // namespace touchstone::ledger
