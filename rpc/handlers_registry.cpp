// product_get, product_list, lot_get, org_get, org_list, licence_get, recall_list.
#include "ledger/identifiers/gs1.h"
#include "ledger/records/index.h"
#include "rpc/answer_parts.h"
#include "rpc/record_json.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

Result<std::string, RpcError> asked_gtin(const Params& params) {
    HANDLER_TRY(const std::string text, params.required_text("gtin"));
    auto gtin = ledger::to_gtin14(text);
    if (!gtin.ok()) return bad_input(gtin.error());
    return *std::move(gtin);
}

template <class Record>
HandlerError write_one(const CallContext& context, const Hash256& key, std::string_view what, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const std::optional<Record> record, read_record<Record>(*view, key));
    if (!record) return not_found("There is no such " + std::string(what) + ".");
    write_record(out, *record);
    return std::nullopt;
}

// How many items there are, if the caller may know it.
Result<std::optional<std::uint64_t>, RpcError> volume_of(const ReadView& view, const Hash256& volume_key) {
    HANDLER_TRY(const auto volume, read_record<ledger::VolumeRecord>(view, volume_key));
    return std::optional(volume ? volume->registered : 0);
}

HandlerError write_product(const CallContext& context, const ReadView& view, const std::string& gtin, JsonWriter& out) {
    HANDLER_TRY(const auto product, read_record<ledger::ProductRecord>(view, ledger::product_key(gtin)));
    if (!product) return not_found("There is no such product.");
    std::optional<std::uint64_t> registered;
    if (context.caller->sees(product->brand)) {
        HANDLER_TRY(registered, volume_of(view, ledger::product_volume_key(gtin)));
    }
    write_with_volume(out, *product, registered);
    return std::nullopt;
}

HandlerError product_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    return write_product(context, *context.node().read(), gtin, out);
}

// The product's brand, a manufacturer that has or had a licence for it, overseers.
HandlerError check_rights_in(const CallContext& context, const ReadView& view, const std::string& gtin) {
    HANDLER_TRY(const auto product, read_record<ledger::ProductRecord>(view, ledger::product_key(gtin)));
    if (product && context.caller->sees(product->brand)) return std::nullopt;
    HANDLER_TRY(const auto licence,
                read_record<ledger::LicenceRecord>(view, ledger::licence_key(gtin, context.caller->organisation)));
    if (licence || context.caller->oversees()) return std::nullopt;
    return access_denied(Access::kOwnOrOverseer);
}

HandlerError lot_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    HANDLER_TRY(const std::string name, params.required_text("lot"));
    const auto view = context.node().read();
    if (auto refused = check_rights_in(context, *view, gtin)) return refused;
    HANDLER_TRY(const auto lot, read_record<ledger::LotRecord>(*view, ledger::lot_key(gtin, name)));
    if (!lot) return not_found("There is no such lot.");
    HANDLER_TRY(const auto registered, volume_of(*view, ledger::lot_volume_key(gtin, name)));
    write_with_volume(out, *lot, registered);
    return std::nullopt;
}

HandlerError org_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string id, params.required_text("id"));
    return write_one<ledger::OrganisationRecord>(context, ledger::organisation_key(id), "organisation", out);
}

HandlerError licence_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    HANDLER_TRY(const std::string manufacturer, params.required_text("manufacturer"));
    HANDLER_TRY(const auto product,
                read_record<ledger::ProductRecord>(*context.node().read(), ledger::product_key(gtin)));
    if (!product || !context.caller->sees(product->brand))
        if (auto refused = check_own(*context.caller, manufacturer)) return refused;
    return write_one<ledger::LicenceRecord>(context, ledger::licence_key(gtin, manufacturer), "licence", out);
}

// -- lists: a page of index keys first, then their records, all from one view

template <class Record>
HandlerError write_entry(const ReadView& view, const Hash256& key, JsonWriter& out) {
    HANDLER_TRY(const std::optional<Record> record, read_record<Record>(view, key));
    if (!record) return index_fault();
    write_record(out, *record);
    return std::nullopt;
}

HandlerError product_list(const CallContext& context, const Params& params, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const IndexPage page, index_page(*view, params, ledger::product_index_prefix()));
    out.begin_object().key("products").begin_array();
    for (const Bytes& key : page.keys) {
        const auto gtin = ledger::parse_product_index(key);
        if (!gtin) return index_fault();
        if (auto error = write_product(context, *view, *gtin, out))
            return error->code == ErrorCode::kNotFound ? index_fault() : error;
    }
    write_page_end(out, page);
    return std::nullopt;
}

HandlerError org_list(const CallContext& context, const Params& params, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const IndexPage page, index_page(*view, params, ledger::organisation_index_prefix()));
    out.begin_object().key("organisations").begin_array();
    for (const Bytes& key : page.keys) {
        const auto id = ledger::parse_organisation_index(key);
        if (!id) return index_fault();
        if (auto error = write_entry<ledger::OrganisationRecord>(*view, ledger::organisation_key(*id), out))
            return error;
    }
    write_page_end(out, page);
    return std::nullopt;
}

