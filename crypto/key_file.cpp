#include "crypto/key_file.h"

#include <fmt/format.h>

namespace touchstone::crypto {
namespace {

constexpr SecretFileForm kForm{"touchstone-key 1", "public", "`touchstone keys new` makes one."};

}  // namespace

Status write_key_file(const std::filesystem::path& path, const SecretKey& key, std::string_view passphrase,
                      KeyFileWork work) {
    auto seed = key.seed();
    const SecretFile content{key.public_key().bytes, SecretFileBytes(seed)};
    wipe(seed);
    return write_secret_file(path, kForm, content, {passphrase, work});
}

Result<SecretKey> read_key_file(const std::filesystem::path& path, std::string_view passphrase) {
    TRY_ASSIGN(const SecretFile content, read_secret_file(path, kForm, passphrase));
    SecretKey key = SecretKey::from_seed(content.secret.bytes);
    // Sealed by us, yet not the pair that it claims to be: the writer was given a key that is none.
    if (key.public_key().bytes != content.clear)
        return Error{
            "key_file_malformed",
            fmt::format("{}: its public key is not that of its secret key. Restore it from a backup.", path.string())};
    return key;
}

Result<PublicKey> read_key_file_public(const std::filesystem::path& path) {
    TRY_ASSIGN(const auto clear, read_secret_file_clear(path, kForm));
    return PublicKey{clear};
}

}  // namespace touchstone::crypto
