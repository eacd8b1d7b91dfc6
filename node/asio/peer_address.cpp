#include "node/asio/peer_address.h"

#include <fmt/format.h>

#include <charconv>

namespace touchstone::node {
namespace {

Error malformed(std::string_view text, std::string_view why) {
    return {"address_malformed", fmt::format("\"{}\": {}; expected host:port or [ipv6]:port", text, why)};
}

}  // namespace

std::string HostPort::text() const {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

std::string PeerAddress::text() const { return key.hex() + "@" + at.text(); }

Result<HostPort> parse_host_port(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return malformed(text, "no port");
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return malformed(text, "the port is not a number up to 65535");
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return malformed(text, "an IPv6 address needs brackets");
    }
    if (host.empty() || host.size() > 253) return malformed(text, "no host, or too long a one");
    if (host.find_first_of(" \t\r\n[]/@") != std::string_view::npos)
        return malformed(text, "the host has foreign characters");
    return HostPort{std::string(host), port};
}

Result<PeerAddress> parse_peer_address(std::string_view text) {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos)
        return Error{"address_malformed", fmt::format("\"{}\": expected hexkey@host:port", text)};
    const auto key = crypto::PublicKey::from_hex(text.substr(0, at));
    if (!key) return Error{"address_malformed", fmt::format("\"{}\": the key is not 64 hexadecimal digits", text)};
    TRY_ASSIGN(HostPort where, parse_host_port(text.substr(at + 1)));
    if (where.port == 0) return malformed(text, "port 0 can not be dialled");
    return PeerAddress{*key, std::move(where)};
}

}  // namespace touchstone::node
