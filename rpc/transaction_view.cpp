#include "rpc/transaction_view.h"

#include <algorithm>

#include "base/overloaded.h"
#include "ledger/schema/parsed.h"
#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

struct OperationView {
    std::string_view name;  // the member of pb::Operation
    ledger::EventKind kind = ledger::EventKind::kDeclared;
    bool event = true;  // licences leave no event
    std::string_view other, detail, gtin, lot;
    const std::vector<Hash256>* items = nullptr;
    const Hash256* reference = nullptr;  // the item, report or shop that it is about
    const std::vector<Hash256>* containers = nullptr;
    Hash256 into = {};  // the container that is packed or unpacked
};

// These leave no events: what they do stands in the records of proposals, organisations and validators.
OperationView governance_view(std::string_view name, std::string_view other, std::string_view detail) {
    return {name, ledger::EventKind::kDeclared, false, other, detail, {}, {}, nullptr};
}

OperationView view_of(const ledger::Operation& operation) {
    namespace op = ledger::op;
    using Kind = ledger::EventKind;
    return std::visit(
        Overloaded{
            [](const op::DeclareProduct& o) {
                return OperationView{"declare_product", Kind::kDeclared, true, {}, o.name, o.gtin, {}, nullptr};
            },
            [](const op::GrantLicence& o) {
                return OperationView{"grant_licence", Kind::kDeclared, false, o.manufacturer, {}, o.gtin, {}, nullptr};
            },
            [](const op::RevokeLicence& o) {
                return OperationView{"revoke_licence", Kind::kDeclared, false, o.manufacturer,
                                     o.reason,         o.gtin,          {},    nullptr};
            },
            [](const op::Register& o) {
                return OperationView{"register", Kind::kRegistered, true, {}, o.facility, o.gtin, o.lot, &o.items};
            },
            [](const op::Ship& o) {
                return OperationView{"ship", Kind::kShipped, true,    o.to,         o.document, {},
                                     {},     &o.items,       nullptr, &o.containers};
            },
            [](const op::CancelShipment& o) {
                return OperationView{
                    "cancel_shipment", Kind::kShipmentCancelled, true, {}, {}, {}, {}, &o.items, nullptr,
                    &o.containers};
            },
            [](const op::Receive& o) {
                return OperationView{"receive", Kind::kReceived, true,    {},           {}, {},
                                     {},        &o.items,        nullptr, &o.containers};
            },
            [](const op::RejectShipment& o) {
                return OperationView{
                    "reject_shipment", Kind::kShipmentRejected, true, {}, o.reason, {}, {}, &o.items, nullptr,
                    &o.containers};
            },
            [](const op::Sell& o) {
                return OperationView{"sell", Kind::kSold, true, {}, o.country, {}, {}, &o.items, &o.seller};
            },
            [](const op::Return& o) {
                return OperationView{"return_item", Kind::kReturned, true, {}, o.reason, {}, {}, &o.items};
            },
            [](const op::Recall& o) {
                return OperationView{"recall", Kind::kRecalled, true, {}, o.reason, o.gtin, o.lot, nullptr};
            },
            [](const op::LiftRecall& o) {
                return OperationView{"lift_recall", Kind::kRecallLifted, true, {}, o.reason, o.gtin, o.lot, nullptr};
            },
            [](const op::Flag& o) {
                return OperationView{"flag", Kind::kFlagged, true, ledger::name_of(o.flag), o.reason, {}, {}, &o.items};
            },
            [](const op::ClearFlag& o) {
                return OperationView{"clear_flag", Kind::kFlagCleared, true, ledger::name_of(o.flag), o.reason, {}, {},
                                     &o.items};
            },
            [](const op::Pack& o) {
                return OperationView{"pack",   Kind::kPacked, true,          {},         {}, {}, {},
                                     &o.items, nullptr,       &o.containers, o.container};
            },
            [](const op::Unpack& o) {
                return OperationView{"unpack", Kind::kUnpacked, true,          {},         {}, {}, {},
                                     &o.items, nullptr,         &o.containers, o.container};
            },
            [](const op::Decommission& o) {
                return OperationView{
                    "decommission", Kind::kDecommissioned, true, ledger::name_of(o.into), o.reason, {}, {}, &o.items};
            },
            [](const op::CancelSale& o) {
                return OperationView{"cancel_sale", Kind::kSaleCancelled, true, {}, o.reason, {}, {}, &o.items};
            },
            [](const op::TransferOwnership& o) {
                return OperationView{"transfer_ownership", Kind::kOwnershipOffered, true, o.to, {}, {}, {}, &o.items};
            },
            [](const op::AcceptOwnership& o) {
                return OperationView{"accept_ownership", Kind::kOwnershipAccepted, true, {}, {}, {}, {}, &o.items};
            },
            [](const op::RejectOwnership& o) {
                return OperationView{
                    "reject_ownership", Kind::kOwnershipRejected, true, {}, o.reason, {}, {}, &o.items};
            },
            [](const op::CancelOwnershipTransfer& o) {
                return OperationView{
                    "cancel_ownership_transfer", Kind::kOwnershipOfferCancelled, true, {}, {}, {}, {}, &o.items};
            },
            [](const op::Inspect& o) {
                return OperationView{"inspect", Kind::kInspected, true,       {}, ledger::name_of(o.finding), {},
                                     {},        &o.items,         &o.document};
            },
            [](const op::Correct& o) {
                return OperationView{"correct", Kind::kCorrected, true, {}, o.reason, {}, {}, nullptr, &o.item};
            },
            [](const op::Report& o) {
                return OperationView{"report",       Kind::kReported, true,    o.subject.platform, o.text,
                                     o.subject.gtin, o.subject.lot,   nullptr, &o.subject.item};
            },
            [](const op::Respond& o) {
                return OperationView{"respond", Kind::kReportResponded, true, {}, o.text, {}, {}, nullptr, &o.report};
            },
            [](const op::Resolve& o) {
                return OperationView{
                    "resolve", Kind::kReportResolved, true, ledger::name_of(o.outcome), o.reason, {}, {}, nullptr,
                    &o.report};
            },
            [](const op::RegisterSeller& o) {
                return OperationView{"register_seller", Kind::kSellerRegistered, true, {}, o.country, {}, {}, nullptr,
                                     &o.pseudonym};
            },
            [](const op::SetSellerStanding& o) {
                return OperationView{"set_seller_standing",
                                     Kind::kSellerStandingSet,
                                     true,
                                     ledger::name_of(o.standing),
                                     o.reason,
                                     {},
                                     {},
                                     nullptr,
                                     &o.pseudonym};
            },
            [](const op::SetTerritories& o) {
                return OperationView{"set_territories", Kind::kTerritoriesSet, true, {}, {}, o.gtin, {}, nullptr};
            },
            [](const op::Propose& o) { return governance_view("propose", ledger::name_of(o.change), o.reason); },
            [](const op::VoteOnProposal& o) {
                return governance_view("vote_on_proposal", o.approve ? "approve" : "object", o.reason);
            },
            [](const op::WithdrawProposal&) { return governance_view("withdraw_proposal", {}, {}); },
            [](const op::AddKey& o) { return governance_view("add_key", ledger::name_of(o.purpose), {}); },
            [](const op::RevokeKey& o) { return governance_view("revoke_key", {}, o.reason); },
            [](const op::ValidatorReady& o) {
                OperationView view = governance_view("validator_ready", {}, {});
                view.reference = &o.block;
                return view;
            },
            [](const op::RecordDocument& o) {
                return OperationView{"record_document", Kind::kDocumented, true,         {}, {}, {}, {},
                                     &o.items,          &o.document,       &o.containers};
            },
        },
        operation);
}

