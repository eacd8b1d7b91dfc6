#include "rpc/verify.h"

#include "base/limits.h"
#include "ledger/identifiers/text.h"
#include "rpc/record_json.h"
#include "rpc/verdict.h"

namespace touchstone::rpc {
namespace {

// Everything that the verdict rests on. Organisations may be one and the same: each record is proven once.
struct Evidence {
    std::optional<Bytes> item_bytes;
    std::optional<ledger::ItemRecord> item;
    CachedRecordPtr product, maker, brand, holder, shop;
    std::vector<CachedRecordPtr> containers;  // of a packed item, from the inside out
    std::string item_proof;
    std::vector<std::pair<ledger::StateKey, CachedRecordPtr>> proven;  // all but the item, in the order of asking

    const ledger::ContainerRecord* outer() const {
        return containers.empty() ? nullptr : &*containers.back()->container;
    }
};

class Gatherer {
  public:
    Gatherer(const Services& services, const ReadView& view, WithProof with_proof, Evidence& evidence)
        : services_(services), view_(view), with_proof_(with_proof), evidence_(evidence) {}

    Status gather(const NamedItem& named, const VerdictContext& context) {
        const RecordName name{RecordKind::kItem, named.name.key()};
        TRY_ASSIGN(evidence_.item_bytes, view_.record(name.key));
        if (with_proof_ == WithProof::kYes) {
            TRY_ASSIGN(evidence_.item_proof, proof_element(view_, name, evidence_.item_bytes));
        }
        TRY_ASSIGN(evidence_.product, get(RecordKind::kProduct, ledger::product_key(named.name.gtin)));
        if (!evidence_.item_bytes) return Ok{};
        TRY_ASSIGN(evidence_.item, ledger::ItemRecord::decode(*evidence_.item_bytes));
        TRY_ASSIGN(evidence_.maker, organisation(evidence_.item->maker));
        if (evidence_.product->product) {
            TRY_ASSIGN(evidence_.brand, organisation(evidence_.product->product->brand));
        }
        TRY(gather_containers());
        TRY_ASSIGN(evidence_.holder, organisation(holder_of(*evidence_.item, evidence_.outer())));
        if (const auto shop = shop_of(&*evidence_.item, context)) {
            TRY_ASSIGN(evidence_.shop, get(RecordKind::kSeller, ledger::seller_key(*shop)));
        }
        return Ok{};
    }

  private:
    // A pallet's records serve all of its items: they are cached like those of the product.
    Status gather_containers() {
        for (ledger::StateKey at = evidence_.item->container; !at.is_zero();) {
            TRY_ASSIGN(CachedRecordPtr container, get(RecordKind::kContainer, at));
            const bool sound = container->container && evidence_.containers.size() < limits::kContainerLevelsMax;
            if (!sound) return Error{"state_corrupt", "A packed item's containers are damaged on this node."};
            at = container->container->container;
            evidence_.containers.push_back(std::move(container));
        }
        return Ok{};
    }
    Result<CachedRecordPtr> organisation(const std::string& id) {
        return get(RecordKind::kOrganisation, ledger::organisation_key(id));
    }
    Result<CachedRecordPtr> get(RecordKind kind, const ledger::StateKey& key) {
        for (const auto& [known, record] : evidence_.proven)
            if (known == key) return record;
        TRY_ASSIGN(CachedRecordPtr record, services_.cache.get(view_, {kind, key}, with_proof_));
        evidence_.proven.emplace_back(key, record);
        return record;
    }

