// TLS 1.3 with the node's Ed25519 key as the whole identity.
//
// The certificate is self-signed, made from the key at start and valid from 1970 to 9999: nothing in it expires, and
// nothing in it is believed but its public key. A peer's certificate is accepted exactly when its key is an Ed25519 key
// that PeerCheck allows; no authority, name or date is looked at. TLS proves that the peer holds the key.
//
// Thread safety: context() may be shared by all connections of one network thread.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "crypto/ed25519.h"

namespace touchstone::node {

// The judgement of one connection's peer. Attach before the handshake, keep alive for as long as the stream.
struct PeerCheck {
    // Answers an empty text to accept, else the named reason to refuse.
    std::function<std::string(const crypto::PublicKey&)> judge;
    std::optional<crypto::PublicKey> key;  // what the peer showed, if it was an Ed25519 key
    std::string refusal;                   // why it was refused; empty otherwise
};

class TlsIdentity {
  public:
    // Errors: tls_setup, with OpenSSL's words.
    static Result<TlsIdentity> create(const crypto::SecretKey& key);

    boost::asio::ssl::context& context() { return context_; }

    static void attach(SSL* ssl, PeerCheck& check);

  private:
    explicit TlsIdentity(boost::asio::ssl::context context) : context_(std::move(context)) {}
    boost::asio::ssl::context context_;
};

// The named reason of a failed handshake: no_certificate, tls_version, not_tls, refused_by_peer, tls_failed.
std::string name_tls_failure(const boost::system::error_code& error);

}  // namespace touchstone::node
