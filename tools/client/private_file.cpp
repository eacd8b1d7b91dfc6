#include "tools/client/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace touchstone::tools {

Status write_private(const std::string& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return Error{"file_unwritable", fmt::format("cannot write {}: {}{}", path, std::strerror(errno),
                                                    errno == EEXIST ? "; name another, or move it away" : "")};
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(file, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
    }
    const bool synced = done == text.size() && ::fsync(file) == 0;
    const int fault = errno;
    ::close(file);
    if (synced) return Ok{};
    ::unlink(path.c_str());
    return Error{"file_unwritable", fmt::format("cannot write {}: {}", path, std::strerror(fault))};
}

}  // namespace touchstone::tools
