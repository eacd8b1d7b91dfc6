// container_get, container_history, container_find.
#include "ledger/identifiers/gs1.h"
#include "ledger/identifiers/text.h"
#include "ledger/records/record_codecs.h"
#include "rpc/answer_parts.h"
#include "rpc/container_access.h"
#include "rpc/item_params.h"
#include "rpc/operation_json.h"
#include "rpc/record_json.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

// Of the parameters sscc and commitment.
Result<Hash256, RpcError> asked_commitment(const Params& params) {
    HANDLER_TRY(const std::optional<std::string> sscc, params.text("sscc"));
    HANDLER_TRY(const std::optional<std::string> commitment, params.text("commitment"));
    if (sscc.has_value() == commitment.has_value())
        return invalid_params("Name the container by its SSCC or by the commitment to it, with its maker.");
    if (sscc) {
        if (!ledger::is_sscc(*sscc)) return invalid_params("sscc: 18 digits with a valid check digit.");
        return ledger::sscc_commitment(*sscc);
    }
    const auto digest = Hash256::from_hex(*commitment);
    if (!digest) return invalid_params("commitment: 64 hexadecimal digits.");
    return *digest;
}

// A key is taken here, as records and events of what is in the container name it: who asks must be a party or hold an
// item of it, so that the key by itself opens nothing.
Result<ledger::StateKey, RpcError> asked_container(const Params& params) {
    HANDLER_TRY(const std::optional<std::string> maker, params.text("maker"));
    HANDLER_TRY(const std::optional<std::string> key, params.text("key"));
    if (!key) {
        HANDLER_TRY(const Hash256 commitment, asked_commitment(params));
        if (!maker) return invalid_params("maker: the organisation that made the container; container_find tells it.");
        if (!ledger::is_slug(*maker)) return invalid_params("maker: an organisation id.");
        return ledger::container_key(*maker, commitment);
    }
    const auto digest = Hash256::from_hex(*key);
    if (!digest) return invalid_params("key: 64 hexadecimal digits.");
    return ledger::StateKey::written(*digest);
}

// Error, beside the view's: not_found, of a key under which there is something else.
Result<FoundContainer, RpcError> container_or_nothing(const ReadView& view, const ledger::StateKey& key) {
    HANDLER_TRY(FoundContainer found, find_container(view, key));
    if (found.bytes && !found.container) return not_found("There is no such container.");
    return found;
}

void write_container_custody(JsonWriter& out, const ledger::ContainerRecord& outer) {
    out.key("custody").begin_object().field("custodian", outer.custodian);
    write_text_or_null(out, "receiver", outer.receiver);
    out.field("state", ledger::name_of(outer.state)).end_object();
}

// The containers around it, from the inside out: who holds the last holds all.
HandlerError write_around(const ReadView& view, const ledger::ContainerRecord& container, JsonWriter& out) {
    ledger::ContainerRecord at = container;
    out.key("in").begin_array();
    while (!at.container.is_zero()) {
        out.hex(at.container.view());
        HANDLER_TRY(std::optional<ledger::ContainerRecord> next,
                    read_record<ledger::ContainerRecord>(view, at.container));
        if (!next) return index_fault();
        at = *std::move(next);
    }
    out.end_array();
    write_container_custody(out, at);
    return std::nullopt;
}

// The item that the caller names to show that he holds it; nullopt: he names none.
Result<std::optional<ledger::StateKey>, RpcError> held_item(const Params& params) {
    const auto item = params.json().find("item");
    if (item == params.json().end() || item->is_null()) return std::optional<ledger::StateKey>{};
    HANDLER_TRY(const ItemParams named, ItemParams::from(Params(nlohmann::json{{"item", *item}})));
    HANDLER_TRY(const NamedItem found, name_item(named.request()));
    return std::optional(found.name.key());
}

