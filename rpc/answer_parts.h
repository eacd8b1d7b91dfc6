// What the answers of several methods have in common: records, pages of lists, pages of events, and who signed.
//
// Thread safety: pure functions of a view. Errors are those of the view, or name a damaged store.
#pragma once

#include "ledger/records/index.h"
#include "rpc/method.h"
#include "rpc/record_cache.h"

namespace touchstone::rpc {

// nullopt: there is no such record.
template <class Record>
Result<std::optional<Record>, RpcError> read_record(const ReadView& view, const ledger::StateKey& key) {
    const auto bytes = view.record(key);
    if (!bytes.ok()) return from_error(bytes.error());
    if (!*bytes) return std::optional<Record>{};
    auto record = Record::decode(**bytes);
    if (!record.ok()) return from_error(record.error());
    return std::optional<Record>(*std::move(record));
}

// -- lists: a page of index keys first, then their records, all from one view

struct IndexPage {
    std::vector<Bytes> keys;
    std::vector<Bytes> values;  // one for each key; empty in most lists
    std::optional<std::string> cursor;  // where to go on; nullopt: that was all
};

// By the parameters limit and cursor. The caller may see all of what begins with the prefix: what he may not see is kept
// out by another index, or pages would count it.
Result<IndexPage, RpcError> index_page(const CallContext& context, const ReadView& view, const Params& params,
                                       const Bytes& prefix);
// The members complete and cursor of an open object.
void write_cursor(JsonWriter& out, const std::optional<std::string>& cursor);
// Ends the list's array and the answer's object.
void write_page_end(JsonWriter& out, const IndexPage& page);
RpcError index_fault();

// -- events

struct EventRange {
    CursorScope cursors;
    std::uint32_t from = 0;
    std::size_t limit = 0;
};
// From the parameters limit and cursor.
Result<EventRange, RpcError> asked_events(const CallContext& context, const Params& params);

// The events of a subject that has `count` of them, as the members events, complete and cursor of an open object.
HandlerError write_event_page(JsonWriter& out, const ReadView& view, const ledger::StateKey& subject, std::uint32_t count,
                              const EventRange& range);

// -- proofs: the members height, header and certificate of an open object
void write_signed_by(JsonWriter& out, const SignedTip& tip);
// These, and before them the proof of one record: its bytes as the view has them, or nullopt for its absence.
HandlerError write_proven(JsonWriter& out, const ReadView& view, const RecordName& name,
                          const std::optional<Bytes>& record);

// The same for a record that is read for it.
HandlerError write_proven(JsonWriter& out, const ReadView& view, const RecordName& name);

}  // namespace touchstone::rpc
