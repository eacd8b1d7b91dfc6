// What may be said to somebody who holds an item in his hand: a pure function of proven records and of what is printed
// on the item. The node and the light client call the same function, so that an answer can be checked. What each reason weighs is in rpc/reasons.h.
//
// Nobody is ever told "counterfeit": the ledger knows what was recorded, not what lies on the table. A serial that was
// never registered is "unknown"; a registered item about which something speaks is "caution".
// Thread safety: pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/records/records.h"
#include "ledger/records/seller_records.h"
#include "rpc/reasons.h"

namespace touchstone::rpc {

// Null: the ledger has no such record, or it was not asked for.
struct VerdictRecords {
    const ledger::ItemRecord* item = nullptr;
    const ledger::ProductRecord* product = nullptr;
    const ledger::OrganisationRecord* maker = nullptr;
    // Whether `product` was looked up.
    bool product_read = false;
    const ledger::ContainerRecord* outer = nullptr;      // the outermost container of a packed item
    const ledger::OrganisationRecord* brand = nullptr;   // of the product
    const ledger::OrganisationRecord* holder = nullptr;  // who holds the item, or its outermost container
    const ledger::SellerRecord* shop = nullptr;          // see shop_of()
};

struct VerdictContext {
    WallTime block_time;                          // of the block under which the records were proven
    std::optional<std::string_view> lot;          // as printed on the item
    std::optional<ledger::Day> expiry;            // as printed on the item
    std::optional<std::string_view> country{};    // where it is offered, ISO 3166-1 alpha-2
    Purpose purpose = kDefaultPurpose;
    WallTime now{};                               // the reader's clock; 0: he has none
    std::optional<std::string_view> seller{};     // the organisation that offers or sold it, as the reader says
    std::optional<Hash256> seller_shop{};         // or a shop on a platform, by its pseudonym
};

struct Verdict {
    VerdictKind kind = VerdictKind::kUnknown;
    std::vector<Reason> reasons;  // in the order of the table
    Action action = Action::kAsk;
    bool operator==(const Verdict&) const = default;
};

Verdict judge(const VerdictRecords& records, const VerdictContext& context);

// Who holds it: of a packed item, whoever holds the outermost container.
const std::string& holder_of(const ledger::ItemRecord& item, const ledger::ContainerRecord* outer);
// The shop whose standing counts: the one that the reader names, or else the one that a sold item was sold through.
std::optional<Hash256> shop_of(const ledger::ItemRecord* item, const VerdictContext& context);

// Whether a recall is of the item as it is recorded, or as it is printed: it names a lot as people read it, and where the
// two differ either may be meant. What is printed is read without regard to case and blanks. An item without a recorded lot
// is of every recalled lot, unless another is printed on it. Where the recall holds is another question.
bool is_meant(const ledger::RecallMark& recall, const ledger::ItemRecord& item, std::optional<std::string_view> printed_lot);

// What a reader calls the seller: an organisation's id, or a shop's pseudonym, which is 64 hexadecimal digits. False:
// neither. `text` outlives the context.
bool set_seller(VerdictContext& context, std::string_view text);

// A printed expiry date: YYYY-MM-DD, or YYMMDD as GS1 AI (17) has it, where day 00 is the month's last day and the
// century is the one nearest to `now` (GS1 General Specifications, section 7.12). nullopt: not a date.
std::optional<ledger::Day> parse_expiry(std::string_view text, WallTime now);

}  // namespace touchstone::rpc