HandlerError check_holder(const CallContext& context, const Params& params, const ReadView& view,
                          const ledger::StateKey& container) {
    HANDLER_TRY(const std::optional<ledger::StateKey> item, held_item(params));
    if (item) {
        HANDLER_TRY(const bool held, was_in(view, *item, container));
        if (held) return std::nullopt;
    }
    HANDLER_TRY(const bool party, is_party(view, container, *context.caller));
    if (party) return std::nullopt;
    if (auto refused = check_access(Access::kMember, *context.caller); refused && !item) return refused;
    return access_denied(Access::kHolder);
}

HandlerError write_content(const ReadView& view, const ledger::ContentEntry& content, const Bytes& name,
                           JsonWriter& out) {
    const auto key = ledger::StateKey::written(content.key);
    const bool is_item = content.kind == ledger::ContentKind::kItem;
    out.begin_object().field("kind", is_item ? "item" : "container").field_hex("key", key.view());
    if (is_item) {
        HANDLER_TRY(const auto item, read_record<ledger::ItemRecord>(view, key));
        if (!item) return index_fault();
        out.field("gtin", item->gtin);
    } else {
        HANDLER_TRY(const auto container, read_record<ledger::ContainerRecord>(view, key));
        if (!container) return index_fault();
        out.field("maker", container->maker);
    }
    const auto commitment = ledger::parse_content_name(name);
    if (!commitment) return index_fault();
    out.field_hex("commitment", commitment->view()).end_object();
    return std::nullopt;
}

HandlerError container_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const ledger::StateKey key, asked_container(params));
    const auto view = context.node().read();
    HANDLER_TRY(const std::optional<ledger::StateKey> item, held_item(params));
    HANDLER_TRY(bool party, has_it(*view, key, *context.caller));
    if (!party && item) {
        HANDLER_TRY(party, owns_in(*view, *item, key, *context.caller));
    }
    // An SSCC can be guessed: who is no party does not even learn whether there is such a container.
    if (!party) return access_denied(Access::kParty);
    HANDLER_TRY(const FoundContainer found, container_or_nothing(*view, key));
    if (!found.container) return not_found("There is no such container; it exists from its first pack on.");
    HANDLER_TRY(const IndexPage page, index_page(context, *view, params, ledger::content_index_prefix(key)));
    out.begin_object().key("container");
    write_record(out, *found.container);
    if (auto error = write_around(*view, *found.container, out)) return error;
    if (auto error = write_proven(out, *view, {RecordKind::kContainer, key}, found.bytes)) return error;
    out.key("contents").begin_array();
    for (std::size_t i = 0; i < page.keys.size(); ++i) {
        const auto content = ledger::parse_content_index(page.keys[i]);
        if (!content) return index_fault();
        if (auto error = write_content(*view, *content, page.values[i], out)) return error;
    }
    write_page_end(out, page);
    return std::nullopt;
}

HandlerError container_history(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const ledger::StateKey key, asked_container(params));
    HANDLER_TRY(const EventRange range, asked_events(context, params));
    const auto view = context.node().read();
    if (auto refused = check_holder(context, params, *view, key)) return refused;
    HANDLER_TRY(const FoundContainer found, container_or_nothing(*view, key));
    const ledger::ContainerRecord none;
    const ledger::ContainerRecord& container = found.container ? *found.container : none;
    out.begin_object();
    if (auto error = write_event_page(out, *view, key, container.event_count, range)) return error;
    out.field("event_count", container.event_count).field_hex("head", container.event_head.view());
    if (auto error = write_proven(out, *view, {RecordKind::kContainer, key}, found.bytes)) return error;
    out.end_object();
    return std::nullopt;
}

// SSCCs are numbered: a member that could ask for any would count another's pallets. It is told of those that it has to
// do with.
HandlerError container_find(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Hash256 commitment, asked_commitment(params));
    const auto view = context.node().read();
    HANDLER_TRY(std::vector<ledger::ContainerName> names, containers_named(*view, commitment));
    // One that there is not, made by nobody: that there is none takes as long as that there is one of others.
    if (names.empty()) names.push_back({{}, commitment});
    out.begin_object().key("containers").begin_array();
    for (const ledger::ContainerName& name : names) {
        HANDLER_TRY(const bool party, has_it(*view, name.key(), *context.caller));
        if (!party) continue;
        HANDLER_TRY(const auto outer, outermost(*view, name.key()));
        if (!outer) return index_fault();
        out.begin_object().field("maker", name.maker).field_hex("commitment", name.commitment.view());
        write_container_custody(out, *outer);
        out.end_object();
    }
    out.end_array().end_object();
    return std::nullopt;
}

}  // namespace

