#include "rpc/epcis/units.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "ledger/identifiers/gs1.h"
#include "ledger/identifiers/text.h"
#include "rpc/epcis/checks.h"
#include "rpc/epcis/times.h"

namespace touchstone::epcis {

using nlohmann::json;

namespace {

struct Collector {
    const CaptureContext& context;
    Plan& plan;
    Units& units;

    // The container with this SSCC that the organisation holds or is to receive; else the one of its own making. That
    // somebody else used the same number is nothing to it.
    ledger::ContainerName container_named(const Identifier& identifier) const {
        const Hash256 commitment = container_commitment(identifier);
        if (!identifier.maker.empty()) return {identifier.maker, commitment};
        if (context.containers)
            for (const KnownContainer& one : context.containers(commitment))
                if (one.custodian == context.organisation || one.receiver == context.organisation)
                    return {one.maker, commitment};
        return {context.organisation, commitment};
    }
    Status add(const std::string& epc, std::vector<ledger::ItemName>& items) {
        TRY_ASSIGN(const Identifier identifier, read_identifier(epc));
        if (identifier.kind == IdentifierKind::kItem) {
            items.push_back(item_name(identifier));
            plan.items.push_back(items.back());
            if (!identifier.serial.empty()) plan.named.push_back({identifier.gtin, identifier.serial});
        } else if (identifier.kind == IdentifierKind::kContainer) {
            units.containers.push_back(container_named(identifier));
            plan.containers.push_back(units.containers.back());
        } else {
            units.others.push_back(epc);
        }
        return Ok{};
    }
    Status add_list(const json& event, const char* name, std::vector<ledger::ItemName>& items) {
        const auto list = event.find(name);
        if (list == event.end()) return Ok{};
        if (!list->is_array()) return Error{"malformed_event", fmt::format("{} is no list", name)};
        for (const json& epc : *list) {
            if (!epc.is_string()) return Error{"malformed_event", fmt::format("{} has an entry that is no text", name)};
            TRY(add(epc.get_ref<const std::string&>(), items));
        }
        return Ok{};
    }
    Status add_classes(const json& event, const char* name) {
        const auto list = event.find(name);
        if (list == event.end() || !list->is_array()) return Ok{};
        for (const json& quantity : *list) {
            units.classes.push_back(text_at(quantity, "epcClass"));
            TRY_ASSIGN(Identifier identifier, read_identifier(units.classes.back()));
            const bool known = identifier.kind == IdentifierKind::kProduct || identifier.kind == IdentifierKind::kLot;
            if (known) units.known_classes.push_back(std::move(identifier));
        }
        return Ok{};
    }
    Status add_parent(const json& event) {
        const std::string parent = text_at(event, "parentID");
        if (parent.empty()) return Ok{};
        TRY_ASSIGN(const Identifier identifier, read_identifier(parent));
        if (identifier.kind == IdentifierKind::kContainer) {
            units.parent = container_named(identifier);
            plan.containers.push_back(*units.parent);
        } else if (identifier.kind == IdentifierKind::kItem) {
            plan.items.push_back(item_name(identifier));
        }
        return Ok{};
    }
};

// A member of ilmd by its local name, whatever its prefix or namespace URI.
std::string ilmd_text(const json& event, std::string_view local) {
    const auto ilmd = event.find("ilmd");
    if (ilmd == event.end() || !ilmd->is_object()) return {};
    for (const auto& [name, value] : ilmd->items()) {
        const auto end = name.find_last_of(":/#");
        if (end != std::string::npos && name.substr(end + 1) == local && value.is_string())
            return value.get<std::string>();
    }
    return {};
}

std::optional<std::string> member_named(const std::string& uri, const Parties& parties) {
    if (uri.starts_with(kOrganisationUrn)) {
        std::string id = uri.substr(kOrganisationUrn.size());
        return ledger::is_slug(id) ? std::optional(std::move(id)) : std::nullopt;
    }
    const auto gln = gln_of(uri);
    if (!gln) return std::nullopt;
    const auto party = parties.find(*gln);
    return party == parties.end() ? std::nullopt : std::optional(party->second);
}

Result<ledger::Day> day_of(const json& event, const char* name) {
    const std::string text = ilmd_text(event, name);
    if (text.empty()) return ledger::Day{0};
    if (!is_iso_date(text)) return Error{"bad_date", fmt::format("{} '{}' is no date", name, text)};
    return *read_day(std::string_view(text).substr(0, 10));
}

}  // namespace

Status collect_units(const DocumentEvent& from, const CaptureContext& context, Plan& plan, Units& units) {
    Collector collector{context, plan, units};
    const json& event = from.event;
    TRY(collector.add_list(event, "epcList", units.items));
    TRY(collector.add_list(event, "childEPCs", units.items));
    TRY(collector.add_list(event, "inputEPCList", units.inputs));
    TRY(collector.add_list(event, "outputEPCList", units.outputs));
    for (const char* list : {"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})
        TRY(collector.add_classes(event, list));
    return collector.add_parent(event);
}

std::optional<std::string> party_of(const json& event, const char* list, std::initializer_list<std::string_view> types,
                                    const Parties& parties) {
    const auto entries = event.find(list);
    if (entries == event.end() || !entries->is_array()) return std::nullopt;
    const char* const member = std::string_view(list) == "sourceList" ? "source" : "destination";
    for (const std::string_view wanted : types)
        for (const json& entry : *entries) {
            if (!entry.is_object()) continue;
            if (vocabulary_name(text_at(entry, "type"), Vocabulary::kSourceDestination) != wanted) continue;
            if (auto party = member_named(text_at(entry, member), parties)) return party;
        }
    return std::nullopt;
}

std::string despatch_advice(const json& event) {
    const auto list = event.find("bizTransactionList");
    if (list == event.end() || !list->is_array()) return {};
    for (const json& entry : *list) {
        if (!entry.is_object() || !text_at(entry, "type").ends_with("desadv")) continue;
        const std::string uri = text_at(entry, "bizTransaction");
        constexpr std::string_view kBusinessTransaction = "urn:epcglobal:cbv:bt:";
        std::string_view name = uri;
        if (uri.starts_with(kDocumentUrn)) {
            name.remove_prefix(kDocumentUrn.size());
        } else if (uri.starts_with(kBusinessTransaction)) {
            const std::size_t colon = uri.find(':', kBusinessTransaction.size());
            if (colon != std::string::npos) name.remove_prefix(colon + 1);
        } else {
            return uri.size() <= limits::kNameBytesMax ? uri : std::string();
        }
        const auto text = percent_decode(name);
        return text && text->size() <= limits::kNameBytesMax && ledger::is_plain_text(*text) ? *text : std::string();
    }
    return {};
}

Result<MasterData> read_master_data(const json& event) {
    MasterData made;
    made.lot = ilmd_text(event, "lotNumber");
    if (!made.lot.empty() && !ledger::is_lot(made.lot))
        return Error{"bad_lot", fmt::format("the lot '{}' is no GS1 lot", made.lot)};
    TRY_ASSIGN(made.expiry, day_of(event, "itemExpirationDate"));
    TRY_ASSIGN(made.made_on, day_of(event, "productionDate"));
    return made;
}

}  // namespace touchstone::epcis
