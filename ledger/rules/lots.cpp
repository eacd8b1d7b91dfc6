#include "ledger/rules/lots.h"

#include "ledger/records/index.h"

namespace touchstone::ledger {
namespace {

void add(Run& run, const StateKey& volume_key, std::uint64_t items) {
    auto& slot = run.overlay.volumes.slot(volume_key);
    VolumeRecord& volume = slot.record ? run.overlay.volumes.change(slot) : run.overlay.volumes.create(slot, {});
    volume.registered += items;
    volume.salt = next_salt(run, volume_key, volume.salt);
}

void take(Run& run, const StateKey& volume_key, std::uint64_t items) {
    auto& slot = run.overlay.volumes.slot(volume_key);
    VolumeRecord& volume = run.overlay.volumes.change(slot);
    INVARIANT(volume.registered >= items);
    volume.registered -= items;
    volume.salt = next_salt(run, volume_key, volume.salt);
    if (volume.registered == 0) run.overlay.volumes.erase(slot);
}

std::vector<LotRecord::Made>::iterator share_in(LotRecord& lot, const std::string& maker) {
    return std::lower_bound(lot.made.begin(), lot.made.end(), maker,
                            [](const LotRecord::Made& one, const std::string& id) { return one.maker < id; });
}

// Precondition: the lot has the maker.
LotRecord::Made& change_share(Run& run, const LotShare& share) {
    LotRecord& lot = run.overlay.lots.change(run.overlay.lot(share.gtin, share.lot));
    lot.salt = next_salt(run, lot_key(share.gtin, share.lot), lot.salt);
    const auto made = share_in(lot, share.maker);
    INVARIANT(made != lot.made.end() && made->maker == share.maker);
    return *made;
}

}  // namespace

Day lot_expiry(Run& run, const LotShare& share) {
    if (share.lot.empty()) return 0;
    const LotSlot& slot = run.overlay.lot(share.gtin, share.lot);
    const LotRecord::Made* const made = slot.record ? slot.record->of(share.maker) : nullptr;
    return made != nullptr ? made->expiry : 0;
}

void add_to_lot(Run& run, const LotShare& share, Day expiry, std::uint64_t items) {
    if (share.lot.empty()) return;
    LotSlot& slot = run.overlay.lot(share.gtin, share.lot);
    if (!slot.record) run.overlay.put_index(lot_index_key(share.gtin, share.lot));
    LotRecord& lot = slot.record ? run.overlay.lots.change(slot) : run.overlay.lots.create(slot, {});
    lot.gtin = share.gtin;
    lot.lot = share.lot;
    lot.salt = next_salt(run, lot_key(share.gtin, share.lot), lot.salt);
    const auto at = share_in(lot, share.maker);
    const bool known = at != lot.made.end() && at->maker == share.maker;
    LotRecord::Made& made = known ? *at : *lot.made.insert(at, {share.maker, 0, 0});
    if (made.items == 0) run.overlay.put_index(maker_lot_index_key(share.gtin, share.maker, share.lot));
    if (made.expiry == 0) made.expiry = expiry;
    made.items += items;
    add(run, lot_volume_key(share.gtin, share.lot), items);
}

void take_from_lot(Run& run, const LotShare& share, std::uint64_t items) {
    if (share.lot.empty()) return;
    LotRecord::Made& made = change_share(run, share);
    INVARIANT(made.items >= items);
    made.items -= items;
    take(run, lot_volume_key(share.gtin, share.lot), items);
    if (made.items > 0) return;
    // The lot stays known, so that a recall of it is one: what was voided may be registered again.
    made.expiry = 0;  // which a wrong registration may have fixed
    run.overlay.erase_index(maker_lot_index_key(share.gtin, share.maker, share.lot));
}

void set_lot_expiry(Run& run, const LotShare& share, Day expiry) {
    if (!share.lot.empty()) change_share(run, share).expiry = expiry;
}

void add_to_product(Run& run, const std::string& gtin, std::uint64_t items) {
    add(run, product_volume_key(gtin), items);
}
void take_from_product(Run& run, const std::string& gtin, std::uint64_t items) {
    take(run, product_volume_key(gtin), items);
}

}  // namespace touchstone::ledger
