// item_verify, item_get, item_history, item_proof.
#include "rpc/answer_parts.h"
#include "rpc/item_params.h"
#include "rpc/record_json.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

HandlerError item_verify(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const ItemParams named, ItemParams::from(params));
    HANDLER_TRY(const std::optional<std::string> lot, params.text("lot"));
    HANDLER_TRY(const std::optional<std::string> expiry, params.text("expiry"));
    HANDLER_TRY(const std::optional<std::string> country, params.text("country"));
    HANDLER_TRY(const std::optional<std::string> purpose, params.text("purpose"));
    HANDLER_TRY(const std::optional<std::string> seller, params.text("seller"));
    HANDLER_TRY(const std::optional<bool> proof, params.boolean("proof"));
    VerifyRequest request = named.request();
    if (lot) request.lot = *lot;
    if (expiry) request.expiry = *expiry;
    if (country) request.country = *country;
    if (purpose) request.purpose = *purpose;
    if (seller) request.seller = *seller;
    request.proof = proof.value_or(true);
    return write_verify(context.services, request, out);
}

Result<NamedItem, RpcError> asked_item(const Params& params) {
    HANDLER_TRY(const ItemParams named, ItemParams::from(params));
    return name_item(named.request());
}

struct FoundItem {
    std::optional<Bytes> bytes;
    std::optional<ledger::ItemRecord> item;
};

Result<FoundItem, RpcError> find_item(const ReadView& view, const ledger::StateKey& key) {
    auto bytes = view.record(key);
    if (!bytes.ok()) return from_error(bytes.error());
    FoundItem found{*std::move(bytes), std::nullopt};
    if (!found.bytes) return found;
    auto item = ledger::ItemRecord::decode(*found.bytes);
    if (!item.ok()) return from_error(item.error());
    found.item = *std::move(item);
    return found;
}

HandlerError item_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const NamedItem named, asked_item(params));
    const auto view = context.node().read();
    HANDLER_TRY(const FoundItem found, find_item(*view, named.name.key()));
    if (!found.item) return not_found("No such item was ever registered. item_verify answers with a proof of that.");
    write_item(out, named.name, *found.item);
    return std::nullopt;
}

HandlerError item_proof(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const NamedItem named, asked_item(params));
    const ledger::StateKey key = named.name.key();
    const auto view = context.node().read();
    HANDLER_TRY(const FoundItem found, find_item(*view, key));
    out.begin_object().field("registered", found.item.has_value());
    if (auto error = write_proven(out, *view, {RecordKind::kItem, key}, found.bytes)) return error;
    out.end_object();
    return std::nullopt;
}

HandlerError item_history(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const NamedItem named, asked_item(params));
    HANDLER_TRY(const EventRange range, asked_events(context, params));
    const ledger::StateKey key = named.name.key();
    const auto view = context.node().read();
    HANDLER_TRY(const FoundItem found, find_item(*view, key));
    const std::uint32_t count = found.item ? found.item->event_count : 0;
    const Hash256 head = found.item ? found.item->event_head : Hash256{};
    out.begin_object().field("gtin", named.name.gtin).field_hex("commitment", named.name.commitment.view());
    if (auto error = write_event_page(out, *view, key, count, range)) return error;
    out.field("event_count", count).field_hex("head", head.view());
    if (auto error = write_proven(out, *view, {RecordKind::kItem, key}, found.bytes)) return error;
    out.end_object();
    return std::nullopt;
}

std::vector<ParamInfo> with(std::vector<ParamInfo> more) {
    std::vector<ParamInfo> params = item_param_infos();
    params.insert(params.end(), more.begin(), more.end());
    return params;
}

constexpr std::string_view kPurposeSchema =
    R"({"type":"string","enum":["buy_new","own","resale","dispense","inspect"],"default":"own"})";
constexpr std::string_view kVerifySchema =
    R"({"type":"object","required":["verdict","purpose","action","reasons","height","time_ms"],)"
    R"("properties":{"verdict":{"enum":["genuine","caution","unknown"]},)"
    R"("purpose":{"enum":["buy_new","own","resale","dispense","inspect"]},)"
    R"("action":{"enum":["keep","buy","ask","do_not_use","take_down","report"]},)"
    R"("reasons":{"type":"array","items":{"type":"string"}},"actions":{"type":"array","items":{"type":"string"}},"item":{"type":["object","null"]},)"
    R"("product":{"type":["object","null"]},"maker":{"type":["object","null"]},)"
    R"("shop":{"type":["object","null"]},"custody":{"type":["object","null"]},)"
    R"("height":{"type":"integer"},"time_ms":{"type":"integer"},"proof":{"type":"array"},)"
    R"("header":{"type":"string"},"certificate":{"type":"string"}}})";

}  // namespace

Result<ItemParams, RpcError> ItemParams::from(const Params& params) {
    const auto item = params.json().find("item");
    nlohmann::json names = params.json();
    if (item != params.json().end() && !item->is_null()) {
        for (const char* name : {"gtin", "serial", "uri", "commitment"})
            if (params.json().contains(name)) return invalid_params("Name the item in `item` or beside it, not both.");
        if (item->is_string())
            names = {{"uri", *item}};
        else if (item->is_object())
            names = *item;
        else
            return invalid_params("item: an object or a URI.");
    }
    if (names.contains("key")) return named_by_key();
    const Params source(std::move(names));
    ItemParams named;
    HANDLER_TRY(named.gtin, source.text("gtin"));
    HANDLER_TRY(named.serial, source.text("serial"));
    HANDLER_TRY(named.uri, source.text("uri"));
    HANDLER_TRY(named.commitment, source.text("commitment"));
    return named;
}

