// What the rules of all operations share. Each group of operations is a file of its own (custody.cpp, ends.cpp, …).
//
// apply() judges one operation and carries it out. It may leave changes behind when it refuses: the caller rolls the
// transaction back. Each fills in the outcome: what it accepted, or which items made it fail.
#pragma once

#include "base/overloaded.h"
#include "ledger/schema/operations.h"
#include "ledger/rules/concerned.h"
#include "ledger/rules/overlay.h"
#include "ledger/rules/recall_index.h"
#include "ledger/rules/transitions.h"

namespace touchstone::ledger {

// One transaction while it runs.
struct Run {
    const BlockContext& block;
    Overlay& overlay;
    const OrganisationRecord& actor;
    Hash256 transaction_id;
    Day today = 0;
    std::uint32_t operation = 0;  // index of the one that runs
    OrganisationKey signer{};     // the actor's key that signed, as it was when the transaction began
    Hash256 salt{};               // for records that could be guessed (records.h)
    Concerned concerned{overlay};  // by the operation that runs
    RecallsInForce recalls{};      // of the products that it is about
};

using Verdict = std::optional<Rejection>;  // nullopt: done

// One overload for each operation, declared here once for all: an operation without rules does not link.
template <class Op>
Verdict apply(Run& run, const Op& operation, OperationOutcome& outcome);

// Of a record that this operation writes again, by what it was: who does not know that either can not guess what the
// record says, though he signed the transaction.
Hash256 next_salt(const Run& run, const StateKey& key, const Hash256& before);
// Of a record that this operation makes.
std::uint64_t first_salt(const Run& run, const StateKey& key);

// Appends events of one operation to the chains of its subjects.
class EventLog {
  public:
    EventLog(Run& run, EventKind kind, std::string other, std::string detail)
        : run_(run), event_{kind,
                            0,
                            run.block.height,
                            run.block.time,
                            run.transaction_id,
                            run.actor.id,
                            std::move(other),
                            std::move(detail)} {}

    void set_other(const std::string& other) { event_.other = other; }
    void set_detail(std::string detail) { event_.detail = std::move(detail); }

    // `record` has event_count and event_head, and was taken for a change.
    template <class Record>
    void append(const StateKey& subject, Record& record) {
        event_.sequence = record.event_count++;
        Bytes bytes = event_.encode();
        record.event_head = next_event_head(record.event_head, subject, bytes);
        run_.overlay.add_side(event_side_key(subject, event_.sequence), std::move(bytes));
        run_.concerned.note(subject, record, event_.other);
    }

  private:
    Run& run_;
    Event event_;
};

// What a record of this kind that does not exist is refused with.
template <class Record>
inline constexpr Refusal kUnknownOf = Refusal::kItemUnknown;
template <>
inline constexpr Refusal kUnknownOf<ContainerRecord> = Refusal::kContainerUnknown;

// Whether the actor may learn from a refusal that there is such a record. Everybody may ask for an item whose name he has.
// The names of containers can be guessed: of those that are no business of his they are unknown to him.
inline bool may_know(Run&, const ItemRecord&) { return true; }
bool may_know(Run& run, const ContainerRecord& container);

// The items, or the containers, of one all-or-nothing operation.
template <class Record>
class Batch {
  public:
    // `first`: the place of the first key among all keys of the operation, for the outcome.
    Batch(Run& run, RecordCache<Record>& cache, const std::vector<StateKey>& keys, std::uint32_t first = 0)
        : run_(run), cache_(cache), keys_(keys), first_(first) {}

    // `judge` answers Refusal::kNone or why a record may not. Every refused one is reported.
    template <class Judge>
    void judge_all(ItemOperation operation, std::uint64_t mark, const Judge& judge, OperationOutcome& outcome) {
        slots_.reserve(keys_.size());
        for (const StateKey& key : keys_) {
            auto& slot = cache_.slot(key);
            const Refusal refusal = judge_one(slot, mark, operation, judge);
            if (refusal != Refusal::kNone)
                outcome.refused.push_back({first_ + static_cast<std::uint32_t>(slots_.size()), refusal});
            slots_.push_back(&slot);
        }
    }
    // `change` gets the key and the record, which has its new state.
    template <class Change>
    void change_all(ItemOperation operation, const Change& change, OperationOutcome& outcome) {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            Record& record = cache_.change(*slots_[i]);
            record.state = item_state(transition(lifecycle_of(&record), operation).next);
            change(keys_[i], record);
        }
        outcome.accepted += static_cast<std::uint32_t>(keys_.size());
    }

  private:
    template <class Judge>
    Refusal judge_one(typename RecordCache<Record>::Slot& slot, std::uint64_t mark, ItemOperation operation,
                      const Judge& judge) {
        if (std::exchange(slot.seen_in, mark) == mark) return Refusal::kItemRepeated;
        if (!slot.record || !may_know(run_, *slot.record)) return kUnknownOf<Record>;
        const Transition permitted = transition(lifecycle_of(&*slot.record), operation);
        return permitted.allowed() ? judge(*slot.record) : permitted.refusal;
    }

