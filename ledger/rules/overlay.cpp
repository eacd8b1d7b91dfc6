#include "ledger/rules/overlay.h"

#include <algorithm>
#include <map>

namespace touchstone::ledger {

void Overlay::begin_transaction() {
    for_each_cache([](auto& cache) { cache.begin(); });
    side_mark_ = side_.size();
    index_mark_ = index_.size();
}

void Overlay::rollback() {
    for_each_cache([](auto& cache) { cache.rollback(); });
    side_.resize(side_mark_);
    index_.resize(index_mark_);
}

const OrganisationRecord* Overlay::organisation(const std::string& id) {
    const auto [at, added] = organisations_by_id_.try_emplace(id, nullptr);
    if (added) at->second = &organisations.slot(organisation_key(id));
    return at->second->record ? &*at->second->record : nullptr;
}

ProductSlot& Overlay::product(const std::string& gtin) {
    if (last_product_ == nullptr || last_gtin_ != gtin) {
        last_product_ = &products.slot(product_key(gtin));
        last_gtin_ = gtin;
    }
    return *last_product_;
}

LotSlot& Overlay::lot(const std::string& gtin, const std::string& name) {
    if (last_lot_ == nullptr || last_lot_gtin_ != gtin || last_lot_name_ != name) {
        last_lot_ = &lots.slot(lot_key(gtin, name));
        last_lot_gtin_ = gtin;
        last_lot_name_ = name;
    }
    return *last_lot_;
}

BlockEffects Overlay::effects() {
    BlockEffects effects;
    std::size_t records = 0;
    for_each_cache([&](const auto& cache) { records += cache.size(); });
    effects.records.reserve(records);
    for_each_cache([&](const auto& cache) { cache.collect(effects.records); });
    std::sort(effects.records.begin(), effects.records.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    effects.side = std::move(side_);
    // The last write of an index key counts: it is the first one met from behind.
    const auto before = [](const Bytes& a, const Bytes& b) { return as_text(a) < as_text(b); };
    std::map<Bytes, std::optional<Bytes>, decltype(before)> last(before);
    for (auto at = index_.rbegin(); at != index_.rend(); ++at)
        last.emplace(std::move(at->first), std::move(at->second));
    for (auto& [key, value] : last) effects.side.emplace_back(key, std::move(value));
    return effects;
}

}  // namespace touchstone::ledger
