// The chains of events of a state: every event is under a subject, and every subject's record tells count and head.
#include <fmt/format.h>

#include <map>

#include "ledger/records/event_subject.h"
#include "ledger/records/index.h"
#include "node/audit.h"

namespace touchstone::node {
namespace {

// 'e' ‖ subject ‖ u32 sequence
constexpr std::size_t kEventKeyBytes = 1 + Hash256::kSize + 4;

struct Chain {
    ledger::StateKey subject;
    std::uint32_t count = 0;
    Hash256 head;
};

std::string text_of(std::uint32_t count, const Hash256& head) {
    return fmt::format("{} events with the head {}", count, head.hex());
}

class EventChains {
  public:
    EventChains(const storage::StateReadGuard& state, AuditCounts& counts) : state_(state), counts_(counts) {}

    Audited<Ok> check() {
        TRY(find_products());
        TRY(find_lots());
        std::optional<AuditFault> fault;
        const Bytes prefix{'e'};
        const Status scanned = state_.side_scan(prefix, prefix, [&](ByteView key, ByteView value) {
            fault = take(key, value);
            return !fault.has_value();
        });
        if (fault) return *fault;
        if (!scanned.ok()) return broken(scanned.error());
        if (const auto last = close()) return *last;
        return check_all_seen();
    }

  private:
    AuditFault broken(const Error& error) const {
        return AuditFault::of(error, state_.mark().height, AuditFault::In::kAuditor);
    }
    AuditFault wrong(const Hash256& subject, std::string what) const {
        return {AuditFault::In::kChain, "event_chain", state_.mark().height, subject.hex(), std::move(what), {}, {}};
    }

    template <class Record>
    Audited<std::optional<Record>> record_of(const ledger::StateKey& key) const {
        const auto bytes = state_.get(key);
        if (!bytes.ok()) return broken(bytes.error());
        if (!*bytes) return std::optional<Record>();
        auto record = Record::decode(**bytes);
        if (!record.ok()) return wrong(key, "the record can not be read");
        return std::optional<Record>(*std::move(record));
    }

    // Every record that an index names.
    template <class Record, class Visit>
    Audited<Ok> for_each_indexed(const Bytes& prefix, const Visit& key_of) {
        std::optional<AuditFault> fault;
        const Status scanned = state_.side_scan(prefix, prefix, [&](ByteView entry, ByteView) {
            const std::optional<ledger::StateKey> key = key_of(entry);
            if (!key) return true;
            const auto record = record_of<Record>(*key);
            if (!record.ok())
                fault = record.error();
            else if (!*record)
                fault = wrong(*key, "an index names a record that is not there");
            else
                fault = note(*key, **record);
            return !fault.has_value();
        });
        if (fault) return *fault;
        if (!scanned.ok()) return broken(scanned.error());
        return Ok{};
    }

    Audited<Ok> find_products() {
        return for_each_indexed<ledger::ProductRecord>(ledger::product_index_prefix(),
                                                       [](ByteView entry) -> std::optional<ledger::StateKey> {
                                                           const auto gtin = ledger::parse_product_index(entry);
                                                           if (!gtin) return std::nullopt;
                                                           return ledger::product_key(*gtin);
                                                       });
    }
    Audited<Ok> find_lots() {
        return for_each_indexed<ledger::LotRecord>(ledger::lot_index_prefix(),
                                                   [](ByteView entry) -> std::optional<ledger::StateKey> {
                                                       const auto lot = ledger::parse_lot_index(entry);
                                                       if (!lot) return std::nullopt;
                                                       return ledger::lot_key(lot->gtin, lot->name);
                                                   });
    }
    std::optional<AuditFault> note(const ledger::StateKey& key, const ledger::ProductRecord& product) {
        ++counts_.products;
        indexed_[key] = {key, product.event_count, product.event_head};
        const auto volume = record_of<ledger::VolumeRecord>(ledger::product_volume_key(product.gtin));
        if (!volume.ok()) return volume.error();
        if (*volume) registered_ += (*volume)->registered;
        return std::nullopt;
    }
    std::optional<AuditFault> note(const ledger::StateKey&, const ledger::LotRecord&) {
        ++counts_.lots;
        return std::nullopt;
    }

    std::optional<AuditFault> take(ByteView key, ByteView value) {
        if (key.size() != kEventKeyBytes) return wrong({}, "an event's key is not of 37 bytes");
        const auto subject = ledger::StateKey::written(*Hash256::from_view(key.subspan(1, Hash256::kSize)));
        if (!current_ || current_->subject != subject) {
            if (auto fault = close()) return fault;
            current_ = Chain{subject, 0, {}};
        }
        Reader sequence(key.subspan(1 + Hash256::kSize));
        const auto event = ledger::Event::decode(value);
        if (sequence.u32() != current_->count || !event.ok() || event->sequence != current_->count) {
            AuditFault fault = wrong(subject, "an event is missing, or can not be read");
            fault.expected = fmt::format("event {}", current_->count);
            return fault;
        }
        current_->head = ledger::next_event_head(current_->head, subject, value);
        ++current_->count;
        ++counts_.events;
        return std::nullopt;
    }

    // Registered by mistake, and taken back out of the product's count.
    static bool is_voided(ByteView item) {
        const auto record = ledger::ItemRecord::decode(item);
        return record.ok() && record->state == ledger::ItemState::kVoided;
    }

    // The chain of the subject whose events were read last.
    std::optional<AuditFault> close() {
        if (!current_) return std::nullopt;
        const Chain chain = *std::exchange(current_, std::nullopt);
        const auto bytes = state_.get(chain.subject);
        if (!bytes.ok()) return broken(bytes.error());
        if (!*bytes) return wrong(chain.subject, "events are of something that has no record");
        const auto subject = ledger::event_subject(**bytes);
        if (!subject) return wrong(chain.subject, "events are of a record that is not known to have any");
        if (subject->kind == ledger::SubjectKind::kItem && !is_voided(**bytes)) ++counts_.items;
        indexed_.erase(chain.subject);
        return compare({chain.subject, subject->event_count, subject->event_head}, chain);
    }

    std::optional<AuditFault> compare(const Chain& recorded, const Chain& chain) const {
        if (recorded.count == chain.count && recorded.head == chain.head) return std::nullopt;
        AuditFault fault = wrong(chain.subject, "the events are not those that the record tells of");
        fault.expected = text_of(recorded.count, recorded.head);
        fault.found = text_of(chain.count, chain.head);
        return fault;
    }

    // What is left had no events at all, and an item without events would be missing in the count.
    Audited<Ok> check_all_seen() const {
        for (const auto& [key, recorded] : indexed_)
            if (auto fault = compare(recorded, {key, 0, {}})) return *fault;
        if (counts_.items == registered_) return Ok{};
        AuditFault fault = wrong({}, "the products tell of another number of items than have events");
        fault.expected = fmt::to_string(registered_);
        fault.found = fmt::to_string(counts_.items);
        return fault;
    }

    const storage::StateReadGuard& state_;
    AuditCounts& counts_;
    std::map<ledger::StateKey, Chain> indexed_;  // products whose events were not seen yet
    std::uint64_t registered_ = 0;      // items, as the products count them
    std::optional<Chain> current_;
};

}  // namespace

Audited<Ok> check_event_chains(const storage::StateReadGuard& state, AuditCounts& counts) {
    return EventChains(state, counts).check();
}

}  // namespace touchstone::node
