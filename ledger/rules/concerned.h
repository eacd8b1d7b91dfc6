// Who is told of an operation beside those that it names: whoever has a part in what it touched, as things were when it
// was done, and in which of its units. A node keeps it with the result, so that a subscriber who was away is told the
// same later, and nobody is shown what others have in the same shipment.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"
#include "ledger/rules/execute.h"
#include "ledger/schema/units.h"

namespace touchstone::ledger {

class Overlay;

// Of one operation. Most of its units are of one product and in one place, and come in the order in which it names them:
// what repeats the last one costs comparisons.
class Concerned {
  public:
    explicit Concerned(Overlay& overlay) : overlay_(&overlay) {}

    // The units that the operation names; null: none of that sort. They outlive it.
    void begin(const Items* items, const Containers* containers);

    // An event of a subject, after it: `other` is the other party, no matter what else stands in its place.
    // brand, maker, owner, custodian, receiver; of a packed one, the holder
    void note(const StateKey& subject, const ItemRecord& item, const std::string& other);
    // maker, custodian, receiver; of a packed one, the holder
    void note(const StateKey& subject, const ContainerRecord& container, const std::string& other);
    void note(const StateKey&, const ProductRecord& product, const std::string& other);  // brand
    // Its reporter, its handler and the platform that it names; these alone, whatever the operation touches beside: what
    // somebody complains of, in his words, is not for who made or holds the goods.
    void note(const StateKey&, const ReportRecord& report, const std::string& other);
    // The platforms that it is registered with.
    void note(const StateKey&, const SellerRecord& seller, const std::string& other);

    // By organisation, ascending. Nothing is left.
    std::vector<ConcernedOrganisation> take();

  private:
    using Names = std::set<std::string>;

    // Where a sort of units stands in the operation, and which of them comes next.
    struct Place {
        const std::vector<StateKey>* keys = nullptr;
        std::uint32_t first = 0;
        std::size_t next = 0;
        std::unordered_map<StateKey, std::uint32_t> all = {};  // filled when they do not come in their order

        std::optional<std::uint32_t> of(const StateKey& subject);
    };

    void add_brand_of(Names& names, const std::string& gtin);
    // Of a container and of what it is in.
    void add_holders_of(Names& names, StateKey container);
    void set_other(const std::string& other);
    bool repeats_last(const ItemRecord& item) const;
    // `last_` has a part in the unit of that place; nullopt: in the operation.
    void add_last(std::optional<std::uint32_t> place);
    void end_run();

    Overlay* overlay_;
    Place items_, containers_;
    std::map<std::string, std::vector<UnitRun>> organisations_;
    Names of_report_;
    // Of the last item, and who has a part in it; what follows it with the same is `run_`.
    std::string gtin_, maker_, owner_, custodian_, receiver_;
    StateKey container_;
    std::string other_, other_party_;
    Names last_;
    bool last_is_item_ = false;
    UnitRun run_{0, 0};
};

}  // namespace touchstone::ledger
