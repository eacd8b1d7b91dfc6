// product_get, product_history, product_list, lot_get, lot_list, org_get, org_list, licence_get, recall_list.
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
HandlerError write_one(const CallContext& context, const ledger::StateKey& key, std::string_view what, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const std::optional<Record> record, read_record<Record>(*view, key));
    if (!record) return not_found("There is no such " + std::string(what) + ".");
    write_record(out, *record);
    return std::nullopt;
}

// How many items there are, if the caller may know it.
Result<std::optional<std::uint64_t>, RpcError> volume_of(const ReadView& view, const ledger::StateKey& volume_key) {
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

// What was ever declared, amended, recalled and lifted: a recall that is over is still somebody's to know.
HandlerError product_history(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    HANDLER_TRY(const EventRange range, asked_events(context, params));
    const ledger::StateKey key = ledger::product_key(gtin);
    const auto view = context.node().read();
    HANDLER_TRY(const auto product, read_record<ledger::ProductRecord>(*view, key));
    const std::uint32_t count = product ? product->event_count : 0;
    out.begin_object().field("gtin", gtin);
    if (auto error = write_event_page(out, *view, key, count, range)) return error;
    out.field("event_count", count).field_hex("head", (product ? product->event_head : Hash256{}).view());
    if (auto error = write_proven(out, *view, {RecordKind::kProduct, key})) return error;
    out.end_object();
    return std::nullopt;
}

// Whose lots of a product the caller may see.
enum class LotRights { kNone, kOwn, kAll };

// The product's brand and overseers see all; a manufacturer that has or had a licence sees what it made itself.
Result<LotRights, RpcError> lot_rights(const CallContext& context, const ReadView& view, const std::string& gtin) {
    HANDLER_TRY(const auto product, read_record<ledger::ProductRecord>(view, ledger::product_key(gtin)));
    if (context.caller->oversees() || (product && context.caller->sees(product->brand))) return LotRights::kAll;
    HANDLER_TRY(const auto licence,
                read_record<ledger::LicenceRecord>(view, ledger::licence_key(gtin, context.caller->organisation)));
    return licence ? LotRights::kOwn : LotRights::kNone;
}

HandlerError lot_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    HANDLER_TRY(const std::string name, params.required_text("lot"));
    const auto view = context.node().read();
    HANDLER_TRY(const LotRights rights, lot_rights(context, *view, gtin));
    if (rights == LotRights::kNone) return access_denied(Access::kOwnOrOverseer);
    HANDLER_TRY(const auto lot, read_record<ledger::LotRecord>(*view, ledger::lot_key(gtin, name)));
    const std::string& self = context.caller->organisation;
    // Who may see its own lots alone does not learn from this that there is another's of that number.
    if (!lot || (rights == LotRights::kOwn && lot->of(self) == nullptr)) return not_found("There is no such lot.");
    if (rights == LotRights::kOwn) {
        write_lot(out, *lot, self, std::nullopt);
        return std::nullopt;
    }
    HANDLER_TRY(const auto registered, volume_of(*view, ledger::lot_volume_key(gtin, name)));
    write_lot(out, *lot, {}, registered);
    return std::nullopt;
}

// All that the caller may see: of the brand and of overseers every lot; of a maker its own, by an index of its own, so
// that neither the cursor nor the number of pages tells of others'.
HandlerError lot_list(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string gtin, asked_gtin(params));
    const auto view = context.node().read();
    HANDLER_TRY(const LotRights rights, lot_rights(context, *view, gtin));
    if (rights == LotRights::kNone) return access_denied(Access::kOwnOrOverseer);
    const bool all = rights == LotRights::kAll;
    const std::string& self = context.caller->organisation;
    HANDLER_TRY(const IndexPage page,
                index_page(context, *view, params,
                           all ? ledger::lot_index_prefix(gtin) : ledger::maker_lot_index_prefix(gtin, self)));
    out.begin_object().key("lots").begin_array();
    for (const Bytes& entry : page.keys) {
        const auto named = all ? ledger::parse_lot_index(entry) : std::nullopt;
        const auto name = named ? std::optional(named->name) : ledger::parse_maker_lot_index(entry);
        if (!name) return index_fault();
        HANDLER_TRY(const auto lot, read_record<ledger::LotRecord>(*view, ledger::lot_key(gtin, *name)));
        if (!lot || (!all && lot->of(self) == nullptr)) return index_fault();
        write_lot(out, *lot, all ? std::string_view() : std::string_view(self), std::nullopt);
    }
    write_page_end(out, page);
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
HandlerError write_entry(const ReadView& view, const ledger::StateKey& key, JsonWriter& out) {
    HANDLER_TRY(const std::optional<Record> record, read_record<Record>(view, key));
    if (!record) return index_fault();
    write_record(out, *record);
    return std::nullopt;
}

