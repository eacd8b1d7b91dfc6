// Secret keys at rest: a small JSON-free text file, encrypted under a passphrase, mode 0600.
//
// A secret file (crypto/secret_file.h) of the seed. The public key is in clear, so that `keys show` needs no
// passphrase, and is authenticated by the seal.
//
// Grammar: exactly these lines, each ended by a line feed, hexadecimal in lower case:
//   touchstone-key 1
//   public <32 bytes>
//   kdf argon2id <operations> <memory in bytes>   one of "1 8192", "2 67108864", "4 1073741824"
//   salt <16 bytes>
//   nonce <24 bytes>
//   sealed <48 bytes>                             the seed; the lines above are its additional data
//
// Writing is atomic and durable: the name shows a whole file, synced with its folder, or none, also after a power cut.
// Any thread may call. An empty passphrase is a passphrase.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "crypto/ed25519.h"
#include "crypto/secret_file.h"

namespace touchstone::crypto {

using KeyFileWork = SecretFileWork;

// Errors: key_file_exists (never overwritten), key_file_io, key_file_memory (the derivation did not get its memory).
[[nodiscard]] Status write_key_file(const std::filesystem::path& path, const SecretKey& key,
                                    std::string_view passphrase, KeyFileWork work = KeyFileWork::kInteractive);

// Errors: key_file_missing, key_file_mode (group or others have any right to it), key_file_malformed,
// key_file_passphrase (wrong, or the file was altered), key_file_io, key_file_memory.
Result<SecretKey> read_key_file(const std::filesystem::path& path, std::string_view passphrase);

// Needs no passphrase, and so vouches for nothing but what the file says. Does not mind the mode: no secret is read.
Result<PublicKey> read_key_file_public(const std::filesystem::path& path);

}  // namespace touchstone::crypto
