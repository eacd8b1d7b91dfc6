#include "storage/pread_env.h"

#include <leveldb/env.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace touchstone::storage {
namespace {

class PreadFile final : public leveldb::RandomAccessFile {
  public:
    PreadFile(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
    ~PreadFile() override { ::close(fd_); }

    leveldb::Status Read(uint64_t offset, size_t size, leveldb::Slice* result, char* scratch) const override {
        size_t done = 0;
        while (done < size) {
            const ssize_t got = ::pread(fd_, scratch + done, size - done, static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) {
                *result = leveldb::Slice(scratch, 0);
                return leveldb::Status::IOError(name_, std::strerror(errno));
            }
            if (got == 0) break;
            done += static_cast<size_t>(got);
        }
        *result = leveldb::Slice(scratch, done);
        return leveldb::Status::OK();
    }

  private:
    std::string name_;
    int fd_;
};

class PreadEnv final : public leveldb::EnvWrapper {
  public:
    PreadEnv() : leveldb::EnvWrapper(leveldb::Env::Default()) {}

    leveldb::Status NewRandomAccessFile(const std::string& name, leveldb::RandomAccessFile** result) override {
        *result = nullptr;
        const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            // NotFound has a meaning of its own in LevelDB: it tries the file's older name.
            if (errno == ENOENT) return leveldb::Status::NotFound(name, std::strerror(errno));
            return leveldb::Status::IOError(name, std::strerror(errno));
        }
        (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
        *result = new PreadFile(name, fd);
        return leveldb::Status::OK();
    }
};

}  // namespace

std::unique_ptr<leveldb::Env> make_pread_env() { return std::make_unique<PreadEnv>(); }

}  // namespace touchstone::storage
