#include "node/app/epcis_service.h"

#include <fmt/format.h>

#include <map>

#include "ledger/identifiers/serial_strength.h"
#include "rpc/caller.h"
#include "rpc/epcis_port.h"
#include "rpc/vault_api.h"

namespace touchstone::node {
namespace {

using ItemsByGtin = std::map<std::string, std::vector<rpc::VaultItem>>;

// The serials that these events register, by product.
ItemsByGtin registered_items(std::span<const epcis::EventResult> events) {
    ItemsByGtin items;
    for (const epcis::EventResult& event : events) {
        const auto& operations = event.plan.operations;
        const bool registers = std::any_of(operations.begin(), operations.end(), [](const ledger::Operation& one) {
            return std::holds_alternative<ledger::op::Register>(one);
        });
        if (event.state != epcis::EventState::kPlanned || !registers) continue;
        for (const epcis::NamedItem& item : event.plan.named) items[item.gtin].push_back({item.gtin, item.serial, {}});
    }
    return items;
}

Status check_strength(const rpc::NodeApi& node, const std::string& gtin, const std::vector<rpc::VaultItem>& items) {
    std::vector<std::string_view> serials;
    for (const rpc::VaultItem& item : items) serials.push_back(item.serial);
    const ledger::SerialEstimate estimate = ledger::estimate_serials(serials);
    if (!estimate.guessable()) return Ok{};
    const auto view = node.read();
    TRY_ASSIGN(const std::optional<Bytes> record, view->record(ledger::product_key(gtin)));
    if (!record) return Ok{};
    TRY_ASSIGN(const ledger::ProductRecord product, ledger::ProductRecord::decode(*record));
    if (product.serial_policy != ledger::SerialPolicy::kRefuse) return Ok{};
    return Error{
        "serials_guessable",
        fmt::format("{}. The brand refuses such serials (serial_policy); nothing was sent", describe(estimate))};
}

// What the command line does before a registration (tools/client/serial_care.h).
Status care_for(const rpc::NodeApi& node, std::span<const epcis::EventResult> events) {
    const ItemsByGtin items = registered_items(events);
    for (const auto& [gtin, of_product] : items) TRY(check_strength(node, gtin, of_product));
    for (const auto& [gtin, of_product] : items) {
        for (std::size_t from = 0; from < of_product.size(); from += limits::kVaultPutMax) {
            const std::size_t count = std::min(limits::kVaultPutMax, of_product.size() - from);
            TRY_ASSIGN([[maybe_unused]] const std::size_t fresh,
                       node.vault()->put(std::span(of_product).subspan(from, count), rpc::system_now()));
        }
    }
    return Ok{};
}

}  // namespace

class EpcisService::VaultStore final : public epcis::EventStore {
  public:
    explicit VaultStore(rpc::VaultApi& vault) : vault_(vault) {}

    Result<std::uint64_t> put(const std::string& id, const std::string& text, WallTime now) override {
        return vault_.put_document(id, as_bytes(text), now);
    }
    Result<std::optional<epcis::StoredDocument>> find(const std::string& id) const override {
        TRY_ASSIGN(const std::optional<rpc::VaultDocument> found, vault_.document(id));
        if (!found) return std::optional<epcis::StoredDocument>{};
        return std::optional(document_of(*found));
    }
    Result<std::vector<epcis::StoredDocument>> list(std::uint64_t from, std::size_t limit) const override {
        TRY_ASSIGN(const rpc::VaultDocumentPage page, vault_.documents(from, limit));
        std::vector<epcis::StoredDocument> documents;
        for (const rpc::VaultDocument& one : page.documents) documents.push_back(document_of(one));
        return documents;
    }

  private:
    static epcis::StoredDocument document_of(const rpc::VaultDocument& from) {
        return {from.sequence, from.id, std::string(as_text(from.bytes)), from.stored};
    }

    rpc::VaultApi& vault_;
};

EpcisService::EpcisService(rpc::NodeApi& node) : store_(std::make_unique<VaultStore>(*node.vault())) {
    const rpc::OwnOrganisation& own = *node.organisation();
    INVARIANT(own.key != nullptr);
    epcis::Capturer capturer;
    capturer.organisation = own.id;
    capturer.context = [&node, id = own.id] { return rpc::capture_context(node, id); };
    capturer.port = [&node, &own] { return std::make_unique<rpc::NodeCapturePort>(node, own.id, *own.key); };
    capturer.clock = rpc::system_now;
    capturer.care = [&node](std::span<const epcis::EventResult> events) { return care_for(node, events); };
    repository_ = std::make_unique<epcis::Repository>(*store_, std::move(capturer));
}

EpcisService::~EpcisService() = default;

void EpcisService::stop() { repository_->stop(); }

}  // namespace touchstone::node
