// What is in which container, and how many: kept right by whatever packs, unpacks or takes out.
//
// Invariants: a packed record names the container that it is directly in; a container counts what is directly in it, how
// deep each container of that is, and the items at all levels below it; following `container` upwards ends after at most
// kContainerLevelsMax steps.
#pragma once

#include "ledger/rules/rules.h"

namespace touchstone::ledger {

inline constexpr auto kLevelsMax = static_cast<std::uint8_t>(limits::kContainerLevelsMax);

// What an operation moves into a container or out of it.
struct Load {
    std::uint32_t direct = 0;
    std::uint64_t items = 0;
    decltype(ContainerRecord::inner) inner{};  // containers, by how deep they are

    void add(const ItemRecord&) { ++direct, ++items; }
    void add(const ContainerRecord& container) {
        ++direct;
        items += container.items;
        INVARIANT(container.levels() < kLevelsMax);
        ++inner[container.levels() - 1u];
    }
};

void add_load(Run& run, const StateKey& container, const Load& load);
void remove_load(Run& run, const StateKey& container, const Load& load);

// The entry that lists a record in its container.
Bytes content_key(const StateKey& container, const StateKey& key, const ItemRecord& item);
Bytes content_key(const StateKey& container, const StateKey& key, const ContainerRecord& inner);

// How many records an operation moved, for the container's event.
struct LoadCount {
    std::size_t items = 0;
    std::size_t containers = 0;

    void add(const ItemRecord&) { ++items; }
    void add(const ContainerRecord&) { ++containers; }
};
void log_load(Run& run, EventKind kind, const StateKey& container, const LoadCount& moved);

// What is empty and in nothing is its maker's again, who may use its SSCC once more: nobody else can hold on to a name of
// his. A shipment or a loss of it ends too: what was emptied by others' word while it moved is never received or found.
// Precondition: it exists.
void close_if_empty(Run& run, const StateKey& key);

// Takes records out of what they are in, without the doing of who holds it. For one operation; finish() comes last.
class Extraction {
  public:
    explicit Extraction(Run& run) : run_(run), log_(run, EventKind::kUnpacked, {}, {}) {}

    // Nothing to do for what is in no container. The state is the caller's to set; the custodian is whoever held it.
    template <class Record>
    void take_out(const StateKey& key, Record& record) {
        if (record.container.is_zero()) return;
        const StateKey from = std::exchange(record.container, StateKey{});
        record.custodian = outermost(run_, from).custodian;
        Load load;
        load.add(record);
        remove_load(run_, from, load);
        run_.overlay.erase_index(content_key(from, key, record));
        log_.set_other(from.hex());
        log_.set_detail(std::to_string(run_.overlay.containers.get(from)->event_count));
        log_.append(key, record);
        taken_[from].add(record);
    }
    // Notes in each container what left it, and closes those that are empty now.
    void finish();

  private:
    Run& run_;
    EventLog log_;
    std::map<StateKey, LoadCount> taken_;
};

}  // namespace touchstone::ledger
