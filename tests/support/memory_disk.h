// A Disk in memory that can lose power, fill up and fail: for unit tests and for the simulator.
//
// Thread safety: any thread. A created file, a rename and a remove are durable at once (as storage/disk.h promises);
// writes and truncations are durable after sync() of a File on the same name. crash() loses the rest as a real disk
// may: each seed keeps either a prefix of the unsynced operations with the last one torn, or an arbitrary part of
// each. Files opened before a crash answer disk_error afterwards: the process that held them is dead.
#pragma once

#include <map>
#include <mutex>

#include "storage/disk.h"

namespace touchstone::test {

class MemoryDisk final : public storage::Disk {
  public:
    MemoryDisk();
    ~MemoryDisk() override;
    MemoryDisk(const MemoryDisk&) = delete;
    MemoryDisk& operator=(const MemoryDisk&) = delete;

    Result<std::unique_ptr<storage::File>> open(const std::string& name) override;
    bool exists(const std::string& name) const override;
    std::vector<std::string> list() const override;
    [[nodiscard]] Status remove(const std::string& name) override;
    [[nodiscard]] Status rename(const std::string& from, const std::string& to) override;

    // Loses power: what was not synced is lost, kept or torn, as `seed` says.
    void crash(std::uint64_t seed);
    // After `operations` more changes each one fails with `code` until heal(). disk_full fails what takes room
    // (write, creating a file); disk_error also sync, truncate, rename and remove.
    void fail_after(std::uint64_t operations, std::string code);
    void heal();

    // Changes (write, truncate, sync, create, rename, remove) that succeeded so far.
    std::uint64_t operations() const;
    // The bytes of a file as a reader sees them, and a way to damage them behind the owner's back.
    Bytes content(const std::string& name) const;
    void set_content(const std::string& name, Bytes bytes);

    // The shared content of one file; known to memory_disk.cpp alone.
    struct Inode;

  private:
    friend class MemoryFile;
    enum class Change { kTakesRoom, kOther };

    // nullopt when the change may happen. Precondition: mutex_ held.
    std::optional<Error> refuse(Change change);

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Inode>> files_;
    std::uint64_t epoch_ = 0;
    std::uint64_t operations_ = 0;
    std::uint64_t fail_at_ = UINT64_MAX;
    std::string fail_code_;
};

}  // namespace touchstone::test