// Those that were not refused, of the keys whose first has the place `first` in the operation.
void write_accepted(JsonWriter& out, const std::vector<Hash256>* keys, std::size_t first,
                    const ledger::OperationOutcome& outcome) {
    out.begin_array();
    if (keys) {
        std::vector<bool> refused(keys->size(), false);
        for (const ledger::ItemOutcome& item : outcome.refused)
            if (item.index >= first && item.index - first < refused.size()) refused[item.index - first] = true;
        for (std::size_t i = 0; i < refused.size(); ++i)
            if (!refused[i]) out.hex((*keys)[i].view());
    }
    out.end_array();
}

}  // namespace

std::vector<std::vector<Hash256>> operation_items(const ledger::ParsedTransaction& transaction) {
    std::vector<std::vector<Hash256>> items;
    for (const ledger::Operation& operation : transaction.operations()) {
        const OperationView view = view_of(operation);
        std::vector<Hash256>& keys = items.emplace_back();
        if (view.items) keys = *view.items;
        if (view.containers) keys.insert(keys.end(), view.containers->begin(), view.containers->end());
    }
    return items;
}

void write_summary(JsonWriter& out, const ledger::ParsedTransaction& transaction) {
    const ledger::ParsedInfo& known = transaction.info();
    out.begin_object().field_hex("id", known.id.view()).field("organisation", known.organisation);
    out.field_hex("key", known.key.view()).field("valid_until", known.valid_until);
    out.field("size_bytes", known.size_bytes).field("items", known.items).key("operations").begin_array();
    for (const ledger::Operation& operation : transaction.operations()) out.string(view_of(operation).name);
    out.end_array().end_object();
}

