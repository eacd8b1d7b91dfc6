#include "crypto/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "crypto/sodium_ready.h"

namespace touchstone::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagicLine = "touchstone-key 1\n";
constexpr std::size_t kFileBytesMax = 4096;
constexpr std::size_t kSaltSize = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kSealKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kSealedSize = SecretKey::kSeedSize + crypto_aead_xchacha20poly1305_ietf_ABYTES;

template <std::size_t Size>
struct WipedBytes {
    std::array<std::uint8_t, Size> bytes{};
    WipedBytes() = default;
    explicit WipedBytes(const std::array<std::uint8_t, Size>& from) : bytes(from) {}
    WipedBytes(const WipedBytes&) = delete;
    WipedBytes& operator=(const WipedBytes&) = delete;
    ~WipedBytes() { wipe(bytes); }
};

struct Cost {
    std::uint64_t operations;
    std::uint64_t memory_bytes;
    bool operator==(const Cost&) const = default;
};

// The only costs that a file may ask for: a forged file can not make a reader take all memory, or all day.
constexpr std::array<Cost, 3> kCosts{{
    {1, 8u << 10},   // kMinimal
    {2, 64u << 20},  // kInteractive
    {4, 1u << 30},   // kSensitive
}};

struct KeyFile {
    PublicKey public_key;
    Cost cost{};
    Bytes salt;
    Bytes nonce;
    Bytes sealed;
};

// Everything above the last line: what the seal authenticates beside the seed.
std::string header_text(const KeyFile& file) {
    return fmt::format("{}public {}\nkdf argon2id {} {}\nsalt {}\nnonce {}\n", kMagicLine, file.public_key.hex(),
                       file.cost.operations, file.cost.memory_bytes, to_hex(file.salt), to_hex(file.nonce));
}

std::string file_text(const KeyFile& file) {
    return fmt::format("{}sealed {}\n", header_text(file), to_hex(file.sealed));
}

// The text between `label` and the end of its line, which is taken from `rest`.
std::optional<std::string_view> take_line(std::string_view& rest, std::string_view label) {
    if (!rest.starts_with(label)) return std::nullopt;
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || end < label.size()) return std::nullopt;
    const std::string_view value = rest.substr(label.size(), end - label.size());
    rest.remove_prefix(end + 1);
    return value;
}

std::optional<Bytes> take_hex(std::string_view& rest, std::string_view label, std::size_t size) {
    const auto text = take_line(rest, label);
    auto bytes = text ? from_hex(*text) : std::nullopt;
    if (!bytes || bytes->size() != size) return std::nullopt;
    return bytes;
}

std::optional<KeyFile> parse(std::string_view text) {
    std::string_view rest = text;
    if (!take_line(rest, kMagicLine.substr(0, kMagicLine.size() - 1))) return std::nullopt;
    const auto public_key = take_hex(rest, "public ", PublicKey::kSize);
    const auto cost_text = take_line(rest, "kdf argon2id ");
    const auto salt = take_hex(rest, "salt ", kSaltSize);
    const auto nonce = take_hex(rest, "nonce ", kNonceSize);
    const auto sealed = take_hex(rest, "sealed ", kSealedSize);
    if (!public_key || !cost_text || !salt || !nonce || !sealed) return std::nullopt;
    KeyFile file{*PublicKey::from_view(*public_key), {}, *salt, *nonce, *sealed};
    for (const Cost& cost : kCosts)
        if (*cost_text == fmt::format("{} {}", cost.operations, cost.memory_bytes)) file.cost = cost;
    // One text per value: what is not exactly what the writer writes is not a key file.
    if (file.cost == Cost{} || file_text(file) != text) return std::nullopt;
    return file;
}

bool derive_seal_key(const KeyFile& file, std::string_view passphrase, WipedBytes<kSealKeySize>& key) {
    return crypto_pwhash(key.bytes.data(), key.bytes.size(), passphrase.data(), passphrase.size(), file.salt.data(),
                         file.cost.operations, static_cast<std::size_t>(file.cost.memory_bytes),
                         crypto_pwhash_ALG_ARGON2ID13) == 0;
}

Error io_error(const fs::path& path, std::string_view what) {
    return {"key_file_io",
            fmt::format("{}: {}: {}. Check the folder and the disk.", path.string(), what, std::strerror(errno))};
}

Error malformed(const fs::path& path) {
    return {"key_file_malformed",
            fmt::format("{} is not a whole touchstone key file. Restore it from a backup.", path.string())};
}