std::vector<MethodInfo> container_methods() {
    const ParamInfo maker{"maker", schema::kText, false, "The organisation that made the container."};
    const ParamInfo sscc{"sscc", schema::kText, false, "The SSCC: 18 digits, AI (00); with maker."};
    const ParamInfo commitment{"commitment", schema::kHash, false,
                               "In the place of the SSCC: SHA-256(\"touchstone/sscc/1\" || SSCC)."};
    const ParamInfo key{"key", schema::kHash, false,
                        "In the place of all three: the container's key, as its content's records and events name it."};
    const ParamInfo item{"item", schema::kItem, false,
                         "An item that is or was in it, as {gtin, serial}, {uri} or {gtin, commitment}, or its URI: lets "
                         "anybody who holds that item read."};
    const ParamInfo limit{"limit", schema::kLimit, false, "Entries in one answer."};
    const ParamInfo cursor{"cursor", schema::kText, false, "Where an earlier answer ended."};
    return {
        {"container_get",
         Access::kParty,
         "A logistic unit: who holds it, what it is in, and what is directly in it, a page at a time, with the proof "
         "of its record. For who made it, has it, is to receive it, or owns what is in it.",
         {maker, sscc, commitment, key,
          {"item", schema::kItem, false,
           "An item of the caller's that is in it, as {gtin, serial}, {uri} or {gtin, commitment}, or its URI: needed where "
           "the caller owns few of many."},
          limit, cursor},
         schema::kPage,
         R"({"maker":"acme","sscc":"106141412345678908"})",
         R"({"container":{"state":"active","maker":"acme","custodian":"acme","receiver":null,"container":null,"items":6,"direct":2,"created_at_ms":1767225600000,"event_count":1,"event_head":"07…","ended_at_ms":null,"ended_by":null,"reclaimed_to":null},"in":[],"custody":{"custodian":"acme","receiver":null,"state":"active"},"proof":[{"kind":"container","key":"c0…","record":"AQEA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…","contents":[{"kind":"container","key":"c1…","maker":"acme","commitment":"c2…"},{"kind":"item","key":"f6…","gtin":"09506000134352","commitment":"9a…"}],"complete":true,"cursor":null})",
         container_get,
         nullptr},
        {"container_history",
         Access::kHolder,
         "Everything that happened to a container, as item_history has it of an item. An item's own events packed and "
         "unpacked name the container and, in `detail`, the sequence from which, or before which, its events are the "
         "item's too.",
         {maker, sscc, commitment, key, item, limit, cursor},
         schema::kPage,
         R"({"maker":"acme","sscc":"106141412345678908"})",
         R"({"events":[{"kind":"loaded","sequence":0,"height":7,"time_ms":1767225600000,"transaction":"d4…","actor":"acme","other":null,"detail":"6 items, 0 containers","biz_step":"packing","disposition":"in_progress","bytes":"AQ8A…"}],"event_count":1,"head":"07…","complete":true,"cursor":null,"proof":[{"kind":"container","key":"c0…","record":"AQEA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})",
         container_history,
         nullptr},
        {"container_find",
         Access::kMember,
         "Whose container an SSCC is, and who holds it: each organisation numbers its own. Only those that the caller "
         "made, holds, is to receive or owns one of the first items in; regulators and auditors see all.",
         {sscc, commitment},
         schema::kObject,
         R"({"sscc":"106141412345678908"})",
         R"({"containers":[{"maker":"acme","commitment":"5d…","custody":{"custodian":"acme","receiver":"carrier","state":"in_transit"}}]})",
         container_find,
         nullptr},
    };
}

}  // namespace touchstone::rpc
