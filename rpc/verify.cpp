#include "rpc/verify.h"

#include "base/limits.h"
#include "ledger/identifiers/text.h"
#include "rpc/record_json.h"
#include "rpc/verdict.h"

namespace touchstone::rpc {
namespace {

struct Evidence {
    std::optional<Bytes> item_bytes;
    std::optional<ledger::ItemRecord> item;
    CachedRecordPtr product, lot, maker;
    std::vector<CachedRecordPtr> containers;  // of a packed item, from the inside out
    std::string item_proof;

    const ledger::ContainerRecord* outer() const {
        return containers.empty() ? nullptr : &*containers.back()->container;
    }
};

RpcError bad_name(std::string reason, std::string message) {
    return {ErrorCode::kInvalidParams,
            std::move(message),
            std::move(reason),
            "Name the item as {gtin, serial}, {uri} or {key}.",
            {}};
}

Result<NamedItem, RpcError> from_parts(std::string_view gtin, std::string_view serial) {
    NamedItem named;
    if (ledger::is_gtin14(gtin)) {
        named.gtin = gtin;
    } else {
        auto padded = ledger::to_gtin14(gtin);
        if (!padded.ok()) return bad_input(padded.error());
        named.gtin = *std::move(padded);
    }
    if (!ledger::is_serial(serial)) return bad_name("bad_serial", "A serial has 1 to 20 characters of GS1 set 82.");
    named.key = ledger::item_key(named.gtin, serial);
    return named;
}

Result<NamedItem, RpcError> from_uri(std::string_view uri) {
    auto parsed = ledger::parse_item_name(uri);
    if (!parsed.ok()) return bad_input(parsed.error());
    NamedItem named{ledger::item_key(parsed->gtin, parsed->serial), {}, {}, {}};
    named.gtin = std::move(parsed->gtin);
    named.lot = std::move(parsed->lot);
    named.expiry = std::move(parsed->expiry);
    return named;
}

Status gather_others(const Services& services, const ReadView& view, const NamedItem& named, WithProof with_proof,
                     Evidence& evidence) {
    const std::string& gtin = evidence.item ? evidence.item->gtin : named.gtin;
    if (!gtin.empty()) {
        const RecordName name{RecordKind::kProduct, ledger::product_key(gtin)};
        TRY_ASSIGN(evidence.product, services.cache.get(view, name, with_proof));
    }
    if (!evidence.item) return Ok{};
    if (!evidence.item->lot.empty()) {
        const RecordName name{RecordKind::kLot, ledger::lot_key(gtin, evidence.item->lot)};
        TRY_ASSIGN(evidence.lot, services.cache.get(view, name, with_proof));
    }
    const RecordName name{RecordKind::kOrganisation, ledger::organisation_key(evidence.item->maker)};
    TRY_ASSIGN(evidence.maker, services.cache.get(view, name, with_proof));
    return Ok{};
}

// A pallet's records serve all of its items: they are cached like those of the product.
Status gather_containers(const Services& services, const ReadView& view, WithProof with_proof, Evidence& evidence) {
    if (!evidence.item) return Ok{};
    for (Hash256 at = evidence.item->container; !at.is_zero();) {
        TRY_ASSIGN(CachedRecordPtr container, services.cache.get(view, {RecordKind::kContainer, at}, with_proof));
        const bool sound = container->container && evidence.containers.size() < limits::kContainerLevelsMax;
        if (!sound) return Error{"state_corrupt", "A packed item's containers are damaged on this node."};
        at = container->container->container;
        evidence.containers.push_back(std::move(container));
    }
    return Ok{};
}

Result<Evidence> gather(const Services& services, const ReadView& view, const NamedItem& named, WithProof with_proof) {
    Evidence evidence;
    TRY_ASSIGN(evidence.item_bytes, view.record(named.key));
    if (evidence.item_bytes) {
        TRY_ASSIGN(evidence.item, ledger::ItemRecord::decode(*evidence.item_bytes));
    }
    TRY(gather_others(services, view, named, with_proof, evidence));
    TRY(gather_containers(services, view, with_proof, evidence));
    if (with_proof == WithProof::kYes) {
        TRY_ASSIGN(evidence.item_proof,
                   proof_element(view, RecordName{RecordKind::kItem, named.key}, evidence.item_bytes));
    }
    return evidence;
}

template <class Record>
const Record* pointer(const std::optional<Record>& record) {
    return record ? &*record : nullptr;
}

Result<Verdict, RpcError> judge_evidence(const VerifyRequest& request, const NamedItem& named, const Evidence& evidence,
                                         WallTime now) {
    VerdictContext context{now, request.lot, std::nullopt, request.country};
    if (request.country && !ledger::is_country(*request.country))
        return invalid_params("country: two capital letters, ISO 3166-1 alpha-2.");
    if (!context.lot && !named.lot.empty()) context.lot = named.lot;
    const std::string_view expiry = request.expiry.value_or(named.expiry);
    if (request.expiry || !expiry.empty()) {
        context.expiry = parse_expiry(expiry, now);
        if (!context.expiry) return invalid_params("expiry: a date as YYYY-MM-DD or YYMMDD.");
    }
    VerdictRecords records;
    records.item = pointer(evidence.item);
    records.product = evidence.product ? pointer(evidence.product->product) : nullptr;
    records.lot = evidence.lot ? pointer(evidence.lot->lot) : nullptr;
    records.maker = evidence.maker ? pointer(evidence.maker->organisation) : nullptr;
    records.outer = evidence.outer();
    records.product_read = evidence.product != nullptr;
    return judge(records, context);
}

void write_answer(JsonWriter& out, const NamedItem& named, const Verdict& verdict, const Evidence& evidence) {
    out.field("verdict", name_of(verdict.kind)).key("reasons").begin_array();
    for (const Reason reason : verdict.reasons) out.string(info(reason).code);
    out.end_array().key("item");
    evidence.item ? write_item(out, named.key, *evidence.item) : void(out.null());
    out.key("product");
    evidence.product ? out.raw(evidence.product->json) : out.null();
    out.key("lot");
    evidence.lot ? out.raw(evidence.lot->json) : out.null();
    out.key("maker");
    evidence.maker ? out.raw(evidence.maker->json) : out.null();
    out.key("custody");
    evidence.item ? write_custody(out, *evidence.item, evidence.outer()) : void(out.null());
}

void write_proof(JsonWriter& out, const Evidence& evidence, const SignedTip& tip) {
    out.key("proof").begin_array().raw(evidence.item_proof);
    for (const CachedRecordPtr& record : {evidence.product, evidence.lot, evidence.maker})
        if (record) out.raw(record->proof_json);
    for (const CachedRecordPtr& record : evidence.containers) out.raw(record->proof_json);
    out.end_array();
    // Base64 needs no escape, and the tip has it ready.
    out.key("header").raw("\"" + tip.header_base64 + "\"").key("certificate").raw("\"" + tip.certificate_base64 + "\"");
}

}  // namespace

Result<NamedItem, RpcError> name_item(const VerifyRequest& request) {
    const int ways = (request.gtin || request.serial ? 1 : 0) + (request.uri ? 1 : 0) + (request.key ? 1 : 0);
    if (ways != 1) return bad_name("item_name", "An item is named in exactly one of three ways.");
    if (request.key) {
        const auto key = Hash256::from_hex(*request.key);
        if (!key) return bad_name("bad_key", "An item key is 64 hexadecimal digits.");
        return NamedItem{*key, {}, {}, {}};
    }
    if (request.uri) return from_uri(*request.uri);
    if (!request.gtin || !request.serial) return bad_name("item_name", "gtin and serial belong together.");
    return from_parts(*request.gtin, *request.serial);
}

HandlerError write_verify(const Services& services, const VerifyRequest& request, JsonWriter& out) {
    HANDLER_TRY(const NamedItem named, name_item(request));
    const std::unique_ptr<ReadView> view = services.node.read();
    const auto evidence = gather(services, *view, named, request.proof ? WithProof::kYes : WithProof::kNo);
    if (!evidence.ok()) return from_error(evidence.error());
    const SignedTip& tip = view->tip();
    HANDLER_TRY(const Verdict verdict, judge_evidence(request, named, *evidence, tip.header.time));
    out.begin_object();
    write_answer(out, named, verdict, *evidence);
    out.field("height", tip.header.height.value);
    if (request.proof) write_proof(out, *evidence, tip);
    out.end_object();
    return std::nullopt;
}

}  // namespace touchstone::rpc
