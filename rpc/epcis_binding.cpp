#include "rpc/epcis_binding.h"

#include <fmt/format.h>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include "rpc/epcis/document.h"
#include "rpc/epcis/identifiers.h"
#include "rpc/epcis/repository.h"

namespace touchstone::rpc {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kVersion = "2.0.0";

std::string_view text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }
std::string_view header(const HttpRequest& request, std::string_view name) {
    const auto at = request.find(boost::beast::string_view(name.data(), name.size()));
    return at == request.end() ? std::string_view() : text_of(at->value());
}

// In every reply: which versions these events are of, and whose extensions they may have.
std::string version_headers() {
    return fmt::format("GS1-EPCIS-Version: {0}\r\nGS1-CBV-Version: {0}\r\nGS1-Extensions: {1}={2}\r\n", kVersion,
                       epcis::kPrefix, epcis::kNamespace);
}

HttpReply problem_reply(const epcis::Problem& problem) {
    HttpReply reply;
    reply.status = problem.status;
    reply.content_type = "application/problem+json";
    reply.body = problem_json(problem);
    reply.headers = version_headers();
    if (problem.status == 401) reply.headers += "WWW-Authenticate: Touchstone\r\n";
    return reply;
}

HttpReply document_reply(const nlohmann::json& document) {
    HttpReply reply;
    reply.body = epcis::document_text(document, -1);
    reply.headers = version_headers() + "GS1-EPC-Format: No_Preference\r\n";
    return reply;
}

struct Target {
    std::string_view path;
    std::string_view query;
    std::string_view rest;  // after /capture/ or /events/
    bool capture = false;
};

Target target_of(const HttpRequest& request) {
    const std::string_view whole = text_of(request.target());
    const std::size_t mark = std::min(whole.find('?'), whole.size());
    Target target{whole.substr(0, mark), whole.substr(std::min(mark + 1, whole.size())), {}, false};
    target.capture = target.path.starts_with("/capture");
    const std::size_t first = target.capture ? 9 : 8;
    if (target.path.size() > first) target.rest = target.path.substr(first);
    return target;
}

HttpReply discovery(const Target& target) {
    HttpReply reply;
    reply.status = 204;
    reply.content_type = {};
    reply.allow = target.path == "/capture" ? "POST, OPTIONS" : "GET, OPTIONS";
    reply.headers =
        version_headers() + fmt::format(
                                "GS1-EPCIS-Min: {0}\r\nGS1-EPCIS-Max: {0}\r\nGS1-CBV-Min: {0}\r\n"
                                "GS1-CBV-Max: {0}\r\nGS1-EPCIS-Capture-Limit: {1}\r\n"
                                "GS1-EPCIS-Capture-File-Size-Limit: {2}\r\n",
                                kVersion, epcis::Repository::kEventsPerCaptureMax, limits::kRpcBodyBytesMax);
    return reply;
}

using Fault = std::optional<epcis::Problem>;

// What the client insists on and this node can not give.
Fault check_preferences(const HttpRequest& request) {
    for (const std::string_view name : {"GS1-EPCIS-Version", "GS1-CBV-Version"})
        if (const auto wanted = header(request, name); !wanted.empty() && !wanted.starts_with("2."))
            return epcis::Problem{406, "NotAcceptableException", fmt::format("{}: this node speaks 2.0 alone", name)};
    for (const std::string_view name : {"GS1-EPCIS-Min", "GS1-CBV-Min"})
        if (const auto least = header(request, name); !least.empty() && least > "2.0.0" && least != "2.0")
            return epcis::Problem{406, "NotAcceptableException", fmt::format("{}: this node speaks 2.0 alone", name)};
    if (const auto format = header(request, "GS1-EPC-Format"); format.starts_with("Always"))
        return epcis::Problem{406, "NotAcceptableException",
                              "GS1-EPC-Format: identifiers are told as they were captured; ask for No_Preference"};
    return std::nullopt;
}

Result<epcis::Behaviour, epcis::Problem> behaviour_of(const HttpRequest& request) {
    const std::string_view asked = header(request, "GS1-Capture-Error-Behaviour");
    if (asked.empty() || asked == "rollback") return epcis::Behaviour::kRollback;
    if (asked == "proceed") return epcis::Behaviour::kProceed;
    return epcis::Problem{400, "ValidationException",
                          fmt::format("GS1-Capture-Error-Behaviour '{}' is neither rollback nor proceed", asked)};
}