VerifyRequest ItemParams::request() const {
    VerifyRequest request;
    if (gtin) request.gtin = *gtin;
    if (serial) request.serial = *serial;
    if (uri) request.uri = *uri;
    if (commitment) request.commitment = *commitment;
    return request;
}

std::vector<ParamInfo> item_param_infos() {
    return {
        {"item", schema::kItem, false,
         "The item, as {gtin, serial}, {uri} or {gtin, commitment}, or its URI; or give these beside."},
        {"gtin", schema::kGtin, false, "GTIN of 8, 12, 13 or 14 digits; with serial or commitment."},
        {"serial", schema::kSerial, false, "The serial, AI (21)."},
        {"uri", schema::kText, false, "GS1 Digital Link, EPC URI or (01)…(21)… element string."},
        {"commitment", schema::kHash, false,
         "In the place of the serial: SHA-256(\"touchstone/serial/1\" || GTIN-14 || serial)."},
    };
}

std::vector<MethodInfo> item_methods() {
    return {
        {"item_verify", Access::kPublic,
         "What may be said of an item, with a proof of every record it rests on, or of the item's absence. `action` is the most "
         "urgent of `actions`, one for each reason; `time_ms` is the time of the block: how old the answer is. A node that "
         "is not in touch with the chain answers `not_synced`.",
         with({{"lot", schema::kText, false, "The lot printed on the item."},
               {"expiry", schema::kText, false, "The expiry date printed on the item: YYYY-MM-DD or YYMMDD."},
               {"country", schema::kText, false,
                "Where the item is offered, ISO 3166-1 alpha-2: judges territories, and recalls limited to countries."},
               {"purpose", kPurposeSchema, false,
                "Why you ask: buy_new (it is offered as new), own (it is yours), resale (it is offered second-hand), "
                "dispense, inspect. What a fact weighs, and what to do, depends on it; default own."},
               {"seller", schema::kText, false,
                "Who offers or sold the item: an organisation's id, or a shop's pseudonym. Judges whether he has it."},
               {"proof", schema::kBoolean, false, "false leaves out proof, header and certificate; default true."}}),
         kVerifySchema, R"({"gtin":"09506000134352","serial":"7HK2M9QX4TBA","lot":"L42"})",
         R"({"verdict":"genuine","purpose":"own","action":"keep","reasons":[],"actions":[],"item":{"gtin":"09506000134352","commitment":"b2…","lot":"L42","state":"active"},"product":{"gtin":"09506000134352","brand":"acme","name":"Cream"},"maker":{"id":"acme"},"shop":null,"custody":{"custodian":"acme","owner":"acme","receiver":null,"state":"active"},"height":7,"time_ms":1767225600000,"proof":[{"kind":"item","key":"f6…","record":"AQAA…","path":"AAIA…"}],"header":"AAFd…","certificate":"AAAA…"})",
         item_verify, nullptr},
        {"item_get", Access::kPublic, "The item's record.", item_param_infos(), schema::kObject,
         R"({"gtin":"09506000134352","commitment":"b2…"})",
         R"({"gtin":"09506000134352","commitment":"b2…","lot":"L42","expiry":"2027-12-31","made_on":null,"state":"active","flags":[{"flag":"suspect","by":"customs"}],"maker":"acme","owner":"acme","custodian":"acme","receiver":null,"facility":null,"container":null,"offered_to":null,"ended_at_ms":null,"ended_by":null,"registered_at_ms":1767225600000,"event_count":2,"event_head":"07…","open_reports":0,"returns":0,"cancelled_sales":0,"shop":null,"reclaimed_to":null})",
         item_get, nullptr},
        {"item_history", Access::kPublic,
         "Everything that happened to an item, oldest first, and the proof of its record: whoever hashes all events "
         "arrives at the record's event_head, or something is missing. A correction has `corrects`, the number of the "
         "event "
         "that it declares wrong; that event has `corrected_by` when the correction is on the same page.",
         with({{"limit", schema::kLimit, false, "Events in one answer."},
               {"cursor", schema::kText, false, "Where an earlier answer ended."}}),
         schema::kPage, R"({"uri":"https://id.gs1.org/01/09506000134352/21/7HK2M9QX4TBA"})",
         R"({"gtin":"09506000134352","commitment":"b2…","events":[{"kind":"registered","sequence":0,"height":7,"time_ms":1767225600000,"transaction":"d4…","actor":"acme","other":null,"detail":null,"biz_step":"commissioning","disposition":"active","bytes":"AQIA…"}],"complete":true,"cursor":null,"event_count":1,"head":"07…","proof":[{"kind":"item","key":"f6…","record":"AQAA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})",
         item_history, nullptr},
        {"item_proof", Access::kPublic, "The item's record, or its absence, with the proof.", item_param_infos(),
         schema::kObject, R"({"gtin":"09506000134352","commitment":"b2…"})",
         R"({"registered":true,"proof":[{"kind":"item","key":"f6…","record":"AQAA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})",
         item_proof, nullptr},
    };
}

}  // namespace touchstone::rpc
