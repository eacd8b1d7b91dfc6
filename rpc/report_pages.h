// Which reports a caller is listed, a page at a time: all to who oversees; to anybody else those that he filed and those
// that he has to answer, from indexes of these alone. So a page is full of what he may see, costs no more than that, and
// neither pages nor cursors tell how many there are of others.
//
// Pure functions of a view; any thread.
#pragma once

#include "ledger/records/report_records.h"
#include "rpc/method.h"

namespace touchstone::rpc {

struct ReportFilter {
    std::optional<std::string> handler;  // nullopt: whoever has to answer it
    std::optional<ledger::ReportState> state;
};

struct ReportPage {
    std::vector<Hash256> ids;
    std::optional<std::string> cursor;
};

// By the parameters limit and cursor; in the order of state and time. Precondition: the caller may ask for what is the
// handler's.
Result<ReportPage, RpcError> report_page(const CallContext& context, const ReadView& view, const Params& params,
                                         const ReportFilter& filter);

}  // namespace touchstone::rpc
