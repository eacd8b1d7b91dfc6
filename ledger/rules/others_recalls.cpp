#include "ledger/rules/others_recalls.h"

#include "ledger/records/recalls.h"

namespace touchstone::ledger {
namespace {

std::vector<const RecallScope*> scopes_of_others(const Run& run, const ProductSlot& product) {
    std::vector<const RecallScope*> scopes;
    if (!product.record) return scopes;
    const bool is_brand = product.record->brand == run.actor.id;
    for (const RecallMark& recall : product.record->recalls) {
        const bool own = recall.as_brand ? is_brand : recall.by == run.actor.id;
        if (!own) scopes.push_back(&recall.scope);
    }
    return scopes;
}

}  // namespace

OthersRecalls::OthersRecalls(const Run& run, const ProductSlot& product)
    : scopes_(scopes_of_others(run, product)), index_(scopes_) {}

bool OthersRecalls::would_miss(const ItemRecord& before, const ItemRecord* after) const {
    if (!index_.finds(before)) return false;  // of most items, and at the cost of a look-up
    return after == nullptr || std::any_of(scopes_.begin(), scopes_.end(), [&](const RecallScope* scope) {
               return is_within(*scope, before) && !is_within(*scope, *after);
           });
}

}  // namespace touchstone::ledger
