// The history of an item or a container, a page at a time, with the proof of its record: whoever hashes all events
// arrives at the record's head, or something is missing. Any RPC thread.
#pragma once

#include "rpc/method.h"
#include "rpc/record_cache.h"

namespace touchstone::rpc {

struct HistoryPage {
    std::uint32_t first = 0;
    std::size_t limit = 0;

    static Result<HistoryPage, RpcError> from(const Params& params);
};

struct History {
    RecordName subject;
    std::optional<Bytes> record;  // nullopt: there is none, and its absence is proven
    std::uint32_t event_count = 0;
    Hash256 event_head;
};

// The whole answer. Error history_corrupt when this node's events do not fit the record.
HandlerError write_history(const ReadView& view, const History& history, const HistoryPage& page, JsonWriter& out);
// The members height, header and certificate of an open object.
void write_signed_by(JsonWriter& out, const SignedTip& tip);

}  // namespace touchstone::rpc
