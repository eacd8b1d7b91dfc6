// Secret keys at rest: a small JSON-free text file, encrypted under a passphrase, mode 0600.
//
// Argon2id (libsodium crypto_pwhash) derives a key from the passphrase; XChaCha20-Poly1305 seals the seed. The public
// key is in clear, so that `keys show` needs no passphrase, and is authenticated by the seal.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "crypto/ed25519.h"

namespace touchstone::crypto {

// How much work a guess costs: kInteractive (64 MiB, under 0.1 s) is the default for files people unlock; kMinimal is
// for test networks whose keys guard nothing.
enum class KeyFileWork { kMinimal, kInteractive, kSensitive };

// Errors: key_file_exists (never overwritten), key_file_io.
[[nodiscard]] Status write_key_file(const std::filesystem::path& path, const SecretKey& key, std::string_view passphrase,
                                    KeyFileWork work = KeyFileWork::kInteractive);

// Errors: key_file_missing, key_file_mode (group or others can read it), key_file_malformed, key_file_passphrase.
Result<SecretKey> read_key_file(const std::filesystem::path& path, std::string_view passphrase);

// Needs no passphrase, and so vouches for nothing but what the file says.
Result<PublicKey> read_key_file_public(const std::filesystem::path& path);

}  // namespace touchstone::crypto
