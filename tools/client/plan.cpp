#include "tools/client/plan.h"

#include <map>
#include <tuple>

#include "base/check.h"

namespace touchstone::tools {

std::size_t Chunk::items() const {
    std::size_t count = 0;
    for (const ledger::Operation& operation : operations) count += ledger::items_of(operation)->size();
    return count;
}

namespace {

using Group = std::tuple<std::string, std::string, ledger::Day, ledger::Day>;

// Calls `visit` with each field that a line of a file may have, as the member of ItemLine and ItemDefaults is called.
template <class Operation, class Visit>
void visit_line_fields(Operation& operation, const Visit& visit) {
    std::visit(
        [&](auto& one) {
            std::remove_cvref_t<decltype(one)>::fields(one, [&](const auto& tag, auto& value) {
                using Tag = std::remove_cvref_t<decltype(tag)>;
                if constexpr (std::is_same_v<Tag, ledger::field::Lot>) {
                    if (tag.name == "lot") visit(value, [](auto& line) -> auto& { return line.lot; });
                } else if constexpr (std::is_same_v<Tag, ledger::field::Date>) {
                    if (tag.name == "expiry_day") visit(value, [](auto& line) -> auto& { return line.expiry; });
                    if (tag.name == "made_on_day") visit(value, [](auto& line) -> auto& { return line.made_on; });
                }
            });
        },
        operation);
}

std::vector<std::vector<std::size_t>> grouped(const std::vector<ItemLine>& items, const ledger::Operation& pattern) {
    std::vector<std::vector<std::size_t>> groups;
    bool apart = false;
    visit_line_fields(pattern, [&](const auto&, const auto&) { apart = true; });
    if (!apart) {
        groups.emplace_back(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) groups[0][i] = i;
        return groups;
    }
    std::map<Group, std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const ItemLine& item = items[i];
        const auto [place, fresh] =
            places.emplace(Group(item.name.gtin, item.lot, item.expiry, item.made_on), groups.size());
        if (fresh) groups.emplace_back();
        groups[place->second].push_back(i);
    }
    return groups;
}

ledger::Operation opened(const ledger::Operation& pattern, const ItemLine& first) {
    ledger::Operation operation = pattern;
    visit_line_fields(operation, [&](auto& value, const auto& member) {
        const auto& of_line = member(first);
        if (of_line != std::remove_cvref_t<decltype(of_line)>{}) value = of_line;
    });
    return operation;
}

}  // namespace

ItemDefaults defaults_of(const ledger::Operation& pattern, std::string gtin) {
    ItemDefaults defaults;
    defaults.gtin = std::move(gtin);
    visit_line_fields(pattern, [&](const auto& value, const auto& member) { member(defaults) = value; });
    return defaults;
}

std::vector<Chunk> plan_chunks(const std::vector<ItemLine>& items, const ledger::Operation& pattern,
                               std::size_t items_max) {
    INVARIANT(items_max > 0 && ledger::items_of(pattern) != nullptr && ledger::items_of(pattern)->empty());
    std::vector<Chunk> chunks;
    std::size_t room = 0;  // left in the last chunk
    for (const auto& group : grouped(items, pattern)) {
        bool open = false;  // the last operation of the last chunk belongs to this group
        for (const std::size_t index : group) {
            if (room == 0 || (!open && chunks.back().operations.size() == kOperationsPerTransaction)) {
                chunks.emplace_back();
                room = items_max;
                open = false;
            }
            if (!open) {
                chunks.back().operations.push_back(opened(pattern, items[index]));
                chunks.back().lines.emplace_back();
                open = true;
            }
            ledger::items_of(chunks.back().operations.back())->add(items[index].name);
            chunks.back().lines.back().push_back(index);
            --room;
        }
    }
    return chunks;
}

}  // namespace touchstone::tools
