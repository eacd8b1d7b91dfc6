#include "ledger/rules/concerned.h"

#include <utility>

#include "ledger/rules/overlay.h"

namespace touchstone::ledger {

void Concerned::add(const std::string& organisation) {
    if (!organisation.empty()) organisations_.insert(organisation);
}

void Concerned::add_brand_of(const std::string& gtin) {
    if (const auto& product = overlay_->product(gtin).record) add(product->brand);
}

void Concerned::add_holders_of(StateKey container) {
    while (!container.is_zero()) {
        const ContainerRecord* const around = overlay_->containers.get(container);
        if (around == nullptr) return;
        add(around->custodian);
        add(around->receiver);
        container = around->container;
    }
}

void Concerned::note(const ItemRecord& item) {
    const auto note_new = [&](std::string& last, const std::string& now) {
        if (last == now) return;
        last = now;
        add(now);
    };
    if (gtin_ != item.gtin) add_brand_of(gtin_ = item.gtin);
    note_new(maker_, item.maker);
    note_new(owner_, item.owner);
    note_new(custodian_, item.custodian);
    note_new(receiver_, item.receiver);
    if (container_ != item.container) add_holders_of(container_ = item.container);
}

void Concerned::note(const ContainerRecord& container) {
    add(container.maker);
    add(container.custodian);
    add(container.receiver);
    add_holders_of(container.container);
}

void Concerned::note(const ProductRecord& product) { add(product.brand); }

void Concerned::note(const ReportRecord& report) {
    add_brand_of(report.subject.gtin);
    add(report.reporter);
    add(report.handler);
    add(report.subject.platform);
}

void Concerned::note(const SellerRecord& seller) {
    for (const SellerEntry& entry : seller.entries) add(entry.platform);
}

void Concerned::note(const std::string& other) {
    if (other.empty() || other == other_) return;
    other_ = other;
    // A container's key or a shop's pseudonym.
    if (Hash256::from_hex(other)) return;
    if (overlay_->organisation(other) != nullptr) add(other);
}

std::vector<std::string> Concerned::take() {
    std::vector<std::string> taken(organisations_.begin(), organisations_.end());
    *this = Concerned(*overlay_);
    return taken;
}

}  // namespace touchstone::ledger
