// What the handlers of records and lists share: reading a record from a view, and a page of an index.
//
// A page is taken in two steps from one view: the index keys first, then their records. Any RPC thread.
#pragma once

#include "ledger/index.h"
#include "rpc/method.h"

namespace touchstone::rpc {

template <class Record>
Result<std::optional<Record>, RpcError> read_record(const ReadView& view, const Hash256& key) {
    const auto bytes = view.record(key);
    if (!bytes.ok()) return from_error(bytes.error());
    if (!*bytes) return std::optional<Record>{};
    auto record = Record::decode(**bytes);
    if (!record.ok()) return from_error(record.error());
    return std::optional<Record>(*std::move(record));
}

struct IndexPage {
    std::vector<Bytes> keys;
    bool complete = true;
};

// The cursor is the last index key of the page before, in hexadecimal.
Result<IndexPage, RpcError> index_page(const ReadView& view, const Params& params, const Bytes& prefix);
// Ends the array of the page and the object around it.
void write_page_end(JsonWriter& out, const IndexPage& page);
RpcError index_fault();

}  // namespace touchstone::rpc
