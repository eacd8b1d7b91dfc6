// Recalls are marks on a product: one operation whatever the number of items, and one place to look.
//   Recall      the product's brand, everywhere or in countries; a regulator, in its own country (everywhere, if it has
//               none), and in no other. Each issuer has its own mark for each scope (lot, maker, days of
//               manufacture): a second one of the same issuer and scope widens it by its countries, so that nobody
//               narrows a recall unawares, or takes its place where the operation says so. A lot must have been
//               registered, whatever became of its items, unless the operation says that it need not be. Each issuer has
//               room of its own, so that no other's marks keep it from recalling
//   LiftRecall  who issued it. A brand's mark is the brand's, whoever owns the product by then
// What was lifted stays in the product's history.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "ledger/records/index.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

bool is_brand(const Run& run, const ProductRecord& product) { return product.brand == run.actor.id; }

std::vector<RecallMark>::iterator mark_of(Run& run, ProductRecord& product, const RecallScope& scope) {
    const bool brand = is_brand(run, product);
    return std::find_if(product.recalls.begin(), product.recalls.end(), [&](const RecallMark& mark) {
        return mark.scope == scope && (mark.as_brand ? brand : mark.by == run.actor.id);
    });
}

// Whose mark a new one widens, and among whose it counts. Who became the brand keeps what it issued as a regulator.
bool is_of_same_issuer(const RecallMark& one, const RecallMark& other) {
    return one.as_brand == other.as_brand && (one.as_brand || one.by == other.by);
}

Verdict check_room(const ProductRecord& product, const RecallMark& mark) {
    std::size_t own = 0, of_regulators = 0;
    for (const RecallMark& one : product.recalls) {
        own += is_of_same_issuer(one, mark) ? 1 : 0;
        of_regulators += one.as_brand ? 0 : 1;
    }
    if (own >= (mark.as_brand ? limits::kRecallsOfBrandMax : limits::kRecallsOfRegulatorMax))
        return Rejection{Refusal::kTooManyRecalls, fmt::format("{} of yours are in force; lift one first", own)};
    if (!mark.as_brand && of_regulators >= limits::kRecallsOfRegulatorsMax)
        return Rejection{Refusal::kTooManyRecalls,
                         fmt::format("{} of regulators are in force, {} of them yours; lift one first", of_regulators, own)};
    return std::nullopt;
}

std::string text_of(const RecallScope& scope) {
    std::string text;
    if (!scope.lot.empty()) text += fmt::format("lot {} ", scope.lot);
    if (!scope.maker.empty()) text += fmt::format("made by {} ", scope.maker);
    if (scope.made_from != 0) text += fmt::format("made from {} ", day_text(scope.made_from));
    if (scope.made_until != 0) text += fmt::format("made until {} ", day_text(scope.made_until));
    return text;
}

std::string event_detail(const RecallScope& scope, const std::vector<std::string>& countries, const std::string& reason) {
    std::string text = text_of(scope);
    if (!countries.empty()) text += fmt::format("in {} ", fmt::join(countries, " "));
    if (text.empty()) return reason;
    text.pop_back();
    return text + ": " + reason;
}

// A regulator's reach is its country.
std::vector<std::string> reach_of(const Run& run, const ProductRecord& product, const op::Recall& operation) {
    if (is_brand(run, product) || run.actor.country.empty()) return operation.countries;
    return {run.actor.country};
}

Verdict check_reach(const Run& run, const ProductRecord& product, const op::Recall& operation) {
    if (is_brand(run, product) || run.actor.country.empty() || operation.countries.empty()) return std::nullopt;
    if (operation.countries == std::vector{run.actor.country}) return std::nullopt;
    return Rejection{Refusal::kOutOfReach, fmt::format("'{}' recalls in {}", run.actor.id, run.actor.country)};
}

Verdict check_maker(Run& run, const op::Recall& operation) {
    if (operation.maker.empty() || run.overlay.organisation(operation.maker) != nullptr) return std::nullopt;
    return Rejection{Refusal::kUnknownRecipient, fmt::format("maker: there is no '{}'", operation.maker)};
}

