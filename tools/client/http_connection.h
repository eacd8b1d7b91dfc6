// One keep-alive HTTP connection that posts JSON and waits for the answer.
//
// Thread safety: one thread per object. A reused connection that the server closed meanwhile is opened again once and
// the same bytes are sent again: every request of this protocol may be repeated (reads, and transactions by their id).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace touchstone::tools {

struct HttpEndpoint {
    std::string host;
    std::string port;
    std::string target = "/";
    std::string url;                // as given, for messages
    std::string authority() const;  // host:port, what tokens for it name
};

// http://host[:port][/path]; without a port 8545. Error: bad_url.
Result<HttpEndpoint> parse_endpoint(const std::string& url);

class HttpConnection {
  public:
    explicit HttpConnection(HttpEndpoint endpoint);
    ~HttpConnection();
    HttpConnection(HttpConnection&&) noexcept;
    HttpConnection& operator=(HttpConnection&&) noexcept;

    const HttpEndpoint& endpoint() const;
    // `authorization`: the header's value, or empty. Errors: unreachable, timed_out, http_status (the answer was not
    // 200).
    Result<std::string> post(const std::string& body, Duration limit, const std::string& authorization = {});
    Result<std::string> get(const std::string& target, Duration limit);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace touchstone::tools
