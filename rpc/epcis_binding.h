// The REST binding of EPCIS 2.0 (section 12): POST /capture, GET /capture/{captureID}, GET /events, GET
// /events/{eventID}, and OPTIONS of each, over the repository of the organisation whose node this is.
//
// Pure functions from a request to a reply, but for the job that a capture starts. Any thread.
#pragma once

#include "rpc/caller.h"
#include "rpc/router.h"

namespace touchstone::rpc {

bool is_epcis(std::string_view path);
HttpReply answer_epcis(ServerState& state, const HttpRequest& request, const Caller& caller);

}  // namespace touchstone::rpc
