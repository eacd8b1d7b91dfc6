// Disk over a folder. Invariants: every change of the folder itself (create, rename, remove) is followed by fsync of
// the folder before it is answered; short transfers and EINTR are never seen by callers.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "storage/disk.h"

namespace touchstone::storage {
namespace {

Error disk_error(int number, std::string_view action, const std::string& path) {
    if (number == ENOSPC || number == EDQUOT)
        return {"disk_full", fmt::format("{} {}: {}; make room on this disk", action, path, std::strerror(number))};
    return {"disk_error", fmt::format("{} {}: {}", action, path, std::strerror(number))};
}

template <class Call>
auto retry_interrupted(Call call) {
    decltype(call()) answer;
    do {
        answer = call();
    } while (answer < 0 && errno == EINTR);
    return answer;
}

// A file descriptor that is closed once.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }

  private:
    int fd_;
};

class PosixFile final : public File {
  public:
    PosixFile(Descriptor fd, std::string path, std::uint64_t size)
        : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

    Result<Bytes> read(std::uint64_t offset, std::size_t size) const override {
        Bytes bytes(size);
        std::size_t done = 0;
        while (done < size) {
            const ssize_t got = retry_interrupted([&] {
                return ::pread(fd_.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
            });
            if (got < 0) return disk_error(errno, "reading", path_);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        bytes.resize(done);
        return bytes;
    }

    Status write(std::uint64_t offset, ByteView bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t put = retry_interrupted([&] {
                return ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
            });
            if (put < 0) return disk_error(errno, "writing", path_);
            done += static_cast<std::size_t>(put);
            size_ = std::max(size_, offset + done);
        }
        return Ok{};
    }

    Status sync() override {
        if (retry_interrupted([&] { return ::fdatasync(fd_.get()); }) < 0) return disk_error(errno, "syncing", path_);
        return Ok{};
    }

    Status truncate(std::uint64_t size) override {
        if (retry_interrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) < 0)
            return disk_error(errno, "truncating", path_);
        size_ = size;
        return Ok{};
    }

    // Asked of the kernel: another handle on the same file may have extended it.
    std::uint64_t size() const override {
        struct stat status {};
        if (::fstat(fd_.get(), &status) < 0) return size_;
        return static_cast<std::uint64_t>(status.st_size);
    }

  private:
    Descriptor fd_;
    std::string path_;
    std::uint64_t size_;
};

bool is_file(int folder, const std::string& name) {
    struct stat status {};
    return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

// Names, sorted.
std::vector<std::string> files_of(const std::string& path, int folder) {
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed))
        if (is_file(folder, at->path().filename().string())) names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

class PosixDisk final : public Disk {
  public:
    PosixDisk(std::string folder, Descriptor fd) : folder_(std::move(folder)), fd_(std::move(fd)) {}

    Result<std::unique_ptr<File>> open(const std::string& name) override {
        const bool present = exists(name);
        Descriptor fd(retry_interrupted(
            [&] { return ::openat(fd_.get(), name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); }));
        if (fd.get() < 0) return disk_error(errno, "opening", path(name));
        struct stat status {};
        if (::fstat(fd.get(), &status) < 0) return disk_error(errno, "examining", path(name));
        if (!present) TRY(sync_folder());
        return std::unique_ptr<File>(
            std::make_unique<PosixFile>(std::move(fd), path(name), static_cast<std::uint64_t>(status.st_size)));
    }

    bool exists(const std::string& name) const override { return is_file(fd_.get(), name); }
    std::vector<std::string> list() const override { return files_of(folder_, fd_.get()); }

    Status remove(const std::string& name) override {
        if (::unlinkat(fd_.get(), name.c_str(), 0) < 0) return disk_error(errno, "removing", path(name));
        return sync_folder();
    }

    Status rename(const std::string& from, const std::string& to) override {
        if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) < 0)
            return disk_error(errno, "renaming", path(from));
        return sync_folder();
    }

  private:
    std::string path(const std::string& name) const { return folder_ + "/" + name; }

    Status sync_folder() {
        if (retry_interrupted([&] { return ::fsync(fd_.get()); }) < 0)
            return disk_error(errno, "syncing the folder", folder_);
        return Ok{};
    }

    std::string folder_;
    Descriptor fd_;
};

Error read_only(const std::string& path) {
    return {"disk_read_only", fmt::format("{} was opened for reading only", path)};
}

class ReadOnlyFile final : public File {
  public:
    explicit ReadOnlyFile(PosixFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
    Result<Bytes> read(std::uint64_t offset, std::size_t size) const override { return file_.read(offset, size); }
    Status write(std::uint64_t, ByteView) override { return read_only(path_); }
    Status sync() override { return read_only(path_); }
    Status truncate(std::uint64_t) override { return read_only(path_); }
    std::uint64_t size() const override { return file_.size(); }

  private:
    PosixFile file_;
    std::string path_;
};

class ReadOnlyDisk final : public Disk {
  public:
    ReadOnlyDisk(std::string folder, Descriptor fd) : folder_(folder), fd_(std::move(fd)) {}

    Result<std::unique_ptr<File>> open(const std::string& name) override {
        const std::string path = folder_ + "/" + name;
        Descriptor fd(
            retry_interrupted([&] { return ::openat(fd_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); }));
        if (fd.get() < 0) return disk_error(errno, "opening", path);
        return std::unique_ptr<File>(std::make_unique<ReadOnlyFile>(PosixFile(std::move(fd), path, 0), path));
    }
    bool exists(const std::string& name) const override { return is_file(fd_.get(), name); }
    std::vector<std::string> list() const override { return files_of(folder_, fd_.get()); }
    Status remove(const std::string& name) override { return read_only(folder_ + "/" + name); }
    Status rename(const std::string& from, const std::string&) override { return read_only(folder_ + "/" + from); }

  private:
    std::string folder_;
    Descriptor fd_;
};

}  // namespace

Result<std::unique_ptr<Disk>> open_posix_disk_to_read(const std::string& folder) {
    Descriptor fd(retry_interrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (fd.get() < 0) return disk_error(errno, "opening the folder", folder);
    return std::unique_ptr<Disk>(std::make_unique<ReadOnlyDisk>(folder, std::move(fd)));
}

Result<std::unique_ptr<Disk>> open_posix_disk(const std::string& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return disk_error(failed.value(), "creating the folder", folder);
    Descriptor fd(retry_interrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (fd.get() < 0) return disk_error(errno, "opening the folder", folder);
    return std::unique_ptr<Disk>(std::make_unique<PosixDisk>(folder, std::move(fd)));
}

}  // namespace touchstone::storage
