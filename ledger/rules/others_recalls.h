// What the recalls of others hold, while one operation changes what is recorded of a product's items. No registration is
// changed so that the recall of another misses what it found: that is for who issued it.
#pragma once

#include "ledger/rules/recall_index.h"
#include "ledger/rules/rules.h"

namespace touchstone::ledger {

// One thread; lives within one operation, which changes no recalls.
class OthersRecalls {
  public:
    // Of a product that does not exist there are none.
    OthersRecalls(const Run& run, const ProductSlot& product);
    // Whether one of them is about the item as it was recorded, and not about it as it is to be. `after` null: it is to
    // be none.
    bool would_miss(const ItemRecord& before, const ItemRecord* after) const;

  private:
    std::vector<const RecallScope*> scopes_;
    RecallIndex index_;
};

}  // namespace touchstone::ledger
