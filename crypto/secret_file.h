// Thirty-two secret bytes at rest: a small text file, encrypted under a passphrase, mode 0600. Key files
// (crypto/key_file.h) and the data key of a vault are such files.
//
// Argon2id (libsodium crypto_pwhash) derives a key from the passphrase; XChaCha20-Poly1305 seals the secret.
//
// Grammar: exactly these lines, each ended by a line feed, hexadecimal in lower case; `magic` and `label` are the
// form's:
//   <magic>
//   <label> <32 bytes>                            in clear, authenticated by the seal
//   kdf argon2id <operations> <memory in bytes>   one of "1 8192", "2 67108864", "4 1073741824"
//   salt <16 bytes>
//   nonce <24 bytes>
//   sealed <48 bytes>                             the secret; the lines above are its additional data
//
// Writing is atomic and durable: the name shows a whole file, synced with its folder, or none, also after a power cut.
// Any thread may call. An empty passphrase is a passphrase.
#pragma once

#include <array>
#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "crypto/ed25519.h"

namespace touchstone::crypto {

inline constexpr std::size_t kSecretFileBytes = 32;

// How much work a guess costs: kInteractive (64 MiB, under 0.1 s) is the default for files people unlock; kMinimal is
// for test networks whose keys guard nothing.
enum class SecretFileWork { kMinimal, kInteractive, kSensitive };

// Wiped when destroyed.
struct SecretFileBytes {
    std::array<std::uint8_t, kSecretFileBytes> bytes{};
    SecretFileBytes() = default;
    explicit SecretFileBytes(const std::array<std::uint8_t, kSecretFileBytes>& from) : bytes(from) {}
    SecretFileBytes(const SecretFileBytes& other) = default;
    SecretFileBytes& operator=(const SecretFileBytes& other) = default;
    ~SecretFileBytes() { wipe(bytes); }
};

struct SecretFileForm {
    std::string_view magic;  // first line, without its end
    std::string_view label;  // of the public bytes
    std::string_view remedy_missing;
};

struct SecretFileLock {
    std::string_view passphrase;
    SecretFileWork work = SecretFileWork::kInteractive;
};

struct SecretFile {
    std::array<std::uint8_t, kSecretFileBytes> clear{};
    SecretFileBytes secret;
};

// Errors: key_file_exists (never overwritten), key_file_io, key_file_memory (the derivation did not get its memory).
[[nodiscard]] Status write_secret_file(const std::filesystem::path& path, const SecretFileForm& form,
                                       const SecretFile& content, SecretFileLock lock);
// Errors: key_file_missing, key_file_mode (group or others have any right to it), key_file_malformed,
// key_file_passphrase (wrong, or the file was altered), key_file_io, key_file_memory.
Result<SecretFile> read_secret_file(const std::filesystem::path& path, const SecretFileForm& form,
                                    std::string_view passphrase);
// Needs no passphrase, and so vouches for nothing but what the file says. Does not mind the mode: no secret is read.
Result<std::array<std::uint8_t, kSecretFileBytes>> read_secret_file_clear(const std::filesystem::path& path,
                                                                          const SecretFileForm& form);

}  // namespace touchstone::crypto
