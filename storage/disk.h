// Files as storage sees them, so that tests and the simulator can hold the disk: lose what was not synced, tear the
// last write, fill up, return an error.
//
// Thread safety: one thread per File at a time. Failure: Status with code disk_full (ENOSPC) or disk_error; after a
// failed sync nothing about unsynced bytes may be assumed, and the caller stops the node.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/bytes.h"

namespace touchstone::storage {

class File {
  public:
    virtual ~File() = default;
    // Bytes actually read are fewer than `size` only at the end of the file.
    virtual Result<Bytes> read(std::uint64_t offset, std::size_t size) const = 0;
    [[nodiscard]] virtual Status write(std::uint64_t offset, ByteView bytes) = 0;
    // Everything written before is on stable storage when this returns (fdatasync).
    [[nodiscard]] virtual Status sync() = 0;
    [[nodiscard]] virtual Status truncate(std::uint64_t size) = 0;
    virtual std::uint64_t size() const = 0;
};

class Disk {
  public:
    virtual ~Disk() = default;
    // Opens or creates; a created file's directory entry is durable when this returns.
    virtual Result<std::unique_ptr<File>> open(const std::string& name) = 0;
    virtual bool exists(const std::string& name) const = 0;
    // File names (not folders) in this disk's root, sorted.
    virtual std::vector<std::string> list() const = 0;
    [[nodiscard]] virtual Status remove(const std::string& name) = 0;
    [[nodiscard]] virtual Status rename(const std::string& from, const std::string& to) = 0;
};

// All files in `folder`, which is created if absent.
Result<std::unique_ptr<Disk>> open_posix_disk(const std::string& folder);
// The same for looking only: makes nothing, and every change is refused with disk_read_only. Error: disk_error when
// there is no such folder.
Result<std::unique_ptr<Disk>> open_posix_disk_to_read(const std::string& folder);

}  // namespace touchstone::storage
