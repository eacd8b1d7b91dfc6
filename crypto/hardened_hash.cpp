#include "crypto/hardened_hash.h"

#include <sodium.h>

#include "crypto/sha256.h"
#include "crypto/sodium_ready.h"

namespace touchstone::crypto {
namespace {

constexpr unsigned long long kPasses = 3;
constexpr std::size_t kMemoryBytes = 256u << 20;

}  // namespace

Result<Hash256> hardened_hash(std::string_view input, std::string_view domain) {
    ensure_sodium();
    const Hash256 salt = sha256(as_bytes(domain));
    static_assert(crypto_pwhash_SALTBYTES <= Hash256::kSize);
    Hash256 out;
    if (crypto_pwhash(out.bytes.data(), out.bytes.size(), input.data(), input.size(), salt.bytes.data(), kPasses,
                      kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return Error{"hash_memory", "the digest takes 256 MiB of memory, which the system did not give; free some"};
    return out;
}

}  // namespace touchstone::crypto