HandlerError product_list(const CallContext& context, const Params& params, JsonWriter& out) {
    const auto view = context.node().read();
    HANDLER_TRY(const IndexPage page, index_page(context, *view, params, ledger::product_index_prefix()));
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
    HANDLER_TRY(const IndexPage page, index_page(context, *view, params, ledger::organisation_index_prefix()));
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

// The recalls in force that name this lot, or no lot.
HandlerError write_recalls(const ReadView& view, const ledger::ProductEntry& entry, JsonWriter& out) {
    HANDLER_TRY(const auto product, read_record<ledger::ProductRecord>(view, ledger::product_key(entry.gtin)));
    if (!product) return index_fault();
    for (const ledger::RecallMark& recall : product->recalls) {
        if (recall.scope.lot != entry.name) continue;
        out.begin_object().field("gtin", entry.gtin);
        write_recall_fields(out, recall);
        out.end_object();
    }
    return std::nullopt;
}

HandlerError recall_list(const CallContext& context, const Params& params, JsonWriter& out) {
    std::string gtin;
    if (params.json().contains("gtin")) {
        HANDLER_TRY(gtin, asked_gtin(params));
    }
    const auto view = context.node().read();
    HANDLER_TRY(const IndexPage page, index_page(context, *view, params, ledger::recall_index_prefix(gtin)));
    out.begin_object().key("recalls").begin_array();
    for (const Bytes& key : page.keys) {
        const auto entry = ledger::parse_recall_index(key);
        if (!entry) return index_fault();
        if (auto error = write_recalls(*view, *entry, out)) return error;
    }
    write_page_end(out, page);
    return std::nullopt;
}

std::vector<ParamInfo> page_params() {
    return {{"limit", schema::kLimit, false, "Entries in one answer."},
            {"cursor", schema::kText, false, "Where an earlier answer ended."}};
}

constexpr std::string_view kProductExample =
    R"({"gtin":"09506000134352","brand":"acme","name":"Cream","image_hash":null,"document_hashes":[],"recalls":[{"by":"acme","as_brand":true,"lot":"L42","maker":null,"made_from":null,"made_until":null,"reason":"wrong label","since_ms":1767225600000,"countries":[]}],"event_count":2,"event_head":"07…","territories":["CH","FR"],"territories_since_ms":1767225600000,"serial_policy":"warn","offered_to":null,"return_points":[],"revoked_licences":[],"registered":null})";
constexpr std::string_view kOrganisationExample =
    R"({"id":"acme","name":"Acme","roles":["brand"],"gln":null,"country":"FR","suspended":false,"suspended_at_ms":null,"council":true,"prefixes":["9506000"],"keys":[{"key":"e5…","purpose":"admin","added":0,"revoked":null}]})";

}  // namespace

std::vector<MethodInfo> registry_methods() {
    const ParamInfo gtin{"gtin", schema::kGtin, true, "GTIN of 8, 12, 13 or 14 digits."};
    std::vector<ParamInfo> recall_params{{"gtin", schema::kGtin, false, "Only this product and its lots."}};
    for (const ParamInfo& param : page_params()) recall_params.push_back(param);
    std::vector<ParamInfo> lot_params{gtin};
    for (const ParamInfo& param : page_params()) lot_params.push_back(param);
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
        {"product_history", Access::kPublic,
         "Everything that happened to a product, oldest first, with the proof of its record, as item_history has it of an "
         "item: declared, amended, recalled and lifted, its territories, handed over. Recalls of lots are here too, those "
         "that are over as well.",
         {gtin, {"limit", schema::kLimit, false, "Events in one answer."},
          {"cursor", schema::kText, false, "Where an earlier answer ended."}},
         schema::kPage, R"({"gtin":"09506000134352"})",
         R"({"gtin":"09506000134352","events":[{"kind":"recall_lifted","sequence":2,"height":9,"time_ms":1767225600000,"transaction":"d4…","actor":"acme","other":null,"detail":"lot L42: tested","biz_step":null,"disposition":null,"bytes":"AQIA…"}],"complete":true,"cursor":null,"event_count":3,"head":"07…","proof":[{"kind":"product","key":"5e…","record":"AQAA…","path":"AAIA…"}],"height":9,"header":"AAFd…","certificate":"AAAA…"})",
         product_history, nullptr},
        {"product_list", Access::kMember, "All declared products, by GTIN, as product_get has them.", page_params(),
         schema::kPage, R"({"limit":10})",
         R"({"products":[{"gtin":"09506000134352","brand":"acme","name":"Cream"}],"complete":true,"cursor":null})",
         product_list, nullptr},
        {"lot_get",
         Access::kOwnOrOverseer,
         "A lot number of a product: what each maker made of it. Makers number their lots each for himself; a maker that "
         "is not the brand sees its own.",
         {gtin, {"lot", schema::kText, true, "The lot, AI (10)."}},
         schema::kObject,
         R"({"gtin":"09506000134352","lot":"L42"})",
         R"({"gtin":"09506000134352","lot":"L42","makers":[{"maker":"works","expiry":"2027-12-31","items":1200}],"registered":1200})",
         lot_get,
         nullptr},
        {"lot_list",
         Access::kOwnOrOverseer,
         "The lots of a product that the caller may see, as lot_get has each, by number.",
         lot_params,
         schema::kPage,
         R"({"gtin":"09506000134352"})",
         R"({"lots":[{"gtin":"09506000134352","lot":"L42","makers":[{"maker":"works","expiry":"2027-12-31","items":1200}],"registered":null}],"complete":true,"cursor":null})",
         lot_list,
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
         R"({"gtin":"09506000134352","manufacturer":"maker","quota":5000,"used":1200,"from":"2026-01-01","until":"2026-12-31","facility":null,"revoked":false,"revoke_reason":null,"revoked_at_ms":null})",
         licence_get,
         nullptr},
        {"recall_list", Access::kMember, "Recalls in force, by product and lot; each issuer has its own. What is null limits a recall in nothing.",
         recall_params, schema::kPage, R"({"gtin":"09506000134352"})",
         R"({"recalls":[{"gtin":"09506000134352","by":"acme","as_brand":true,"lot":"L42","maker":null,"made_from":null,"made_until":null,"reason":"wrong label","since_ms":1767225600000,"countries":[]}],"complete":true,"cursor":null})",
         recall_list, nullptr},
    };
}

}  // namespace touchstone::rpc
