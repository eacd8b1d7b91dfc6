#include "rpc/report_pages.h"

#include <set>

#include "ledger/records/index.h"
#include "ledger/records/report_index.h"
#include "rpc/answer_parts.h"

namespace touchstone::rpc {
namespace {

// The lists that hold, together, what the caller asked for, as the prefixes of their entries without a state.
std::vector<Bytes> lists_of(const Caller& caller, const ReportFilter& filter) {
    if (filter.handler) return {ledger::report_index_prefix(*filter.handler, std::nullopt)};
    if (caller.oversees()) return {ledger::report_index_prefix({}, std::nullopt)};
    return {ledger::report_index_prefix(caller.organisation, std::nullopt),
            ledger::reporter_index_prefix(caller.organisation, std::nullopt)};
}

// The place is the end of an entry, which is the same in all lists, behind the filter that it belongs to.
Bytes filter_bytes(const ReportFilter& filter) {
    Writer writer;
    writer.string(filter.handler.value_or("")).u8(filter.state ? static_cast<std::uint8_t>(*filter.state) : 0);
    return std::move(writer).take();
}

Result<std::optional<Bytes>, RpcError> asked_place(const CallContext& context, const Params& params,
                                                   const ReportFilter& filter) {
    HANDLER_TRY(const std::optional<std::string> cursor, params.text("cursor"));
    if (!cursor) return std::optional<Bytes>{};
    HANDLER_TRY(const Bytes place, context.cursors().open(*cursor));
    const Bytes start = filter_bytes(filter);
    if (place.size() != start.size() + ledger::kReportIndexEndBytes ||
        !equal(ByteView(place).first(start.size()), start))
        return cursor_unknown();
    return std::optional(to_bytes(ByteView(place).subspan(start.size())));
}

// Adds the ends of the first `count` entries of a list behind `last`.
Status collect(const ReadView& view, const Bytes& list, const ReportFilter& filter, const std::optional<Bytes>& last,
               std::size_t count, std::set<Bytes>& ends) {
    Bytes prefix = list;
    if (filter.state) prefix.push_back(static_cast<std::uint8_t>(*filter.state));
    Bytes from = prefix;
    if (last) {
        from = list;
        append(from, *last);
        from = ledger::index_key_after(from);
    }
    std::size_t found = 0;
    return view.side_scan(prefix, from, [&](ByteView key, ByteView) {
        ends.insert(to_bytes(key.last(ledger::kReportIndexEndBytes)));
        return ++found < count;
    });
}

}  // namespace

Result<ReportPage, RpcError> report_page(const CallContext& context, const ReadView& view, const Params& params,
                                         const ReportFilter& filter) {
    HANDLER_TRY(const std::size_t limit, params.limit());
    HANDLER_TRY(const std::optional<Bytes> last, asked_place(context, params, filter));
    std::set<Bytes> ends;
    for (const Bytes& list : lists_of(*context.caller, filter)) {
        const Status scanned = collect(view, list, filter, last, limit + 1, ends);
        if (!scanned.ok()) return from_error(scanned.error());
    }
    ReportPage page;
    const Bytes* at = nullptr;
    for (const Bytes& end : ends) {
        if (page.ids.size() == limit) {
            Bytes place = filter_bytes(filter);
            append(place, *at);
            page.cursor = context.cursors().seal(place);
            break;
        }
        at = &end;
        page.ids.push_back(*Hash256::from_view(ByteView(end).last(Hash256::kSize)));
    }
    return page;
}

}  // namespace touchstone::rpc
