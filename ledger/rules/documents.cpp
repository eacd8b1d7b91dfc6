// RecordDocument: any active member keeps the hash of a document, once.
//
// The items and containers that it names get an event, where the member has to do with them: it holds or owns the item,
// made it, or is its brand; it holds the container. For the others the document stands beside their histories, not in
// them: nobody writes into the history of goods that are no business of theirs. These are reported, and hinder nothing.
// Whatever the item's state, a document about it may be kept: that changes nothing.
#include <fmt/format.h>

#include "ledger/rules/rules.h"

namespace touchstone::ledger {
namespace {

Refusal may_attach(Run& run, const ItemRecord& item) {
    const std::string& actor = run.actor.id;
    const bool related = item.owner == actor || item.maker == actor || holder_of(run, item) == actor ||
                         product_of(run, item).brand == actor;
    return related ? Refusal::kNone : Refusal::kNotRelated;
}

Refusal may_attach(Run& run, const ContainerRecord& container) {
    const bool packed = !container.container.is_zero();
    const std::string& holder = packed ? outermost(run, container.container).custodian : container.custodian;
    return holder == run.actor.id ? Refusal::kNone : Refusal::kNotRelated;
}

// Appends the event to the histories that it belongs into, and notes the keys that it does not.
class Attachment {
  public:
    Attachment(Run& run, const Hash256& document, OperationOutcome& outcome)
        : run_(run),
          outcome_(outcome),
          mark_(run.overlay.next_operation()),
          log_(run, EventKind::kDocumented, {}, document.hex()) {}

    template <class Record>
    void attach_all(RecordCache<Record>& cache, const std::vector<StateKey>& keys) {
        for (const StateKey& key : keys) {
            auto& slot = cache.slot(key);
            const Refusal refusal = judge(slot);
            if (refusal != Refusal::kNone) {
                outcome_.refused.push_back({place_, refusal});
            } else {
                log_.append(key, cache.change(slot));
            }
            ++place_;
        }
    }

  private:
    template <class Slot>
    Refusal judge(Slot& slot) {
        using Record = typename decltype(slot.record)::value_type;
        if (std::exchange(slot.seen_in, mark_) == mark_) return Refusal::kItemRepeated;
        return slot.record && may_know(run_, *slot.record) ? may_attach(run_, *slot.record) : kUnknownOf<Record>;
    }

    Run& run_;
    OperationOutcome& outcome_;
    std::uint64_t mark_;
    EventLog log_;
    std::uint32_t place_ = 0;
};

}  // namespace

template <>
Verdict apply(Run& run, const op::RecordDocument& operation, OperationOutcome& outcome) {
    const StateKey key = document_key(operation.document, run.actor.id);
    auto& slot = run.overlay.documents.slot(key);
    if (slot.record)
        return Rejection{Refusal::kDocumentRecorded, fmt::format("in block {}", slot.record->height.value)};
    Attachment attachment(run, operation.document, outcome);
    attachment.attach_all(run.overlay.items, operation.items.keys());
    attachment.attach_all(run.overlay.containers, operation.containers.keys());
    run.overlay.documents.create(
        slot, {run.actor.id, operation.document, run.block.height, run.block.time});
    outcome.accepted = 1;
    return std::nullopt;
}

}  // namespace touchstone::ledger