    Run& run_;
    RecordCache<Record>& cache_;
    const std::vector<StateKey>& keys_;
    std::uint32_t first_;
    std::vector<typename RecordCache<Record>::Slot*> slots_;
};

// The items of one all-or-nothing operation: all are judged, and then all or none touched.
class ItemBatch {
  public:
    ItemBatch(Run& run, const Items& items, OperationOutcome& outcome)
        : run_(run), items_(items.keys()), outcome_(outcome), batch_(run, run.overlay.items, items_) {}

    template <class Judge>
    Verdict judge_all(ItemOperation operation, const Judge& judge) {
        batch_.judge_all(operation, run_.overlay.next_operation(), judge, outcome_);
        return first_refused();
    }
    template <class Change>
    void change_all(ItemOperation operation, const Change& change) {
        batch_.change_all(operation, change, outcome_);
    }

  private:
    Verdict first_refused() const;

    Run& run_;
    const std::vector<StateKey>& items_;
    OperationOutcome& outcome_;
    Batch<ItemRecord> batch_;
};

// Likewise of an operation on items and containers; judges and changes take either.
class UnitBatch {
  public:
    UnitBatch(Run& run, const Items& items, const Containers& containers, OperationOutcome& outcome)
        : run_(run),
          items_(items.keys()),
          containers_(containers.keys()),
          outcome_(outcome),
          item_batch_(run, run.overlay.items, items_),
          container_batch_(run, run.overlay.containers, containers_, static_cast<std::uint32_t>(items.size())) {}

    template <class Judge>
    Verdict judge_all(ItemOperation operation, const Judge& judge) {
        const std::uint64_t mark = run_.overlay.next_operation();
        item_batch_.judge_all(operation, mark, judge, outcome_);
        container_batch_.judge_all(operation, mark, judge, outcome_);
        return first_refused();
    }
    template <class Change>
    void change_all(ItemOperation operation, const Change& change) {
        item_batch_.change_all(operation, change, outcome_);
        container_batch_.change_all(operation, change, outcome_);
    }

  private:
    Verdict first_refused() const;

    Run& run_;
    const std::vector<StateKey>& items_;
    const std::vector<StateKey>& containers_;
    OperationOutcome& outcome_;
    Batch<ItemRecord> item_batch_;
    Batch<ContainerRecord> container_batch_;
};

// "3 of 10 items; the first is number 2, 51a0…": what made an operation on items fail. Precondition: some are refused.
Rejection rejection_of(const OperationOutcome& outcome, const std::vector<StateKey>& items);

// Of a product whose items exist: there must be one.
const ProductRecord& product_of(Run& run, const ItemRecord& item);
// In a country; empty: anywhere.
bool is_recalled(Run& run, const ItemRecord& item, std::string_view country);
// Takes away the flag that `by` set.
void clear_flag(ItemRecord& item, ItemFlag flag, std::string_view by);
// Not stolen and not quarantined.
bool may_move(const ItemRecord& item);
// Whether marks and recalls let the item travel to an organisation that exists; kNone, kFlagged or kRecalled.
Refusal may_travel(Run& run, const ItemRecord& item, const OrganisationRecord& to);
// It is in the actor's hands now: a claim for the actor is met, and what the actor missed has turned up.
void note_arrival(const Run& run, ItemRecord& item);
void note_arrival(const Run& run, ContainerRecord& container);
// Sets a flag of the actor's own that stands for what it found or decided, however many flags others have set.
void put_flag(const Run& run, ItemRecord& item, ItemFlag flag);
// The same in another's name, where a rule sets it for him.
void put_mark(ItemRecord& item, ItemFlag flag, const std::string& by);
// Whether an organisation looks at the goods themselves: an auditor or a regulator. A platform sees pictures and returns.
bool examines(const OrganisationRecord& organisation);
// What it sets on an item that it takes for a counterfeit: counterfeit if it examines, else suspect.
ItemFlag doubt_of(const OrganisationRecord& organisation);
// The container that `key` is in at the outermost level, or is itself. Precondition: it exists.
const ContainerRecord& outermost(Run& run, const StateKey& key);
// Who has the item in hand: of a packed one, the custodian of its outermost container.
const std::string& holder_of(Run& run, const ItemRecord& item);
// The product exists and is of the organisation that acts.
Verdict check_brand(Run& run, const std::string& gtin);
// The shop is registered with the platform.
Verdict check_seller(Run& run, const std::string& platform, const Hash256& pseudonym);
// Of a sale, zero if it names no shop: one on a platform names a shop that is registered there, and neither suspended
// nor closed; any other names none.
Verdict check_seller_may_sell(Run& run, const Hash256& pseudonym);
// Signed by an admin key of the actor.
Verdict check_admin(const Run& run);
// Another organisation that exists and is not suspended.
Verdict check_other_party(Run& run, const std::string& id, std::string_view field);

}  // namespace touchstone::ledger
