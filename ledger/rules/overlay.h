// The state as one block sees it while it is executed: typed caches of decoded records above a reader, with a journal
// that undoes one transaction. Each record is decoded once, when first touched, and encoded once, at the end.
//
// Owned by one execution, on one thread. Slots stay where they are for the life of the overlay.
// Invariant: a record that the reader answers decodes; the state root vouched for it, so anything else is a broken
// node.
#pragma once

#include <algorithm>
#include <memory_resource>
#include <unordered_map>

#include "ledger/records/document_records.h"
#include "ledger/rules/execute.h"
#include "ledger/records/governance_records.h"
#include "ledger/records/name_record.h"
#include "ledger/records/prefixes.h"
#include "ledger/rules/replay.h"
#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"

namespace touchstone::ledger {

template <class Record>
class RecordCache {
  public:
    struct Slot {
        std::optional<Record> record;  // nullopt: absent
        bool dirty = false;
        bool stored = false;              // the reader has it: what came and went within a block is no change
        std::uint64_t journalled_in = 0;  // the transaction that last changed it
        std::uint64_t seen_in = 0;        // the operation that last named it: finds repeats without a set
    };

    explicit RecordCache(const ReadRecord& read) : read_(read) {}
    RecordCache(const RecordCache&) = delete;
    RecordCache& operator=(const RecordCache&) = delete;

    // For `count` more. At least doubles: many small reservations must not re-hash each time.
    void reserve(std::size_t count) {
        const std::size_t needed = slots_.size() + count;
        if (needed > slots_.bucket_count()) slots_.reserve(std::max(needed, 2 * slots_.size()));
    }

    Slot& slot(const StateKey& key) {
        const auto [at, added] = slots_.try_emplace(key);
        if (added) load(at->first, at->second);
        return at->second;
    }
    const Record* get(const StateKey& key) {
        const Slot& found = slot(key);
        return found.record ? &*found.record : nullptr;
    }

    // Precondition: present.
    Record& change(Slot& slot) {
        INVARIANT(slot.record.has_value());
        journal(slot);
        return *slot.record;
    }
    // Precondition: absent.
    Record& create(Slot& slot, Record record) {
        INVARIANT(!slot.record.has_value());
        journal(slot);
        return slot.record.emplace(std::move(record));
    }
    // Precondition: present.
    void erase(Slot& slot) {
        INVARIANT(slot.record.has_value());
        journal(slot);
        slot.record.reset();
    }
    // For a record that is known to be there and that nobody reads: saves its look-up.
    void erase_present(const StateKey& key) {
        Slot& slot = slots_[key];
        slot.record.reset();
        slot.dirty = true;
        slot.stored = true;
    }

    void begin() {
        ++transaction_;
        journal_.clear();
    }
    void rollback() {
        for (auto at = journal_.rbegin(); at != journal_.rend(); ++at) {
            at->slot->record.reset();
            if (at->before) at->slot->record.emplace(std::move(*at->before));
            at->slot->dirty = at->was_dirty;
        }
        journal_.clear();
    }
    std::size_t size() const { return slots_.size(); }
    void collect(std::vector<std::pair<Hash256, std::optional<Bytes>>>& to) const {
        for (const auto& [key, slot] : slots_) {
            if (!slot.dirty || (!slot.record && !slot.stored)) continue;
            auto& entry = to.emplace_back(key, std::nullopt);
            if (slot.record) entry.second = slot.record->encode();
        }
    }

  private:
    struct Change {
        Slot* slot;
        std::unique_ptr<Record> before;  // null: absent
        bool was_dirty;
    };

    void load(const StateKey& key, Slot& slot) {
        const std::optional<Bytes> bytes = read_(key);
        if (!bytes) return;
        auto decoded = Record::decode(*bytes);
        INVARIANT(decoded.ok());
        slot.record.emplace(*std::move(decoded));
        slot.stored = true;
    }
    void journal(Slot& slot) {
        if (slot.journalled_in != transaction_) {
            journal_.push_back({&slot, slot.record ? std::make_unique<Record>(*slot.record) : nullptr, slot.dirty});
            slot.journalled_in = transaction_;
        }
        slot.dirty = true;
    }

