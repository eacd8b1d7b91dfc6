#include "crypto/ed25519.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "crypto/sodium_ready.h"

namespace touchstone::crypto {
namespace {

template <class T>
std::optional<T> fixed_from_view(ByteView view) {
    if (view.size() != T::kSize) return std::nullopt;
    T value;
    std::copy(view.begin(), view.end(), value.bytes.begin());
    return value;
}

}  // namespace

void ensure_sodium() {
    static const bool ready = sodium_init() >= 0;
    INVARIANT(ready);
}

std::optional<PublicKey> PublicKey::from_view(ByteView view) { return fixed_from_view<PublicKey>(view); }
std::optional<Signature> Signature::from_view(ByteView view) { return fixed_from_view<Signature>(view); }

std::optional<PublicKey> PublicKey::from_hex(std::string_view text) {
    const auto decoded = touchstone::from_hex(text);
    return decoded ? from_view(*decoded) : std::nullopt;
}

SecretKey SecretKey::generate() {
    ensure_sodium();
    SecretKey key;
    INVARIANT(crypto_sign_keypair(key.public_key_.bytes.data(), key.secret_.data()) == 0);
    return key;
}

SecretKey SecretKey::from_seed(std::span<const std::uint8_t, kSeedSize> seed) {
    ensure_sodium();
    SecretKey key;
    INVARIANT(crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_.data(), seed.data()) == 0);
    return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept
    : secret_(other.secret_), public_key_(std::exchange(other.public_key_, PublicKey{})) {
    wipe(other.secret_);
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this != &other) {
        secret_ = other.secret_;
        public_key_ = std::exchange(other.public_key_, PublicKey{});
        wipe(other.secret_);
    }
    return *this;
}

SecretKey::~SecretKey() { wipe(secret_); }

Signature SecretKey::sign(ByteView message) const {
    // A key that was moved from would sign with a secret of zeros, which anybody can do.
    INVARIANT(!public_key_.is_zero());
    ensure_sodium();
    Signature signature;
    INVARIANT(crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), secret_.data()) ==
              0);
    return signature;
}

std::array<std::uint8_t, SecretKey::kSeedSize> SecretKey::seed() const {
    INVARIANT(!public_key_.is_zero());
    std::array<std::uint8_t, kSeedSize> seed;
    std::copy_n(secret_.begin(), kSeedSize, seed.begin());
    return seed;
}

bool is_valid_point(const PublicKey& key) {
    ensure_sodium();
    return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
    ensure_sodium();
    return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

void wipe(std::span<std::uint8_t> secret) { sodium_memzero(secret.data(), secret.size()); }

void random_bytes(std::span<std::uint8_t> out) {
    ensure_sodium();
    randombytes_buf(out.data(), out.size());
}

std::uint32_t random_below(std::uint32_t bound) {
    ensure_sodium();
    INVARIANT(bound > 0);
    return randombytes_uniform(bound);
}

}  // namespace touchstone::crypto
