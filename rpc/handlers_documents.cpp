// document_get.
#include "ledger/records/document_records.h"
#include "ledger/identifiers/text.h"
#include "rpc/answer_parts.h"
#include "rpc/schemas.h"

namespace touchstone::rpc {
namespace {

void write_document(JsonWriter& out, const ledger::DocumentRecord& document) {
    out.begin_object().field("organisation", document.organisation).field_hex("document", document.document.view());
    out.field("recorded_in", document.height.value).field("recorded_at_ms", document.time.ms).end_object();
}

HandlerError document_get(const CallContext& context, const Params& params, JsonWriter& out) {
    HANDLER_TRY(const std::string text, params.required_text("document"));
    HANDLER_TRY(const std::string organisation, params.required_text("organisation"));
    const auto document = Hash256::from_hex(text);
    if (!document) return invalid_params("document: 64 hexadecimal digits.");
    if (!ledger::is_slug(organisation)) return invalid_params("organisation: an organisation id.");
    const auto view = context.node().read();
    const ledger::StateKey key = ledger::document_key(*document, organisation);
    HANDLER_TRY(const auto found, read_record<ledger::DocumentRecord>(*view, key));
    const auto bytes = view->record(key);
    if (!bytes.ok()) return from_error(bytes.error());
    out.begin_object().field("recorded", found.has_value()).key("document");
    found ? write_document(out, *found) : void(out.null());
    if (auto error = write_proven(out, *view, {RecordKind::kDocument, key}, *bytes)) return error;
    out.end_object();
    return std::nullopt;
}

}  // namespace

std::vector<MethodInfo> document_methods() {
    return {
        {"document_get",
         Access::kPublic,
         "Since when an organisation has recorded a document by its hash, and the proof: of the record, or that there "
         "is none. Of an EPCIS event the hash is that of CBV 2.0 (docs/epcis.md).",
         {{"document", schema::kHash, true, "The document's hash."},
          {"organisation", schema::kText, true, "The organisation that recorded it."}},
         schema::kObject,
         R"({"document":"5c…","organisation":"acme"})",
         R"({"recorded":true,"document":{"organisation":"acme","document":"5c…","recorded_in":7,"recorded_at_ms":1767225600000},"proof":[{"kind":"document","key":"9c…","record":"AQAA…","path":"AAIA…"}],"height":7,"header":"AAFd…","certificate":"AAAA…"})",
         document_get,
         nullptr},
    };
}

}  // namespace touchstone::rpc
