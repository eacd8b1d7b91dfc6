#include "tools/client/plan.h"

#include <map>
#include <tuple>

#include "base/check.h"

namespace touchstone::tools {

std::size_t Chunk::items() const {
    std::size_t count = 0;
    for (const Operation& operation : operations) count += operation.items.size();
    return count;
}

namespace {

using Group = std::tuple<std::string, std::string, ledger::Day, ledger::Day>;

std::vector<std::vector<std::size_t>> grouped(const std::vector<ItemLine>& items, const Operation& pattern) {
    std::vector<std::vector<std::size_t>> groups;
    if (pattern.kind != OperationKind::kRegister) {
        groups.emplace_back(items.size());
        for (std::size_t i = 0; i < items.size(); ++i) groups[0][i] = i;
        return groups;
    }
    std::map<Group, std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const ItemLine& item = items[i];
        const auto [place, fresh] =
            places.emplace(Group(item.gtin, item.lot, item.expiry, item.made_on), groups.size());
        if (fresh) groups.emplace_back();
        groups[place->second].push_back(i);
    }
    return groups;
}

Operation opened(const Operation& pattern, const ItemLine& first) {
    Operation operation = pattern;
    operation.items.clear();
    if (pattern.kind != OperationKind::kRegister) return operation;
    operation.gtin = first.gtin;
    operation.lot = first.lot;
    operation.expiry = first.expiry;
    operation.made_on = first.made_on;
    return operation;
}

}  // namespace

std::vector<Chunk> plan_chunks(const std::vector<ItemLine>& items, const Operation& pattern, std::size_t items_max) {
    INVARIANT(items_max > 0);
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
            chunks.back().operations.back().items.push_back(items[index].key);
            chunks.back().lines.back().push_back(index);
            --room;
        }
    }
    return chunks;
}

}  // namespace touchstone::tools
