#include "node/app/home.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <chrono>
#include <thread>

#include <array>
#include <cerrno>
#include <cstring>

namespace touchstone::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTextFileBytesMax = 64u << 20;

Error io_error(const char* code, const fs::path& path, const char* what) {
    return {code, fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno))};
}

class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    bool open() const { return descriptor_ >= 0; }
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Status sync_folder(const fs::path& folder) {
    const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.open() || ::fsync(file.get()) != 0) return io_error("file_io", folder, "sync");
    return Ok{};
}

Status make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Error{"home_io", fmt::format("{}: {}", folder.string(), error.message())};
    if (::chmod(folder.c_str(), 0700) != 0) return io_error("home_io", folder, "mode");
    return Ok{};
}

}  // namespace

Status Home::check() const {
    std::error_code error;
    if (!fs::is_directory(root_, error))
        return Error{"home_missing", root_.string() + " is no folder; `touchstone init` makes one"};
    for (const fs::path& file : {genesis(), node_key()}) {
        if (!fs::is_regular_file(file, error)) return Error{"home_incomplete", file.string() + " is missing"};
    }
    return Ok{};
}

Status create_home(const Home& home, const HomeFiles& files) {
    std::error_code error;
    for (const fs::path& file : {home.genesis(), home.config(), home.node_key()}) {
        if (fs::exists(file, error))
            return Error{"home_exists", file.string() + " is there already; choose another home"};
    }
    for (const fs::path& folder : {home.root(), home.blocks(), home.votes(), home.state()}) TRY(make_folder(folder));
    TRY(write_text_file(home.config(), files.config_toml));
    return write_text_file(home.genesis(), files.genesis_json);
}

Result<std::string> read_text_file(const fs::path& path) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) return io_error(errno == ENOENT ? "file_missing" : "file_io", path, "open");
    std::string text;
    std::array<char, 65536> part;
    while (true) {
        const ssize_t size = ::read(file.get(), part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return io_error("file_io", path, "read");
        if (size == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(size));
        if (text.size() > kTextFileBytesMax) return Error{"file_too_large", path.string() + " is larger than 64 MiB"};
    }
}

Status write_text_file(const fs::path& path, const std::string& text) {
    const fs::path beside = path.string() + ".new";
    {
        const File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        if (!file.open()) return io_error("file_io", beside, "create");
        if (!write_all(file.get(), text) || ::fsync(file.get()) != 0) return io_error("file_io", beside, "write");
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return io_error("file_io", path, "rename");
    return sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

// Together 2 s.
constexpr int kLockTries = 40;
constexpr std::chrono::milliseconds kLockPause{50};

Result<HomeLock> HomeLock::acquire(const Home& home) {
    const fs::path path = home.lock();
    HomeLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.file_ < 0) return io_error("home_io", path, "open");
    // A killed process holds its lock until its last thread is gone, and whoever restarts it does not wait for that.
    int locked = ::flock(lock.file_, LOCK_EX | LOCK_NB);
    for (int tries = 0; locked != 0 && errno == EWOULDBLOCK && tries < kLockTries; ++tries) {
        std::this_thread::sleep_for(kLockPause);
        locked = ::flock(lock.file_, LOCK_EX | LOCK_NB);
    }
    if (locked != 0) {
        if (errno != EWOULDBLOCK) return io_error("home_io", path, "lock");
        std::array<char, 16> digits{};
        const ssize_t size = ::pread(lock.file_, digits.data(), digits.size() - 1, 0);
        const std::string pid(digits.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        return Error{"home_locked", fmt::format("{} is in use by the process {}", home.root().string(),
                                                pid.empty() ? "that just took it" : pid.substr(0, pid.find('\n')))};
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(lock.file_, 0) != 0 || ::pwrite(lock.file_, pid.data(), pid.size(), 0) < 0)
        return io_error("home_io", path, "write");
    return lock;
}

HomeLock& HomeLock::operator=(HomeLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
}

// The file stays: removing it would let two processes hold locks on two files of one name.
HomeLock::~HomeLock() {
    if (file_ >= 0) ::close(file_);
}

}  // namespace touchstone::node
