#include "rpc/record_page.h"

namespace touchstone::rpc {

Result<IndexPage, RpcError> index_page(const ReadView& view, const Params& params, const Bytes& prefix) {
    HANDLER_TRY(const std::size_t limit, params.limit());
    HANDLER_TRY(const std::optional<std::string> cursor, params.text("cursor"));
    Bytes from = prefix;
    if (cursor) {
        const auto last = from_hex(*cursor);
        const bool ours = last && last->size() >= prefix.size() && equal(ByteView(*last).first(prefix.size()), prefix);
        if (!ours) return invalid_params("cursor: what an earlier page of this list answered.");
        from = ledger::index_key_after(*last);
    }
    IndexPage page;
    const Status scanned = view.side_scan(prefix, from, [&](ByteView key, ByteView) {
        page.complete = page.keys.size() < limit;
        if (page.complete) page.keys.push_back(to_bytes(key));
        return page.complete;
    });
    if (!scanned.ok()) return from_error(scanned.error());
    return page;
}

void write_page_end(JsonWriter& out, const IndexPage& page) {
    out.end_array().field("complete", page.complete).key("cursor");
    page.complete ? out.null() : out.hex(page.keys.back());
    out.end_object();
}

RpcError index_fault() { return from_error({"index_corrupt", "An index of this node does not fit its records."}); }

}  // namespace touchstone::rpc
