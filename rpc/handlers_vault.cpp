// vault_put, vault_find, vault_status: for the organisation whose node this is.
#include "ledger/identifiers/gs1.h"
#include "rpc/method.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

Result<VaultApi*, RpcError> vault_of(const CallContext& context) {
    if (VaultApi* vault = context.node().vault()) return vault;
    return RpcError{ErrorCode::kNotFound,
                    "This node has no vault.",
                    "vault_not_here",
                    "Ask the node of your organisation whose settings have vault.enabled and organisation.id.",
                    {}};
}

RpcError vault_error(const Error& error) {
    const bool input = error.code == "vault_record" || error.code == "vault_full";
    return {input ? ErrorCode::kInvalidParams : ErrorCode::kFault,
            error.message,
            error.code,
            input ? "Correct the call." : "Look at the disk of this node and at its backups; its log tells more.",
            {}};
}

std::string text_of(const nlohmann::json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

Result<std::vector<VaultItem>, RpcError> asked_items(const Params& params) {
    const auto list = params.json().find("items");
    if (list == params.json().end() || !list->is_array())
        return invalid_params("items: a list of {gtin, serial, lot}.");
    if (list->size() > limits::kVaultPutMax)
        return invalid_params("items: at most " + std::to_string(limits::kVaultPutMax) + " in one call.");
    std::vector<VaultItem> items;
    items.reserve(list->size());
    for (const nlohmann::json& one : *list) {
        if (!one.is_object()) return invalid_params("items: each an object {gtin, serial, lot}.");
        auto gtin = ledger::to_gtin14(text_of(one, "gtin"));
        if (!gtin.ok()) return bad_input(gtin.error());
        items.push_back({*std::move(gtin), text_of(one, "serial"), text_of(one, "lot")});
    }
    return items;
}

HandlerError vault_put(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(VaultApi* const vault, vault_of(context));
    HANDLER_TRY(const std::vector<VaultItem> items, asked_items(params));
    const auto added = vault->put(items, context.services.clock());
    if (!added.ok()) return vault_error(added.error());
    out.begin_object().field("added", *added).field("already_there", items.size() - *added).end_object();
    return std::nullopt;
}

void write_entry(JsonWriter& out, const VaultEntry& entry) {
    out.begin_object().field("sequence", entry.sequence).field_hex("key", entry.key.view());
    out.field("gtin", entry.item.gtin14).field("serial", entry.item.serial).key("lot");
    entry.item.lot.empty() ? out.null() : out.string(entry.item.lot);
    out.field("first_seen_ms", entry.first_seen.ms).end_object();
}

HandlerError find_keys(const VaultApi& vault, const nlohmann::json& keys, JsonWriter& out) {
    if (!keys.is_array() || keys.size() > limits::kRpcPageMax)
        return invalid_params("keys: a list of at most " + std::to_string(limits::kRpcPageMax) + " item keys.");
    out.begin_object().key("items").begin_array();
    for (const nlohmann::json& text : keys) {
        const auto key = text.is_string() ? Hash256::from_hex(text.get<std::string>()) : std::nullopt;
        if (!key) return invalid_params("keys: each of 64 hexadecimal digits.");
        const auto found = vault.find(*key);
        if (!found.ok()) return vault_error(found.error());
        if (*found) write_entry(out, **found);
    }
    out.end_array().field("complete", true).key("cursor");
    out.null().end_object();
    return std::nullopt;
}

HandlerError vault_find(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(VaultApi* const vault, vault_of(context));
    if (const auto keys = params.json().find("keys"); keys != params.json().end() && !keys->is_null())
        return find_keys(*vault, *keys, out);
    HANDLER_TRY(const std::optional<std::string> asked, params.text("gtin"));
    HANDLER_TRY(const std::size_t limit, params.limit());
    HANDLER_TRY(const std::optional<std::uint64_t> cursor, params.number("cursor"));
    std::string gtin;
    if (asked) {
        auto padded = ledger::to_gtin14(*asked);
        if (!padded.ok()) return bad_input(padded.error());
        gtin = *std::move(padded);
    }
    const auto page = vault->list(gtin, cursor.value_or(1), limit);
    if (!page.ok()) return vault_error(page.error());
    out.begin_object().key("items").begin_array();
    for (const VaultEntry& entry : page->entries) write_entry(out, entry);
    out.end_array().field("complete", !page->next.has_value()).key("cursor");
    page->next ? out.number(*page->next) : out.null();
    out.end_object();
    return std::nullopt;
}

HandlerError vault_status(const CallContext& context, const Params&, JsonWriter& out) {
    HANDLER_TRY(VaultApi* const vault, vault_of(context));
    const VaultStatus status = vault->status();
    out.begin_object().field("organisation", context.caller->organisation).field("items", status.items);
    out.field("documents", status.documents).field("size_bytes", status.size_bytes).end_object();
    return std::nullopt;
}

constexpr std::string_view kItemsSchema =
    R"({"type":"array","maxItems":10000,"items":{"type":"object","required":["gtin","serial"],"properties":)"
    R"({"gtin":{"type":"string"},"serial":{"type":"string"},"lot":{"type":"string"}}}})";
constexpr std::string_view kKeysSchema = R"({"type":"array","maxItems":1000,"items":{"type":"string"}})";

}  // namespace

std::vector<MethodInfo> vault_methods() {
    return {
        {"vault_put",
         Access::kNodeOwner,
         "Keeps the plaintext of serials in the vault of this node, encrypted; on the disk when it answers. What is "
         "there already stays as it is.",
         {{"items", kItemsSchema, true, "Items as {gtin, serial, lot}; lot may be left out. At most 10,000."}},
         schema::kObject,
         R"({"items":[{"gtin":"09506000134352","serial":"7HK2M9QX4TBA","lot":"L42"}]})",
         R"({"added":1,"already_there":0})",
         vault_put,
         nullptr},
        {"vault_find",
         Access::kNodeOwner,
         "The plaintext of items by their keys on the ledger, or of all items of a product, or of all there are.",
         {{"keys", kKeysSchema, false, "Item keys, at most 1000; those that the vault does not know are left out."},
          {"gtin", schema::kGtin, false, "All items of this product, in the order of their arrival."},
          {"limit", schema::kLimit, false, "Items in one answer."},
          {"cursor", schema::kHeight, false, "Where an earlier answer ended."}},
         schema::kObject,
         R"({"gtin":"09506000134352","limit":10})",
         R"({"items":[{"sequence":1,"key":"f6…","gtin":"09506000134352","serial":"7HK2M9QX4TBA","lot":"L42","first_seen_ms":1767225600000}],"complete":true,"cursor":null})",
         vault_find,
         nullptr},
        {"vault_status",
         Access::kNodeOwner,
         "How much the vault of this node holds.",
         {},
         schema::kObject,
         "{}",
         R"({"organisation":"acme","items":1200,"documents":3,"size_bytes":402653})",
         vault_status,
         nullptr},
    };
}

}  // namespace touchstone::rpc
