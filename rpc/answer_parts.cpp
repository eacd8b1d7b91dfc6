#include "rpc/answer_parts.h"

#include "ledger/rules/corrections.h"
#include "rpc/record_json.h"

namespace touchstone::rpc {
namespace {

struct StoredEvent {
    ledger::Event event;
    Bytes bytes;
};

Result<std::vector<StoredEvent>> read_events(const ReadView& view, const ledger::StateKey& subject,
                                             const EventRange& range) {
    std::vector<StoredEvent> events;
    std::uint32_t next = range.from;
    const Bytes start = ledger::event_side_key(subject, next);
    const ByteView prefix = ByteView(start).first(start.size() - sizeof(std::uint32_t));
    std::optional<Error> fault;
    TRY(view.side_scan(prefix, start, [&](ByteView key, ByteView value) {
        if (events.size() == range.limit) return false;
        auto event = ledger::Event::decode(value);
        const bool in_order =
            event.ok() && event->sequence == next && equal(key, ledger::event_side_key(subject, next));
        if (!in_order) {
            fault = Error{"history_corrupt", "The stored history is damaged on this node."};
            return false;
        }
        events.push_back({*std::move(event), to_bytes(value)});
        ++next;
        return true;
    }));
    if (fault) return *fault;
    return events;
}

// Of an event on the same page: the number of the event that declares it wrong.
std::optional<std::uint32_t> corrector_of(const std::vector<StoredEvent>& events, std::uint32_t sequence) {
    for (const StoredEvent& later : events)
        if (ledger::corrected_sequence(later.event) == sequence) return later.event.sequence;
    return std::nullopt;
}

}  // namespace

Result<IndexPage, RpcError> index_page(const CallContext& context, const ReadView& view, const Params& params,
                                       const Bytes& prefix) {
    HANDLER_TRY(const std::size_t limit, params.limit());
    HANDLER_TRY(const std::optional<std::string> cursor, params.text("cursor"));
    Bytes from = prefix;
    if (cursor) {
        HANDLER_TRY(const Bytes last, context.cursors().open(*cursor));
        const bool ours = last.size() >= prefix.size() && equal(ByteView(last).first(prefix.size()), prefix);
        if (!ours) return cursor_unknown();  // of another list of the same method
        from = ledger::index_key_after(last);
    }
    IndexPage page;
    bool complete = true;
    const Status scanned = view.side_scan(prefix, from, [&](ByteView key, ByteView value) {
        complete = page.keys.size() < limit;
        if (complete) {
            page.keys.push_back(to_bytes(key));
            page.values.push_back(to_bytes(value));
        }
        return complete;
    });
    if (!scanned.ok()) return from_error(scanned.error());
    if (!complete) page.cursor = context.cursors().seal(page.keys.back());
    return page;
}

void write_cursor(JsonWriter& out, const std::optional<std::string>& cursor) {
    out.field("complete", !cursor.has_value()).key("cursor");
    cursor ? out.string(*cursor) : out.null();
}

void write_page_end(JsonWriter& out, const IndexPage& page) {
    out.end_array();
    write_cursor(out, page.cursor);
    out.end_object();
}

RpcError index_fault() { return from_error({"index_corrupt", "An index of this node does not fit its records."}); }

Result<EventRange, RpcError> asked_events(const CallContext& context, const Params& params) {
    EventRange range{context.cursors()};
    HANDLER_TRY(range.limit, params.limit());
    HANDLER_TRY(const std::optional<std::string> cursor, params.text("cursor"));
    if (!cursor) return range;
    HANDLER_TRY(const std::uint64_t from, range.cursors.open_number(*cursor));
    range.from = static_cast<std::uint32_t>(from);
    return range;
}

HandlerError write_event_page(JsonWriter& out, const ReadView& view, const ledger::StateKey& subject, std::uint32_t count,
                              const EventRange& range) {
    const auto events = read_events(view, subject, range);
    if (!events.ok()) return from_error(events.error());
    const auto next = static_cast<std::uint32_t>(range.from + events->size());
    if (next < count && events->size() < range.limit)
        return from_error({"history_corrupt", "Stored events are missing on this node."});
    out.key("events").begin_array();
    for (const StoredEvent& one : *events)
        write_event(out, one.event, one.bytes, corrector_of(*events, one.event.sequence));
    out.end_array();
    write_cursor(out, next < count ? std::optional(range.cursors.seal(next)) : std::nullopt);
    return std::nullopt;
}

void write_signed_by(JsonWriter& out, const SignedTip& tip) {
    out.field("height", tip.header.height.value);
    // Base64 needs no escape, and the tip has it ready.
    out.key("header").raw("\"" + tip.header_base64 + "\"").key("certificate").raw("\"" + tip.certificate_base64 + "\"");
}

HandlerError write_proven(JsonWriter& out, const ReadView& view, const RecordName& name,
                          const std::optional<Bytes>& record) {
    const auto proof = proof_element(view, name, record);
    if (!proof.ok()) return from_error(proof.error());
    out.key("proof").begin_array().raw(*proof).end_array();
    write_signed_by(out, view.tip());
    return std::nullopt;
}

HandlerError write_proven(JsonWriter& out, const ReadView& view, const RecordName& name) {
    const auto bytes = view.record(name.key);
    if (!bytes.ok()) return from_error(bytes.error());
    return write_proven(out, view, name, *bytes);
}

}  // namespace touchstone::rpc
