#include "node/asio/tls_identity.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/error.hpp>
#include <memory>

#include "base/check.h"

namespace touchstone::node {
namespace {

constexpr long kCertificateChainBytesMax = 4096;  // ours is below 300; OpenSSL would take 100 KiB

template <auto free_function>
struct Free {
    template <class T>
    void operator()(T* pointer) const {
        free_function(pointer);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;

Error setup_error(const char* step) {
    char text[256] = "";
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    return {"tls_setup", std::string(step) + ": " + text};
}

int check_slot() {
    static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return slot;
}

std::optional<crypto::PublicKey> ed25519_key_of(X509* certificate) {
    EVP_PKEY* key = certificate ? X509_get0_pubkey(certificate) : nullptr;
    if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) return std::nullopt;
    crypto::PublicKey raw;
    std::size_t size = raw.bytes.size();
    if (EVP_PKEY_get_raw_public_key(key, raw.bytes.data(), &size) != 1 || size != raw.bytes.size()) return std::nullopt;
    return raw;
}

// Stands in for OpenSSL's whole chain verification.
int verify_peer(X509_STORE_CTX* store, void*) {
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* check = ssl ? static_cast<PeerCheck*>(SSL_get_ex_data(ssl, check_slot())) : nullptr;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    if (!check) return 0;
    check->key = ed25519_key_of(X509_STORE_CTX_get0_cert(store));
    check->refusal = check->key ? check->judge(*check->key) : "not_ed25519";
    if (!check->refusal.empty()) return 0;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

Result<CertificatePtr> self_signed(EVP_PKEY* key) {
    CertificatePtr certificate(X509_new());
    if (!certificate) return setup_error("X509_new");
    X509* x = certificate.get();
    X509_NAME* name = X509_get_subject_name(x);
    const bool built =
        X509_set_version(x, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "19700101000000Z") == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z") == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("touchstone"), -1,
                                   -1, 0) == 1 &&
        X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1 && X509_sign(x, key, nullptr) > 0;
    if (!built) return setup_error("certificate");
    return certificate;
}

bool configure(SSL_CTX* context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, kCertificateChainBytesMax);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_peer, nullptr);
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 && SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
           SSL_CTX_set_ciphersuites(context,
                                    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1;
}

}  // namespace

Result<TlsIdentity> TlsIdentity::create(const crypto::SecretKey& key) {
    auto seed = key.seed();
    KeyPtr private_key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    OPENSSL_cleanse(seed.data(), seed.size());
    if (!private_key) return setup_error("key");
    TRY_ASSIGN(const CertificatePtr certificate, self_signed(private_key.get()));
    INVARIANT(ed25519_key_of(certificate.get()) == key.public_key());

    SSL_CTX* raw = SSL_CTX_new(TLS_method());
    if (!raw) return setup_error("SSL_CTX_new");
    boost::asio::ssl::context context(raw);  // owns it from here on
    if (!configure(raw) || SSL_CTX_use_certificate(raw, certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(raw, private_key.get()) != 1)
        return setup_error("configuration");
    return TlsIdentity(std::move(context));
}

void TlsIdentity::attach(SSL* ssl, PeerCheck& check) { INVARIANT(SSL_set_ex_data(ssl, check_slot(), &check) == 1); }

std::string name_tls_failure(const boost::system::error_code& error) {
    if (error.category() != boost::asio::error::get_ssl_category()) return "closed_by_peer";
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return "no_certificate";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return "tls_version";
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_BAD_RECORD_TYPE:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
            return "not_tls";
        default:
            break;
    }
    // Alerts of the other side carry numbers from SSL_AD_REASON_OFFSET on.
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
    return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256 ? "refused_by_peer" : "tls_failed";
}

}  // namespace touchstone::node
