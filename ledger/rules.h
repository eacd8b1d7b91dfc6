// What the rules of all operations share. Each group of operations is a file of its own: rules_<group>.cpp.
//
// apply() judges one operation and carries it out. It may leave changes behind when it refuses: the caller rolls the
// transaction back. Each fills in the outcome: what it accepted, or which items made it fail.
#pragma once

#include "ledger/operations.h"
#include "ledger/overlay.h"
#include "ledger/transitions.h"

namespace touchstone::ledger {

// One transaction while it runs.
struct Run {
    const BlockContext& block;
    Overlay& overlay;
    const OrganisationRecord& actor;
    Hash256 transaction_id;
    Day today = 0;
    std::uint32_t operation = 0;  // index of the one that runs
};

using Verdict = std::optional<Rejection>;  // nullopt: done

Verdict apply(Run& run, const op::DeclareProduct& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::GrantLicence& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::RevokeLicence& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Register& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Ship& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::CancelShipment& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Receive& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::RejectShipment& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Sell& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Return& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Recall& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::LiftRecall& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Flag& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::ClearFlag& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Inspect& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Correct& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Report& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Respond& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::Resolve& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::RegisterSeller& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::SetSellerStanding& operation, OperationOutcome& outcome);
Verdict apply(Run& run, const op::SetTerritories& operation, OperationOutcome& outcome);

// Appends events of one operation to the chains of its subjects.
class EventLog {
  public:
    EventLog(Run& run, EventKind kind, std::string other, std::string detail)
        : overlay_(run.overlay), event_{kind,
                                        0,
                                        run.block.height,
                                        run.block.time,
                                        run.transaction_id,
                                        run.actor.id,
                                        std::move(other),
                                        std::move(detail)} {}

    void set_other(const std::string& other) { event_.other = other; }

    // `record` has event_count and event_head, and was taken for a change.
    template <class Record>
    void append(const Hash256& subject, Record& record) {
        event_.sequence = record.event_count++;
        Bytes bytes = event_.encode();
        record.event_head = next_event_head(record.event_head, subject, bytes);
        overlay_.add_side(event_side_key(subject, event_.sequence), std::move(bytes));
    }

  private:
    Overlay& overlay_;
    Event event_;
};

// The items of one all-or-nothing operation.
class ItemBatch {
  public:
    ItemBatch(Run& run, const std::vector<Hash256>& items, OperationOutcome& outcome)
        : run_(run), items_(items), outcome_(outcome) {}

    // `judge` answers Refusal::kNone or why an item may not. Every refused item is reported, and then none is touched.
    template <class Judge>
    Verdict judge_all(ItemOperation operation, const Judge& judge) {
        const std::uint64_t mark = run_.overlay.next_operation();
        slots_.reserve(items_.size());
        for (const Hash256& key : items_) {
            ItemSlot& slot = run_.overlay.items.slot(key);
            const Refusal refusal = judge_one(slot, mark, operation, judge);
            if (refusal != Refusal::kNone)
                outcome_.refused.push_back({static_cast<std::uint32_t>(slots_.size()), refusal});
            slots_.push_back(&slot);
        }
        return first_refused();
    }
    // `change` gets the item's key and its record.
    template <class Change>
    void change_all(ItemOperation operation, const Change& change) {
        for (std::size_t i = 0; i < items_.size(); ++i) {
            ItemRecord& item = run_.overlay.items.change(*slots_[i]);
            item.state = item_state(transition(lifecycle_of(&item), operation).next);
            change(items_[i], item);
        }
        outcome_.accepted = static_cast<std::uint32_t>(items_.size());
    }

  private:
    template <class Judge>
    Refusal judge_one(ItemSlot& slot, std::uint64_t mark, ItemOperation operation, const Judge& judge) {
        if (std::exchange(slot.seen_in, mark) == mark) return Refusal::kItemRepeated;
        const ItemRecord* const item = slot.record ? &*slot.record : nullptr;
        const Transition permitted = transition(lifecycle_of(item), operation);
        return permitted.allowed() ? judge(*item) : permitted.refusal;
    }
    Verdict first_refused() const;

    Run& run_;
    const std::vector<Hash256>& items_;
    OperationOutcome& outcome_;
    std::vector<ItemSlot*> slots_;
};

// "3 of 10 items; the first is number 2, 51a0…": what made an operation on items fail. Precondition: some are refused.
Rejection rejection_of(const OperationOutcome& outcome, const std::vector<Hash256>& items);

// Of a product whose items exist: there must be one.
const ProductRecord& product_of(Run& run, const ItemRecord& item);
// In a country; empty: anywhere.
bool is_recalled(Run& run, const ItemRecord& item, std::string_view country);
// The product exists and is of the organisation that acts.
Verdict check_brand(Run& run, const std::string& gtin);
// A shop that an operation names: the acting organisation is a platform, and the shop is registered with it. To sell,
// it must not be suspended or closed there either.
Verdict check_seller(Run& run, const Hash256& pseudonym);
Verdict check_seller_may_sell(Run& run, const Hash256& pseudonym);
// Another organisation that exists and is not suspended.
Verdict check_other_party(Run& run, const std::string& id, std::string_view field);

}  // namespace touchstone::ledger
