// A digest that is slow on purpose: for short inputs that somebody could try out one after the other.
//
// Argon2id (RFC 9106) as libsodium's crypto_pwhash computes it, with a cost that is part of the result and never
// changes: 3 passes over 256 MiB. The salt is the first 16 bytes of SHA-256(domain): it is public, and separates one
// purpose from another. Any thread; takes about half a second and the memory named.
#pragma once

#include <string_view>

#include "base/hash256.h"
#include "base/result.h"

namespace touchstone::crypto {

// Error: hash_memory, when the system does not give the memory.
Result<Hash256> hardened_hash(std::string_view input, std::string_view domain);

}  // namespace touchstone::crypto
