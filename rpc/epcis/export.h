// The history of items as an EPCIS document: what the ledger recorded, in the standard's words.
//
// Every event carries this project's extensions kind, actor, other, detail and transaction, so that capturing the
// document into another chain records the same; and as eventID its CBV 2.0 hash. What happened to several items in one
// transaction is one event. A correction is the event that it is about once more, with an errorDeclaration.
//
// Pure functions; any thread.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ledger/records/records.h"
#include "ledger/schema/units.h"

namespace touchstone::epcis {

struct ExportEvent {
    ledger::Event event;
    ledger::StateKey container;  // whose event it is; zero: the item's own
};

struct ExportItem {
    ledger::ItemName name;
    std::string uri;  // Digital Link; empty: its serial is not known
    ledger::ItemRecord record;
    std::vector<ExportEvent> events;  // complete, in order
};

struct ExportNames {
    // The SSCC of a container by the key that the events of its content name; nullopt: not known, and it is named by
    // that key.
    std::function<std::optional<std::string>(const ledger::StateKey&)> sscc;
    // The GLN of a member; nullopt: it has none.
    std::function<std::optional<std::string>(const std::string& organisation)> gln;
};

// An EPCISDocument with all events of all items, in an order that keeps each item's.
nlohmann::json export_document(const std::vector<ExportItem>& items, const ExportNames& names, WallTime created);

}  // namespace touchstone::epcis
