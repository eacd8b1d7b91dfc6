// The ledger in memory as a capture sees it: the real rules, one block for each transaction.
#pragma once

#include "ledger/records/index.h"
#include "rpc/epcis/capture.h"
#include "tests/ledger/world.h"

namespace touchstone::epcis::test {

class WorldPort final : public CapturePort {
  public:
    WorldPort(ledger::test::World& world, std::string organisation)
        : world_(world), organisation_(std::move(organisation)) {}

    Result<SubmitAnswer> submit(std::span<const ledger::Operation> operations) override {
        if (lost) return Error{"unreachable", "no node answers"};
        ++submitted;
        world_.time.ms += 1000;
        const auto transaction = world_.transaction(organisation_, {operations.begin(), operations.end()});
        const ledger::TransactionOutcome outcome = world_.execute_block({transaction}).outcomes.at(0);
        SubmitAnswer made{ledger::info(*transaction).id, true, {}, outcome.detail, outcome.operation, {}};
        if (!outcome.applied()) made.refusal = ledger::info(outcome.refusal).code;
        for (const ledger::OperationOutcome& one : outcome.operations) {
            std::vector<RefusedUnit>& refused = made.refused.emplace_back();
            for (const ledger::ItemOutcome& item : one.refused)
                refused.push_back({item.index, std::string(ledger::info(item.refusal).code)});
        }
        return made;
    }
    Result<std::optional<ledger::ItemRecord>> item(const ledger::ItemName& name) override {
        return world_.get<ledger::ItemRecord>(name.key());
    }
    Result<std::optional<ledger::ContainerRecord>> container(const ledger::ContainerName& name) override {
        return world_.get<ledger::ContainerRecord>(name.key());
    }
    Result<std::vector<ledger::Event>> events(const ledger::ItemName& name) override {
        return world_.events(name.key());
    }

    // As a node's index tells it; enough for containers that are in no other.
    std::vector<KnownContainer> containers(const Hash256& commitment) const {
        std::vector<KnownContainer> known;
        for (const auto& [key, value] : world_.side)
            if (const auto entry = ledger::parse_container_index(key); entry && entry->commitment == commitment)
                if (const auto box = world_.get<ledger::ContainerRecord>(ledger::container_key(entry->maker, commitment)))
                    known.push_back({entry->maker, box->custodian, box->receiver});
        return known;
    }

    int submitted = 0;
    bool lost = false;

  private:
    ledger::test::World& world_;
    std::string organisation_;
};

}  // namespace touchstone::epcis::test
