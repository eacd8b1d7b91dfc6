#include "rpc/epcis_port.h"

#include <fmt/format.h>

#include <chrono>
#include <future>

#include "crypto/sha256.h"
#include "ledger/schema/build.h"
#include "ledger/records/index.h"
#include "rpc/container_access.h"

namespace touchstone::rpc {
namespace {

constexpr std::uint64_t kValidHeights = 20'000;
constexpr std::chrono::seconds kPatience{60};

std::string explain(const ledger::Rejection& rejection) {
    const ledger::RefusalInfo& known = ledger::info(rejection.refusal);
    return fmt::format("{} {}{}", known.meaning, known.remedy,
                       rejection.detail.empty() ? std::string() : fmt::format(" [{}]", rejection.detail));
}

template <class Record>
Result<std::optional<Record>> read_as(const NodeApi& node, const ledger::StateKey& key) {
    TRY_ASSIGN(const std::optional<Bytes> bytes, node.read()->record(key));
    if (!bytes) return std::optional<Record>();
    TRY_ASSIGN(Record record, Record::decode(*bytes));
    return std::optional<Record>(std::move(record));
}

epcis::SubmitAnswer answer_of(const Hash256& id, const TransactionStatus& status) {
    epcis::SubmitAnswer made;
    made.id = id;
    made.final = true;
    if (!status.outcome.applied()) {
        made.refusal = ledger::info(status.outcome.refusal).code;
        made.message = explain({status.outcome.refusal, status.outcome.detail});
        made.operation = status.outcome.operation;
    }
    for (const ledger::OperationOutcome& operation : status.outcome.operations) {
        std::vector<epcis::RefusedUnit>& refused = made.refused.emplace_back();
        for (const ledger::ItemOutcome& item : operation.refused)
            refused.push_back({item.index, std::string(ledger::info(item.refusal).code)});
    }
    return made;
}

// What can not be read is not known: the ledger judges what is made of it.
std::vector<epcis::KnownContainer> containers_of(const ReadView& view, const Hash256& commitment) {
    std::vector<epcis::KnownContainer> known;
    const auto names = containers_named(view, commitment);
    if (!names.ok()) return known;
    for (const ledger::ContainerName& name : *names) {
        const auto outer = outermost(view, name.key());
        if (outer.ok() && *outer) known.push_back({name.maker, (*outer)->custodian, (*outer)->receiver});
    }
    return known;
}

}  // namespace

NodeCapturePort::NodeCapturePort(NodeApi& node, std::string organisation, const crypto::SecretKey& key)
    : node_(node), organisation_(std::move(organisation)), key_(key) {}

Result<epcis::SubmitAnswer> NodeCapturePort::submit(std::span<const ledger::Operation> operations) {
    const NodeStatus status = node_.status();
    ledger::PayloadHead head{
        status.chain_id, organisation_, key_.public_key(), status.height.value + kValidHeights, {}};
    // What it writes is salted by the nonce, which nobody may guess from what is public.
    head.nonce.resize(32);
    crypto::random_bytes(head.nonce);
    const ledger::SignedTransaction transaction = ledger::sign_payload(ledger::build_payload(head, operations), key_);
    const auto taken = std::make_shared<std::promise<SubmitOutcome>>();
    auto outcome = taken->get_future();
    node_.submit(transaction.to_envelope(), [taken](SubmitOutcome one) { taken->set_value(std::move(one)); });
    if (outcome.wait_for(kPatience) != std::future_status::ready)
        return Error{"timed_out", "the node did not take the transaction in time"};
    const SubmitOutcome answer = outcome.get();
    if (!answer.read_only.empty()) return Error{"read_only", answer.read_only};
    if (answer.quarantined)
        return Error{"transaction_quarantined", "executing this transaction ended the node once: ask its operator"};
    if (answer.overloaded) return Error{"overloaded", "the node's pool is full: try again in a few seconds"};
    if (answer.rejection && !answer.already_known)
        return epcis::SubmitAnswer{transaction.id(),
                                   true,
                                   std::string(ledger::info(answer.rejection->refusal).code),
                                   explain(*answer.rejection),
                                   operations.size(),
                                   {}};
    TRY_ASSIGN(const TransactionStatus final, wait_until_final(transaction.id()));
    return answer_of(transaction.id(), final);
}

Result<TransactionStatus> NodeCapturePort::wait_until_final(const Hash256& id) {
    const auto told = std::make_shared<std::promise<TransactionStatus>>();
    auto final = told->get_future();
    const NodeApi::WaitId wait =
        node_.when_final(id, [told](const TransactionStatus& status) { told->set_value(status); });
    if (final.wait_for(kPatience) == std::future_status::ready) return final.get();
    node_.forget(wait);
    return Error{"timed_out", fmt::format("transaction {} was taken and is not final yet: is a quorum of validators "
                                          "running? Capture again: nothing is recorded twice",
                                          id.hex())};
}

Result<std::optional<ledger::ItemRecord>> NodeCapturePort::item(const ledger::ItemName& name) {
    return read_as<ledger::ItemRecord>(node_, name.key());
}

Result<std::optional<ledger::ContainerRecord>> NodeCapturePort::container(const ledger::ContainerName& name) {
    return read_as<ledger::ContainerRecord>(node_, name.key());
}

Result<std::vector<ledger::Event>> NodeCapturePort::events(const ledger::ItemName& name) {
    TRY_ASSIGN(const auto record, item(name));
    const ledger::StateKey key = name.key();
    std::vector<ledger::Event> made;
    const auto view = node_.read();
    for (std::uint32_t sequence = 0; record && sequence < record->event_count; ++sequence) {
        TRY_ASSIGN(const std::optional<Bytes> bytes, view->side(ledger::event_side_key(key, sequence)));
        if (!bytes) return Error{"event_missing", "the store lacks an event of the item's history"};
        TRY_ASSIGN(ledger::Event event, ledger::Event::decode(*bytes));
        made.push_back(std::move(event));
    }
    return made;
}

Result<epcis::CaptureContext> capture_context(const NodeApi& node, const std::string& organisation) {
    epcis::CaptureContext made;
    made.organisation = organisation;
    const auto view = node.read();
    std::vector<std::string> ids;
    const Bytes prefix = ledger::organisation_index_prefix();
    TRY(view->side_scan(prefix, prefix, [&](ByteView key, ByteView) {
        if (auto id = ledger::parse_organisation_index(key)) ids.push_back(*std::move(id));
        return true;
    }));
    for (const std::string& id : ids) {
        TRY_ASSIGN(const std::optional<Bytes> bytes, view->record(ledger::organisation_key(id)));
        if (!bytes) continue;
        TRY_ASSIGN(const ledger::OrganisationRecord record, ledger::OrganisationRecord::decode(*bytes));
        if (!record.gln.empty()) made.parties.emplace(record.gln, id);
        if (id == organisation) made.roles = record.roles;
    }
    made.containers = [&node](const Hash256& commitment) { return containers_of(*node.read(), commitment); };
    return made;
}

}  // namespace touchstone::rpc