    const ReadRecord& read_;
    // Slots live and die together: tens of thousands of them are not worth a malloc and a free each.
    std::pmr::monotonic_buffer_resource memory_;
    std::pmr::unordered_map<StateKey, Slot> slots_{&memory_};
    std::vector<Change> journal_;
    std::uint64_t transaction_ = 1;
};

using ItemSlot = RecordCache<ItemRecord>::Slot;
using ContainerSlot = RecordCache<ContainerRecord>::Slot;
using ProductSlot = RecordCache<ProductRecord>::Slot;
using LotSlot = RecordCache<LotRecord>::Slot;

class Overlay {
  public:
    // `read` must outlive the overlay.
    explicit Overlay(const ReadRecord& read)
        : organisations(read),
          products(read),
          licences(read),
          lots(read),
          volumes(read),
          items(read),
          containers(read),
          transactions(read),
          expiries(read),
          expiry_chunks(read),
          reports(read),
          report_stats(read),
          reporters(read),
          sellers(read),
          validators(read),
          activity(read),
          parameters(read),
          council(read),
          proposals(read),
          documents(read),
          prefixes(read),
          names(read) {}

    // A transaction begins; what was changed before stays.
    void begin_transaction();
    // Undoes everything since begin_transaction().
    void rollback();
    // A number that no earlier operation had, for Slot::seen_in.
    std::uint64_t next_operation() { return ++operation_; }

    // By id; the key is hashed once a block.
    const OrganisationRecord* organisation(const std::string& id);
    // Most items of an operation are of one product and lot: their keys are hashed once, not for each item.
    ProductSlot& product(const std::string& gtin);
    LotSlot& lot(const std::string& gtin, const std::string& name);

    // Event entries never repeat within a block; index entries may, and the last one counts.
    void reserve_side(std::size_t count) {
        const std::size_t needed = side_.size() + count;
        if (needed > side_.capacity()) side_.reserve(std::max(needed, 2 * side_.capacity()));
    }
    void add_side(Bytes key, Bytes value) { side_.emplace_back(std::move(key), std::move(value)); }
    void put_index(Bytes key, Bytes value = {}) { index_.emplace_back(std::move(key), std::move(value)); }
    void erase_index(Bytes key) { index_.emplace_back(std::move(key), std::nullopt); }

    // Precondition: called once, last.
    BlockEffects effects();

    RecordCache<OrganisationRecord> organisations;
    RecordCache<ProductRecord> products;
    RecordCache<LicenceRecord> licences;
    RecordCache<LotRecord> lots;
    RecordCache<VolumeRecord> volumes;
    RecordCache<ItemRecord> items;
    RecordCache<ContainerRecord> containers;
    RecordCache<TransactionRecord> transactions;
    RecordCache<ExpiryRecord> expiries;
    RecordCache<ExpiryChunk> expiry_chunks;
    RecordCache<ReportRecord> reports;
    RecordCache<ReportStatsRecord> report_stats;
    RecordCache<ReporterRecord> reporters;
    RecordCache<SellerRecord> sellers;
    RecordCache<ValidatorsRecord> validators;
    RecordCache<ActivityRecord> activity;
    RecordCache<Parameters> parameters;
    RecordCache<CouncilRecord> council;
    RecordCache<ProposalRecord> proposals;
    RecordCache<DocumentRecord> documents;
    RecordCache<PrefixesRecord> prefixes;
    RecordCache<OrganisationNameRecord> names;

  private:
    using SideEntries = std::vector<std::pair<Bytes, std::optional<Bytes>>>;

    // Of all caches, so that none is forgotten in begin, rollback or collect.
    template <class Function>
    void for_each_cache(const Function& function) {
        function(organisations), function(products), function(licences), function(lots), function(items);
        function(volumes), function(containers);
        function(transactions), function(expiries), function(expiry_chunks);
        function(reports), function(report_stats), function(reporters), function(sellers);
        function(validators), function(activity), function(parameters), function(council), function(proposals);
        function(documents), function(prefixes), function(names);
    }

    SideEntries side_;
    SideEntries index_;
    std::size_t side_mark_ = 0;
    std::size_t index_mark_ = 0;
    std::uint64_t operation_ = 0;
    std::unordered_map<std::string, RecordCache<OrganisationRecord>::Slot*> organisations_by_id_;
    std::string last_gtin_;
    ProductSlot* last_product_ = nullptr;
    std::string last_lot_gtin_;
    std::string last_lot_name_;
    LotSlot* last_lot_ = nullptr;
};

}  // namespace touchstone::ledger