Result<std::optional<ledger::RecallMark>, RpcError> recall_of(const ReadView& view, const ledger::ProductEntry& entry) {
    if (entry.name.empty()) {
        HANDLER_TRY(const auto product, read_record<ledger::ProductRecord>(view, ledger::product_key(entry.gtin)));
        return product ? std::optional(product->recall) : std::nullopt;
    }
    HANDLER_TRY(const auto lot, read_record<ledger::LotRecord>(view, ledger::lot_key(entry.gtin, entry.name)));
    return lot ? std::optional(lot->recall) : std::nullopt;
}

HandlerError recall_list(const CallContext& context, const Params& params, JsonWriter& out) {
    std::string gtin;
    if (params.json().contains("gtin")) {
        HANDLER_TRY(gtin, asked_gtin(params));
    }
    const auto view = context.node().read();
    HANDLER_TRY(const IndexPage page, index_page(*view, params, ledger::recall_index_prefix(gtin)));
    out.begin_object().key("recalls").begin_array();
    for (const Bytes& key : page.keys) {
        const auto entry = ledger::parse_recall_index(key);
        if (!entry) return index_fault();
        HANDLER_TRY(const std::optional<ledger::RecallMark> mark, recall_of(*view, *entry));
        if (!mark) return index_fault();
        out.begin_object().field("gtin", entry->gtin).key("lot");
        entry->name.empty() ? out.null() : out.string(entry->name);
        out.field("by", mark->by).field("reason", mark->reason).field("since_ms", mark->since.ms);
        write_countries(out, "countries", mark->countries);
        out.end_object();
    }
    write_page_end(out, page);
    return std::nullopt;
}

std::vector<ParamInfo> page_params() {
    return {{"limit", schema::kLimit, false, "Entries in one answer."},
            {"cursor", schema::kText, false, "Where an earlier answer ended."}};
}

constexpr std::string_view kProductExample =
    R"({"gtin":"09506000134352","brand":"acme","name":"Cream","image_hash":null,"document_hashes":[],"lots_recalled":0,"recall":null,"event_count":1,"event_head":"07…","territories":["CH","FR"],"serial_policy":"warn","registered":null})";
constexpr std::string_view kOrganisationExample =
    R"({"id":"acme","name":"Acme","roles":["brand"],"gln":null,"country":"FR","suspended":false,"council":true,"keys":[{"key":"e5…","purpose":"admin","added":0,"revoked":null}]})";

}  // namespace

std::vector<MethodInfo> registry_methods() {
    const ParamInfo gtin{"gtin", schema::kGtin, true, "GTIN of 8, 12, 13 or 14 digits."};
    std::vector<ParamInfo> recall_params{{"gtin", schema::kGtin, false, "Only this product and its lots."}};
    for (const ParamInfo& param : page_params()) recall_params.push_back(param);
    return {
        {"product_get",
         Access::kPublic,
         "A declared product. `registered`, how many items there are, is told to its brand, and to regulators and "
         "auditors. "
         "`serial_policy` says what registrants' programs do about serials that can be guessed: warn or refuse.",
         {gtin},
         schema::kObject,
         R"({"gtin":"09506000134352"})",
         kProductExample,
         product_get,
         nullptr},
        {"product_list", Access::kMember, "All declared products, by GTIN, as product_get has them.", page_params(),
         schema::kPage, R"({"limit":10})",
         R"({"products":[{"gtin":"09506000134352","brand":"acme","name":"Cream"}],"complete":true,"cursor":null})",
         product_list, nullptr},
        {"lot_get",
         Access::kOwnOrOverseer,
         "A lot of a product.",
         {gtin, {"lot", schema::kText, true, "The lot, AI (10)."}},
         schema::kObject,
         R"({"gtin":"09506000134352","lot":"L42"})",
         R"({"gtin":"09506000134352","lot":"L42","expiry":"2027-12-31","recall":null,"event_count":0,"event_head":"00…","registered":1200})",
         lot_get,
         nullptr},
        {"org_get",
         Access::kPublic,
         "An organisation, its roles and keys.",
         {{"id", schema::kText, true, "The organisation's id."}},
         schema::kObject,
         R"({"id":"acme"})",
         kOrganisationExample,
         org_get,
         nullptr},
        {"org_list", Access::kMember, "All organisations, by id.", page_params(), schema::kPage, R"({"limit":10})",
         R"({"organisations":[{"id":"acme","name":"Acme","roles":["brand"]}],"complete":true,"cursor":null})", org_list,
         nullptr},
        {"licence_get",
         Access::kOwnOrOverseer,
         "What a manufacturer may register for a product, and how much of it is used.",
         {gtin, {"manufacturer", schema::kText, true, "The manufacturer's organisation id."}},
         schema::kObject,
         R"({"gtin":"09506000134352","manufacturer":"maker"})",
         R"({"gtin":"09506000134352","manufacturer":"maker","quota":5000,"used":1200,"from":"2026-01-01","until":"2026-12-31","facility":null,"revoked":false,"revoke_reason":null})",
         licence_get,
         nullptr},
        {"recall_list", Access::kMember, "Recalls in force. lot is null for a recall of the whole product.",
         recall_params, schema::kPage, R"({"gtin":"09506000134352"})",
         R"({"recalls":[{"gtin":"09506000134352","lot":"L42","by":"acme","reason":"wrong label","since_ms":1767225600000,"countries":[]}],"complete":true,"cursor":null})",
         recall_list, nullptr},
    };
}

}  // namespace touchstone::rpc
