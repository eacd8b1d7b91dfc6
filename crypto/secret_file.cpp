#include "crypto/secret_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "crypto/sodium_ready.h"

namespace touchstone::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 4096;
constexpr std::size_t kSaltSize = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kSealKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kSealedSize = kSecretFileBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES;

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

struct Stored {
    std::array<std::uint8_t, kSecretFileBytes> clear{};
    Cost cost{};
    Bytes salt;
    Bytes nonce;
    Bytes sealed;
};

// Everything above the last line: what the seal authenticates beside the secret.
std::string header_text(const SecretFileForm& form, const Stored& file) {
    return fmt::format("{}\n{} {}\nkdf argon2id {} {}\nsalt {}\nnonce {}\n", form.magic, form.label, to_hex(file.clear),
                       file.cost.operations, file.cost.memory_bytes, to_hex(file.salt), to_hex(file.nonce));
}

std::string file_text(const SecretFileForm& form, const Stored& file) {
    return fmt::format("{}sealed {}\n", header_text(form, file), to_hex(file.sealed));
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

std::optional<Stored> parse(const SecretFileForm& form, std::string_view text) {
    std::string_view rest = text;
    const std::string label = std::string(form.label) + " ";
    if (!take_line(rest, form.magic)) return std::nullopt;
    const auto clear = take_hex(rest, label, kSecretFileBytes);
    const auto cost_text = take_line(rest, "kdf argon2id ");
    const auto salt = take_hex(rest, "salt ", kSaltSize);
    const auto nonce = take_hex(rest, "nonce ", kNonceSize);
    const auto sealed = take_hex(rest, "sealed ", kSealedSize);
    if (!clear || !cost_text || !salt || !nonce || !sealed) return std::nullopt;
    Stored file{{}, {}, *salt, *nonce, *sealed};
    std::copy(clear->begin(), clear->end(), file.clear.begin());
    for (const Cost& cost : kCosts)
        if (*cost_text == fmt::format("{} {}", cost.operations, cost.memory_bytes)) file.cost = cost;
    // One text per value: what is not exactly what the writer writes is not such a file.
    if (file.cost == Cost{} || file_text(form, file) != text) return std::nullopt;
    return file;
}

static_assert(kSealKeySize == kSecretFileBytes);

bool derive_seal_key(const Stored& file, std::string_view passphrase, SecretFileBytes& key) {
    return crypto_pwhash(key.bytes.data(), key.bytes.size(), passphrase.data(), passphrase.size(), file.salt.data(),
                         file.cost.operations, static_cast<std::size_t>(file.cost.memory_bytes),
                         crypto_pwhash_ALG_ARGON2ID13) == 0;
}

Error io_error(const fs::path& path, std::string_view what) {
    return {"key_file_io",
            fmt::format("{}: {}: {}. Check the folder and the disk.", path.string(), what, std::strerror(errno))};
}

Error malformed(const fs::path& path, const SecretFileForm& form) {
    return {"key_file_malformed", fmt::format("{} is not a whole file of the kind \"{}\". Restore it from a backup.",
                                              path.string(), form.magic)};
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

Result<Stored> load(const fs::path& path, const SecretFileForm& form, ModeCheck check) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR))
        return Error{"key_file_missing", fmt::format("{} does not exist. {}", path.string(), form.remedy_missing)};
    if (file.get() < 0) return io_error(path, "can not be opened");
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return io_error(path, "can not be examined");
    if (!S_ISREG(info.st_mode)) return malformed(path, form);
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
    auto parsed = parse(form, std::string_view(text).substr(0, size));
    if (!parsed) return malformed(path, form);
    return *std::move(parsed);
}

}  // namespace

Status write_secret_file(const fs::path& path, const SecretFileForm& form, const SecretFile& content,
                         SecretFileLock lock) {
    ensure_sodium();
    Stored file;
    file.clear = content.clear;
    file.cost = kCosts.at(static_cast<std::size_t>(lock.work));
    file.salt.resize(kSaltSize);
    file.nonce.resize(kNonceSize);
    file.sealed.resize(kSealedSize);
    random_bytes(file.salt);
    random_bytes(file.nonce);
    SecretFileBytes seal_key;
    if (!derive_seal_key(file, lock.passphrase, seal_key)) return out_of_memory(path, file.cost);
    const std::string header = header_text(form, file);
    INVARIANT(crypto_aead_xchacha20poly1305_ietf_encrypt(
                  file.sealed.data(), nullptr, content.secret.bytes.data(), content.secret.bytes.size(),
                  as_bytes(header).data(), header.size(), nullptr, file.nonce.data(), seal_key.bytes.data()) == 0);
    return publish(path, file_text(form, file));
}

Result<SecretFile> read_secret_file(const fs::path& path, const SecretFileForm& form, std::string_view passphrase) {
    ensure_sodium();
    TRY_ASSIGN(const Stored file, load(path, form, ModeCheck::kOwnerOnly));
    SecretFileBytes seal_key;
    if (!derive_seal_key(file, passphrase, seal_key)) return out_of_memory(path, file.cost);
    const std::string header = header_text(form, file);
    SecretFile content;
    content.clear = file.clear;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(content.secret.bytes.data(), nullptr, nullptr, file.sealed.data(),
                                                   file.sealed.size(), as_bytes(header).data(), header.size(),
                                                   file.nonce.data(), seal_key.bytes.data()) != 0)
        return Error{"key_file_passphrase",
                     fmt::format("{}: the passphrase is wrong, or the file was altered", path.string())};
    return content;
}

Result<std::array<std::uint8_t, kSecretFileBytes>> read_secret_file_clear(const fs::path& path,
                                                                          const SecretFileForm& form) {
    TRY_ASSIGN(const Stored file, load(path, form, ModeCheck::kAny));
    return file.clear;
}

}  // namespace touchstone::crypto
