#include "ledger/rules/concerned.h"

#include <utility>

#include "ledger/rules/overlay.h"

namespace touchstone::ledger {
namespace {

void add(std::set<std::string>& names, const std::string& organisation) {
    if (!organisation.empty()) names.insert(organisation);
}

// Runs come in ascending order but where an operation takes a unit up twice.
void add_run(std::vector<UnitRun>& runs, UnitRun run) {
    const auto at = std::upper_bound(runs.begin(), runs.end(), run.first,
                                     [](std::uint32_t first, const UnitRun& one) { return first < one.first; });
    auto merged = runs.insert(at, run);
    if (merged != runs.begin() && std::prev(merged)->end() >= merged->first) {
        const auto before = std::prev(merged);
        before->count = std::max(before->end(), merged->end()) - before->first;
        merged = std::prev(runs.erase(merged));
    }
    for (auto next = std::next(merged); next != runs.end() && next->first <= merged->end(); next = std::next(merged)) {
        merged->count = std::max(merged->end(), next->end()) - merged->first;
        merged = std::prev(runs.erase(next));
    }
}

}  // namespace

std::optional<std::uint32_t> Concerned::Place::of(const StateKey& subject) {
    if (keys == nullptr) return std::nullopt;
    if (next < keys->size() && (*keys)[next] == subject) return first + static_cast<std::uint32_t>(next++);
    if (all.empty())
        for (std::size_t i = 0; i < keys->size(); ++i) all.try_emplace((*keys)[i], static_cast<std::uint32_t>(i));
    const auto found = all.find(subject);
    if (found == all.end()) return std::nullopt;
    next = found->second + 1;
    return first + found->second;
}

void Concerned::begin(const Items* items, const Containers* containers) {
    const std::size_t count = items != nullptr ? items->size() : 0;
    if (items != nullptr) items_.keys = &items->keys();
    if (containers != nullptr) containers_.keys = &containers->keys();
    containers_.first = static_cast<std::uint32_t>(count);
}

void Concerned::add_brand_of(Names& names, const std::string& gtin) {
    if (const auto& product = overlay_->product(gtin).record) add(names, product->brand);
}

void Concerned::add_holders_of(Names& names, StateKey container) {
    while (!container.is_zero()) {
        const ContainerRecord* const around = overlay_->containers.get(container);
        if (around == nullptr) return;
        add(names, around->custodian);
        add(names, around->receiver);
        container = around->container;
    }
}

void Concerned::set_other(const std::string& other) {
    if (other == other_) return;
    other_ = other;
    // A container's key or a shop's pseudonym is no party.
    const bool party = !other.empty() && !Hash256::from_hex(other) && overlay_->organisation(other) != nullptr;
    const std::string now = party ? other : std::string();
    if (now != other_party_) last_is_item_ = false;  // others have a part in what follows
    other_party_ = now;
}

bool Concerned::repeats_last(const ItemRecord& item) const {
    return last_is_item_ && gtin_ == item.gtin && maker_ == item.maker && owner_ == item.owner &&
           custodian_ == item.custodian && receiver_ == item.receiver && container_ == item.container;
}

void Concerned::end_run() {
    if (run_.count > 0)
        for (const std::string& name : last_) add_run(organisations_[name], run_);
    run_ = {0, 0};
}

void Concerned::add_last(std::optional<std::uint32_t> place) {
    if (place && run_.count > 0 && (*place == run_.end() || *place + 1 == run_.end())) {
        run_.count = *place + 1 - run_.first;
        return;
    }
    end_run();
    if (place)
        run_ = {*place, 1};
    else
        for (const std::string& name : last_) organisations_.try_emplace(name);
}

void Concerned::note(const StateKey& subject, const ItemRecord& item, const std::string& other) {
    set_other(other);
    if (!repeats_last(item)) {
        end_run();
        gtin_ = item.gtin, maker_ = item.maker, owner_ = item.owner;
        custodian_ = item.custodian, receiver_ = item.receiver, container_ = item.container;
        last_.clear();
        add_brand_of(last_, item.gtin);
        for (const std::string* name : {&item.maker, &item.owner, &item.custodian, &item.receiver}) add(last_, *name);
        add(last_, other_party_);
        add_holders_of(last_, item.container);
        last_is_item_ = true;
    }
    add_last(items_.of(subject));
}

void Concerned::note(const StateKey& subject, const ContainerRecord& container, const std::string& other) {
    set_other(other);
    end_run();
    last_is_item_ = false;
    last_.clear();
    for (const std::string* name : {&container.maker, &container.custodian, &container.receiver}) add(last_, *name);
    add(last_, other_party_);
    add_holders_of(last_, container.container);
    add_last(containers_.of(subject));
    end_run();
}

void Concerned::note(const StateKey&, const ProductRecord& product, const std::string& other) {
    set_other(other);
    organisations_.try_emplace(product.brand);
    if (!other_party_.empty()) organisations_.try_emplace(other_party_);
}

void Concerned::note(const StateKey&, const ReportRecord& report, const std::string&) {
    for (const std::string* name : {&report.reporter, &report.handler, &report.subject.platform})
        add(of_report_, *name);
}

void Concerned::note(const StateKey&, const SellerRecord& seller, const std::string& other) {
    set_other(other);
    for (const SellerEntry& entry : seller.entries) organisations_.try_emplace(entry.platform);
    if (!other_party_.empty()) organisations_.try_emplace(other_party_);
}

std::vector<ConcernedOrganisation> Concerned::take() {
    end_run();
    std::vector<ConcernedOrganisation> taken;
    if (of_report_.empty())
        for (auto& [name, runs] : organisations_) taken.push_back({name, std::move(runs)});
    else
        for (const std::string& name : of_report_) taken.push_back({name, {}});
    *this = Concerned(*overlay_);
    return taken;
}

}  // namespace touchstone::ledger