void write_operation_events(JsonWriter& out, const ledger::ParsedTransaction& transaction,
                            const ledger::TransactionOutcome& outcome) {
    if (!outcome.applied()) return;
    for (std::size_t i = 0; i < transaction.operations().size() && i < outcome.operations.size(); ++i) {
        const OperationView view = view_of(transaction.operations()[i]);
        if (!view.event) continue;
        out.begin_object().field("kind", ledger::name_of(view.kind));
        out.field_hex("transaction", transaction.info().id.view()).field("operation", i);
        out.field("actor", transaction.info().organisation);
        write_text_or_null(out, "other", view.other);
        write_text_or_null(out, "detail", view.detail);
        write_text_or_null(out, "gtin", view.gtin);
        write_text_or_null(out, "lot", view.lot);
        out.key("reference");
        view.reference && !view.reference->is_zero() ? out.hex(view.reference->view()) : out.null();
        out.key("container");
        view.into.is_zero() ? out.null() : out.hex(view.into.view());
        out.key("items");
        write_accepted(out, view.items, 0, outcome.operations[i]);
        out.key("containers");
        write_accepted(out, view.containers, view.items ? view.items->size() : 0, outcome.operations[i]);
        out.end_object();
    }
}

bool may_see(const Caller& caller, const ledger::ParsedTransaction& transaction) {
    if (caller.sees(transaction.info().organisation)) return true;
    if (!caller.known()) return false;
    namespace op = ledger::op;
    const auto names = [&](const ledger::Operation& operation) {
        const std::string* other = nullptr;
        if (const auto* shipment = std::get_if<op::Ship>(&operation)) other = &shipment->to;
        if (const auto* transfer = std::get_if<op::TransferOwnership>(&operation)) other = &transfer->to;
        if (const auto* grant = std::get_if<op::GrantLicence>(&operation)) other = &grant->manufacturer;
        if (const auto* end = std::get_if<op::RevokeLicence>(&operation)) other = &end->manufacturer;
        if (const auto* report = std::get_if<op::Report>(&operation)) other = &report->subject.platform;
        return other && *other == caller.organisation;
    };
    return std::any_of(transaction.operations().begin(), transaction.operations().end(), names);
}

namespace {

// What is in a block fitted it: by the parameters of its time, which may not hold any more.
ledger::Parameters widest_parameters() {
    ledger::Parameters parameters;
    parameters.transaction_bytes_max = parameters.operations_max = INT32_MAX;
    parameters.items_per_register_max = parameters.block_items_max = INT32_MAX;
    return parameters;
}

}  // namespace

ledger::ParsedTransactionPtr parse_stored(const ledger::SignedTransactionPtr& transaction) {
    auto parsed = ledger::parse(transaction, widest_parameters());
    return parsed.ok() ? *std::move(parsed) : nullptr;
}

}  // namespace touchstone::rpc