    const Services& services_;
    const ReadView& view_;
    const WithProof with_proof_;
    Evidence& evidence_;
};

RpcError bad_name(std::string reason, std::string message) {
    return {ErrorCode::kInvalidParams,
            std::move(message),
            std::move(reason),
            "Name the item as {gtin, serial}, {uri} or {gtin, commitment}.",
            {}};
}

Result<std::string, RpcError> asked_gtin14(std::string_view gtin) {
    if (ledger::is_gtin14(gtin)) return std::string(gtin);
    auto padded = ledger::to_gtin14(gtin);
    if (!padded.ok()) return bad_input(padded.error());
    return *std::move(padded);
}

Result<NamedItem, RpcError> from_serial(std::string_view gtin, std::string_view serial) {
    HANDLER_TRY(std::string gtin14, asked_gtin14(gtin));
    if (!ledger::is_serial(serial)) return bad_name("bad_serial", "A serial has 1 to 20 characters of GS1 set 82.");
    const Hash256 commitment = ledger::serial_commitment(gtin14, serial);
    return NamedItem{{std::move(gtin14), commitment}, {}, {}};
}

Result<NamedItem, RpcError> from_commitment(std::string_view gtin, std::string_view commitment) {
    HANDLER_TRY(std::string gtin14, asked_gtin14(gtin));
    const auto digest = Hash256::from_hex(commitment);
    if (!digest) return bad_name("bad_commitment", "A commitment is 64 hexadecimal digits.");
    return NamedItem{{std::move(gtin14), *digest}, {}, {}};
}

Result<NamedItem, RpcError> from_uri(std::string_view uri) {
    auto parsed = ledger::parse_item_name(uri);
    if (!parsed.ok()) return bad_input(parsed.error());
    const Hash256 commitment = ledger::serial_commitment(parsed->gtin, parsed->serial);
    return NamedItem{{std::move(parsed->gtin), commitment}, std::move(parsed->lot), std::move(parsed->expiry)};
}

Result<VerdictContext, RpcError> context_of(const VerifyRequest& request, const NamedItem& named, WallTime block_time,
                                            WallTime now) {
    VerdictContext context{block_time, request.lot, std::nullopt, request.country};
    context.now = now;
    if (request.country && !ledger::is_country(*request.country))
        return invalid_params("country: a code of ISO 3166-1 alpha-2, such as FR.");
    if (!context.lot && !named.lot.empty()) context.lot = named.lot;
    const std::string_view expiry = request.expiry.value_or(named.expiry);
    if (request.expiry || !expiry.empty()) {
        context.expiry = parse_expiry(expiry, block_time);
        if (!context.expiry) return invalid_params("expiry: a date as YYYY-MM-DD or YYMMDD.");
    }
    if (request.purpose) {
        const auto purpose = purpose_from(*request.purpose);
        if (!purpose) return invalid_params("purpose: buy_new, own, resale, dispense or inspect.");
        context.purpose = *purpose;
    }
    if (request.seller && !set_seller(context, *request.seller))
        return invalid_params("seller: an organisation's id, or a shop's pseudonym of 64 hexadecimal digits.");
    return context;
}

template <class Record>
const Record* pointer(const std::optional<Record>& record) {
    return record ? &*record : nullptr;
}
const ledger::OrganisationRecord* organisation_in(const CachedRecordPtr& record) {
    return record ? pointer(record->organisation) : nullptr;
}

Verdict judge_evidence(const Evidence& evidence, const VerdictContext& context) {
    VerdictRecords records;
    records.item = pointer(evidence.item);
    records.product = pointer(evidence.product->product);
    records.maker = organisation_in(evidence.maker);
    records.product_read = true;
    records.outer = evidence.outer();
    records.brand = organisation_in(evidence.brand);
    records.holder = organisation_in(evidence.holder);
    records.shop = evidence.shop ? pointer(evidence.shop->seller) : nullptr;
    return judge(records, context);
}

void write_verdict(JsonWriter& out, const Verdict& verdict, Purpose purpose) {
    out.field("verdict", name_of(verdict.kind)).field("purpose", name_of(purpose));
    out.field("action", name_of(verdict.action)).key("reasons").begin_array();
    for (const Reason reason : verdict.reasons) out.string(info(reason).code);
    out.end_array().key("actions").begin_array();
    for (const Reason reason : verdict.reasons) out.string(name_of(info(reason).effect(purpose).action));
    out.end_array();
}

void write_answer(JsonWriter& out, const NamedItem& named, const Evidence& evidence) {
    out.key("item");
    evidence.item ? write_item(out, named.name, *evidence.item) : void(out.null());
    out.key("product").raw(evidence.product->json).key("maker");
    evidence.maker ? out.raw(evidence.maker->json) : out.null();
    out.key("shop");
    evidence.shop ? out.raw(evidence.shop->json) : out.null();
    out.key("custody");
    evidence.item ? write_custody(out, *evidence.item, evidence.outer()) : void(out.null());
}

void write_proof(JsonWriter& out, const Evidence& evidence, const SignedTip& tip) {
    out.key("proof").begin_array().raw(evidence.item_proof);
    for (const auto& [key, record] : evidence.proven) out.raw(record->proof_json);
    out.end_array();
    // Base64 needs no escape, and the tip has it ready.
    out.key("header").raw("\"" + tip.header_base64 + "\"").key("certificate").raw("\"" + tip.certificate_base64 + "\"");
}

}  // namespace

Result<NamedItem, RpcError> name_item(const VerifyRequest& request) {
    const bool by_uri = request.uri && !request.gtin && !request.serial && !request.commitment;
    if (by_uri) return from_uri(*request.uri);
    const bool by_parts = request.gtin && !request.uri && request.serial.has_value() != request.commitment.has_value();
    if (!by_parts) return bad_name("item_name", "An item is named in exactly one of three ways.");
    return request.serial ? from_serial(*request.gtin, *request.serial)
                          : from_commitment(*request.gtin, *request.commitment);
}

HandlerError write_verify(const Services& services, const VerifyRequest& request, JsonWriter& out) {
    HANDLER_TRY(const NamedItem named, name_item(request));
    if (!services.node.synced())
        return RpcError{ErrorCode::kFault, "This node has lost touch with the chain, and does not judge by what it had seen.",
                        "not_synced", "Ask another node, or wait until status says synced.", {}};
    const std::unique_ptr<ReadView> view = services.node.read();
    const SignedTip& tip = view->tip();
    HANDLER_TRY(const VerdictContext context, context_of(request, named, tip.header.time, services.clock()));
    Evidence evidence;
    const WithProof with_proof = request.proof ? WithProof::kYes : WithProof::kNo;
    const Status gathered = Gatherer(services, *view, with_proof, evidence).gather(named, context);
    if (!gathered.ok()) return from_error(gathered.error());
    out.begin_object();
    write_verdict(out, judge_evidence(evidence, context), context.purpose);
    write_answer(out, named, evidence);
    out.field("height", tip.header.height.value).field("time_ms", tip.header.time.ms);
    if (request.proof) write_proof(out, evidence, tip);
    out.end_object();
    return std::nullopt;
}

}  // namespace touchstone::rpc
