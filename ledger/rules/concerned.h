// Who is told of an operation beside those that it names: whoever has a part in what it touched, as things were when it
// was done. A node keeps it with the result, so that a subscriber who was away is told the same later.
#pragma once

#include <set>
#include <string>

#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"

namespace touchstone::ledger {

class Overlay;

// Of one operation. Most of its items are of one product and in one place: what repeats the last one costs comparisons.
class Concerned {
  public:
    explicit Concerned(Overlay& overlay) : overlay_(&overlay) {}

    void note(const ItemRecord& item);            // brand, maker, owner, custodian, receiver; of a packed one, the holder
    void note(const ContainerRecord& container);  // maker, custodian, receiver; of a packed one, the holder
    void note(const ProductRecord& product);      // brand
    void note(const ReportRecord& report);        // brand, reporter, handler, platform
    void note(const SellerRecord& seller);        // the platforms that it is registered with
    // The other party of an event; no matter what else stands in its place.
    void note(const std::string& other);

    // Ascending. Nothing is left.
    std::vector<std::string> take();

  private:
    void add(const std::string& organisation);
    void add_brand_of(const std::string& gtin);
    // Of a container and of what it is in.
    void add_holders_of(StateKey container);

    Overlay* overlay_;
    std::set<std::string> organisations_;
    std::string gtin_, maker_, owner_, custodian_, receiver_, other_;  // of the last item
    StateKey container_;
};

}  // namespace touchstone::ledger
