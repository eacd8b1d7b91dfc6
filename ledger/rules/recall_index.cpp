#include "ledger/rules/recall_index.h"

#include <algorithm>
#include <limits>

#include "ledger/identifiers/countries.h"

namespace touchstone::ledger {

void DaySpans::add(Day from, Day until) {
    spans_.push_back({from, until == 0 ? std::numeric_limits<Day>::max() : until});
}

void DaySpans::settle() {
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
    std::vector<Span> apart;
    for (const Span& one : spans_) {
        if (apart.empty() || one.from > apart.back().until)
            apart.push_back(one);
        else
            apart.back().until = std::max(apart.back().until, one.until);
    }
    spans_ = std::move(apart);
}

bool DaySpans::has(Day day) const {
    if (day == 0) return !spans_.empty();
    const auto later = std::upper_bound(spans_.begin(), spans_.end(), day,
                                        [](Day wanted, const Span& one) { return wanted < one.from; });
    return later != spans_.begin() && day <= std::prev(later)->until;
}

RecallIndex::RecallIndex(const std::vector<const RecallScope*>& scopes) {
    for (const RecallScope* const scope : scopes) {
        Makers& makers = scope->lot.empty() ? without_lot_ : lots_[scope->lot];
        makers[scope->maker].add(scope->made_from, scope->made_until);
        all_[scope->maker].add(scope->made_from, scope->made_until);
    }
    const auto settle = [](Makers& makers) {
        for (auto& [maker, days] : makers) days.settle();
    };
    for (auto& [lot, makers] : lots_) settle(makers);
    settle(without_lot_);
    settle(all_);
}

bool RecallIndex::has(const Makers& makers, const ItemRecord& item) {
    const auto has_of = [&](std::string_view maker) {
        const auto at = makers.find(maker);
        return at != makers.end() && at->second.has(item.made_on);
    };
    return has_of({}) || has_of(item.maker);
}

bool RecallIndex::finds(const ItemRecord& item) const {
    if (item.lot.empty()) return has(all_, item);
    const auto of_lot = lots_.find(item.lot);
    return (of_lot != lots_.end() && has(of_lot->second, item)) || has(without_lot_, item);
}

const RecallIndex& RecallsInForce::of(const ProductRecord& product, std::string_view country) {
    if (last_ != nullptr && last_gtin_ == product.gtin && last_country_ == country) return *last_;
    last_gtin_ = product.gtin;
    last_country_ = country;
    const std::string name = last_gtin_ + '/' + last_country_;
    auto at = indexes_.find(name);
    if (at == indexes_.end()) {
        std::vector<const RecallScope*> scopes;
        for (const RecallMark& recall : product.recalls)
            if (covers(recall.countries, country)) scopes.push_back(&recall.scope);
        at = indexes_.emplace(name, RecallIndex(scopes)).first;
    }
    return *(last_ = &at->second);
}

}  // namespace touchstone::ledger
