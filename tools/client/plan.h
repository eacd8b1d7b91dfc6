// From item lines to transactions: grouped by what one operation can say, cut to the chunk size.
#pragma once

#include <vector>

#include "tools/client/item_file.h"
#include "tools/client/operations.h"

namespace touchstone::tools {

inline constexpr std::size_t kItemsPerTransaction = 10'000;
inline constexpr std::size_t kOperationsPerTransaction = 1'000;

// One transaction. lines[o][i] is the position, in the list that was planned, of item i of operation o.
struct Chunk {
    std::vector<Operation> operations;
    std::vector<std::vector<std::size_t>> lines;
    std::size_t items() const;
};

// `pattern` gives the kind and the fields that all items share. For a registration, items are grouped by GTIN, lot and
// dates, in order of first appearance; for all else they are taken in order. `items_max` per transaction.
std::vector<Chunk> plan_chunks(const std::vector<ItemLine>& items, const Operation& pattern,
                               std::size_t items_max = kItemsPerTransaction);

}  // namespace touchstone::tools