// Where either holds; empty is everywhere.
std::vector<std::string> both(const std::vector<std::string>& some, const std::vector<std::string>& more) {
    std::vector<std::string> all;
    if (some.empty() || more.empty()) return all;
    std::set_union(some.begin(), some.end(), more.begin(), more.end(), std::back_inserter(all));
    return all;
}

// What the actor could have meant.
std::string own_recalls(const Run& run, const ProductRecord& product) {
    std::string text;
    for (const RecallMark& mark : product.recalls) {
        const bool own = mark.as_brand ? is_brand(run, product) : mark.by == run.actor.id;
        std::string scope = text_of(mark.scope);
        if (!scope.empty()) scope.pop_back();
        if (own) text += (text.empty() ? "" : "; ") + (scope.empty() ? std::string("the whole product") : scope);
    }
    return text.empty() ? "you have none of this product in force" : "yours in force: " + text;
}

Verdict check_lot(Run& run, const op::Recall& operation) {
    if (operation.lot.empty() || operation.unregistered) return std::nullopt;
    const LotSlot& lot = run.overlay.lot(operation.gtin, operation.lot);
    if (lot.record && (operation.maker.empty() || lot.record->of(operation.maker) != nullptr)) return std::nullopt;
    return Rejection{Refusal::kLotUnknown,
                     fmt::format("nothing of {} was ever registered with lot {}", operation.gtin, operation.lot)};
}

}  // namespace

template <>
Verdict apply(Run& run, const op::Recall& operation, OperationOutcome& outcome) {
    ProductSlot& slot = run.overlay.product(operation.gtin);
    if (!slot.record) return Rejection{Refusal::kProductUnknown, operation.gtin};
    if (!is_brand(run, *slot.record) && !run.actor.has(Role::kRegulator))
        return Rejection{Refusal::kNotAllowed, fmt::format("needs '{}' or a regulator", slot.record->brand)};
    if (auto refused = check_reach(run, *slot.record, operation)) return refused;
    if (auto refused = check_maker(run, operation)) return refused;
    if (auto refused = check_lot(run, operation)) return refused;
    ProductRecord& product = run.overlay.products.change(slot);
    RecallMark mark{run.actor.id,     is_brand(run, product), operation.scope(),
                    operation.reason, run.block.time,         reach_of(run, product, operation)};
    const auto at = std::find_if(product.recalls.begin(), product.recalls.end(), [&](const RecallMark& one) {
        return one.scope == mark.scope && is_of_same_issuer(one, mark);
    });
    if (at == product.recalls.end()) {
        if (auto refused = check_room(product, mark)) return refused;
        product.recalls.push_back(mark);
    } else {
        if (!operation.replace) mark.countries = both(at->countries, mark.countries);
        if (at->countries == mark.countries && at->reason == mark.reason)
            return Rejection{Refusal::kRecallActive, fmt::format("by '{}'", at->by)};
        mark.since = at->since;
        *at = mark;
    }
    EventLog(run, EventKind::kRecalled, {}, event_detail(mark.scope, mark.countries, mark.reason))
        .append(product_key(operation.gtin), product);
    run.overlay.put_index(recall_index_key(operation.gtin, operation.lot));
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::LiftRecall& operation, OperationOutcome& outcome) {
    ProductSlot& slot = run.overlay.product(operation.gtin);
    if (!slot.record) return Rejection{Refusal::kProductUnknown, operation.gtin};
    ProductRecord& product = run.overlay.products.change(slot);
    const auto at = mark_of(run, product, operation.scope());
    if (at == product.recalls.end())
        return Rejection{Refusal::kRecallAbsent, own_recalls(run, product)};
    product.recalls.erase(at);
    EventLog(run, EventKind::kRecallLifted, {}, event_detail(operation.scope(), {}, operation.reason))
        .append(product_key(operation.gtin), product);
    const bool left = std::any_of(product.recalls.begin(), product.recalls.end(),
                                  [&](const RecallMark& mark) { return mark.scope.lot == operation.lot; });
    if (!left) run.overlay.erase_index(recall_index_key(operation.gtin, operation.lot));
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
