// container_get, container_history.
#include "ledger/identifiers/gs1.h"
#include "rpc/answer_parts.h"
#include "rpc/container_access.h"
#include "rpc/record_cache.h"
#include "rpc/record_json.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

Result<Hash256, RpcError> asked_container(const Params& params) {
    HANDLER_TRY(const std::optional<std::string> sscc, params.text("sscc"));
    HANDLER_TRY(const std::optional<std::string> key, params.text("key"));
    if (sscc.has_value() == key.has_value()) return invalid_params("Name the container by sscc or by key.");
    if (key) {
        const auto digest = Hash256::from_hex(*key);
        if (!digest) return invalid_params("key: 64 hexadecimal digits.");
        return *digest;
    }
    if (!ledger::is_sscc(*sscc)) return invalid_params("sscc: 18 digits with a valid check digit.");
    return ledger::container_key(*sscc);
}

struct FoundContainer {
    std::optional<Bytes> bytes;
    std::optional<ledger::ContainerRecord> container;
};

Result<FoundContainer, RpcError> find_container(const ReadView& view, const Hash256& key) {
    auto bytes = view.record(key);
    if (!bytes.ok()) return from_error(bytes.error());
    HANDLER_TRY(std::optional<ledger::ContainerRecord> container, read_record<ledger::ContainerRecord>(view, key));
    return FoundContainer{*std::move(bytes), std::move(container)};
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
    out.end_array().key("custody").begin_object().field("custodian", at.custodian).key("receiver");
    at.receiver.empty() ? out.null() : out.string(at.receiver);
    out.field("state", ledger::name_of(at.state)).end_object();
    return std::nullopt;
}

HandlerError check_holder(const CallContext& context, const Params& params, const ReadView& view,
                          const Hash256& container) {
    HANDLER_TRY(const std::optional<std::string> item, params.text("item"));
    if (item) {
        const auto key = Hash256::from_hex(*item);
        if (!key) return invalid_params("item: 64 hexadecimal digits.");
        HANDLER_TRY(const bool held, was_in(view, *key, container));
        if (held) return std::nullopt;
    }
    HANDLER_TRY(const bool party, is_party(view, container, *context.caller));
    if (party) return std::nullopt;
    if (auto refused = check_access(Access::kMember, *context.caller); refused && !item) return refused;
    return access_denied(Access::kHolder);
}

HandlerError container_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Hash256 key, asked_container(params));
    const auto view = context.node().read();
    HANDLER_TRY(const bool party, is_party(*view, key, *context.caller));
    // An SSCC can be guessed: who is no party does not even learn whether there is such a container.
    if (!party) return access_denied(Access::kParty);
    HANDLER_TRY(const FoundContainer found, find_container(*view, key));
    if (!found.container) return not_found("There is no such container; it exists from its first pack on.");
    HANDLER_TRY(const IndexPage page, index_page(*view, params, ledger::content_index_prefix(key)));
    out.begin_object().field_hex("key", key.view()).key("container");
    write_record(out, *found.container);
    if (auto error = write_around(*view, *found.container, out)) return error;
    if (auto error = write_proven(out, *view, {RecordKind::kContainer, key}, found.bytes)) return error;
    out.key("contents").begin_array();
    for (const Bytes& entry : page.keys) {
        const auto content = ledger::parse_content_index(entry);
        if (!content) return index_fault();
        out.begin_object().field("kind", content->kind == ledger::ContentKind::kItem ? "item" : "container");
        out.field_hex("key", content->key.view()).end_object();
    }
    write_page_end(out, page);
    return std::nullopt;
}

HandlerError container_history(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const Hash256 key, asked_container(params));
    HANDLER_TRY(const EventRange range, asked_events(params));
    const auto view = context.node().read();
    if (auto refused = check_holder(context, params, *view, key)) return refused;
    HANDLER_TRY(const FoundContainer found, find_container(*view, key));
    const ledger::ContainerRecord none;
    const ledger::ContainerRecord& container = found.container ? *found.container : none;
    out.begin_object().field_hex("key", key.view());
    if (auto error = write_event_page(out, *view, key, container.event_count, range)) return error;
    out.field("event_count", container.event_count).field_hex("head", container.event_head.view());
    if (auto error = write_proven(out, *view, {RecordKind::kContainer, key}, found.bytes)) return error;
    out.end_object();
    return std::nullopt;
}

}  // namespace

std::vector<MethodInfo> container_methods() {
    const ParamInfo sscc{"sscc", schema::kText, false, "The SSCC: 18 digits, AI (00)."};
    const ParamInfo key{"key", schema::kHash, false, "The container's key on the ledger."};
    const ParamInfo item{"item", schema::kHash, false,
                         "The key of an item that is or was in it: lets anybody who holds that item read."};
    const ParamInfo limit{"limit", schema::kLimit, false, "Entries in one answer."};
    const ParamInfo cursor{"cursor", schema::kText, false, "Where an earlier answer ended."};
    return {
        {"container_get",
         Access::kParty,
         "A logistic unit: who holds it, what it is in, and what is directly in it, a page at a time, with the proof "
         "of "
         "its record.",
         {sscc, key, limit, cursor},
         schema::kPage,
         R"({"sscc":"106141412345678908"})",
         R"({"key":"c0…","container":{"state":"active","custodian":"acme","receiver":null,"container":null,"items":6,"direct":2,"created_at_ms":1767225600000,"event_count":1,"event_head":"07…"},"in":[],"custody":{"custodian":"acme","receiver":null,"state":"active"},"proof":[{"kind":"container","key":"c0…","record":"AQEA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…","contents":[{"kind":"container","key":"c1…"},{"kind":"item","key":"f6…"}],"complete":true,"cursor":null})",
         container_get,
         nullptr},
        {"container_history",
         Access::kHolder,
         "Everything that happened to a container, as item_history has it of an item. An item's own events packed and "
         "unpacked name the container and, in `detail`, the sequence from which, or before which, its events are the "
         "item's too.",
         {sscc, key, item, limit, cursor},
         schema::kPage,
         R"({"sscc":"106141412345678908"})",
         R"({"key":"c0…","events":[{"kind":"loaded","sequence":0,"height":7,"time_ms":1767225600000,"transaction":"d4…","actor":"acme","other":null,"detail":"6 items, 0 containers","biz_step":"packing","disposition":"in_progress","bytes":"AQ8A…"}],"event_count":1,"head":"07…","complete":true,"cursor":null,"proof":[{"kind":"container","key":"c0…","record":"AQEA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})",
         container_history,
         nullptr},
    };
}

}  // namespace touchstone::rpc