Error out_of_memory(const fs::path& path, const Cost& cost) {
    return {"key_file_memory", fmt::format("{}: unlocking takes {} MiB of memory, which the system did not give",
                                           path.string(), cost.memory_bytes >> 20)};
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
};

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// Writes under a name of its own and then links: the name `path` shows a whole, durable file or none, and link(),
// unlike rename(), never replaces one.
Status publish(const fs::path& path, std::string_view text) {
    std::array<std::uint8_t, 8> unique{};
    random_bytes(unique);
    const fs::path temporary = path.string() + ".new-" + to_hex(unique);
    {
        const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (file.get() < 0) return io_error(temporary, "can not be created");
        if (::fchmod(file.get(), 0600) != 0 || !write_all(file.get(), text) || ::fsync(file.get()) != 0) {
            const Error error = io_error(temporary, "can not be written");
            ::unlink(temporary.c_str());
            return error;
        }
    }
    const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
    const int link_errno = errno;
    ::unlink(temporary.c_str());
    errno = link_errno;
    if (!linked && errno == EEXIST)
        return Error{"key_file_exists", fmt::format("{} exists and is never overwritten. Choose another name, or move "
                                                    "it away if it is no longer needed.",
                                                    path.string())};
    if (!linked) return io_error(path, "can not be created");
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) return io_error(folder, "can not be synced");
    return Ok{};
}

enum class ModeCheck { kOwnerOnly, kAny };

Result<KeyFile> load(const fs::path& path, ModeCheck check) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR))
        return Error{"key_file_missing",
                     fmt::format("{} does not exist. `touchstone keys new` makes one.", path.string())};
    if (file.get() < 0) return io_error(path, "can not be opened");
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return io_error(path, "can not be examined");
    if (!S_ISREG(info.st_mode)) return malformed(path);
    if (check == ModeCheck::kOwnerOnly && (info.st_mode & 077) != 0)
        return Error{"key_file_mode", fmt::format("{} is open to others (mode {:04o}). Run: chmod 600 {}",
                                                  path.string(), info.st_mode & 07777, path.string())};
    std::string text(kFileBytesMax, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_error(path, "can not be read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    auto parsed = parse(std::string_view(text).substr(0, size));
    if (!parsed) return malformed(path);
    return *std::move(parsed);
}

}  // namespace

Status write_key_file(const fs::path& path, const SecretKey& key, std::string_view passphrase, KeyFileWork work) {
    ensure_sodium();
    KeyFile file;
    file.public_key = key.public_key();
    file.cost = kCosts.at(static_cast<std::size_t>(work));
    file.salt.resize(kSaltSize);
    file.nonce.resize(kNonceSize);
    file.sealed.resize(kSealedSize);
    random_bytes(file.salt);
    random_bytes(file.nonce);
    WipedBytes<kSealKeySize> seal_key;
    if (!derive_seal_key(file, passphrase, seal_key)) return out_of_memory(path, file.cost);
    const std::string header = header_text(file);
    const WipedBytes<SecretKey::kSeedSize> seed(key.seed());
    INVARIANT(crypto_aead_xchacha20poly1305_ietf_encrypt(file.sealed.data(), nullptr, seed.bytes.data(),
                                                         seed.bytes.size(), as_bytes(header).data(), header.size(),
                                                         nullptr, file.nonce.data(), seal_key.bytes.data()) == 0);
    return publish(path, file_text(file));
}

Result<SecretKey> read_key_file(const fs::path& path, std::string_view passphrase) {
    ensure_sodium();
    TRY_ASSIGN(const KeyFile file, load(path, ModeCheck::kOwnerOnly));
    WipedBytes<kSealKeySize> seal_key;
    if (!derive_seal_key(file, passphrase, seal_key)) return out_of_memory(path, file.cost);
    const std::string header = header_text(file);
    WipedBytes<SecretKey::kSeedSize> seed;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed.bytes.data(), nullptr, nullptr, file.sealed.data(),
                                                   file.sealed.size(), as_bytes(header).data(), header.size(),
                                                   file.nonce.data(), seal_key.bytes.data()) != 0)
        return Error{"key_file_passphrase",
                     fmt::format("{}: the passphrase is wrong, or the file was altered", path.string())};
    SecretKey key = SecretKey::from_seed(seed.bytes);
    // Sealed by us, yet not the pair that it claims to be: the writer was given a key that is none.
    if (key.public_key() != file.public_key) return malformed(path);
    return key;
}

Result<PublicKey> read_key_file_public(const fs::path& path) {
    TRY_ASSIGN(const KeyFile file, load(path, ModeCheck::kAny));
    return file.public_key;
}

}  // namespace touchstone::crypto
