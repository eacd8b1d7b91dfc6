// What an EPCIS event names: items, containers, classes of goods, parties, papers, master data. Pure functions.
#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>

#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/mapping.h"

namespace touchstone::epcis {

struct Units {
    std::vector<ledger::ItemName> items;  // of epcList or childEPCs
    std::vector<ledger::ContainerName> containers;
    std::optional<ledger::ContainerName> parent;  // container of an aggregation; nullopt: the parent is none
    std::vector<ledger::ItemName> inputs;
    std::vector<ledger::ItemName> outputs;
    std::vector<std::string> classes;       // epcClass of quantities, as written
    std::vector<Identifier> known_classes;  // of these, products and lots
    std::vector<std::string> others;        // EPCs that are neither item nor container
};

// Fills `units`, and in `plan` all items and containers with what is known of them. Errors: those of read_identifier.
[[nodiscard]] Status collect_units(const DocumentEvent& from, const CaptureContext& context, Plan& plan, Units& units);

// The member in a sourceList or destinationList: the types in order of preference. nullopt: nobody whom `parties`
// knows.
std::optional<std::string> party_of(const nlohmann::json& event, const char* list,
                                    std::initializer_list<std::string_view> types, const Parties& parties);

// The delivery note of a shipment, from its bizTransactionList; empty: none.
std::string despatch_advice(const nlohmann::json& event);

struct MasterData {
    std::string lot;
    ledger::Day expiry = 0;
    ledger::Day made_on = 0;
};
// From ilmd, by the local names of the CBV. Errors: bad_lot, bad_date.
Result<MasterData> read_master_data(const nlohmann::json& event);

}  // namespace touchstone::epcis
