// From item lines to transactions: grouped by what one operation can say, cut to the chunk size.
#pragma once

#include <vector>

#include "ledger/schema/operations.h"
#include "tools/client/item_file.h"

namespace touchstone::tools {

inline constexpr std::size_t kItemsPerTransaction = 10'000;
inline constexpr std::size_t kOperationsPerTransaction = 1'000;

// One transaction. lines[o][i] is the position, in the list that was planned, of item i of operation o.
struct Chunk {
    std::vector<ledger::Operation> operations;
    std::vector<std::vector<std::size_t>> lines;
    std::size_t items() const;
};

// `pattern` gives the kind and the fields that all items share; it names none itself. Where an operation has a lot, an
// expiry or a date of manufacture, those of a line go before the pattern's, and items are grouped by GTIN and these, in
// order of first appearance; for all else they are taken in order. `items_max` per transaction.
std::vector<Chunk> plan_chunks(const std::vector<ItemLine>& items, const ledger::Operation& pattern,
                               std::size_t items_max = kItemsPerTransaction);

// What the pattern has for lines without a lot or dates of their own. `gtin`: GTIN-14 or empty.
ItemDefaults defaults_of(const ledger::Operation& pattern, std::string gtin);

}  // namespace touchstone::tools
