// Products over time.
//   AmendProduct    the product's brand: describes it anew. Territories and recalls have operations of their own
//   OfferProduct    the brand, to an organisation with the role brand. One offer at a time
//   AcceptProduct   the brand that it is offered to: the product, its licences and its recalls are its own from then on;
//                   what was registered stays the property of whose it was
//   DeclineProduct  the brand that it is offered to, or the brand that offers it
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

// Every return point is there, and named once.
Verdict check_return_points(Run& run, const std::vector<std::string>& points) {
    for (auto at = points.begin(); at != points.end(); ++at) {
        if (run.overlay.organisation(*at) == nullptr)
            return Rejection{Refusal::kUnknownRecipient, fmt::format("return_points: there is no '{}'", *at)};
        if (std::find(points.begin(), at, *at) != at)
            return Rejection{Refusal::kBadText, fmt::format("return_points: '{}' is named twice", *at)};
    }
    return std::nullopt;
}

std::string text_of(const Hash256& hash) { return hash.is_zero() ? "none" : hash.hex(); }
std::string text_of(const std::string& text) { return fmt::format("'{}'", text); }
std::string text_of(SerialPolicy policy) { return std::string(name_of(policy)); }
std::string text_of(const std::vector<std::string>& ids) {
    return ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, " "));
}
std::string text_of(const std::vector<Hash256>& hashes) {
    std::vector<std::string> texts;
    for (const Hash256& hash : hashes) texts.push_back(hash.hex());
    return text_of(texts);
}

// "name 'Lamp' -> 'Lamp, blue'; return points none -> shop"
std::string describe(const ProductRecord& before, const ProductRecord& after) {
    std::string text;
    const auto add = [&](std::string_view name, const auto& was, const auto& is) {
        if (was == is) return;
        if (!text.empty()) text += "; ";
        text += fmt::format("{} {} -> {}", name, text_of(was), text_of(is));
    };
    add("name", before.name, after.name);
    add("image", before.image_hash, after.image_hash);
    add("documents", before.document_hashes, after.document_hashes);
    add("serial policy", before.serial_policy, after.serial_policy);
    add("return points", before.return_points, after.return_points);
    return text;
}

Verdict check_offered(Run& run, const std::string& gtin) {
    const ProductSlot& slot = run.overlay.product(gtin);
    if (!slot.record) return Rejection{Refusal::kProductUnknown, gtin};
    if (slot.record->offered_to.empty() || slot.record->offered_to != run.actor.id)
        return Rejection{Refusal::kNotOffered, fmt::format("{} is offered to {}", gtin,
                                                           text_of(slot.record->offered_to))};
    return std::nullopt;
}

}  // namespace

template <>
Verdict apply(Run& run, const op::AmendProduct& operation, OperationOutcome& outcome) {
    if (auto refused = check_brand(run, operation.gtin)) return refused;
    if (auto refused = check_return_points(run, operation.return_points)) return refused;
    ProductSlot& slot = run.overlay.product(operation.gtin);
    const ProductRecord before = *slot.record;
    ProductRecord& product = run.overlay.products.change(slot);
    product.name = operation.name;
    product.image_hash = operation.image_hash;
    product.document_hashes = operation.document_hashes;
    product.serial_policy = operation.serial_policy;
    product.return_points = operation.return_points;
    if (product == before) return Rejection{Refusal::kNothingChanges, operation.gtin};
    EventLog(run, EventKind::kAmended, {}, describe(before, product)).append(product_key(operation.gtin), product);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::OfferProduct& operation, OperationOutcome& outcome) {
    if (auto refused = check_brand(run, operation.gtin)) return refused;
    if (auto refused = check_other_party(run, operation.to, "to")) return refused;
    if (!run.overlay.organisation(operation.to)->has(Role::kBrand))
        return Rejection{Refusal::kBadRole, fmt::format("'{}' is not a brand", operation.to)};
    ProductSlot& slot = run.overlay.product(operation.gtin);
    if (!slot.record->offered_to.empty())
        return Rejection{Refusal::kOfferPending, fmt::format("to '{}'", slot.record->offered_to)};
    ProductRecord& product = run.overlay.products.change(slot);
    product.offered_to = operation.to;
    EventLog(run, EventKind::kHandoverOffered, operation.to, {}).append(product_key(operation.gtin), product);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::AcceptProduct& operation, OperationOutcome& outcome) {
    if (auto refused = check_offered(run, operation.gtin)) return refused;
    // The council may have taken the role meanwhile.
    if (!run.actor.has(Role::kBrand)) return Rejection{Refusal::kNotAllowed, "needs the role brand"};
    ProductRecord& product = run.overlay.products.change(run.overlay.product(operation.gtin));
    const std::string before = std::exchange(product.brand, run.actor.id);
    product.offered_to.clear();
    EventLog(run, EventKind::kHandoverAccepted, before, {}).append(product_key(operation.gtin), product);
    outcome.accepted = 1;
    return std::nullopt;
}

template <>
Verdict apply(Run& run, const op::DeclineProduct& operation, OperationOutcome& outcome) {
    ProductSlot& slot = run.overlay.product(operation.gtin);
    const bool offers = slot.record && slot.record->brand == run.actor.id && !slot.record->offered_to.empty();
    if (!offers)
        if (auto refused = check_offered(run, operation.gtin)) return refused;
    ProductRecord& product = run.overlay.products.change(slot);
    const std::string other = offers ? product.offered_to : product.brand;
    product.offered_to.clear();
    EventLog(run, EventKind::kHandoverEnded, other, {}).append(product_key(operation.gtin), product);
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
