#include "tools/client/capture_port.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "rpc/epcis/identifiers.h"
#include "tools/client/item_file.h"
#include "tools/proof/provenance.h"
#include "tools/client/submit.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

std::string text_of(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

void add_organisation(const json& organisation, epcis::CaptureContext& context) {
    const std::string id = text_of(organisation, "id");
    if (const std::string gln = text_of(organisation, "gln"); !gln.empty()) context.parties.emplace(gln, id);
    if (id != context.organisation || !organisation.contains("roles")) return;
    for (const json& role : organisation["roles"])
        if (const auto known = role.is_string() ? ledger::role_from(role.get<std::string>()) : std::nullopt)
            context.roles = static_cast<std::uint16_t>(context.roles | 1u << static_cast<int>(*known));
}

}  // namespace

RpcCapturePort::RpcCapturePort(RpcClient client, Signer signer, Wait wait)
    : gate_(std::move(client), seconds(60)), signer_(std::move(signer)), wait_(wait) {}

Result<epcis::SubmitAnswer> RpcCapturePort::submit(std::span<const ledger::Operation> operations) {
    TRY_ASSIGN(const ChainFacts facts, gate_.facts());
    const Envelope envelope = make_transaction({facts.chain_id, signer_.organisation, facts.height + kValidHeights},
                                               signer_.key, operations);
    TRY_ASSIGN(const TransactionAnswer answer, gate_.submit(envelope, wait_));
    epcis::SubmitAnswer made{answer.id, answer.final, answer.refusal, answer.message, answer.operation, {}};
    for (const OperationAnswer& operation : answer.operations) {
        std::vector<epcis::RefusedUnit>& refused = made.refused.emplace_back();
        for (const RefusedItem& item : operation.refused) refused.push_back({item.index, item.code});
    }
    return made;
}

namespace {

// What an item and a container have in common.
template <class Record>
Result<std::optional<Record>> record_from(const Result<std::optional<ledger::UnitFacts>>& facts) {
    if (!facts.ok()) return facts.error();
    if (!*facts) return std::optional<Record>();
    Record made;
    made.state = (*facts)->state;
    made.custodian = (*facts)->custodian;
    made.receiver = (*facts)->receiver;
    made.container = ledger::StateKey::written(Hash256::from_hex((*facts)->container).value_or(Hash256{}));
    if constexpr (std::is_same_v<Record, ledger::ItemRecord>) {
        made.owner = (*facts)->owner;
        made.offered_to = (*facts)->offered_to;
    }
    return std::optional(std::move(made));
}

}  // namespace

Result<std::optional<ledger::ItemRecord>> RpcCapturePort::item(const ledger::ItemName& name) {
    return record_from<ledger::ItemRecord>(gate_.item(name));
}

Result<std::optional<ledger::ContainerRecord>> RpcCapturePort::container(const ledger::ContainerName& name) {
    return record_from<ledger::ContainerRecord>(gate_.container(name));
}

Result<std::vector<ledger::Event>> RpcCapturePort::events(const ledger::ItemName& item) {
    TRY_ASSIGN(const EventPages pages, fetch_events(gate_.client(), "item_history", params_of(item)));
    std::vector<ledger::Event> made;
    for (const Bytes& bytes : pages.events) {
        TRY_ASSIGN(ledger::Event event, ledger::Event::decode(bytes));
        made.push_back(std::move(event));
    }
    return made;
}

Result<epcis::Parties> parse_parties(std::string_view text) {
    epcis::Parties parties;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
        if (line.empty() || (number == 1 && line == "gln,organisation")) continue;
        const auto fields = split_csv(line, ',');
        const auto gln = fields && fields->size() == 2 ? epcis::gln_of((*fields)[0]) : std::nullopt;
        if (!gln || (*fields)[1].empty())
            return Error{"bad_parties",
                         fmt::format("line {} of the parties: expected a GLN (or SGLN, PGLN, Digital Link) and "
                                     "an organisation, with a comma between them",
                                     number)};
        parties[*gln] = (*fields)[1];
    }
    return parties;
}

Status add_chain_parties(RpcClient& client, epcis::CaptureContext& context) {
    json params{{"limit", 1000}};
    for (;;) {
        TRY_ASSIGN(const json page, client.call("org_list", params));
        if (!page.is_object() || !page.contains("organisations")) return Ok{};
        for (const json& organisation : page["organisations"])
            if (organisation.is_object()) add_organisation(organisation, context);
        if (page.value("complete", true) || !page["cursor"].is_string()) return Ok{};
        params["cursor"] = page["cursor"];
    }
}

}  // namespace touchstone::tools
