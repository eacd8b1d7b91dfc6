#include "crypto/sealing.h"

#include <sodium.h>

#include "base/check.h"
#include "base/codec.h"
#include "crypto/sodium_ready.h"

namespace touchstone::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceBytes + kTagBytes == kSealOverheadBytes);
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == kSecretFileBytes);
static_assert(crypto_kdf_KEYBYTES == kSecretFileBytes);

constexpr char kContext[crypto_kdf_CONTEXTBYTES + 1] = "tsseal01";

SecretFileBytes subkey(const SecretFileBytes& secret, std::uint64_t number) {
    SecretFileBytes derived;
    INVARIANT(crypto_kdf_derive_from_key(derived.bytes.data(), derived.bytes.size(), number, kContext,
                                         secret.bytes.data()) == 0);
    return derived;
}

}  // namespace

SealingKey::SealingKey(const SecretFileBytes& secret) {
    ensure_sodium();
    sealing_ = subkey(secret, 1);
    naming_ = subkey(secret, 2);
}

Bytes SealingKey::seal(ByteView plain, ByteView additional) const {
    Bytes sealed(kSealOverheadBytes + plain.size());
    const std::span<std::uint8_t> nonce(sealed.data(), kNonceBytes);
    random_bytes(nonce);
    INVARIANT(crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, nullptr, plain.data(),
                                                         plain.size(), additional.data(), additional.size(), nullptr,
                                                         nonce.data(), sealing_.bytes.data()) == 0);
    return sealed;
}

std::optional<Bytes> SealingKey::open(ByteView sealed, ByteView additional) const {
    if (sealed.size() < kSealOverheadBytes) return std::nullopt;
    Bytes plain(sealed.size() - kSealOverheadBytes);
    const ByteView text = sealed.subspan(kNonceBytes);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, text.data(), text.size(),
                                                   additional.data(), additional.size(), sealed.data(),
                                                   sealing_.bytes.data()) != 0)
        return std::nullopt;
    return plain;
}

Hash256 SealingKey::name(std::string_view label, ByteView data) const {
    Writer writer;
    writer.u8(static_cast<std::uint8_t>(label.size())).raw(as_bytes(label)).raw(data);
    Hash256 name;
    INVARIANT(crypto_generichash(name.bytes.data(), name.bytes.size(), writer.bytes().data(), writer.bytes().size(),
                                 naming_.bytes.data(), naming_.bytes.size()) == 0);
    return name;
}

}  // namespace touchstone::crypto
