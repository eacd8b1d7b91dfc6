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
    CachedRecordPtr product, maker;
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

Status gather_others(const Services& services, const ReadView& view, const NamedItem& named, WithProof with_proof,
                     Evidence& evidence) {
    const RecordName product{RecordKind::kProduct, ledger::product_key(named.name.gtin)};
    TRY_ASSIGN(evidence.product, services.cache.get(view, product, with_proof));
    if (!evidence.item) return Ok{};
    const RecordName name{RecordKind::kOrganisation, ledger::organisation_key(evidence.item->maker)};
    TRY_ASSIGN(evidence.maker, services.cache.get(view, name, with_proof));
    return Ok{};
}

// A pallet's records serve all of its items: they are cached like those of the product.
Status gather_containers(const Services& services, const ReadView& view, WithProof with_proof, Evidence& evidence) {
    if (!evidence.item) return Ok{};
    for (ledger::StateKey at = evidence.item->container; !at.is_zero();) {
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
    TRY_ASSIGN(evidence.item_bytes, view.record(named.name.key()));
    if (evidence.item_bytes) {
        TRY_ASSIGN(evidence.item, ledger::ItemRecord::decode(*evidence.item_bytes));
    }
    TRY(gather_others(services, view, named, with_proof, evidence));
    TRY(gather_containers(services, view, with_proof, evidence));
    if (with_proof == WithProof::kYes) {
        TRY_ASSIGN(evidence.item_proof,
                   proof_element(view, RecordName{RecordKind::kItem, named.name.key()}, evidence.item_bytes));
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
    records.maker = evidence.maker ? pointer(evidence.maker->organisation) : nullptr;
    records.outer = evidence.outer();
    records.product_read = evidence.product != nullptr;
    return judge(records, context);
}

void write_answer(JsonWriter& out, const NamedItem& named, const Verdict& verdict, const Evidence& evidence) {
    out.field("verdict", name_of(verdict.kind)).key("reasons").begin_array();
    for (const Reason reason : verdict.reasons) out.string(info(reason).code);
    out.end_array().key("item");
    evidence.item ? write_item(out, named.name, *evidence.item) : void(out.null());
    out.key("product");
    evidence.product ? out.raw(evidence.product->json) : out.null();
    out.key("maker");
    evidence.maker ? out.raw(evidence.maker->json) : out.null();
    out.key("custody");
    evidence.item ? write_custody(out, *evidence.item, evidence.outer()) : void(out.null());
}

void write_proof(JsonWriter& out, const Evidence& evidence, const SignedTip& tip) {
    out.key("proof").begin_array().raw(evidence.item_proof);
    for (const CachedRecordPtr& record : {evidence.product, evidence.maker})
        if (record) out.raw(record->proof_json);
    for (const CachedRecordPtr& record : evidence.containers) out.raw(record->proof_json);
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
