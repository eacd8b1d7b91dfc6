// Ed25519 (RFC 8032) with one exact rule for what verifies.
//
// The rule is libsodium 1.0.18's crypto_sign_verify_detached: cofactorless equation, S < L required, small-order A and
// R refused, non-canonical A refused. Verifiers of other libraries disagree on such edges, and a disagreement forks a
// chain: every check that consensus depends on goes through verify() below, and tests pin its verdict on every vector
// of C2SP/CCTV and Wycheproof. Thread safety: all functions may be called from any thread.
#pragma once

#include <array>
#include <compare>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"

namespace touchstone::crypto {

struct PublicKey {
    static constexpr std::size_t kSize = 32;
    std::array<std::uint8_t, kSize> bytes{};
    auto operator<=>(const PublicKey&) const = default;
    ByteView view() const { return bytes; }
    std::string hex() const { return to_hex(bytes); }
    bool is_zero() const { return *this == PublicKey{}; }
    static std::optional<PublicKey> from_view(ByteView view);
    static std::optional<PublicKey> from_hex(std::string_view text);
};

struct Signature {
    static constexpr std::size_t kSize = 64;
    std::array<std::uint8_t, kSize> bytes{};
    auto operator<=>(const Signature&) const = default;
    ByteView view() const { return bytes; }
    static std::optional<Signature> from_view(ByteView view);
};

// Wiped from memory when destroyed. Movable, not copyable; signing with a key that was moved from aborts.
class SecretKey {
  public:
    static constexpr std::size_t kSeedSize = 32;

    // From the system's random generator.
    static SecretKey generate();
    // RFC 8032 section 5.1.5: the 32-byte private key. Tests and key files only.
    static SecretKey from_seed(std::span<const std::uint8_t, kSeedSize> seed);

    SecretKey(SecretKey&&) noexcept;
    SecretKey& operator=(SecretKey&&) noexcept;
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    ~SecretKey();

    const PublicKey& public_key() const { return public_key_; }
    Signature sign(ByteView message) const;
    // The seed, for key files and for TLS certificates made of the same key. The caller wipes it.
    std::array<std::uint8_t, kSeedSize> seed() const;

  private:
    SecretKey() = default;
    std::array<std::uint8_t, 64> secret_{};
    PublicKey public_key_;
};

// Whether it is a point that keys are made on: canonical, in the main subgroup, not of small order; so never zero. verify()
// refuses most of the others, of which nobody has the secret; whoever writes a key down asks here first.
bool is_valid_point(const PublicKey& key);

// The one rule. See above.
bool verify(const PublicKey& key, ByteView message, const Signature& signature);

// Overwrites a secret so that the compiler can not leave it out.
void wipe(std::span<std::uint8_t> secret);

// Fills with bytes from the system's random generator (libsodium randombytes_buf).
void random_bytes(std::span<std::uint8_t> out);
// Uniform in [0, bound), bound > 0.
std::uint32_t random_below(std::uint32_t bound);

}  // namespace touchstone::crypto

template <>
struct std::hash<touchstone::crypto::PublicKey> {
    std::size_t operator()(const touchstone::crypto::PublicKey& key) const {
        std::size_t value;
        static_assert(sizeof value <= sizeof key.bytes);
        __builtin_memcpy(&value, key.bytes.data(), sizeof value);
        return value;
    }
};
