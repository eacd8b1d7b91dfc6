// How an operation names items and containers: by what its sender knows of them, never by a key of the state. The keys
// follow from the names, and from nothing else.
//
// Values only. Invariant: keys()[i] is the state key of the i-th name; names are in the order of adding, grouped by
// their first part.
#pragma once

#include <string>
#include <vector>

#include "ledger/records/keys.h"

namespace touchstone::ledger {

// GTIN-14 and serial_commitment().
struct ItemName {
    std::string gtin;
    Hash256 commitment;
    bool operator==(const ItemName&) const = default;
    StateKey key() const { return item_key(gtin, commitment); }
    operator StateKey() const { return key(); }
};

// The organisation that made the container, and sscc_commitment().
struct ContainerName {
    std::string maker;
    Hash256 commitment;
    bool operator==(const ContainerName&) const = default;
    StateKey key() const { return container_key(maker, commitment); }
    operator StateKey() const { return key(); }
};

// Names that share their first part, as they travel: the GTIN of items, the maker of containers.
struct UnitGroup {
    std::string of;
    std::vector<Hash256> commitments;
    bool operator==(const UnitGroup&) const = default;
};

template <class Name>
class Units {
  public:
    Units() = default;
    Units(std::initializer_list<Name> names) {
        for (const Name& name : names) add(name);
    }
    Units(const std::vector<Name>& names) {
        for (const Name& name : names) add(name);
    }

    void add(const Name& name) {
        const std::string& of = part_of(name);
        if (groups_.empty() || groups_.back().of != of) groups_.push_back({of, {}});
        groups_.back().commitments.push_back(name.commitment);
        keys_.push_back(name.key());
    }
    void reserve(std::size_t count) { keys_.reserve(count); }

    std::size_t size() const { return keys_.size(); }
    bool empty() const { return keys_.empty(); }
    const std::vector<StateKey>& keys() const { return keys_; }
    const std::vector<UnitGroup>& groups() const { return groups_; }
    // Precondition: index < size().
    Name at(std::size_t index) const {
        auto group = groups_.begin();
        for (; index >= group->commitments.size(); ++group) index -= group->commitments.size();
        return Name{group->of, group->commitments[index]};
    }
    Name front() const { return at(0); }
    std::vector<Name> names() const {
        std::vector<Name> all;
        all.reserve(size());
        for (const UnitGroup& group : groups_)
            for (const Hash256& commitment : group.commitments) all.push_back(Name{group.of, commitment});
        return all;
    }
    bool operator==(const Units& other) const { return groups_ == other.groups_; }

  private:
    static const std::string& part_of(const ItemName& name) { return name.gtin; }
    static const std::string& part_of(const ContainerName& name) { return name.maker; }

    std::vector<UnitGroup> groups_;
    std::vector<StateKey> keys_;
};

using Items = Units<ItemName>;
using Containers = Units<ContainerName>;

}  // namespace touchstone::ledger
