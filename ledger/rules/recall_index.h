// The recalls of a product, made ready for many items. One operation may name 50,000 items of a product that thousands of
// recalls are about, each with all countries: lists are gone through once an operation, and an item costs a few look-ups.
//
// One thread. An index has views of the product's recalls: they do not change while it lives, which is one operation.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "ledger/records/records.h"

namespace touchstone::ledger {

// Days of manufacture. Invariant, after settle(): ascending spans that do not overlap.
class DaySpans {
  public:
    // Both included; 0: open at that end.
    void add(Day from, Day until);
    void settle();
    // 0: no day is recorded, and it may be any.
    bool has(Day day) const;

  private:
    struct Span {
        Day from;
        Day until;
    };
    std::vector<Span> spans_;
};

class RecallIndex {
  public:
    explicit RecallIndex(const std::vector<const RecallScope*>& scopes);
    // What is_within() says of one of the scopes at least.
    bool finds(const ItemRecord& item) const;

  private:
    using Makers = std::map<std::string_view, DaySpans>;  // an empty key: whoever made it

    static bool has(const Makers& makers, const ItemRecord& item);

    std::map<std::string_view, Makers> lots_;
    Makers without_lot_;  // scopes that name no lot
    Makers all_;          // all scopes, whatever lot they name
};

// The recalls that hold in a country, of the products that one operation is about.
class RecallsInForce {
  public:
    // An empty country: anywhere.
    const RecallIndex& of(const ProductRecord& product, std::string_view country);

  private:
    std::map<std::string, RecallIndex> indexes_;  // by GTIN and country
    // Most items of an operation are of one product.
    const RecallIndex* last_ = nullptr;
    std::string last_gtin_;
    std::string last_country_;
};

}  // namespace touchstone::ledger
