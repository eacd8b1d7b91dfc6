// What the tables are called, what is in their columns, and how they may be filtered.
#include <fmt/format.h>

#include "tools/replay/export_tables.h"

namespace touchstone::tools {
namespace {

TableInfo blocks() {
    return {"blocks",
            "one row for each block",
            nullptr,
            false,
            true,
            {{"height", "number of the block, from 1"},
             {"time", "of the block, UTC"},
             {"hash", "of the block"},
             {"parent", "hash of the block before"},
             {"view", "consensus attempt that made it"},
             {"proposer", "name of the validator that proposed it"},
             {"transactions", "how many are in it"},
             {"state_root", "of the state after it"},
             {"signers", "validators that signed its own certificate; empty when a later block's covers it"}}};
}

TableInfo transactions() {
    return {"transactions",
            "one row for each transaction in a block, applied or refused",
            "signed it",
            false,
            true,
            {{"height", "block that it is in"},
             {"index", "its place in the block, from 0"},
             {"time", "of the block, UTC"},
             {"id", "of the transaction"},
             {"organisation", "that signed it"},
             {"operations", "their names, separated by spaces"},
             {"items", "items and containers that it names"},
             {"accepted", "items, or operations without items, that were carried out"},
             {"refused", "items that were refused"},
             {"applied", "true or false"},
             {"refusal", "code of the refusal when it was not applied; see docs/errors.md"},
             {"detail", "field or item that the refusal is about"}}};
}

TableInfo events() {
    return {"events",
            "one row for each event of an item, a container, a product, a report or a seller",
            "acted, or was the other party",
            true,
            true,
            {{"height", "block of the event"},
             {"time", "of the block, UTC"},
             {"event", "registered, shipped, received, sold, recalled, …"},
             {"of", "item, container, product, report or seller; other for what this version does not know"},
             {"key", "of the record in the state; what it is the key of is not to be read from it"},
             {"gtin", "GTIN-14"},
             {"lot", "lot of the item, or of what a report is about"},
             {"sequence", "number of the event in the history of what it is of, from 0"},
             {"actor", "organisation that signed"},
             {"other", "the other party, e.g. the receiver of a shipment"},
             {"detail", "by event: lot, delivery document, reason, country"},
             {"biz_step", "CBV 2.0 business step"},
             {"disposition", "CBV 2.0 disposition"},
             {"transaction", "id of the transaction"}}};
}

TableInfo items() {
    return {"items",
            "one row for each item, as it is at the end",
            "made, owns, holds, or is to receive it",
            true,
            false,
            {{"key", "of the item in the state: SHA-256 of GTIN and commitment; the serial itself is not on the ledger"},
             {"gtin", "GTIN-14"},
             {"lot", "lot"},
             {"expiry", "YYYY-MM-DD"},
             {"made_on", "YYYY-MM-DD"},
             {"state", "active, in_transit, sold, packed, exported, sampled, destroyed, lost or voided"},
             {"flags", "each with who set it, as stolen:acme, separated by spaces"},
             {"maker", "organisation that registered it"},
             {"owner", "organisation"},
             {"custodian", "organisation that holds it, or its outermost container; in transit still the sender"},
             {"receiver", "organisation that it, or that container, is on its way to"},
             {"container", "key of the container that it is directly in"},
             {"facility", "GLN of where it was made"},
             {"registered", "time, UTC"},
             {"ended", "time, UTC, while sold or at an end"},
             {"ended_by", "organisation, likewise"},
             {"events", "how many its history has"}}};
}

TableInfo products() {
    return {"products",
            "one row for each declared product, as it is at the end",
            "is the brand",
            true,
            false,
            {{"gtin", "GTIN-14"},
             {"brand", "organisation"},
             {"name", "of the product"},
             {"registered", "items"},
             {"recalls", "in force, of any scope"},
             {"lots_recalled", "how many of these are of one lot"},
             {"recalled_by", "organisations whose recall is of the whole product, separated by spaces"},
             {"recall_reason", "of the first of these"},
             {"recalled", "time, UTC, of the first of these"},
             {"events", "how many its history has"}}};
}

TableInfo licences() {
    return {"licences",
            "one row for each licence to register items, revoked ones too, as it is at the end",
            "is the manufacturer",
            true,
            false,
            {{"gtin", "GTIN-14"},
             {"manufacturer", "organisation"},
             {"quota", "items that it may register"},
             {"used", "items that it has registered"},
             {"from", "first day, YYYY-MM-DD"},
             {"until", "last day, YYYY-MM-DD"},
             {"facility", "GLN that it is for"},
             {"revoked", "true or false"},
             {"revoke_reason", "text"}}};
}

TableInfo organisations() {
    return {"organisations",
            "one row for each organisation, as it is at the end",
            "is this one",
            false,
            false,
            {{"id", "of the organisation"},
             {"name", "text"},
             {"roles", "brand, manufacturer, logistics, …, separated by spaces"},
             {"gln", "GS1 Global Location Number"},
             {"country", "ISO 3166-1 alpha-2"},
             {"prefixes", "GS1 company prefixes, separated by spaces"},
             {"suspended", "true or false"},
             {"council", "true or false"},
             {"keys", "public keys in force, separated by spaces"}}};
}

Error usage(std::string message) { return {"usage", std::move(message)}; }

}  // namespace

const std::vector<TableInfo>& export_tables() {
    static const std::vector<TableInfo> tables{items(),    events(), organisations(), products(),
                                               licences(), blocks(), transactions()};
    return tables;
}

const TableInfo* find_table(std::string_view name) {
    for (const TableInfo& table : export_tables())
        if (table.name == name) return &table;
    return nullptr;
}

Status check_filter(const TableInfo& table, const ExportFilter& filter) {
    if (filter.from && !table.of_heights)
        return usage(fmt::format("{} are exported as they are after a block: give --to alone", table.name));
    if (!filter.gtin.empty() && !table.has_gtin)
        return usage(fmt::format("{} have no GTIN: leave --gtin out", table.name));
    if (!filter.organisation.empty() && table.organisation_means == nullptr)
        return usage(fmt::format("{} are of no organisation: leave --organisation out", table.name));
    if (filter.from && filter.to && *filter.from > *filter.to)
        return usage(fmt::format("--from {} is above --to {}", filter.from->value, filter.to->value));
    return Ok{};
}

}  // namespace touchstone::tools
