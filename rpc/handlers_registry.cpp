// product_get, product_list, lot_get, org_get, org_list, licence_get, recall_list.
#include "ledger/gs1.h"
#include "ledger/index.h"
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

HandlerError product_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    return write_one<ledger::ProductRecord>(context, ledger::product_key(gtin), "product", out);
}

HandlerError lot_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    HANDLER_TRY(const std::string lot, params.required_text("lot"));
    return write_one<ledger::LotRecord>(context, ledger::lot_key(gtin, lot), "lot", out);
}

HandlerError org_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string id, params.required_text("id"));
    return write_one<ledger::OrganisationRecord>(context, ledger::organisation_key(id), "organisation", out);
}

HandlerError licence_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    HANDLER_TRY(const std::string manufacturer, params.required_text("manufacturer"));
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
        if (auto error = write_entry<ledger::ProductRecord>(*view, ledger::product_key(*gtin), out)) return error;
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
    R"({"gtin":"09506000134352","brand":"acme","name":"Cream","image_hash":null,"document_hashes":[],"registered":1200,"lots_recalled":0,"recall":null,"event_count":1,"event_head":"07…","territories":["CH","FR"]})";
constexpr std::string_view kOrganisationExample =
    R"({"id":"acme","name":"Acme","roles":["brand"],"gln":null,"country":"FR","suspended":false,"council":true,"keys":[{"key":"e5…","purpose":"admin","added":0,"revoked":null}]})";

}  // namespace

std::vector<MethodInfo> registry_methods() {
    const ParamInfo gtin{"gtin", schema::kGtin, true, "GTIN of 8, 12, 13 or 14 digits."};
    std::vector<ParamInfo> recall_params{{"gtin", schema::kGtin, false, "Only this product and its lots."}};
    for (const ParamInfo& param : page_params()) recall_params.push_back(param);
    return {
        {"product_get",
         "A declared product.",
         {gtin},
         schema::kObject,
         R"({"gtin":"09506000134352"})",
         kProductExample,
         product_get,
         nullptr},
        {"product_list", "All declared products, by GTIN.", page_params(), schema::kPage, R"({"limit":10})",
         R"({"products":[{"gtin":"09506000134352","brand":"acme","name":"Cream"}],"complete":true,"cursor":null})",
         product_list, nullptr},
        {"lot_get",
         "A lot of a product.",
         {gtin, {"lot", schema::kText, true, "The lot, AI (10)."}},
         schema::kObject,
         R"({"gtin":"09506000134352","lot":"L42"})",
         R"({"gtin":"09506000134352","lot":"L42","expiry":"2027-12-31","registered":1200,"recall":null,"event_count":0,"event_head":"00…"})",
         lot_get,
         nullptr},
        {"org_get",
         "An organisation, its roles and keys.",
         {{"id", schema::kText, true, "The organisation's id."}},
         schema::kObject,
         R"({"id":"acme"})",
         kOrganisationExample,
         org_get,
         nullptr},
        {"org_list", "All organisations, by id.", page_params(), schema::kPage, R"({"limit":10})",
         R"({"organisations":[{"id":"acme","name":"Acme","roles":["brand"]}],"complete":true,"cursor":null})", org_list,
         nullptr},
        {"licence_get",
         "What a manufacturer may register for a product, and how much of it is used.",
         {gtin, {"manufacturer", schema::kText, true, "The manufacturer's organisation id."}},
         schema::kObject,
         R"({"gtin":"09506000134352","manufacturer":"maker"})",
         R"({"gtin":"09506000134352","manufacturer":"maker","quota":5000,"used":1200,"from":"2026-01-01","until":"2026-12-31","facility":null,"revoked":false,"revoke_reason":null})",
         licence_get,
         nullptr},
        {"recall_list", "Recalls in force. lot is null for a recall of the whole product.", recall_params,
         schema::kPage, R"({"gtin":"09506000134352"})",
         R"({"recalls":[{"gtin":"09506000134352","lot":"L42","by":"acme","reason":"wrong label","since_ms":1767225600000,"countries":[]}],"complete":true,"cursor":null})",
         recall_list, nullptr},
    };
}

}  // namespace touchstone::rpc