HttpReply post_capture(epcis::Repository& repository, const HttpRequest& request) {
    const std::string_view type = header(request, "Content-Type");
    if (!type.starts_with("application/json") && !type.starts_with("application/ld+json"))
        return problem_reply(
            {415, "UnsupportedMediaTypeException", "send the document as application/json or application/ld+json"});
    const auto behaviour = behaviour_of(request);
    if (!behaviour.ok()) return problem_reply(behaviour.error());
    const auto id = repository.capture(request.body(), *behaviour);
    if (!id.ok()) return problem_reply(id.error());
    HttpReply reply;
    reply.status = 202;
    reply.content_type = {};
    reply.headers = version_headers() + fmt::format("Location: /capture/{}\r\nGS1-Capture-Error-Behaviour: {}\r\n", *id,
                                                    *behaviour == epcis::Behaviour::kRollback ? "rollback" : "proceed");
    return reply;
}

// The query as it was, and where its next page begins.
std::string next_link(std::string_view query, const std::string& token) {
    std::string kept;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view part = query.substr(0, end);
        if (!part.starts_with("nextPageToken=")) kept += std::string(part) + "&";
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return fmt::format("Link: </events?{}nextPageToken={}>; rel=\"next\"\r\n", kept, token);
}

HttpReply get_events(const epcis::Repository& repository, const Target& target) {
    const auto query = epcis::parse_query(target.query);
    if (!query.ok()) return problem_reply(query.error());
    const auto page = repository.events(*query);
    if (!page.ok()) return problem_reply(page.error());
    HttpReply reply = document_reply(page->document);
    if (page->token) reply.headers += next_link(target.query, *page->token);
    return reply;
}

HttpReply get_one(const epcis::Repository& repository, const Target& target) {
    const auto name = epcis::percent_decode(target.rest);
    if (!name) return problem_reply({400, "ValidationException", "the address is not percent-encoded"});
    const auto found = target.capture ? repository.job(*name) : repository.event(*name);
    return found.ok() ? document_reply(*found) : problem_reply(found.error());
}

// A capture is recorded in the organisation's name; what was captured is its business, and the overseers'.
Fault check_rights(const Caller& caller, bool capture) {
    if (caller.owns_node || (!capture && caller.oversees())) return std::nullopt;
    if (caller.known())
        return epcis::Problem{403, "SecurityException",
                              capture ? "only the organisation whose node this is may capture here"
                                      : "the events of this node are its organisation's, and the overseers' to see"};
    return epcis::Problem{401, "SecurityException",
                          caller.refusal ? caller.refusal->message
                                         : "the events of this node are its organisation's: authenticate with a key of "
                                           "it (touchstone token new)"};
}

}  // namespace

bool is_epcis(std::string_view path) {
    return path == "/capture" || path == "/events" || path.starts_with("/capture/") || path.starts_with("/events/");
}

HttpReply answer_epcis(ServerState& state, const HttpRequest& request, const Caller& caller) {
    const Target target = target_of(request);
    if (request.method() == http::verb::options) return discovery(target);
    const bool root = target.path == "/capture";
    const bool allowed = request.method() == (root ? http::verb::post : http::verb::get);
    if (!allowed) {
        HttpReply reply = problem_reply({405, "ImplementationException", "this address does not take this method"});
        reply.allow = root ? "POST, OPTIONS" : "GET, OPTIONS";
        return reply;
    }
    epcis::Repository* const repository = state.node.epcis();
    if (repository == nullptr)
        return problem_reply(
            {501, "ImplementationException",
             "this node keeps no EPCIS events: it is not configured with an organisation, its key and "
             "its vault; capture with the command line (touchstone capture), or ask the organisation's "
             "own node"});
    if (Fault fault = check_rights(caller, root)) return problem_reply(*fault);
    if (Fault fault = check_preferences(request)) return problem_reply(*fault);
    if (root) return post_capture(*repository, request);
    return target.path == "/events" ? get_events(*repository, target) : get_one(*repository, target);
}

}  // namespace touchstone::rpc
