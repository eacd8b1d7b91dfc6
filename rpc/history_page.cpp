#include "rpc/history_page.h"

#include <charconv>

#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

// Writes the events of the page; answers the sequence after the last one written, or the view's error.
Result<std::uint32_t> write_events(JsonWriter& out, const ReadView& view, const Hash256& subject,
                                   const HistoryPage& page) {
    auto [next, limit] = page;
    const Bytes start = ledger::event_side_key(subject, next);
    const ByteView prefix = ByteView(start).first(start.size() - sizeof(std::uint32_t));
    std::optional<Error> fault;
    TRY(view.side_scan(prefix, start, [&](ByteView key, ByteView value) {
        if (limit == 0) return false;
        auto event = ledger::Event::decode(value);
        const bool in_order =
            event.ok() && event->sequence == next && equal(key, ledger::event_side_key(subject, next));
        if (!in_order) {
            fault = Error{"history_corrupt", "The stored history is damaged on this node."};
            return false;
        }
        write_event(out, *event, value);
        ++next, --limit;
        return true;
    }));
    if (fault) return *fault;
    return next;
}

}  // namespace

Result<HistoryPage, RpcError> HistoryPage::from(const Params& params) {
    HistoryPage page;
    HANDLER_TRY(page.limit, params.limit());
    HANDLER_TRY(const std::optional<std::string> cursor, params.text("cursor"));
    if (!cursor) return page;
    const auto [end, error] = std::from_chars(cursor->data(), cursor->data() + cursor->size(), page.first);
    if (error != std::errc{} || end != cursor->data() + cursor->size())
        return invalid_params("cursor: what an earlier page answered.");
    return page;
}

void write_signed_by(JsonWriter& out, const SignedTip& tip) {
    out.field("height", tip.header.height.value);
    out.key("header").raw("\"" + tip.header_base64 + "\"").key("certificate").raw("\"" + tip.certificate_base64 + "\"");
}

HandlerError write_history(const ReadView& view, const History& history, const HistoryPage& page, JsonWriter& out) {
    const std::uint32_t count = history.event_count;
    out.begin_object().field_hex("key", history.subject.key.view()).key("events").begin_array();
    const auto next = write_events(out, view, history.subject.key, page);
    if (!next.ok()) return from_error(next.error());
    if (*next < count && *next - std::min(page.first, *next) < page.limit)
        return from_error({"history_corrupt", "Events are missing on this node."});
    const auto proof = proof_element(view, history.subject, history.record);
    if (!proof.ok()) return from_error(proof.error());
    out.end_array().field("event_count", count).field_hex("head", history.event_head.view());
    out.field("complete", *next >= count).key("cursor");
    *next < count ? out.string(std::to_string(*next)) : out.null();
    out.key("proof").begin_array().raw(*proof).end_array();
    write_signed_by(out, view.tip());
    out.end_object();
    return std::nullopt;
}

}  // namespace touchstone::rpc
