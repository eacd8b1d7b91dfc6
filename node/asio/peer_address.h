// Where a peer is to be found, as text: "host:port", "[2001:db8::1]:26600", "name.example:26600".
//
// Thread safety: values only. Failure: address_malformed, with what was met.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/ed25519.h"

namespace touchstone::node {

// An empty host means: nowhere.
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const HostPort&) const = default;
    std::string text() const;  // an IPv6 host in brackets
};

struct PeerAddress {
    crypto::PublicKey key;
    HostPort at;
    bool operator==(const PeerAddress&) const = default;
    std::string text() const;  // "hexkey@host:port"
};

Result<HostPort> parse_host_port(std::string_view text);
Result<PeerAddress> parse_peer_address(std::string_view text);

}  // namespace touchstone::node
